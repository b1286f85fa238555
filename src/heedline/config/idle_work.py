"""Work that pages leave for later, done while a process has no page to serve.

An officer's keys are at hand only during requests of their session. Whatever needs them, such as indexing new reports, would
otherwise hold up the page that happens to be opened. Here the request for that work follows the page, with the page's cookies
and every check of any other request.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from io import BytesIO
from wsgiref.types import WSGIEnvironment

from heedline.web.afterwards import AFTERWARDS, AUTOMATIC

#: What belongs to the page's own request and not to the one that follows it.
_NOT_PASSED_ON = frozenset({AFTERWARDS, "CONTENT_LENGTH", "CONTENT_TYPE", "HTTP_HX_REQUEST", "HTTP_RANGE"})


@dataclass(slots=True)
class IdleWork:
    """Runs the requests that pages leave for later, one at a time. All methods must be called from one event loop.

    `respond` runs a request in a thread and returns its status. Times are in seconds: a step begins once no page has been
    served for `quiet`, or after `patience` at most, and steps follow a page for `within`.
    """

    respond: Callable[[WSGIEnvironment], Awaitable[int]]
    quiet: float = 0.25
    patience: float = 5.0
    within: float = 60.0
    _pages: int = field(init=False, default=0)
    _last: float = field(init=False, default=0.0)
    _turn: asyncio.Lock = field(init=False, default_factory=asyncio.Lock)
    _following: dict[tuple[str, str], float] = field(init=False, default_factory=dict)
    _tasks: set[asyncio.Task[None]] = field(init=False, default_factory=set)

    def page_begins(self) -> None:
        """Note that a page is being served."""
        self._pages += 1

    def page_ends(self) -> None:
        """Note that a page has been served."""
        self._pages -= 1
        self._last = time.monotonic()

    def follow(self, environ: WSGIEnvironment) -> None:
        """Begin the work that the page of this request left, or extend it if it is still being done for the same session."""
        path = environ.get(AFTERWARDS)
        if not path:
            return
        session = (str(environ.get("HTTP_COOKIE", "")), str(path))
        under_way = session in self._following
        self._following[session] = time.monotonic() + self.within
        if not under_way:
            task = asyncio.get_running_loop().create_task(self._steps(session, _request(environ, str(path))))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    def stop(self) -> None:
        """Begin no further step."""
        self._following.clear()
        for task in self._tasks:
            task.cancel()

    async def _steps(self, session: tuple[str, str], request: WSGIEnvironment) -> None:
        try:
            while time.monotonic() < self._following.get(session, 0):
                async with self._turn:
                    await self._idle()
                    # a copy: whatever a step leaves in its environment ends with it
                    status = await self.respond({**request, "wsgi.input": BytesIO()})
                if status != HTTPStatus.ACCEPTED:
                    return
        finally:
            self._following.pop(session, None)

    async def _idle(self) -> None:
        """Wait until no page is being served and none has been for a moment."""
        latest = time.monotonic() + self.patience
        while (now := time.monotonic()) < latest:
            rest = self.quiet if self._pages else self._last + self.quiet - now
            if rest <= 0:
                return
            await asyncio.sleep(min(rest, latest - now))


def _request(environ: WSGIEnvironment, path: str) -> WSGIEnvironment:
    """Return the environment of the request that follows a page."""
    passed_on = {name: value for name, value in environ.items() if name not in _NOT_PASSED_ON}
    return {**passed_on, "REQUEST_METHOD": "GET", "PATH_INFO": path, "QUERY_STRING": "", AUTOMATIC: True}
