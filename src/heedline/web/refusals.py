"""Map exceptions to error pages, with a status and text for each.

Internal errors are kept apart from what people see. Nothing here repeats what was sent, and nothing reveals
whether something exists that the user may not see.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.core.exceptions import BadRequest, RequestDataTooBig, SuspiciousOperation, TooManyFieldsSent
from django.db import DatabaseError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.module_loading import import_string

from heedline.casework.errors import (
    CannotOpen,
    Changed,
    ChangedSinceArrival,
    CodeUnknown,
    Locked,
    NoRoom,
    NotHere,
    SealingStopped,
)
from heedline.permits.gate import Refused
from heedline.reports.lifecycle import NotNow
from heedline.web.declared import BODY_REFUSED, TOO_BUSY
from heedline.web.page_context import is_signed_in_to

logger = logging.getLogger("heedline.web")


@dataclass(frozen=True)
class Refusal:
    """The status and page with which an exception is shown.

    `words` is used if the refusal has no text of its own.
    """

    status: int
    title: str
    words: str


NOTHING_HERE = Refusal(
    404, "There is nothing here that you can see", "The address may be wrong, or it is not for you."
)
TABLE: dict[type[BaseException], Refusal] = {
    NotHere: NOTHING_HERE,
    Http404: NOTHING_HERE,
    Refused: Refusal(403, "You cannot do this", ""),
    NotNow: Refusal(409, "Not now", ""),
    Changed: Refusal(409, "A colleague saved changes", ""),
    Locked: Refusal(403, "Your keys are locked", "Unlock your keys and try again."),
    ChangedSinceArrival: Refusal(
        409,
        "This report is not as it arrived",
        "The log names other sealed words for it. Do not rely on it, and tell an overseer and a steward now.",
    ),
    CannotOpen: Refusal(
        409, "This cannot be opened", "Your keys do not open it. Ask a colleague of the desk."
    ),
    SealingStopped: Refusal(
        503, "Nothing was sent", "It could not be stored safely just now. Please try again."
    ),
    CodeUnknown: Refusal(404, "We do not know this code", "Check it and try again."),
    NoRoom: Refusal(413, "That is too much at once", "Shorten it and send it again."),
    RequestDataTooBig: Refusal(413, "That is too much at once", "Shorten it and send it again."),
    TooManyFieldsSent: Refusal(413, "That is too much at once", "Shorten it and send it again."),
    SuspiciousOperation: Refusal(400, "This did not arrive as it should", "Go back and try again."),
    BadRequest: Refusal(400, "This did not arrive as it should", "Go back and try again."),
    DatabaseError: Refusal(
        503, "This is not working just now", "Nothing was changed. Please try again in a minute."
    ),
}
_UNEXPECTED = Refusal(
    500, "Something went wrong on our side", "Nothing more was changed. Please try again in a minute."
)

#: What `gateway.front` would not hand on, by the status that it gives for it.
BODIES = {
    408: Refusal(
        408,
        "This took too long to arrive",
        "Your connection is very slow or was interrupted. Nothing was stored. Please try again.",
    ),
    413: TABLE[RequestDataTooBig],
    415: Refusal(415, "Files cannot be sent here", "Go back and send it without a file."),
}

#: What the public reads instead, in its own language: a key of the pack's words, by status.
_PUBLIC = {
    400: "errors.bad",
    403: "errors.forbidden",
    404: "errors.not_found",
    408: "errors.bad",
    415: "errors.bad",
    413: "errors.too_large",
    503: "errors.away",
}


def refusal_for(problem: BaseException) -> tuple[Refusal, str]:
    """Return the error page and text for `problem`, from the most specific matching entry in the table."""
    for kind in type(problem).__mro__:
        found = TABLE.get(kind)
        if found is not None:
            words = getattr(problem, "reason", "") or getattr(problem, "theirs", "") or found.words
            return found, str(words)
    return _UNEXPECTED, _UNEXPECTED.words


def page(request: HttpRequest, refusal: Refusal, words: str = "") -> HttpResponse:
    """Show a refusal in the site's own shell, using the pack's text on the public site."""
    if is_signed_in_to(request):
        context = {"title": refusal.title, "words": words or refusal.words}
        return render(request, "entrance/refused.html", context, status=refusal.status)
    key = (
        "errors.sealing" if refusal is TABLE[SealingStopped] else _PUBLIC.get(refusal.status, "errors.broken")
    )
    return render(request, "public/refused.html", {"key": key}, status=refusal.status)


class RefusalsBecomePages:
    """Middleware that turns refusals and unexpected errors into pages.

    The page says what happened and what is safe.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if TOO_BUSY in request.META:  # of the public site alone
            busy: HttpResponse = import_string(settings.PUBLIC_TOO_BUSY)(request)
            return busy
        refused = BODIES.get(request.META.get(BODY_REFUSED, 0))
        if refused is not None and not request.path_info.startswith("/api/"):  # the API has problem documents
            return page(request, refused)
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, problem: Exception) -> HttpResponseBase | None:
        refusal, words = refusal_for(problem)
        if refusal.status >= 500:
            logger.error("a request failed", exc_info=problem)
        return page(request, refusal, words)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Show the page for a form that failed the CSRF check.

    Cookies are off or the page is out of date.
    """
    if not is_signed_in_to(request):
        failed: HttpResponse = import_string(settings.PUBLIC_CSRF_FAILURE)(request, reason)
        return failed
    return page(
        request,
        Refusal(403, "This page was open for too long", ""),
        "Your browser did not send back the small file (cookie) that goes with this form. "
        "Go back, reload the page and try again. Nothing was sent.",
    )


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Show the "not found" page, which is also shown for pages that the user may not see."""
    return page(request, NOTHING_HERE)


def broken(request: HttpRequest) -> HttpResponse:
    """Show the page for an error outside a view, for example in a session while the database is away."""
    problem = sys.exception()
    if not isinstance(problem, DatabaseError):
        return page(request, _UNEXPECTED)
    refusal, words = refusal_for(problem)
    with _nobody_signed_in(request):
        return page(request, refusal, words)


@contextmanager
def _nobody_signed_in(request: HttpRequest) -> Iterator[None]:
    """Let the shell ask the database for nobody. Afterwards the request has its session again, and so the browser its cookie."""
    nobody: dict[str, Any] = {"session": SessionBase(), "attendance": None, "user": None}
    held = {name: vars(request)[name] for name in nobody if name in vars(request)}
    vars(request).update(nobody)
    try:
        yield
    finally:
        for name in nobody:
            del vars(request)[name]
        vars(request).update(held)


def malformed(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Show the page for a malformed request."""
    return page(request, TABLE[BadRequest])
