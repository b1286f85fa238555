"""The HTTP front end of a web process, which reads each request in full before using a thread.

The server (granian, RSGI) calls `Front` on the event loop, where a slow sender costs only a connection. Responses that
are ready beforehand (style sheets, *Run, Hide, Tell*) are also sent from the loop. A body without a stated length is
refused. A body that is too large, too slow, cut off or of a media type that none of our forms sends is not parsed: the
key `BODY_REFUSED` of the environment says so, and Django responds with a page in the visitor's language.
"""

from __future__ import annotations

import asyncio
import logging
from asyncio import AbstractEventLoop
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from http import HTTPStatus
from io import BytesIO
from typing import Protocol
from wsgiref.types import WSGIApplication, WSGIEnvironment

from heedline.api import problems
from heedline.casework.rate_limit import spread
from heedline.gateway.bodies import SMALL, BodyRoom, RequestBody
from heedline.gateway.groups import Group, Groups
from heedline.gateway.idle_work import IdleWork
from heedline.gateway.lanes import QueueLane
from heedline.gateway.uploads import Uploads
from heedline.gateway.workers import NoThread, Workers
from heedline.gateway.wsgi_environment import Scope, base_of, environ_of, host_of, is_for
from heedline.web.afterwards import AFTERWARDS
from heedline.web.declared import BODY_REFUSED, SentBy
from heedline.web.guard import COOKIES_UNREAD

logger = logging.getLogger("heedline.front")

type Headers = list[tuple[str, str]]
#: Status, headers, body.
type RawResponse = tuple[int, Headers, bytes]

#: Seconds at least until somebody who was not served should try again.
AGAIN_AFTER = 5


class BlockSender(Protocol):
    """Granian's interface for sending a response in blocks."""

    async def send_bytes(self, data: bytes) -> None: ...


class Sender(Protocol):
    """Granian's interface to one request, which yields its body in chunks and accepts the response."""

    def __aiter__(self) -> AsyncIterator[bytes]: ...

    def response_bytes(self, status: int, headers: Headers, body: bytes) -> None: ...

    def response_stream(self, status: int, headers: Headers) -> BlockSender: ...


class Together(Protocol):
    """The interface of a handler that runs requests in groups (`gateway.groups`)."""

    def expects(self, environ: WSGIEnvironment) -> bool:
        """Return whether this request is to be run in a group."""

    def begin(self, group: Group[WSGIEnvironment]) -> Callable[[], Sequence[AnyResponse | None]]:
        """Start processing a group in a thread, where it may grow. Return a function that finishes it and returns the responses.

        That function returns None in place of a response if the request has to be run separately.
        """


@dataclass(frozen=True, slots=True)
class FrontLimits:
    """Request limits for one web process, in bytes and seconds."""

    #: The longest body that is handed on.
    body: int
    #: How long a body may take to arrive.
    body_within: float = 30.0
    #: What all bodies above `SMALL` that are here at one time may take together.
    room: int = 32 * 1024 * 1024
    #: Requests that are worked on at once.
    threads: int = 8
    #: How long a request waits for a thread before it is asked to come again: longer than one that has a thread waits for
    #: the database, and together with that less than a proxy in front usually waits (60 seconds).
    wait_within: float = 30.0
    #: How many pages that are only read, and how many reports of programs, may wait for a thread. Together they leave
    #: connections for guidance, for people in danger and for what somebody has typed.
    pages_waiting: int = 64
    programs_waiting: int = 256


@dataclass(slots=True)
class Front:
    """The RSGI application that granian calls, in front of the WSGI application `app`.

    `origin` is the only origin that is served, including its port. `fixed` maps paths to complete responses to GET.
    `lane_of` returns how urgent a request is, and `busy` the page for whoever is asked to come again, with the form that was sent.
    `ready` returns whether `app` serves a path from an existing file, which needs no thread either. `together` are the
    handlers that run requests in groups. `uploads` receives bodies with files, and is None on a site that takes none.
    """

    app: WSGIApplication
    origin: str
    limits: FrontLimits
    fixed: Mapping[str, RawResponse] = field(default_factory=dict)
    ready: Callable[[str], bool] = lambda path: False
    together: Sequence[Together] = ()
    uploads: Uploads | None = None
    lane_of: Callable[[WSGIEnvironment], QueueLane] = lambda _: QueueLane.TEXT
    busy: Callable[[WSGIEnvironment, bytes], RawResponse] | None = None
    _base: WSGIEnvironment = field(init=False)
    _host: str = field(init=False)
    _workers: Workers = field(init=False)
    _groups: Sequence[tuple[Together, Groups[_Asked, AnyResponse | _ByItself]]] = field(init=False)
    _room: BodyRoom = field(init=False)
    _open: set[asyncio.Task[object]] = field(init=False, default_factory=set)
    _idle_work: IdleWork = field(init=False)

    def __post_init__(self) -> None:
        self._workers = Workers(self.limits.threads)
        self._room = BodyRoom(self.limits.body, self.limits.body_within, self.limits.room)
        self._groups = [(one, self._groups_of(one)) for one in self.together]
        self._idle_work = IdleWork(self._status_of)
        self._base, self._host = base_of(self.origin), host_of(self.origin)

    def __rsgi_del__(self, loop: AbstractEventLoop) -> None:
        """Finish the requests in progress when the process is asked to stop."""
        in_progress = {*self._open, *self._idle_work.stop()}
        if in_progress:
            loop.run_until_complete(asyncio.wait(in_progress, timeout=5))
        self._workers.stop()
        if self.uploads is not None:
            self.uploads.stop()

    async def __rsgi__(self, scope: Scope, sender: Sender) -> None:
        headers = scope.headers.items()
        if not is_for(self._host, scope, headers):
            sender.response_bytes(
                *plain(HTTPStatus.BAD_REQUEST, "This server does not answer under that name.")
            )
        elif any(name == "transfer-encoding" for name, _ in headers):
            # Granian does not say when such a body breaks off, and a part of it would pass for all of it.
            sender.response_bytes(
                *plain(HTTPStatus.LENGTH_REQUIRED, "Send a Content-Length.", ("connection", "close"))
            )
        elif scope.method == "GET" and (fixed := self.fixed.get(scope.path)) is not None:
            sender.response_bytes(*fixed)
        else:
            environ = environ_of(scope, headers, self._base)
            environ["HTTP_HOST"] = self._host  # in one spelling only, because pages are kept by it
            if "HTTP_COOKIE" not in environ and "cookie" in scope.headers:
                environ[COOKIES_UNREAD] = True
            if self.ready(environ["PATH_INFO"]):
                await self._respond(sender, run(self.app, environ))
            else:
                task = asyncio.current_task()
                if task is not None:  # waited for when the process ends
                    self._open.add(task)
                    task.add_done_callback(self._open.discard)
                environ[AFTERWARDS] = ""
                response = await self._answer(environ, sender)
                if response is not None:
                    await self._respond(sender, response)
                self._idle_work.follow(environ)

    async def _status_of(self, environ: WSGIEnvironment) -> int:
        """Run a request, discard its response and return its status."""
        status, _, body = await self._turn(lambda: run(self.app, environ)) or self._come_again(environ)
        if not isinstance(body, bytes):
            await self._workers.run(body.close)
        return status

    async def _respond(self, sender: Sender, response: AnyResponse) -> None:
        status, headers, body = response
        if isinstance(body, bytes):
            sender.response_bytes(status, headers, body)
        else:
            await self._send(sender.response_stream(status, headers), body)

    async def _send(self, out: BlockSender, blocks: Blocks) -> None:
        """Send a response in blocks, without tying up a thread while a slow client reads.

        Granian buffers what the client has not read yet, so streamed responses have to be of bounded length or rare. If
        a block cannot be made, the connection ends before the announced length, so that the client does not take a
        partial response for a complete one.
        """
        try:
            while block := await self._workers.run(blocks.take):
                await out.send_bytes(block)
        except Exception:
            logger.exception("a response ended early")
        finally:
            await self._workers.run(blocks.close)

    async def _answer(self, environ: WSGIEnvironment, sender: Sender) -> AnyResponse | None:
        """Return the response, or None if it has been sent."""
        if "CONTENT_LENGTH" not in environ:
            return await self._in_thread(environ, sender)  # no body
        if self.uploads is not None and self.uploads.expects(environ):
            return await self._upload(self.uploads, environ, sender)
        body = RequestBody(self._room, environ)
        try:
            refused = await body.read(sender)
            if refused is HTTPStatus.SERVICE_UNAVAILABLE:
                return self._come_again(environ)
            environ["wsgi.input"] = BytesIO(b"" if refused else body.whole())
            environ["CONTENT_LENGTH"] = "0" if refused else str(body.size)
            if refused:
                environ[BODY_REFUSED] = int(refused)
            # the loop frees a large or refused body as soon as the response is ready
            return await self._in_thread(environ, None if refused or body.size > SMALL else sender)
        finally:
            body.let_go()

    async def _upload(self, uploads: Uploads, environ: WSGIEnvironment, sender: Sender) -> AnyResponse | None:
        receiver = await self._turn(lambda: uploads.takes.begin(environ))
        if receiver is None:
            return self._come_again(environ)
        try:
            sent_by, network = receiver.sent_by, uploads.network(environ)
            if not uploads.enter(sent_by, network):
                return self._come_again(environ)
            try:
                await uploads.pass_on(sender, receiver, environ)
            finally:
                uploads.leave(sent_by, network)
            response = await self._in_thread(environ, None)
            if response is not None and sent_by is SentBy.NOBODY:
                response[1].append(("connection", "close"))  # the rest of the body is not read
            return response
        finally:
            await uploads.run(receiver.close)

    async def _in_thread(self, environ: WSGIEnvironment, sender: Sender | None) -> AnyResponse | None:
        """Run a request in a thread and return its response.

        With `sender`, the thread sends a complete response itself without waking the loop, and None is returned.
        """
        lane = self.lane_of(environ)
        if lane is QueueLane.PAGE and self._workers.waiting(lane) >= self.limits.pages_waiting:
            return self._come_again(environ)
        self._idle_work.page_begins()
        try:
            for together, groups in self._groups:
                if together.expects(environ):
                    if groups.waiting() >= self.limits.programs_waiting:
                        return self._come_again(environ)
                    response = await groups.run((environ, sender))
                    if not isinstance(response, _ByItself):
                        return response
                    break
            if sender is None:
                return await self._workers.run(
                    lambda: run(self.app, environ), within=self.limits.wait_within, lane=lane
                )
            return await self._workers.run_unhurried(
                lambda: self._run_and_send(environ, sender), within=self.limits.wait_within, lane=lane
            )
        except NoThread:
            return self._come_again(environ)
        finally:
            self._idle_work.page_ends()

    def _come_again(self, environ: WSGIEnvironment) -> RawResponse:
        """Return a response that asks the client to try again later, in the API's format if the client is a program."""
        seconds = round(spread(AGAIN_AFTER))
        if environ["PATH_INFO"].startswith("/api/"):
            status, headers, body = _send_again(seconds)
            return status, [*headers], body  # the caller may add to them
        wait = ("retry-after", str(seconds))
        if self.busy is not None:
            status, headers, body = self.busy(environ, _typed(environ))
            return status, [*headers, wait], body
        return plain(
            HTTPStatus.SERVICE_UNAVAILABLE,
            "Very many people are using this service. Nothing was stored. Please try again in a few seconds.",
            wait,
        )

    def _groups_of(self, together: Together) -> Groups[_Asked, AnyResponse | _ByItself]:
        """Return the queue that runs requests of one kind in groups."""

        def begin(group: Group[_Asked]) -> Callable[[], list[AnyResponse | _ByItself | None]]:
            requests = Group((one for one, _ in group), lambda: [one for one, _ in group.grow()])
            end = together.begin(requests)
            return lambda: [
                _BY_ITSELF if one is None else _sent(sender, one)
                for (_, sender), one in zip(group, end(), strict=True)
            ]

        return Groups(self._workers, begin, within=self.limits.wait_within)

    def _run_and_send(self, environ: WSGIEnvironment, sender: Sender) -> AnyResponse | None:
        """Run a request in this thread and send the response, or return it if the loop has to send it."""
        return _sent(sender, run(self.app, environ))

    async def _turn[T](self, what: Callable[[], T]) -> T | None:
        """Run a function in a page thread, or return None if no thread became free in time."""
        try:
            return await self._workers.run(what, within=self.limits.wait_within)
        except NoThread:
            return None


class Blocks:
    """The body of a response that Django streams, in blocks of about a quarter of a mebibyte."""

    SIZE = 256 * 1024

    def __init__(self, parts: Iterable[bytes]) -> None:
        self._parts, self._rest = parts, iter(parts)

    def take(self) -> bytes:
        """Return the next block, or empty bytes at the end."""
        block = bytearray()
        for part in self._rest:
            block += part
            if len(block) >= self.SIZE:
                break
        return bytes(block)

    def close(self) -> None:
        """Close the response iterable, as WSGI requires of a server."""
        if hasattr(self._parts, "close"):
            self._parts.close()


type AnyResponse = tuple[int, Headers, bytes | Blocks]
#: A grouped request, and the sender for its response, or None if the loop sends it.
type _Asked = tuple[WSGIEnvironment, Sender | None]


class _ByItself:
    """The type of a sentinel returned for a grouped request that has to be run separately."""


_BY_ITSELF = _ByItself()


def _sent(sender: Sender | None, response: AnyResponse) -> AnyResponse | None:
    """Send a complete response from this thread, or return it if the loop has to send it.

    Granian's sender may be used from any thread.
    """
    status, headers, body = response
    if sender is None or not isinstance(body, bytes):
        return response
    try:
        sender.response_bytes(status, headers, body)
    except Exception:  # the loop gets the same error, and reports it for this request alone
        return response
    return None


def run(app: WSGIApplication, environ: WSGIEnvironment) -> AnyResponse:
    """Run the application for one request and return the response, complete unless Django streams it."""
    began: list[tuple[int, Headers]] = []

    def start_response(status: str, headers: Headers, exc_info: object = None) -> Callable[[bytes], object]:
        began[:] = [(int(status[:3]), headers)]
        return lambda _: None

    try:
        parts = app(environ, start_response)
        if getattr(parts, "streaming", False):
            status, headers = began[0]
            return status, [(name.lower(), value) for name, value in headers], Blocks(parts)
        try:
            body = b"".join(parts)
        finally:
            if hasattr(parts, "close"):
                parts.close()
        status, headers = began[0]
    except Exception:
        logger.exception("a request failed before it reached a page")
        return plain(HTTPStatus.INTERNAL_SERVER_ERROR, "Something went wrong on our side.")
    return status, [(name.lower(), value) for name, value in headers], body


@cache
def _send_again(seconds: int) -> RawResponse:
    """Return the response that asks a program to send its report again after so many seconds."""
    problem = problems.ApiProblem(
        problems.NOT_NOW, "Nothing was stored. Send the same again with the same key.", retry_after=seconds
    )
    page = problems.problem_page(problem)
    return page.status_code, list(page.items()), page.content


def _typed(environ: WSGIEnvironment) -> bytes:
    """Return the form that was sent, or nothing."""
    body = environ.get("wsgi.input")
    return body.getvalue() if isinstance(body, BytesIO) else b""


def plain(status: HTTPStatus, words: str, *more: tuple[str, str]) -> RawResponse:
    """Return a plain-text response of one sentence, for requests that never reach a page."""
    body = words.encode()
    headers = [
        ("content-type", "text/plain; charset=utf-8"),
        ("content-length", str(len(body))),
        ("cache-control", "no-store"),
        ("x-content-type-options", "nosniff"),
        *more,
    ]
    return int(status), headers, body
