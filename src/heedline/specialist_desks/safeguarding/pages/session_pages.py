"""Planning sessions of support, taking the provider's signed reports of them, and the page of one session."""

from __future__ import annotations

from dataclasses import replace
from typing import Final
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from heedline.casework.access import session
from heedline.casework.errors import NotHere
from heedline.casework.records.shown_record import ShownRecord, shown
from heedline.reports.lifecycle import NotNow
from heedline.reports.record_kinds import DECLINE, FALL_BACK, OFFER, SIGN, WITHDRAW
from heedline.specialist_desks.safeguarding import sessions
from heedline.specialist_desks.safeguarding.kind import KIND, SESSION_KIND
from heedline.specialist_desks.safeguarding.pages.case_pages import SESSION_STATES
from heedline.specialist_desks.safeguarding.pages.case_pages import WORDS as CASE_WORDS
from heedline.specialist_desks.safeguarding.vocabulary import SafeguardingCapability
from heedline.web.components.forms import DateInput, Field, FieldOption, Form, Select
from heedline.web.declared import Audience, open_to
from heedline.web.entrance.kept_words import keeps_words
from heedline.web.shell.record_pages import MoveWords, RecordWords, record_move, record_page
from heedline.web.shell.request import OfficeRequest

WORDS: Final = RecordWords(
    states=SESSION_STATES,
    moves={
        "begin": MoveWords(done="Planned"),
        "hold": MoveWords(done="Held, by the provider’s signed report"),
        "miss": MoveWords(
            button="Record that it was not held",
            done="Not held",
            reason="Why was it not held: because of the person, the provider, or something else?",
        ),
        "supersede": MoveWords(
            button="Another day takes its place",
            done="Another day instead",
            reason="Which day takes its place, or why is none needed?",
        ),
        **{move: CASE_WORDS.moves[move] for move in (OFFER, SIGN, DECLINE, WITHDRAW, FALL_BACK)},
    },
    move_page="safeguarding-session-move",
)
_WEEKS: Final = {1: "Every week", 2: "Every two weeks", 4: "Every four weeks"}
_PLANNING: Final[tuple[Field, ...]] = (
    DateInput(
        name="first", label="Day of the first session", hint="For example 14 3 2027.", required=sessions.PAST
    ),
    Select(
        name="many",
        label="How many sessions?",
        blank="Choose",
        required="Choose how many sessions",
        choices=tuple(FieldOption(value=str(one), label=str(one)) for one in range(1, sessions.MOST + 1)),
    ),
    Select(
        name="weeks",
        label="How often?",
        blank="Choose",
        required="Choose how often",
        choices=tuple(FieldOption(value=str(one), label=_WEEKS[one]) for one in sessions.EVERY),
    ),
)
_MADE: Final = ("miss", "supersede")


@open_to(Audience.UNLOCKED)
@require_http_methods(["GET", "POST"])
def plan(request: OfficeRequest, ref: UUID) -> HttpResponse:
    """Plan sessions of a case."""
    by, at = request.attendance, session.now()
    found = shown(KIND, ref, capability=SafeguardingCapability.WORK, by=by, at=at)
    form, status = Form(_PLANNING), 200
    if request.method == "POST":
        form, status = Form.posted(_PLANNING, request.POST.lists()), 422
        first = form.day("first")
        if not form.errors and first is not None:
            many, weeks = int(form.text("many")), int(form.text("weeks"))
            try:
                sessions.plan(ref, first, many, weeks, by=by, at=at)
            except NotNow as no:
                form = form.but(**{no.about: no.reason})
            else:
                messages.success(request, f"{found.title}: sessions planned: {many}.")
                return _back(ref)
    return render(request, "safeguarding/plan.html", {"record": found, "form": form}, status=status)


@open_to(Audience.UNLOCKED)
@require_POST
def take_reports(request: OfficeRequest, ref: UUID) -> HttpResponse:
    """Record what the provider has signed about planned sessions of a case."""
    try:
        taken = sessions.take_reports(ref, by=request.attendance, at=session.now())
    except NotNow as no:
        messages.error(request, no.reason)
    else:
        messages.success(request, f"Sessions recorded from signed reports: {taken}.")
    return _back(ref)


def _back(case: UUID) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("safeguarding-case", kwargs={"ref": case}))


def _shown(request: OfficeRequest, ref: UUID) -> ShownRecord:
    by, at = request.attendance, session.now()
    found = shown(SESSION_KIND, ref, capability=SafeguardingCapability.WORK, by=by, at=at)
    return replace(found, moves=tuple(one for one in found.moves if one.move in _MADE))


@open_to(Audience.UNLOCKED)
@require_GET
def one(request: OfficeRequest, ref: UUID) -> HttpResponse:
    """Show a session with its day and its case."""
    by, at = request.attendance, session.now()
    found = _shown(request, ref)
    of = shown(KIND, sessions.case_of(ref, by=by), capability=SafeguardingCapability.WORK, by=by, at=at)
    context = {"case": of, "day": found.words["on"]}
    return record_page(request, "safeguarding/session.html", found, WORDS, context)


@open_to(Audience.UNLOCKED)
@keeps_words
@require_http_methods(["GET", "POST"])
def session_move(request: OfficeRequest, ref: UUID, move: str) -> HttpResponse:
    """Record that a session was not held, or that another day takes its place, with a reason."""
    by, at = request.attendance, session.now()
    if move not in _MADE:
        raise NotHere

    def act(version: int, reason: str) -> None:
        sessions.move(ref, move, reason, version=version, by=by, at=at)

    return record_move(request, _shown(request, ref), move, WORDS, "safeguarding-session", act)
