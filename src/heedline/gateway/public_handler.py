"""Django's request handler for the public process, without steps that its requests never need.

It runs the middleware, the views and the error pages of Django's `WSGIHandler`, which it inherits. These are the
differences:

  * Django tells six receivers that a request has begun or ended. Only the check of the database connection does something
    in this process, so it is called directly.
  * The view of a path is looked up once for each page of the site.
  * A question page that was sent before is sent again without its view (`web.public.report.kept_pages`).
  * An answer that leads on to another page, the check page and the page with the code take the view, but not the
    middleware (`web.public.report.plain_answers`).
  * No view is asynchronous or bound to a transaction, and no request chooses its own routes, so this is not asked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from http import HTTPStatus
from wsgiref.types import StartResponse, WSGIEnvironment

from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.db import DEFAULT_DB_ALIAS, connections
from django.http import HttpRequest, HttpResponse
from django.urls import ResolverMatch, get_resolver
from django.utils.log import log_response

from heedline.web.public.report import starting
from heedline.web.public.report.kept_pages import kept_pages
from heedline.web.public.report.plain_answers import PlainAnswers
from heedline.web.public.report.questions import question
from heedline.web.public.report.receipt import code
from heedline.web.public.shell.asking import question_sets


def renew_connection() -> None:
    """Close this thread's database connection if it is no longer usable, as Django does for each request."""
    connections[DEFAULT_DB_ALIAS].close_if_unusable_or_obsolete()


#: The views of the pages before the questions.
_STARTS = frozenset({starting.start, starting.person, starting.call, starting.online, starting.advice})


class PublicHandler(WSGIHandler):
    """The WSGI application of the public pages.

    `renew` is called before each request, and after each that Django answers.
    """

    _middleware_chain: Callable[[HttpRequest], HttpResponse]
    _view_middleware: list[Callable[..., HttpResponse | None]]

    def __init__(self, renew: Callable[[], None] = renew_connection) -> None:
        super().__init__()
        if any(one["ATOMIC_REQUESTS"] for one in connections.settings.values()):
            raise ValueError("views of the public site are not bound to transactions")
        self._renew = renew
        self._resolver = get_resolver(settings.ROOT_URLCONF)
        self._pages = frozenset(step.slug for one in question_sets() for step in one.steps)
        self._kept = kept_pages()
        self._answers = PlainAnswers(question, code)
        self._found: dict[str, ResolverMatch] = {}

    def __call__(  # type: ignore[override]  # of the types of WSGI
        self, environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        self._renew()
        wanted = self._kept.wanted(environ)
        if wanted is not None and (kept := self._kept.sent(wanted)) is not None:
            start_response("200 OK", kept[0])
            return [kept[1]]
        answer = start = None
        if environ["REQUEST_METHOD"] == "POST":
            answer = self._kept.visit(environ)
            if answer is None and (match := self._found.get(environ["PATH_INFO"])) is not None:
                start = match.func if match.func in _STARTS else None
                answer = self._kept.start(environ) if start is not None else None
        if answer is not None and (taken := self._answers.taken(environ, answer, start)) is not None:
            start_response(*taken)
            return [b""]
        filled = self._kept.filled(environ)
        if filled is not None and (shown := self._answers.shown(environ, filled)) is not None:
            start_response("200 OK", shown[0])
            return [shown[1]]
        request = self.request_class(environ)
        response = self.get_response(request)
        response._handler_class = self.__class__  # type: ignore[attr-defined]
        self._kept.keep(environ, wanted, response)
        if answer is not None or filled is not None:
            self._answers.learn(environ, response)
        cookies = [("Set-Cookie", one.OutputString()) for one in response.cookies.values()]
        start_response(f"{response.status_code} {response.reason_phrase}", [*response.items(), *cookies])
        if response.streaming:
            return response  # closing it ends the request
        request.close()
        self._renew()
        return [response.content]

    def get_response(self, request: HttpRequest) -> HttpResponse:
        """Pass a request through all middleware and its view, and return the response."""
        response: HttpResponse = self._middleware_chain(request)
        response._resource_closers.append(request.close)  # type: ignore[attr-defined]
        if response.status_code >= HTTPStatus.BAD_REQUEST:
            log_response("%s: %s", response.reason_phrase, request.path, response=response, request=request)
        return response

    def _get_response(self, request: HttpRequest) -> HttpResponse:
        view, args, kwargs = self.resolve_request(request)
        for check in self._view_middleware:
            refused: HttpResponse | None = check(request, view, args, kwargs)
            if refused is not None:
                return refused
        try:
            response: HttpResponse = view(request, *args, **kwargs)
        except Exception as problem:
            page: HttpResponse | None = self.process_exception_by_middleware(problem, request)
            if page is None:
                raise
            return page
        return response

    def resolve_request(self, request: HttpRequest) -> ResolverMatch:
        """Resolve a request's path to its view, or raise Resolver404 if there is none."""
        match = self._found.get(request.path_info)
        if match is None:
            match = self._resolver.resolve(request.path_info)
            named = set(match.kwargs.values())
            if len(match.kwargs) <= 1 and named <= self._pages:  # no made-up name, no item's
                self._found[request.path_info] = match
        request.resolver_match = match
        return match
