"""HTTP/1.1 with as little processor time as Python allows: the client shares the cores with what it measures."""

from __future__ import annotations

import asyncio
import gzip
import re
from collections.abc import Mapping
from dataclasses import dataclass
from html import unescape
from urllib.parse import urlencode

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_CHUNKED = re.compile(rb"\r\ntransfer-encoding: *chunked", re.IGNORECASE)
_PACKED = re.compile(rb"\r\ncontent-encoding: *gzip", re.IGNORECASE)
_LOCATION = re.compile(rb"\r\nlocation: *([^\r]+)", re.IGNORECASE)
_COOKIE = re.compile(rb"\r\nset-cookie: *([^=;\r]+)=([^;\r]*)([^\r]*)", re.IGNORECASE)
_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
_FORM = re.compile(r'name="form_token" value="([^"]+)"')
_END = b"\r\n\r\n"
PATIENCE = 30.0


class Lost(Exception):
    """The connection ended before the answer did."""


@dataclass(slots=True)
class Answer:
    """Status, header block and body of one answer."""

    status: int
    head: bytes
    body: bytes

    @property
    def location(self) -> str:
        """Where a redirect leads; "" when it is none."""
        found = _LOCATION.search(self.head)
        return found.group(1).decode() if found else ""

    @property
    def text(self) -> str:
        """The body as text, unpacked if it was sent with gzip."""
        packed = _PACKED.search(self.head) is not None
        return (gzip.decompress(self.body) if packed else self.body).decode()


def _read(buffer: bytes) -> Answer | None:
    """The answer, when it is whole."""
    end = buffer.find(_END)
    if end < 0:
        return None
    head, start = buffer[:end], end + len(_END)
    status = int(head[9:12])
    if _CHUNKED.search(head):
        body = _unchunked(buffer, start)
        return None if body is None else Answer(status, head, body)
    length = _LENGTH.search(head)
    size = int(length.group(1)) if length else 0
    return None if len(buffer) < start + size else Answer(status, head, buffer[start : start + size])


def _unchunked(buffer: bytes, at: int) -> bytes | None:
    parts: list[bytes] = []
    while (line := buffer.find(b"\r\n", at)) >= 0:
        size = int(buffer[at:line].split(b";")[0], 16)
        after = line + 2 + size + 2
        if len(buffer) < after:
            return None
        if size == 0:
            return b"".join(parts)
        parts.append(buffer[line + 2 : line + 2 + size])
        at = after
    return None


class Wire(asyncio.Protocol):
    """One connection, one request at a time."""

    def __init__(self) -> None:
        self._buffer = b""
        self._waiting: asyncio.Future[Answer] | None = None
        self._transport: asyncio.Transport | None = None
        self.open = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport  # type: ignore[assignment]
        self.open = True

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        answer = _read(self._buffer)
        if answer is not None and self._waiting is not None and not self._waiting.done():
            self._buffer = b""
            self._waiting.set_result(answer)

    def connection_lost(self, exc: Exception | None) -> None:
        self.open = False
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_exception(Lost())

    async def ask(self, request: bytes) -> Answer:
        """Send one request and wait for its answer. Raises Lost and TimeoutError."""
        if self._transport is None or not self.open:
            raise Lost
        self._waiting = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        async with asyncio.timeout(PATIENCE):
            return await self._waiting

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()


async def connect(port: int) -> Wire:
    """A fresh connection to a port of this machine."""
    _, wire = await asyncio.get_running_loop().create_connection(Wire, "127.0.0.1", port)
    return wire


class Browser:
    """Somebody with cookies and no scripts, on one connection, as a browser keeps it open from page to page."""

    def __init__(self, name: str, port: int, *, encodings: str = "") -> None:
        self._host, self._port = f"{name}:{port}", port
        self._encodings = f"Accept-Encoding: {encodings}\r\n" if encodings else ""
        self._wire: Wire | None = None
        self.cookies: dict[str, str] = {}

    async def get(self, path: str) -> Answer:
        """One page."""
        return await self._ask(f"GET {path} HTTP/1.1\r\n{self._heads()}\r\n".encode())

    async def post(self, path: str, fields: Mapping[str, str]) -> Answer:
        """One form."""
        body = urlencode(fields).encode()
        heads = (
            f"POST {path} HTTP/1.1\r\n{self._heads()}Origin: http://{self._host}\r\n"
            f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        return await self._ask(heads.encode() + body)

    def _heads(self) -> str:
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        return f"Host: {self._host}\r\n{self._encodings}" + (f"Cookie: {cookies}\r\n" if cookies else "")

    async def _ask(self, request: bytes) -> Answer:
        if self._wire is None or not self._wire.open:
            self._wire = await connect(self._port)
        answer = await self._wire.ask(request)
        for name, value, rest in _COOKIE.findall(answer.head):
            if b"Max-Age=0" in rest or not value:
                self.cookies.pop(name.decode(), None)
            else:
                self.cookies[name.decode()] = value.decode().strip('"')
        return answer

    def close(self) -> None:
        if self._wire is not None:
            self._wire.close()
            self._wire = None


def token_of(page: str) -> str:
    """The cross-site token that a page's form holds. Raises ValueError when it has none."""
    found = _TOKEN.search(page)
    if found is None:
        raise ValueError("a page without a form of ours")
    return unescape(found.group(1))


def form_token_of(page: str) -> str:
    """The token, good for one sending, of the page that sends. Raises ValueError when it has none."""
    found = _FORM.search(page)
    if found is None:
        raise ValueError("a page that does not send")
    return unescape(found.group(1))
