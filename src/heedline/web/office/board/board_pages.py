"""Pages of the supervisor's board."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from heedline.casework.access import session
from heedline.casework.access.keyring import DeskLine
from heedline.casework.errors import NotHere
from heedline.casework.intake import incidents
from heedline.casework.journey import owners
from heedline.casework.journey.owners import Colleague
from heedline.casework.pages.board import board as pages_board
from heedline.casework.pages.board.board import AGES, Board, BoardOfficer, RecordCount, StageLine
from heedline.casework.pages.board.repeats import repeats_of_today
from heedline.casework.pages.queues.queue_view import NOBODY, OVERDUE, OWN, WATCHED
from heedline.casework.records import open_records
from heedline.casework.report.opening import short_name
from heedline.casework.tasks import tasks as casework_tasks
from heedline.packs import load_pack
from heedline.reports.lifecycle import NotNow, Stage
from heedline.reports.record_kinds import kinds
from heedline.web.components.charts import bar_chart
from heedline.web.components.forms import Field, FieldOption, Form, Radios
from heedline.web.declared import Audience, open_to
from heedline.web.entrance import times
from heedline.web.entrance.kept_words import form_of, keeps_words, let_go
from heedline.web.office.board import throughput_words
from heedline.web.office.report.owner_pages import reason_field
from heedline.web.shell.queue_links import view_link
from heedline.web.shell.report_bar import STAGES
from heedline.web.shell.request import OfficeRequest
from heedline.web.shell.saved_words import restored

#: The ages in words, by the code of the queue's filter.
AGE_WORDS = {
    "today": "Today",
    "days": "1 to 6 days",
    "weeks": "7 to 29 days",
    "older-month": "30 days or more",
}
_YOUNGEST_FIRST = tuple(code for code, _ in reversed(AGES))


@open_to(Audience.OFFICERS)
@require_GET
def boards(request: OfficeRequest) -> HttpResponse:
    """Redirect to the board of the first desk that the supervisor is responsible for."""
    led = pages_board.led_by(request.attendance)
    if not led:
        raise NotHere
    return HttpResponseRedirect(reverse("board", kwargs={"desk": led[0].code}))


@open_to(Audience.OFFICERS)
@require_GET
def board(request: OfficeRequest, desk: str) -> HttpResponse:
    """Show a desk's work on the supervisor's board.

    The page contains nothing from reports, so it needs no keys.
    """
    by, at = request.attendance, session.now()
    here = pages_board.desk_led(desk, by=by)
    found = pages_board.board(here, by=by, at=at)
    leads_incidents = here.code == load_pack(settings.PACK).watch_desk and incidents.may_open(by)
    return render(
        request,
        "office/board.html",
        {
            "board": found,
            "desk": here,
            "others": [
                {
                    "text": one.name,
                    "href": reverse("board", kwargs={"desk": one.code}),
                    "current": one.id == here.id,
                }
                for one in pages_board.led_by(by)
            ],
            "updated": times.clock(at),
            "leads_incidents": leads_incidents,
            "incidents": incidents.listed(by=by) if leads_incidents else (),
            "sums": _sums(found),
            "elsewhere": _elsewhere(found),
            "officers": [_officer(one, here, at) for one in found.officers],
            "nobody": {"number": found.owned_by_nobody, "href": _queue(here, owner=NOBODY)},
            "age_words": [AGE_WORDS[code] for code in _YOUNGEST_FIRST],
            "stages": [_stage(line, here) for line in found.stages],
            "totals": _cells(found.ages, here),
            "total_href": _queue(here),
            "overdue": sum(line.overdue for line in found.stages),
            "overdue_href": _queue(here, due=OVERDUE),
            "throughput": throughput_words.tables(found.throughput),
            "chart": bar_chart(
                "Open reports by age",
                [
                    (AGE_WORDS[code], number, 1)
                    for code, number in zip(_YOUNGEST_FIRST, found.ages, strict=True)
                ],
            ),
        },
    )


@open_to(Audience.OFFICERS)
@require_GET
def tasks(request: OfficeRequest, desk: str) -> HttpResponse:
    """List the open tasks on a desk's reports, or those of one officer, or those that are overdue.

    Their texts are shown while the supervisor's keys are unlocked.
    """
    by, at = request.attendance, session.now()
    here = pages_board.desk_led(desk, by=by)
    late, owner = request.GET.get("late") == "yes", _uuid(request.GET.get("owner", ""))
    listed = casework_tasks.of_desk(here, owner=owner, late=late, by=by, at=at)
    context = {
        "desk": here,
        "tasks": listed,
        "late": late,
        "owner": listed[0].owner if listed and owner is not None else "",
        "most": casework_tasks.SHOWN,
    }
    return render(request, "office/board_tasks.html", context)


@open_to(Audience.OFFICERS)
@require_GET
def records(request: OfficeRequest, desk: str) -> HttpResponse:
    """List a desk's open records, or those of one kind, or those that are overdue."""
    by, at = request.attendance, session.now()
    here = pages_board.desk_led(desk, by=by)
    late, kind = request.GET.get("late") == "yes", request.GET.get("kind", "")
    context = {
        "desk": here,
        "plural": kinds()[kind].plural if kind in kinds() else "Records",
        "records": open_records.of_desk(here, kind=kind, late=late, by=by, at=at),
        "late": late,
        "most": open_records.SHOWN,
    }
    return render(request, "office/board_records.html", context)


@open_to(Audience.UNLOCKED)
@keeps_words
@require_http_methods(["GET", "POST"])
def pass_on(request: OfficeRequest, desk: str, officer: UUID) -> HttpResponse:
    """Give all reports and records of an officer, who may have left, to one colleague, with a reason."""
    by, at = request.attendance, session.now()
    here = pages_board.desk_led(desk, by=by)
    work = owners.work_of(officer, here, by=by, at=at)
    others = {one.id: one for one in owners.members(here.id, at) if one.id != officer}
    fields = _passing_on(others.values(), by.officer_id, work.name)
    form, status = restored(request, fields) or Form(fields), 200
    if request.method == "POST":
        form, status = Form.posted(fields, request.POST.lists()), 422
        if not form.errors:
            to = UUID(form.text("to"))
            try:
                left = owners.pass_on_work(work, to, form.text("because"), by=by, at=at)
            except NotNow as no:
                form = form.but(because=no.reason)
            else:
                for ref, why in left.items():
                    messages.error(request, f"{short_name(ref)} stays with {work.name}. {why}")
                done = len(work.reports) + len(work.records) - len(left)
                messages.success(request, f"Passed on to {others[to].name}: {done}.")
                back = HttpResponseRedirect(reverse("board", kwargs={"desk": here.code}))
                return let_go(request, back, by)
    context = {"desk": here, "work": work, "form": form, "form_of": form_of(by)}
    return render(request, "office/board_pass_on.html", context, status=status)


def _passing_on(others: Iterable[Colleague], me: UUID, name: str) -> tuple[Field, ...]:
    choice = Radios(
        name="to",
        label="Who takes over?",
        hint="Deadlines do not change.",
        required="Choose who takes over",
        choices=tuple(
            FieldOption(
                value=str(one.id),
                label=f"{one.name} (you)" if one.id == me else one.name,
                hint="On duty" if one.on_duty else "",
            )
            for one in others
        ),
        small=True,
    )
    return (choice, reason_field(name))


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


@open_to(Audience.UNLOCKED)
@require_GET
def repeats(request: OfficeRequest, desk: str) -> HttpResponse:
    """List the reports that were assessed today as repeats of earlier reports.

    Their assessments are opened for this list.
    """
    by, at = request.attendance, session.now()
    here = pages_board.desk_led(desk, by=by)
    listed = repeats_of_today(here, by=by, at=at)
    return render(request, "office/board_repeats.html", {"desk": here, "repeats": listed})


def _sums(found: Board) -> list[dict[str, Any]]:
    """Return the figures at the top of the board, each with a link to the reports it counts."""
    here, now = found.desk, found.figures
    tasks, notes = (reverse(name, kwargs={"desk": here.code}) for name in ("board-tasks", "shift-notes"))
    calls = f"{reverse('calls')}?desk={here.code}"
    return [
        _figure("Waiting", now.waiting, _queue(here, stage=Stage.WAITING)),
        _figure("Overdue", now.overdue, _queue(here, due=OVERDUE), late=True),
        _figure("In danger", now.danger, _queue(here, danger="yes")),
        _figure("Open tasks", found.tasks, tasks),
        _figure("Late tasks", found.late_tasks, f"{tasks}?late=yes", late=True),
        _figure("Call backs to make", found.calls, calls),
        _figure("Late call backs", found.late_calls, f"{calls}&late=yes", late=True),
        _figure("Shift handover notes not acknowledged", found.shift_notes, f"{notes}?waiting=yes"),
        _figure("With unread messages", now.messages, _queue(here, unread="yes")),
        *(figure for one in found.records for figure in _records(one, here)),
    ]


def _records(one: RecordCount, desk: DeskLine) -> tuple[dict[str, Any], dict[str, Any]]:
    listed = f"{reverse('board-records', kwargs={'desk': desk.code})}?kind={one.kind}"
    return (
        _figure(one.plural, one.open, listed),
        _figure(f"{one.plural}: overdue", one.late, f"{listed}&late=yes", late=True),
    )


def _elsewhere(found: Board) -> list[dict[str, Any]]:
    """Return the overdue and danger figures for the watched desks, or an empty list if both are zero."""
    here, now = found.desk, found.figures
    if not now.overdue_elsewhere and not now.danger_elsewhere:
        return []
    return [
        _figure(
            "Overdue at watched desks",
            now.overdue_elsewhere,
            view_link(here.code, {"whose": WATCHED, "due": OVERDUE}),
            late=True,
        ),
        _figure(
            "In danger at watched desks",
            now.danger_elsewhere,
            view_link(here.code, {"whose": WATCHED, "danger": "yes"}),
        ),
    ]


def _queue(desk: DeskLine, **query: str) -> str:
    """Return the URL of a view of the desk's own reports."""
    return view_link(desk.code, {**query, "whose": OWN} if desk.round_the_clock else query)


def _figure(words: str, number: int, href: str, *, late: bool = False) -> dict[str, Any]:
    """Return the template data for a figure, with its label and the URL of its list.

    Figures are counted up to a thousand.
    """
    return {
        "words": words,
        "number": f"{number:,}" if number < 1000 else "1,000 or more",
        "href": href if number else "",
        "late": late and number > 0,
    }


def _officer(one: BoardOfficer, desk: DeskLine, at: datetime) -> dict[str, Any]:
    owner = str(one.id)
    tasks = f"{reverse('board-tasks', kwargs={'desk': desk.code})}?owner={owner}"
    return {
        "line": one,
        "owned_href": _queue(desk, owner=owner) if one.owned else "",
        "overdue_href": _queue(desk, owner=owner, due=OVERDUE) if one.overdue else "",
        "oldest_href": _queue(desk, owner=owner, sort="received") if one.oldest else "",
        "tasks_href": tasks if one.tasks else "",
        "late_tasks_href": f"{tasks}&late=yes" if one.late_tasks else "",
        "pass_on_href": reverse("board-pass-on", kwargs={"desk": desk.code, "officer": one.id})
        if one.owned or one.records
        else "",
        "until": times.day_and_clock(one.shift_until, at) if one.shift_until is not None else "",
    }


def _cells(numbers: tuple[int, ...], desk: DeskLine, **query: str) -> list[dict[str, Any]]:
    return [
        {
            "number": number,
            "label": AGE_WORDS[age],
            "href": _queue(desk, **query, received=age) if number else "",
        }
        for age, number in zip(_YOUNGEST_FIRST, numbers, strict=True)
    ]


def _stage(line: StageLine, desk: DeskLine) -> dict[str, Any]:
    return {
        "words": STAGES[line.stage],
        "cells": _cells(line.ages, desk, stage=line.stage),
        "total": line.total,
        "total_href": _queue(desk, stage=line.stage) if line.total else "",
        "overdue": line.overdue,
        "overdue_href": _queue(desk, stage=line.stage, due=OVERDUE) if line.overdue else "",
    }
