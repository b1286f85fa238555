"""The web request of a page, against a real server on the loopback interface. No database."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from heedline.dispatch import postmen


@dataclass
class Gateway:
    """A paging service that answers with `status`, and what it was sent."""

    address: str = ""
    status: int = 200
    asked: list[tuple[str, str, bytes, dict[str, str]]] = field(default_factory=list)


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    found = Gateway()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            found.asked.append((self.command, self.path, body, dict(self.headers)))
            self.send_response(found.status)
            if found.status == 302:
                self.send_header("Location", f"{found.address}/elsewhere")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    found.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    yield found
    server.shutdown()
    thread.join()
    server.server_close()


def test_it_posts_json_to_exactly_that_address(gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")  # a proxy of the environment is not asked
    postmen.post(f"{gateway.address}/hook?key=1", b'{"text": "x"}')
    ((method, path, body, headers),) = gateway.asked
    assert (method, path, body) == ("POST", "/hook?key=1", b'{"text": "x"}')
    assert headers["Content-Type"] == "application/json"
    assert headers["User-Agent"] == "Heedline"


def test_it_goes_nowhere_else(gateway: Gateway) -> None:
    gateway.status = 302
    with pytest.raises(OSError, match="302"):
        postmen.post(gateway.address, b"{}")
    assert len(gateway.asked) == 1


@pytest.mark.parametrize("status", [400, 404, 500, 503])
def test_a_refusal_is_a_failure(gateway: Gateway, status: int) -> None:
    gateway.status = status
    with pytest.raises(OSError, match=str(status)):
        postmen.post(gateway.address, b"{}")


def test_nobody_there_is_a_failure(gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(OSError, match="refused"):
        postmen.post("http://127.0.0.1:9/", b"{}")


@pytest.mark.parametrize("address", ["file:///etc/passwd", "ftp://127.0.0.1/", "127.0.0.1", ""])
def test_only_web_addresses(address: str) -> None:
    with pytest.raises(ValueError, match="http"):
        postmen.post(address, b"{}")
