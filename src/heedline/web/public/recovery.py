"""A page for each thing that can go wrong: what happened, what is safe, what to do. No typed word is lost.

What was typed is shown again in a box; it is never put into an address, a title or a header, and nothing is kept of it
unless the reporter sends it again.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from heedline.intake.questions import FieldKind
from heedline.web.public import cookies
from heedline.web.public.asking import KIND_FIELD, question_set, question_sets
from heedline.web.public.languages import AS_TYPED
from heedline.web.public.pages import page, see_other

_NOT_TYPED = frozenset({"csrfmiddlewaretoken", "skip", "homepage"})
#: Fields of ours that a page posts again, and does not show.
_OURS = frozenset({KIND_FIELD, "form_token", AS_TYPED})


@dataclass(frozen=True, slots=True)
class Typed:
    """One thing that came with a POST. `free`: words of theirs, to be shown; others are choices."""

    name: str
    value: str
    free: bool


def typed(request: HttpRequest) -> tuple[Typed, ...]:
    """Everything that was posted, in order, without what our own pages add."""
    offered = {
        choice.value
        for questions in question_sets()
        for step in questions.steps
        for question in step.fields
        if question.kind in (FieldKind.CHOICE, FieldKind.CHOICES)
        for choice in question.choices
    }
    return tuple(
        Typed(name, value, name not in _OURS and bool(value.strip()) and value not in offered)
        for name, values in request.POST.lists()
        if name not in _NOT_TYPED
        for value in values
    )


def no_draft(request: HttpRequest) -> HttpResponse:
    """Nothing is kept for this browser: after the exit link only that the page is gone, otherwise why."""
    if not cookies.sent(request, settings.DRAFT_COOKIE):
        return page(request, "gone", status=410, exit=False)
    return expired(request)


def expired(request: HttpRequest) -> HttpResponse:
    """The draft ran out of time."""
    response = page(request, "expired", status=410)
    cookies.take_away(response, settings.DRAFT_COOKIE)
    return response


def already_sent(request: HttpRequest) -> HttpResponse:
    """Back after sending, or a second press: the code. What was typed since is shown, and is not part of the report."""
    kept = typed(request)
    if request.method == "POST" and not any(one.free for one in kept):
        return see_other("reporter:code")
    return page(request, "already_sent", kept=kept)


def does_not_fit(request: HttpRequest, *, late: bool = False, full: bool = False) -> HttpResponse:
    """An answer that no longer belongs to the others: changed in another tab, the draft was gone, the list is full."""
    return page(request, "does_not_fit", kept=typed(request), late=late, full=full)


def store_away(request: HttpRequest, *, full: bool = False) -> HttpResponse:
    """The database cannot be reached, or (`full`) has no room for drafts. What was typed can be sent again from here."""
    posted = request.method == "POST"
    response = page(request, "try_again", status=503, again=typed(request), posted=posted, full=full)
    if full:
        response["Retry-After"] = "60"
    return response


def forgery_check_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Django refused a POST. Mostly the browser keeps no cookies; or the page is older than its cookie."""
    cookies_off = settings.CSRF_COOKIE_NAME not in request.COOKIES
    return page(request, "cookies_off", status=403, kept=typed(request), cookies_off=cookies_off)


def code_away(request: HttpRequest) -> HttpResponse:
    """The database cannot be reached while the code is shown: the report is safe, try again."""
    return page(
        request, "try_again", status=503, again=typed(request), posted=request.method == "POST", sent=True
    )


def code_gone(request: HttpRequest) -> HttpResponse:
    """A second press of "Finish" finds that it is finished; anybody else finds nothing."""
    return see_other("reporter:finished") if request.method == "POST" else no_draft(request)


def not_sent_yet(request: HttpRequest) -> HttpResponse:
    """The code comes after sending."""
    return see_other("reporter:question", slug=question_set().steps[-1].slug)
