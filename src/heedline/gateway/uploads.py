"""Streams file upload bodies, which the HTTP front end never holds in full.

Every other body is read whole, within 256 KiB (`gateway.front`). At the few addresses to which files are sent, a
`Receiver` takes the body block by block in a thread. It is made first, from the headers, and says who sends: only a
sender who may store something takes one of the places. A slow sender costs a connection and one block of memory, and no
thread. When the body is complete, Django gets a small form in its place, without the file.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from io import BytesIO
from typing import Protocol
from wsgiref.types import WSGIEnvironment

from heedline.web.declared import SentBy

#: Threads that seal and store. They are not those that make pages.
_THREADS = 2


@dataclass(frozen=True, slots=True)
class SenderLimits:
    """Limits on the uploads of one kind of sender in one process, in bytes and seconds.

    A body must arrive at `rate` from its beginning to its end. It may fall behind by `patience`, also after it was faster.
    """

    at_once: int
    #: Of them from one network. Whoever sends slowly on purpose must not take every place.
    from_one: int
    rate: int
    patience: float
    within: float = float("inf")
    #: What is passed on at a time.
    block: int = 256 * 1024


#: A telephone with hardly any reception, or Tor, is faster than the rate for a draft. What is sent without one is never
#: stored: it is read for a moment, because a browser that cannot finish shows no answer.
LIMITS = {
    SentBy.DRAFT: SenderLimits(at_once=128, from_one=16, rate=4 * 1024, patience=60.0),
    SentBy.PROGRAM: SenderLimits(at_once=16, from_one=8, rate=64 * 1024, patience=30.0, within=900.0),
    SentBy.NOBODY: SenderLimits(
        at_once=1024, from_one=1024, rate=64 * 1024, patience=3.0, within=5.0, block=16 * 1024
    ),
}


class Receiver(Protocol):
    """A receiver for one upload body. Its methods are called in a thread, one at a time."""

    media: str
    """The media type of the body that `finish` returns."""
    sent_by: SentBy
    """Who sends the body."""
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
    limits: Mapping[SentBy, SenderLimits] = field(default_factory=LIMITS.copy)
    network: Callable[[WSGIEnvironment], bytes | None] = lambda environ: None
    """Return a key for the client's network, used to cap its uploads, or None if it is unknown."""
    _pool: ThreadPoolExecutor = field(init=False)
    _now: dict[SentBy, Counter[bytes | None]] = field(init=False)

    def __post_init__(self) -> None:
        self._pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="upload")
        self._now = {one: Counter() for one in SentBy}

    def expects(self, environ: WSGIEnvironment) -> bool:
        """Return whether this request is an upload to a URL that accepts files."""
        media = str(environ.get("CONTENT_TYPE", "")).lower().lstrip()
        return self.takes.expects(environ["REQUEST_METHOD"], media, environ["PATH_INFO"])

    def enter(self, sent_by: SentBy, network: bytes | None) -> bool:
        """Reserve a slot for an upload from this network if one is free, to be released with `leave`."""
        now, limits = self._now[sent_by], self.limits[sent_by]
        if now.total() >= limits.at_once or (network is not None and now[network] >= limits.from_one):
            return False
        now[network] += 1
        return True

    def leave(self, sent_by: SentBy, network: bytes | None) -> None:
        """Release a slot."""
        now = self._now[sent_by]
        now[network] -= 1
        if not now[network]:
            del now[network]

    async def pass_on(self, incoming: Incoming, receiver: Receiver, environ: WSGIEnvironment) -> None:
        """Pass the body to its receiver, and replace it in the environment with a small form."""
        announced = int(environ["CONTENT_LENGTH"] or 0)
        arrived = await self._read(incoming, receiver, self.limits[receiver.sent_by])
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

    async def _read(self, incoming: Incoming, receiver: Receiver, limits: SenderLimits) -> int:
        """Read the body until it ends, breaks off or is too slow, and return the number of bytes received."""
        clock = asyncio.get_running_loop().time
        held, arrived = bytearray(), 0
        until, at_last = clock() + limits.patience, clock() + limits.within
        chunks = aiter(incoming)
        while arrived <= receiver.most:
            try:
                async with asyncio.timeout_at(min(until, at_last)):
                    chunk = await anext(chunks)
            except (StopAsyncIteration, TimeoutError):
                break
            arrived += len(chunk)
            held += chunk
            # what came faster than the rate earns no more than the patience
            until = min(until + len(chunk) / limits.rate, clock() + limits.patience)
            if len(held) >= limits.block:
                began = clock()
                await self._write(receiver, held)
                until += clock() - began  # what we took ourselves is not the sender's time
        await self._write(receiver, held)
        return arrived

    async def _write(self, receiver: Receiver, held: bytearray) -> None:
        data = bytes(held)
        held.clear()
        if data:
            await self.run(lambda: receiver.write(data))
