"""The capture's filtering proxy, which denies by default and is the browser's only route to the network.

It serves a socket that was made for it, to which the browser's sandbox connects, and nothing else. It reads an order from
standard input and writes one line of JSON for each connection. It ends with its standard input.
"""

from __future__ import annotations

import asyncio
import json
import socket
import sys
from typing import Any
from urllib.parse import urlsplit

from heedline.specialist_desks.material.capture.egress import (
    EgressDenied,
    EgressRules,
    Resolver,
    ask_the_system,
    destination,
)

_BLOCK = 64 * 1024
_LONGEST_HEAD = 64 * 1024
_METHODS = frozenset({"GET", "HEAD", "POST", "OPTIONS"})
_MOST_AT_ONCE = 64
_HOP_BY_HOP = frozenset(
    {b"proxy-connection", b"proxy-authorization", b"connection", b"upgrade", b"keep-alive"}
)


class FilteringProxy:
    """The proxy for one capture. All its connections share the allowance in `bytes_left`."""

    def __init__(
        self,
        rules: EgressRules,
        *,
        most_bytes: int,
        upstream: tuple[str, int] | None = None,
        resolver: Resolver = ask_the_system,
    ) -> None:
        self._rules, self._resolver, self._upstream = rules, resolver, upstream
        self.bytes_left = most_bytes
        self.seen: list[dict[str, Any]] = []
        self._turns = asyncio.Semaphore(_MOST_AT_ONCE)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Handle one connection from the browser."""
        async with self._turns:
            try:
                await self._one(reader, writer)
            except (
                EgressDenied,
                OSError,
                asyncio.IncompleteReadError,
                asyncio.LimitOverrunError,
                ValueError,
            ):
                pass  # no answer: one of ours could be taken for the site's
            finally:
                writer.close()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        first, *lines = head[:-4].split(b"\r\n")
        method, target, version = first.decode("ascii").split(" ")
        if not version.startswith("HTTP/1."):
            raise ValueError
        if method == "CONNECT":
            host, _, port = target.rpartition(":")
            if int(port) != 443:  # web sockets without TLS would come this way
                self._note(host, int(port), "", "port")
                raise EgressDenied("port")
            away = await self._connect(host, 443)
            writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            await self._both_ways(reader, writer, *away)
            return
        parts = urlsplit(target)
        if parts.scheme != "http" or not parts.hostname or method not in _METHODS:
            self._note(parts.hostname or "", parts.port or 0, "", "scheme")
            raise EgressDenied("scheme")
        away = await self._connect(parts.hostname, parts.port or 80)
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        kept = [one for one in lines if one.partition(b":")[0].strip().lower() not in _HOP_BY_HOP]
        away[1].write(
            b"\r\n".join([f"{method} {path} HTTP/1.1".encode(), *kept, b"Connection: close", b"", b""])
        )
        await self._both_ways(reader, writer, *away)

    async def _connect(self, host: str, port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        try:
            address, at = await asyncio.to_thread(destination, host, port, self._rules, self._resolver)
        except EgressDenied as why:
            self._note(host, port, "", str(why))
            raise
        self._note(host, port, address, "")
        if self._upstream is None:
            return await asyncio.wait_for(asyncio.open_connection(address, at), 10)
        away = await asyncio.wait_for(asyncio.open_connection(*self._upstream), 10)
        shown = f"[{address}]" if ":" in address else address
        away[1].write(f"CONNECT {shown}:{at} HTTP/1.1\r\nHost: {shown}:{at}\r\n\r\n".encode())
        answer = await asyncio.wait_for(away[0].readuntil(b"\r\n\r\n"), 10)
        if answer.split(b" ", 2)[1:2] != [b"200"]:
            raise EgressDenied("upstream")
        return away

    async def _both_ways(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        far: asyncio.StreamReader,
        near: asyncio.StreamWriter,
    ) -> None:
        up = asyncio.ensure_future(self._pass_on(reader, near, counted=False))
        try:
            await self._pass_on(far, writer, counted=True)
        finally:
            up.cancel()
            near.close()

    async def _pass_on(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, counted: bool
    ) -> None:
        while data := await reader.read(_BLOCK):
            if counted:
                self.bytes_left -= len(data)
                if self.bytes_left < 0:
                    if not any(one["why"] == "too-much" for one in self.seen):
                        self._note("", 0, "", "too-much")
                    return
            writer.write(data)
            await writer.drain()

    def _note(self, host: str, port: int, address: str, why: str) -> None:
        self.seen.append({"host": host, "port": port, "address": address, "why": why})


async def _run(order: dict[str, Any]) -> None:
    rules = EgressRules(int(order["small_internet"]), tuple(order["denied"]))
    far = order["upstream"]
    proxy = FilteringProxy(
        rules, most_bytes=int(order["most_bytes"]), upstream=(far[0], int(far[1])) if far else None
    )
    listening = socket.socket(fileno=int(order["socket"]))
    server = await asyncio.start_unix_server(proxy.serve, sock=listening, limit=_LONGEST_HEAD)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    async with server:
        await asyncio.to_thread(sys.stdin.buffer.read)  # until the office closes it
    sys.stdout.write(json.dumps({"seen": proxy.seen[:500], "bytes_left": proxy.bytes_left}) + "\n")
    sys.stdout.flush()


def main() -> int:
    """Serve connections until standard input is closed."""
    asyncio.run(_run(json.loads(sys.stdin.buffer.readline())))
    return 0


if __name__ == "__main__":
    sys.exit(main())
