"""Training records (`/w/training/`), kept by supervisors and stewards for other people."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from heedline.casework.access import session
from heedline.casework.access.session import Attendance
from heedline.casework.errors import NotHere
from heedline.casework.journey import practice
from heedline.casework.people import training
from heedline.casework.people.training import TrainingLine, TrainingState
from heedline.permits.gate import Refused
from heedline.reports.lifecycle import NotNow
from heedline.web.components.forms import Checkboxes, DateInput, Field, FieldOption, Form
from heedline.web.declared import Audience, open_to
from heedline.web.shell.request import OfficeRequest

#: How a training stands, in words.
STATES = {
    TrainingState.MISSING: "Never recorded",
    TrainingState.LAPSED: "Expired",
    TrainingState.SOON: "Runs out soon",
    TrainingState.VALID: "Counts",
}


def state_words(line: TrainingLine) -> str:
    """Return the status of a training record as text, with its date if it has one."""
    if line.until is None:
        return STATES[line.state]
    if line.state is TrainingState.LAPSED:
        return f"Ran out on {line.until:%-d %B %Y}"
    return f"{'Runs out' if line.soon else 'Counts until'} {line.until:%-d %B %Y}"


def shown(lines: tuple[TrainingLine, ...]) -> list[dict[str, object]]:
    """Return the template data for training records, with each status as text."""
    return [{"line": line, "words": state_words(line)} for line in lines]


@open_to(Audience.OFFICERS)
@require_GET
def overview(request: OfficeRequest) -> HttpResponse:
    """Show the training records of everyone whom the officer supervises.

    Missing training and training that expires soonest come first.
    """
    lines = training.people(by=request.attendance, at=session.now())
    names = {line.training: line.name for line in lines if not line.mine}
    context = {
        "lines": shown(lines),
        "short": sum(not line.counts for line in lines),
        "soon": sum(line.soon for line in lines),
        "recordable": sorted(names.items(), key=lambda one: one[1]),
    }
    return render(request, "office/training.html", context)


def _practised(code: str, by: Attendance) -> dict[UUID, str]:
    """Return a one-line summary of each officer's completed exercises for this training course."""
    all_of = {one.code for one in practice.scenarios().values() if one.training == code}
    words = {}
    for officer, finished in practice.of_my_people(by=by).items():
        done = {one.scenario for one in finished} & all_of
        if done:
            last = max(one.ended_on for one in finished if one.scenario in done)
            words[officer] = f"Practised {len(done)} of {len(all_of)}, last on {last:%-d %B %Y}"
    return words


def _fields(lines: tuple[TrainingLine, ...], practised: Mapping[UUID, str]) -> tuple[Field, ...]:
    return (
        DateInput(
            name="on",
            label="On which day did they complete it?",
            hint="For example 14 3 2026.",
            required="Enter the day",
        ),
        Checkboxes(
            name="people",
            label="Who completed it?",
            hint="You cannot record your own.",
            required="Choose who completed it",
            choices=tuple(
                FieldOption(
                    value=str(line.officer_id),
                    label=line.officer,
                    hint=". ".join(filter(None, (state_words(line), practised.get(line.officer_id)))),
                )
                for line in lines
            ),
            small=True,
        ),
    )


@open_to(Audience.OFFICERS)
@require_http_methods(["GET", "POST"])
def record(request: OfficeRequest, item: str) -> HttpResponse:
    """Record that people completed a training course."""
    by, at = request.attendance, session.now()
    lines = tuple(line for line in training.people(by=by, at=at) if line.training == item and not line.mine)
    if not lines:
        raise NotHere
    fields = _fields(lines, _practised(item, by))
    form = Form(fields)
    if request.method == "POST":
        form = Form.posted(fields, request.POST.lists())
        day = form.day("on")
        if not form.errors and day is not None:
            try:
                training.record(item, day, map(UUID, form.chosen("people")), by=by, at=at)
            except NotNow as no:
                form = form.but(on=no.reason)
            except Refused as no:
                form = form.but(people=no.reason)
            else:
                messages.success(request, "Recorded in your name.")
                return HttpResponseRedirect(reverse("training"))
    context = {"form": form, "name": lines[0].name, "code": item}
    return render(request, "office/training_record.html", context, status=422 if form.errors else 200)


@open_to(Audience.OFFICERS)
@require_http_methods(["GET", "POST"])
def withdraw(request: OfficeRequest, ref: UUID) -> HttpResponse:
    """Withdraw a mistaken training record, after confirmation."""
    by, at = request.attendance, session.now()
    if request.method == "POST":
        training.withdraw(ref, by=by, at=at)
        messages.success(request, "Withdrawn. It no longer counts.")
        return HttpResponseRedirect(reverse("training"))
    line = next((one for one in training.people(by=by, at=at) if one.record == ref and not one.mine), None)
    if line is None:
        raise NotHere
    return render(request, "office/training_withdraw.html", {"line": line})
