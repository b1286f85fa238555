"""The bodies of requests while they are being received, and the memory that they share."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterable
from dataclasses import dataclass, field
from http import HTTPStatus
from wsgiref.types import WSGIEnvironment

#: A body of this size costs no room: a report that is typed is smaller.
SMALL = 16 * 1024
#: A sender of too much is read on up to this, so that a browser gets to see why it was refused.
READ_ON = 1024 * 1024


@dataclass(slots=True)
class BodyRoom:
    """What one body and all bodies above `SMALL` together may take, in bytes, and the seconds in which one has to arrive."""

    longest: int
    within: float
    most: int
    held: int = field(init=False, default=0)


class RequestBody:
    """The body of a request while it is being received.

    Its length was announced. A body that ends earlier was cut off on its way and is refused.
    """

    def __init__(self, room: BodyRoom, environ: WSGIEnvironment) -> None:
        self._room, self._environ = room, environ
        self._chunks: list[bytes] = []
        self._counted = 0
        self._announced = int(environ["CONTENT_LENGTH"] or 0)
        self.size = 0

    def whole(self) -> bytes:
        """Return everything received so far."""
        return b"".join(self._chunks)

    def let_go(self) -> None:
        """Discard the body and release the memory reserved for it."""
        self._chunks.clear()
        self._room.held -= self._counted
        self._counted = 0

    async def read(self, sender: AsyncIterable[bytes]) -> HTTPStatus | None:
        """Read the body until its end or until it exceeds a limit.

        Returns the status with which to refuse the body, or None. Up to a limit, a refused body is still read
        and discarded, because a browser that cannot finish sending shows no response.
        """
        refused = None
        if str(self._environ.get("CONTENT_TYPE", "")).lower().lstrip().startswith("multipart/"):
            refused = HTTPStatus.UNSUPPORTED_MEDIA_TYPE  # no form of ours has files
        elif self._announced > self._room.longest:
            refused = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
        try:
            async with asyncio.timeout(self._room.within):
                return await self._read(sender, refused)
        except TimeoutError:
            return refused or HTTPStatus.REQUEST_TIMEOUT

    async def _read(self, sender: AsyncIterable[bytes], refused: HTTPStatus | None) -> HTTPStatus | None:
        async for chunk in sender:
            self.size += len(chunk)
            if self.size > self._room.longest:
                refused = refused or HTTPStatus.REQUEST_ENTITY_TOO_LARGE
            if refused is None and not self._keep(chunk):
                refused = HTTPStatus.SERVICE_UNAVAILABLE
            if refused is not None:
                self.let_go()
            if self.size > READ_ON or self.size == self._announced:
                break  # nothing can follow what was announced, so its end is not waited for
        if self.size < self._announced:
            return refused or HTTPStatus.REQUEST_TIMEOUT
        return refused

    def _keep(self, chunk: bytes) -> bool:
        """Store a chunk, or return False if there is no memory left for it."""
        new = max(self.size - SMALL, 0) - self._counted
        if new and self._room.held + new > self._room.most:
            return False
        self._room.held += new
        self._counted += new
        self._chunks.append(chunk)
        return True
