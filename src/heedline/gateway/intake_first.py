"""A direct route for reports from the public API, which bypasses Django's routing and page middleware.

The public process must withstand a flood of reports, and routing, choosing a language and keeping a CSRF token are
wasted on a request with no cookie and no page. The view and the guards are the same objects that Django uses:
`settings.GUARDS` is the beginning of every site's middleware. Everything but a POST to that one path goes through
Django.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from django.conf import settings
from django.core.handlers.wsgi import WSGIRequest
from django.db import DEFAULT_DB_ALIAS, connections
from django.http import HttpRequest, HttpResponse
from django.urls import resolve
from django.utils.module_loading import import_string

from heedline.web.public.shell.languages import LanguageOfTheAddress
from heedline.web.refusals import RefusalsBecomePages

PATH = "/api/v1/reports"

type PlainView = Callable[[HttpRequest], Any]


def renew_connection() -> None:
    """Close this thread's database connection if it is no longer usable, as Django does for each request."""
    connections[DEFAULT_DB_ALIAS].close_if_unusable_or_obsolete()


def guarded(view: PlainView) -> PlainView:
    """Wrap a view in the middleware guards common to every site, in their configured order."""
    for name in reversed(settings.GUARDS):
        view = import_string(name)(view)
    return view


def intake_first(
    app: WSGIApplication, view: PlainView, renew: Callable[[], None] = renew_connection
) -> WSGIApplication:
    """Wrap the site's application so that reports sent through the API go straight to `view`.

    `renew` is called before and after each request, as Django does by its signals.
    """
    refusals = RefusalsBecomePages(_none)

    def respond(request: HttpRequest) -> Any:
        try:
            return view(request)
        except Exception as problem:  # Django's handler asks the middleware of pages
            request.resolver_match = resolve(request.path_info)
            found = problem
        return LanguageOfTheAddress(lambda asked: refusals.process_exception(asked, found) or _none())(
            request
        )

    ready = guarded(respond)

    def first(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ["PATH_INFO"] != PATH or environ["REQUEST_METHOD"] != "POST":
            return app(environ, start_response)
        renew()
        request = WSGIRequest(environ)
        response = ready(request)
        start_response(f"{response.status_code} {response.reason_phrase}", list(response.items()))
        request.close()
        renew()
        return [response.content]

    return first


def _none(*_: object) -> HttpResponse:
    raise AssertionError("every problem has a page")
