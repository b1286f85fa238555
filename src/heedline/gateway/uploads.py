"""Streams file upload bodies, which the HTTP front end never holds in full.

Every other body is read whole, within 256 KiB (`gateway.front`). At the few addresses to which files are sent, a
`Receiver` takes the body block by block in a thread. A slow sender costs a connection and one block of memory, and
no thread. When the body is complete, Django gets a small form in its place, without the file.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from io import BytesIO
from typing import Protocol
from wsgiref.types import WSGIEnvironment

#: Threads that seal and store. They are not those that make pages.
_THREADS = 2


@dataclass(frozen=True, slots=True)
class UploadLimits:
    """Limits on uploads in progress, in bytes and seconds."""

    #: Bodies at once, in one process.
    at_once: int = 32
    #: Of them from one network. Whoever sends slowly on purpose must not take every place.
    from_one: int = 16
    #: What is passed on at a time.
    block: int = 256 * 1024
    #: The least that must arrive within each pause.
    least: int = 32 * 1024
    pause: float = 30.0


class Receiver(Protocol):
    """A receiver for one upload body. Its methods are called in a thread, one at a time."""

    media: str
    """The media type of the body that `finish` returns."""
    most: int
    """The length up to which a refused body is still read, so that the sender receives the reason."""

    def write(self, data: bytes) -> None:
        """Process the next bytes of the body."""

    def finish(self, *, whole: bool) -> bytes:
        """Return the body without its files (`whole` is false if it was cut off or arrived too slowly)."""

    def close(self) -> None:
        """Delete the received data unless a page has claimed it."""


class Takes(Protocol):
    """The URLs that accept uploads, and their receivers."""

    def expects(self, method: str, media: str, path: str) -> bool:
        """Return whether a request with this method, path and media type is an upload."""
        ...

    def begin(self, environ: WSGIEnvironment) -> Receiver:
        """Return the receiver for this request. Called in a thread that may use the database."""


class Incoming(Protocol):
    """The part of granian's request interface that yields the body."""

    def __aiter__(self) -> AsyncIterator[bytes]: ...


@dataclass(frozen=True, slots=True)
class AllAddresses:
    """The combined URLs of several upload handlers."""

    takers: tuple[Takes, ...]

    def expects(self, method: str, media: str, path: str) -> bool:
        """Return whether one of the handlers accepts this request."""
        return any(one.expects(method, media, path) for one in self.takers)

    def begin(self, environ: WSGIEnvironment) -> Receiver:
        """Return the receiver for this request from the handler that accepts it."""
        media = str(environ.get("CONTENT_TYPE", "")).lower().lstrip()
        asked = environ["REQUEST_METHOD"], media, environ["PATH_INFO"]
        return next(one for one in self.takers if one.expects(*asked)).begin(environ)


@dataclass(slots=True)
class Uploads:
    """The concurrent uploads of one process."""

    takes: Takes
    limits: UploadLimits = UploadLimits()
    network: Callable[[WSGIEnvironment], bytes | None] = lambda environ: None
    """Return a key for the client's network, used to cap its uploads, or None if it is unknown."""
    _pool: ThreadPoolExecutor = field(init=False)
    _now: Counter[bytes | None] = field(init=False, default_factory=Counter)

    def __post_init__(self) -> None:
        self._pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="upload")

    def expects(self, environ: WSGIEnvironment) -> bool:
        """Return whether this request is an upload to a URL that accepts files."""
        media = str(environ.get("CONTENT_TYPE", "")).lower().lstrip()
        return self.takes.expects(environ["REQUEST_METHOD"], media, environ["PATH_INFO"])

    def enter(self, network: bytes | None) -> bool:
        """Reserve a slot for an upload from this network if one is free, to be released with `leave`."""
        if self._now.total() >= self.limits.at_once:
            return False
        if network is not None and self._now[network] >= self.limits.from_one:
            return False
        self._now[network] += 1
        return True

    def leave(self, network: bytes | None) -> None:
        """Release a slot."""
        self._now[network] -= 1
        if not self._now[network]:
            del self._now[network]

    async def pass_on(self, incoming: Incoming, receiver: Receiver, environ: WSGIEnvironment) -> None:
        """Pass the body to its receiver, and replace it in the environment with a small form."""
        announced = int(environ["CONTENT_LENGTH"] or 0)
        arrived = await self._read(incoming, receiver)
        form = await self.run(lambda: receiver.finish(whole=arrived == announced))
        environ["wsgi.input"] = BytesIO(form)
        environ["CONTENT_LENGTH"] = str(len(form))
        environ["CONTENT_TYPE"] = receiver.media

    async def run[T](self, what: Callable[[], T]) -> T:
        """Run a function in an upload thread."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, what)

    def stop(self) -> None:
        """End the threads."""
        self._pool.shutdown(wait=False)

    async def _read(self, incoming: Incoming, receiver: Receiver) -> int:
        """Read the body until it ends, breaks off or stalls, and return the number of bytes received."""
        clock = asyncio.get_running_loop().time
        limits, held = self.limits, bytearray()
        arrived = recently = 0
        until = clock() + limits.pause
        chunks = aiter(incoming)
        while arrived <= receiver.most:
            try:
                async with asyncio.timeout_at(until):
                    chunk = await anext(chunks)
            except (StopAsyncIteration, TimeoutError):
                break
            arrived += len(chunk)
            recently += len(chunk)
            held += chunk
            if len(held) >= limits.block:
                await self._write(receiver, held)
                until, recently = clock() + limits.pause, 0  # what we took ourselves is not the sender's time
            elif recently >= limits.least:
                until, recently = clock() + limits.pause, 0
        await self._write(receiver, held)
        return arrived

    async def _write(self, receiver: Receiver, held: bytearray) -> None:
        data = bytes(held)
        held.clear()
        if data:
            await self.run(lambda: receiver.write(data))
