"""Work that pages defer until the process has no page to serve.

An officer's keys are available only during requests of their session. Work that needs them, such as indexing new
reports, would otherwise delay the page that happens to be opened. Instead, the server makes a request for that work
after the page, with the cookie of the page's session and all the checks of any other request.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from io import BytesIO
from wsgiref.types import WSGIEnvironment

from heedline.web.afterwards import AFTERWARDS, AUTOMATIC, COOKIE

logger = logging.getLogger("heedline.idle_work")

#: What belongs to the page's own request and not to the one that follows it: its headers, its body and what Django notes.
_NOT_PASSED_ON = ("HTTP_", "CONTENT_", "CSRF_", "heedline.")


@dataclass(frozen=True, slots=True)
class _Left:
    """A deferred request for a session, with the monotonic time at which it expires."""

    request: WSGIEnvironment = field(repr=False)
    until: float


@dataclass(slots=True)
class IdleWork:
    """A runner for deferred requests, one at a time. All methods must be called from one event loop.

    `respond` runs a request in a thread and returns its status. Times are in seconds. A step begins once no page has
    been served for `quiet`, or after `patience` at the latest. Sessions take turns. A session whose turn does not come
    within `within` of its last page is forgotten.
    """

    respond: Callable[[WSGIEnvironment], Awaitable[int]]
    quiet: float = 0.25
    patience: float = 15.0
    within: float = 60.0
    _pages: int = field(init=False, default=0)
    _last: float = field(init=False, default=0.0)
    _waiting: dict[tuple[str, str], _Left] = field(init=False, default_factory=dict)
    _steps: asyncio.Task[None] | None = field(init=False, default=None)
    _stopped: bool = field(init=False, default=False)

    def page_begins(self) -> None:
        """Record that a page is being served."""
        self._pages += 1

    def page_ends(self) -> None:
        """Record that a page has been served."""
        self._pages -= 1
        self._last = time.monotonic()

    def follow(self, environ: WSGIEnvironment) -> None:
        """Queue the work that this request's page deferred, and start the runner if it is idle."""
        path = environ.get(AFTERWARDS)
        if not path or self._stopped:
            return
        session = str(environ.get(COOKIE, "")), str(path)
        self._waiting[session] = _Left(_request(environ, *session), time.monotonic() + self.within)
        if self._steps is None:
            self._steps = asyncio.get_running_loop().create_task(self._take_steps())

    def stop(self) -> set[asyncio.Task[None]]:
        """Discard queued work, and return the runner's task in a set, which is empty if there is none."""
        self._stopped = True
        self._waiting.clear()
        return {self._steps} if self._steps is not None else set()

    async def _take_steps(self) -> None:
        try:
            while await self._idle():
                session = next(iter(self._waiting))
                left = self._waiting.pop(session)  # a page that is served during the step adds it again
                if await self._step(left.request) and not self._stopped:
                    self._waiting.setdefault(session, left)
        finally:
            self._steps = None

    async def _step(self, request: WSGIEnvironment) -> bool:
        """Take one step for a session, and return whether more work is waiting."""
        try:
            # a copy: whatever a step leaves in its environment ends with it
            return await self.respond({**request, "wsgi.input": BytesIO()}) == HTTPStatus.ACCEPTED
        except Exception:
            logger.exception("work after a page failed")
            return False

    async def _idle(self) -> bool:
        """Wait until no page has been served for a moment, and return whether any session is waiting."""
        latest = time.monotonic() + self.patience
        while True:
            now = time.monotonic()
            self._waiting = {session: left for session, left in self._waiting.items() if now < left.until}
            rest = min(self.quiet if self._pages else self._last + self.quiet - now, latest - now)
            if rest <= 0 or not self._waiting:
                return bool(self._waiting)
            await asyncio.sleep(rest)


def _request(environ: WSGIEnvironment, cookie: str, path: str) -> WSGIEnvironment:
    """Return the WSGI environment of a deferred GET request, derived from that of the page."""
    passed_on = {
        name: value
        for name, value in environ.items()
        if name == "HTTP_HOST" or not name.startswith(_NOT_PASSED_ON)
    }
    del passed_on["wsgi.input"]
    return {
        **passed_on,
        "REQUEST_METHOD": "GET",
        "PATH_INFO": path,
        "QUERY_STRING": "",
        "HTTP_COOKIE": cookie,
        AUTOMATIC: True,
    }
