"""Pages for call-backs: the list of waiting calls (`/w/calls/`) and a single call (`/w/r/…/call/`).

The page of a call says when and how it is safe to call, shows the number when it is time, and records how
the call went.
"""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_http_methods

from heedline.casework.access import session
from heedline.casework.contact import call_back as calling
from heedline.casework.errors import Changed, NotHere
from heedline.casework.journey import call_outcomes
from heedline.casework.pages import case_file
from heedline.permits.gate import Refused
from heedline.reports.lifecycle import Move, NotNow
from heedline.web.components.forms import FieldOption, Form, Radios, TextArea
from heedline.web.declared import Audience, open_to
from heedline.web.entrance import times
from heedline.web.entrance.kept_words import keeps_words, let_go
from heedline.web.office.report.report_forms import LONG
from heedline.web.shell.conflict import conflict, version_of
from heedline.web.shell.danger_answers import TOLD_IN_A_CALL
from heedline.web.shell.queue_links import with_queue
from heedline.web.shell.report_page import page
from heedline.web.shell.request import OfficeRequest
from heedline.web.shell.saved_words import restored

_EARLY = (
    Radios(
        name="because",
        label="Why must the number be opened now?",
        required="Say why the number has to be opened now",
        choices=tuple(FieldOption(value=code, label=words) for code, words in calling.EARLY_REASONS.items()),
        small=True,
    ),
)
_TRIED = (
    Radios(
        name="how",
        label="How did it go?",
        required="Say how it went",
        choices=tuple(FieldOption(value=code, label=calling.HOWS[code]) for code in calling.CALL_BACKS),
        small=True,
    ),
    TOLD_IN_A_CALL,
    TextArea(
        name="said",
        label="What was said",
        hint="Sealed with the report. If no call will be made, say why.",
        rows=6,
        limit=LONG,
    ),
)


@open_to(Audience.UNLOCKED)
@require_GET
def calls(request: OfficeRequest) -> HttpResponse:
    """List the calls waiting at the officer's desks, with their safe times but without phone numbers.

    The board of a desk leads here with `desk` and `late`.
    """
    by, at = request.attendance, session.now()
    here = next((one for one in by.desks if one.code == request.GET.get("desk")), None)
    late = request.GET.get("late") == "yes"
    found = calling.to_make(desk=here.code if here is not None else None, late=late, by=by, at=at)
    context = {
        "calls": found,
        "updated": times.clock(at),
        "desk": here,
        "late": late,
        "most": calling.SHOWN,
    }
    return render(request, "office/calls.html", context)


@open_to(Audience.UNLOCKED)
@keeps_words
@require_http_methods(["GET", "POST"])
def call_back(request: OfficeRequest, ref: UUID) -> HttpResponse:
    """Show one call-back.

    The phone number appears only in the response to its button and on no other page.
    """
    kept = restored(request, _TRIED)
    form = kept or Form(_TRIED)
    if request.method == "POST":
        return _show_number(request, ref) if request.POST.get("do") == "number" else _tried(request, ref)
    return _show(request, ref, form, words_came_back=kept is not None)


def _show(
    request: OfficeRequest,
    ref: UUID,
    form: Form,
    status: int = 200,
    *,
    early: Form | None = None,
    number: str = "",
    words_came_back: bool = False,
) -> HttpResponse:
    file = case_file.case_file(ref, by=request.attendance, at=session.now())
    call = file.answers.call
    if file.answers.first_answer is not None:  # where alarms about calls lead to
        return HttpResponseRedirect(with_queue(request, "report-answer", ref=ref))
    if call is None:
        raise NotHere
    context = {
        "form": early if early is not None and early.errors else form,
        "tried": form,
        "early": early or Form(_EARLY),
        "call": call,
        "number": number,
        "words_came_back": words_came_back,
        "rows": [{"label": label, "lines": lines} for label, lines in call.rows],
        "attempts": [step for step in file.history.steps if step.move is Move.CALL],
    }
    return page(request, "office/call_back.html", file, "report-call", context, status)


def _show_number(request: OfficeRequest, ref: UUID) -> HttpResponse:
    early = Form.posted(_EARLY, request.POST.lists())
    try:
        found = calling.number(ref, early.text("because"), by=request.attendance, at=session.now())
    except NotNow:
        return _show(request, ref, Form(_TRIED), 422, early=early)
    except Refused as no:
        return _show(request, ref, Form(_TRIED), 409, early=Form(_EARLY).but(**{"": no.reason}))
    return _show(request, ref, Form(_TRIED), number=found)


def _tried(request: OfficeRequest, ref: UUID) -> HttpResponse:
    by, at = request.attendance, session.now()
    form = Form.posted(_TRIED, request.POST.lists())
    if form.text("how") == "not-made" and not form.text("said"):
        form = form.but(said="Say why no call will be made")
    if form.text("how") in calling.SPOKE and not form.text("danger"):
        form = form.but(danger="Say whether anyone is in danger, or something is planned")
    if form.errors:
        return _show(request, ref, form, 422)
    try:
        call_outcomes.tried(
            ref,
            form.text("how"),
            form.text("said"),
            danger=form.text("danger"),
            version=version_of(request),
            by=by,
            at=at,
        )
    except Changed as changed:
        return conflict(request, ref, form, "report-call", changed)
    except (NotNow, Refused) as no:
        return _show(request, ref, form.but(**{"": no.reason}), 409)
    messages.success(request, "Saved with the report.")
    return let_go(request, HttpResponseRedirect(with_queue(request, "report-call", ref=ref)), by)
