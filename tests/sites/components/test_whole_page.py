"""The tests' own browser: what comes after a press is looked at when all of it has come."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from tests.browser.kit import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.enable_socket]


class _InTwoParts(BaseHTTPRequestHandler):
    """The second page comes in two parts, and the fault is in the second part."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html><html lang=en><title>A page</title>")
        if self.path == "/":
            self.wfile.write(b"<main><h1>First</h1><a href=/second>Go on</a></main>")
            return
        self.wfile.write(b"<main><h1>Second</h1>")
        time.sleep(0.3)
        self.wfile.write(b"<img src=data:,></main>")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the base class's name)
        """Nothing."""


@pytest.fixture
def slow_url() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _InTwoParts)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_a_fault_that_comes_late_is_found(
    person: Callable[..., Visitor], slow_url: str, scripts: bool
) -> None:
    one = person(scripts=scripts)
    one.visit(slow_url)
    one.press("Go on")
    with pytest.raises(AssertionError, match="image-alt"):
        one.axe()
