"""Pages for notices: the list, the draft form, one notice and its letter."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from heedline.casework.access import session
from heedline.casework.delivery.attempts import AttemptOutcome
from heedline.casework.errors import Changed
from heedline.dispatch.clocks import due_words
from heedline.permits.gate import Refused
from heedline.reports.lifecycle import NotNow
from heedline.specialist_desks.material.items import sightings
from heedline.specialist_desks.material.liveness import LivenessVerdict
from heedline.specialist_desks.material.notices import (
    beginning,
    composing,
    following,
    lines,
    printing,
    sending,
)
from heedline.specialist_desks.material.notices.composing import NoticeRefused
from heedline.specialist_desks.material.notices.lines import CompanyNoticeLine
from heedline.specialist_desks.material.pages.notices import notice_view
from heedline.specialist_desks.material.pages.notices.notice_form import (
    notice_fields,
    typed_notice,
    values_of,
)
from heedline.specialist_desks.material.pages.words import (
    ANSWERS,
    BASES,
    NOTICE_LISTS,
    NOTICE_STATES,
    NOTICES_EMPTY,
    STEPS,
)
from heedline.web.components.forms import Form
from heedline.web.declared import Audience, open_to
from heedline.web.shell.request import OfficeRequest

#: A letter brings its own styles, and loads nothing.
_PRINTED = {"default-src": ["'none'"], "style-src": ["'unsafe-inline'"], "frame-ancestors": ["'none'"]}


def line_words(one: CompanyNoticeLine) -> dict[str, Any]:
    """Return the display text for a row in a list of notices."""
    due = due_words(one.due_at, session.now(), session.office_zone()) if one.due_at is not None else ""
    return {
        "line": one,
        "state": NOTICE_STATES[one.state],
        "answer": ANSWERS[one.answer],
        "basis": BASES[one.basis],
        "step": STEPS.get(one.step, one.step),
        "due": due,
    }


@open_to(Audience.UNLOCKED)
@require_GET
def notices(request: OfficeRequest) -> HttpResponse:
    """List the notices at the officer's desk, earliest deadline first."""
    chosen = request.GET.get("list", "open")
    chosen = chosen if chosen in NOTICE_LISTS else "open"
    typed = request.GET.get("page", "1")
    number = int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 5 else 1
    found = lines.listed(chosen, max(1, number), by=request.attendance, at=session.now())
    where = reverse("material-notices")
    return render(
        request,
        "material/notices.html",
        {
            "found": found,
            "lines": [line_words(one) for one in found.lines],
            "lists": [
                {
                    "text": words,
                    "href": f"{where}?list={code}",
                    "count": found.counts[code],
                    "current": code == chosen,
                }
                for code, words in NOTICE_LISTS.items()
            ],
            "title": NOTICE_LISTS[chosen],
            "empty": NOTICES_EMPTY[chosen],
            "earlier_href": f"{where}?list={chosen}&page={found.page - 1}" if found.page > 1 else "",
            "later_href": f"{where}?list={chosen}&page={found.page + 1}" if found.page < found.pages else "",
        },
    )


@open_to(Audience.UNLOCKED)
@require_http_methods(["GET", "POST"])
def compose(request: OfficeRequest, ref: UUID) -> HttpResponse:
    """Show the basis for a notice and its draft form, and store the draft."""
    by, at = request.attendance, session.now()
    start = beginning.beginning(ref, by=by, at=at)
    context: dict[str, Any] = {"start": start, **notice_view.beginning_words(start, at)}
    if start.why_not or start.company is None:
        return render(request, "material/notice_refused.html", context)
    fields = notice_fields(start.company, start.met, start.tests, at)
    form, status = Form(fields, values={"asks": ["preserve", "confidential"]}), 200
    if request.method == "POST":
        form, status = Form.posted(fields, request.POST.lists()), 422
        if not form.errors:
            try:
                made = composing.compose(ref, typed_notice(form, start.met), by=by, at=at)
            except NotNow as why:
                form = form.but(**{"": str(why)})
            else:
                return HttpResponseRedirect(reverse("material-notice", kwargs={"ref": made}))
    return render(request, "material/notice_form.html", context | {"form": form}, status=status)


@open_to(Audience.UNLOCKED)
@require_http_methods(["GET", "POST"])
def change(request: OfficeRequest, ref: UUID) -> HttpResponse:
    """Revise a draft or an undeliverable notice."""
    by, at = request.attendance, session.now()
    view = lines.one(ref, by=by, at=at)
    start = beginning.beginning(view.line.item, by=by, at=at)
    context: dict[str, Any] = {"start": start, "view": view, **notice_view.beginning_words(start, at)}
    if start.why_not or start.company is None:
        return render(request, "material/notice_refused.html", context)
    fields = notice_fields(start.company, start.met, start.tests, at)
    form, status = Form(fields, values=values_of(view.stored, start.met, crisis=view.crisis)), 200
    if request.method == "POST":
        form, status = Form.posted(fields, request.POST.lists()), 422
        if not form.errors:
            try:
                composing.change(ref, typed_notice(form, start.met), version=_version(request), by=by, at=at)
            except (NotNow, Changed) as why:
                form = form.but(**{"": str(why)})
            else:
                return HttpResponseRedirect(reverse("material-notice", kwargs={"ref": ref}))
    return render(request, "material/notice_form.html", context | {"form": form}, status=status)


@open_to(Audience.UNLOCKED)
@require_GET
def notice(request: OfficeRequest, ref: UUID) -> HttpResponse:
    """Show a notice with its due step, replies and possible actions."""
    at = session.now()
    view = lines.one(ref, by=request.attendance, at=at)
    return render(request, "material/notice.html", notice_view.notice_words(view, request.attendance, at))


@open_to(Audience.UNLOCKED)
@require_GET
def letter(request: OfficeRequest, ref: UUID) -> HttpResponse:
    """Show the printable page for an approved section 3 notice."""
    response = HttpResponse(printing.letter(ref, by=request.attendance, at=session.now()))
    response._csp_config = _PRINTED  # type: ignore[attr-defined]
    return response


@open_to(Audience.UNLOCKED)
@require_POST
def seen(request: OfficeRequest, ref: UUID) -> HttpResponse:
    """Record the result of the officer's check of an item."""
    try:
        verdict = LivenessVerdict(request.POST.get("verdict", ""))
    except ValueError:
        raise Http404 from None
    sightings.record(ref, verdict, by=request.attendance, at=session.now())
    messages.success(request, "What you found is recorded.")
    return HttpResponseRedirect(reverse("material-item", kwargs={"ref": ref}))


@open_to(Audience.UNLOCKED)
@require_POST
def act(request: OfficeRequest, ref: UUID) -> HttpResponse:
    """Perform an action on a notice."""
    by, at, chosen = request.attendance, session.now(), request.POST.get("do", "")
    with_version: dict[str, tuple[Callable[..., Any], str]] = {
        "propose": (composing.propose, "The notice waits for approval by somebody else."),
        "approve": (composing.approve, "You have approved the notice. It can be sent now."),
        "return": (composing.give_back, "The notice is a draft again."),
        "drop": (composing.drop, "The notice is given up. The company was not told."),
    }
    simple: dict[str, tuple[Callable[..., Any], str]] = {
        "close": (following.close, "The notice is closed."),
        "read": (following.read_answer, "It is recorded that the answer was read."),
        "lapse": (following.lapse, "The notice is closed without an answer."),
    }
    try:
        if chosen in with_version:
            do, words = with_version[chosen]
            do(ref, version=_version(request), by=by, at=at)
            messages.success(request, words)
        elif chosen in simple:
            do, words = simple[chosen]
            do(ref, by=by, at=at)
            messages.success(request, words)
        elif chosen == "send":
            _say(request, sending.send(ref, by=by, at=at).outcome)
        elif chosen in notice_view.WITH_WORDS:
            messages.success(request, notice_view.WITH_WORDS[chosen](request.POST, ref, by, at))
        else:
            raise Http404
    except NoticeRefused as why:
        for one in why.refusals:
            messages.error(request, one)
    except (NotNow, Changed, Refused) as why:
        messages.error(request, str(why))
    return HttpResponseRedirect(reverse("material-notice", kwargs={"ref": ref}))


def _say(request: OfficeRequest, outcome: AttemptOutcome) -> None:
    if outcome is AttemptOutcome.ACCEPTED:
        messages.success(request, "The company's system has accepted the notice. The proof is below.")
    elif outcome is AttemptOutcome.LATER:
        messages.error(request, "The notice was not accepted. It is due to be tried again.")
    else:
        messages.error(request, "The notice was refused. Choose another channel.")


def _version(request: OfficeRequest) -> int:
    typed = request.POST.get("version", "")
    return int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 8 else 0
