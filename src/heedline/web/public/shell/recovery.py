"""Error pages of the public site, each explaining what happened, what is safe and what to do next.

No typed text is lost. It is shown again in a box and never put into a URL, a title or a header. None of it is
kept unless the reporter sends it again.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from heedline.casework.rate_limit import spread
from heedline.intake.questions import FieldKind
from heedline.web.public.shell import cookies
from heedline.web.public.shell.asking import KIND_FIELD, question_set, question_sets
from heedline.web.public.shell.languages import AS_TYPED, path_to
from heedline.web.public.shell.pages import page, see_other

#: Seconds at least until there may be room for another draft.
_ROOM_WITHIN = 60
_NOT_TYPED = frozenset({"csrfmiddlewaretoken", "skip", "homepage"})
#: Fields of ours that a page posts again, and does not show.
_OURS = frozenset(
    {
        KIND_FIELD,
        "form_token",
        AS_TYPED,
        "start",
        "keep",
        "begin",
        "message",
        "check",
        "say",
        "question",
        "edition",
        "warned",
        "shown",
        "only",
        "called",
    }
)


#: What the addresses of all pages with questions contain.
_QUESTIONS = "/r/"
#: The names of the pages with a box for somebody in danger who cannot call.
_DANGER = frozenset({"emergency", "brief"})


@dataclass(frozen=True, slots=True)
class Typed:
    """A value posted in a form.

    `free` marks the reporter's own text, which is shown again. Other values are choices.
    """

    name: str
    value: str
    free: bool


def typed(request: HttpRequest) -> tuple[Typed, ...]:
    """Return everything that was posted, in order, except the fields that our own pages add."""
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
    """Explain that no draft is stored for this browser.

    After the exit link it says only that the page is gone. Otherwise it says why.
    """
    if not cookies.sent(request, settings.DRAFT_COOKIE):
        return page(request, "gone", status=410, exit=False)
    return expired(request)


def expired(request: HttpRequest) -> HttpResponse:
    """Explain that the draft has expired."""
    response = page(request, "expired", status=410)
    cookies.take_away(response, settings.DRAFT_COOKIE)
    return response


def already_sent(request: HttpRequest) -> HttpResponse:
    """Explain that the report was already sent, and link or redirect to the receipt code page.

    Anything typed since is shown and is not part of the report.
    """
    kept = typed(request)
    if request.method == "POST" and not any(one.free for one in kept):
        return see_other("reporter:code")
    return page(request, "already_sent", kept=kept)


def does_not_fit(request: HttpRequest, *, late: bool = False, full: bool = False) -> HttpResponse:
    """Explain that an answer no longer fits the other answers.

    This happens if another tab changed them, the draft was gone (`late`) or the list is full (`full`).
    """
    return page(request, "does_not_fit", kept=typed(request), late=late, full=full)


def store_away(request: HttpRequest, *, full: bool = False) -> HttpResponse:
    """Explain that the database cannot be reached, or that it has no room for drafts (`full`).

    What was typed can be sent again from the same page.
    """
    posted = request.method == "POST"
    response = page(request, "try_again", status=503, again=typed(request), posted=posted, full=full)
    if full:
        response["Retry-After"] = str(round(spread(_ROOM_WITHIN)))
    return response


def too_busy(request: HttpRequest) -> HttpResponse:
    """Ask to come again, because too many people use the site. `busy_page` puts what was sent into the form."""
    posted = request.method == "POST"
    box, hidden = Typed("@name@", "@value@", True), Typed("@name@", "@value@", False)
    again = (box, hidden) if posted else ()
    return page(request, "try_again", status=503, again=again, posted=posted, full=True, no_token=True)


def forgery_check_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Handle a POST that failed Django's CSRF check.

    Usually the browser does not keep cookies, or the page is older than its cookie. Reloading would post the same form
    without the cookie again, so the page links to one that sets it: the same page, or the first one if the draft is gone.
    An account of danger is in a form of that page instead, which sends it to the emergency page at one press.
    """
    cookies_off = settings.CSRF_COOKIE_NAME not in request.COOKIES
    sent = request.path.startswith(reverse("reporter:code"))
    needs_draft = sent or _QUESTIONS in request.path
    lost = needs_draft and not cookies.sent(request, settings.DRAFT_COOKIE)
    return page(
        request,
        "cookies_off",
        status=403,
        kept=(kept := typed(request)),
        danger=in_danger(request) and any(one.free for one in kept),
        cookies_off=cookies_off,
        sent=sent,
        again_url=path_to("reporter:front") if lost else request.path,
    )


def in_danger(request: HttpRequest) -> bool:
    """Return whether the form was posted by somebody in danger who cannot call."""
    match = request.resolver_match
    return match is not None and match.url_name in _DANGER and "called" not in request.POST


def code_away(request: HttpRequest) -> HttpResponse:
    """Explain that the report is safe, but the code cannot be shown because the database cannot be reached.

    The reporter is asked to try again.
    """
    return page(
        request, "try_again", status=503, again=typed(request), posted=request.method == "POST", sent=True
    )


def code_gone(request: HttpRequest) -> HttpResponse:
    """Redirect a repeated POST to the finished page.

    Anybody else sees that nothing is stored.
    """
    return see_other("reporter:finished") if request.method == "POST" else no_draft(request)


def not_sent_yet(request: HttpRequest) -> HttpResponse:
    """Redirect to the check page, because the code is shown only after sending."""
    return see_other("reporter:question", slug=question_set().steps[-1].slug)
