"""The tests' own browser: what comes after a press is looked at when all of it has come."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from tests.browser import kit
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


_WELL = """<!doctype html><html lang=en><title>A page</title><body class="wide js-enabled"><main><h1>First</h1>
    <p>Words</p><input aria-label=Name><input type=hidden value=1><div class="govuk-exit-this-page"></div></main>"""


_FAULTS = {
    "document.querySelector('p').style.color = '#ccc'": "color-contrast",
    "document.querySelector('input').ariaLabel = ''": "label",
    "document.querySelector('h1').textContent = ''": "empty-heading",
    "document.title = ''": "document-title",
    "document.body.classList.add('pale')": "color-contrast",
}


def test_axe_looks_again_at_a_page_that_differs(person: Callable[..., Visitor]) -> None:
    one = person()
    for change, fault in _FAULTS.items():
        one.play.set_content(f"{_WELL}<style>.pale {{ color: #ccc }}</style>")
        one.axe()
        one.play.evaluate(change)
        with pytest.raises(AssertionError, match=fault):
            one.axe()
    with pytest.raises(AssertionError, match="color-contrast"):
        one.axe()  # what was found is found again


def test_axe_looks_once_at_a_page_that_is_the_same_without_scripts(
    person: Callable[..., Visitor], monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = person(), person(scripts=False)
    one.play.set_content(
        _WELL.replace('page"></div>', 'page"><span role=status></span></div>').replace("value=1", "value=2")
    )
    one.axe()
    monkeypatch.delattr(kit, "_unpack_axe")  # without it, axe cannot look
    other.play.set_content(_WELL.replace(" js-enabled", ""))
    other.axe()
    monkeypatch.undo()
    other.axe(anew=True)
