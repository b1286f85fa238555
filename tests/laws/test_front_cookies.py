"""What becomes of a request with a cookie that another host of the same domain has set so that granian withholds all."""

from __future__ import annotations

import socket

import pytest

from tests.laws.test_front import Server, read, server  # noqa: F401 (fixture)


@pytest.mark.parametrize(("cookie", "unread"), [("b=\xe9", True), ("b=2", False), (None, False)])
def test_the_application_learns_that_a_cookie_was_withheld(
    server: Server,  # noqa: F811
    cookie: str | None,
    unread: bool,
) -> None:
    """Granian drops a header with a byte that is not ASCII, and a host beside ours can set such a cookie."""
    line = f"Cookie: a=1; {cookie}\r\n" if cookie else ""
    made = socket.create_connection(("127.0.0.1", server.port), timeout=10)
    made.sendall(f"GET / HTTP/1.1\r\nHost: {server.host}\r\n{line}\r\n".encode("latin-1"))
    said = read(made).said
    assert said["cookies unread"] is unread
    assert said["headers"].get("HTTP_COOKIE") == ("a=1; b=2" if cookie and not unread else None)
