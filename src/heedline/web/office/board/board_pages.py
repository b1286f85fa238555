"""Pages of the supervisor's board."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from heedline.casework.access import session
from heedline.casework.errors import NotHere
from heedline.casework.pages.board import board as pages_board
from heedline.casework.pages.board.board import AGES, Board, BoardOfficer, StageLine
from heedline.casework.pages.board.repeats import repeats_of_today
from heedline.casework.pages.queues.queue_view import NOBODY, OVERDUE
from heedline.casework.tasks import tasks as casework_tasks
from heedline.reports.lifecycle import Stage
from heedline.web.components.charts import bar_chart
from heedline.web.declared import Audience, open_to
from heedline.web.entrance import times
from heedline.web.office.board import throughput_words
from heedline.web.shell.queue_links import view_link
from heedline.web.shell.report_bar import STAGES
from heedline.web.shell.request import OfficeRequest

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
    """Redirect to the board of the first desk that the supervisor leads."""
    led = pages_board.led_by(request.attendance)
    if not led:
        raise NotHere
    return HttpResponseRedirect(reverse("board", kwargs={"desk": led[0].code}))


@open_to(Audience.OFFICERS)
@require_GET
def board(request: OfficeRequest, desk: str) -> HttpResponse:
    """Show the work of a desk on the supervisor's board.

    The page contains nothing from reports, so it needs no keys.
    """
    by, at = request.attendance, session.now()
    here = pages_board.desk_led(desk, by=by)
    found = pages_board.board(here, by=by, at=at)
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
            "sums": _sums(found),
            "officers": [_officer(one, desk, at) for one in found.officers],
            "nobody": {"number": found.owned_by_nobody, "href": view_link(desk, {"owner": NOBODY})},
            "age_words": [AGE_WORDS[code] for code in _YOUNGEST_FIRST],
            "stages": [_stage(line, desk) for line in found.stages],
            "totals": _cells(found.ages, desk),
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
    """List the open tasks on a desk's reports.

    Their texts are shown while the supervisor's keys are unlocked.
    """
    by, at = request.attendance, session.now()
    here = pages_board.desk_led(desk, by=by)
    listed = casework_tasks.of_desk(here, by=by, at=at)
    return render(request, "office/board_tasks.html", {"desk": here, "tasks": listed})


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
    """Return the figures at the top of the board, each with a link to its list."""
    code, now = found.desk.code, found.figures
    return [
        _figure("Waiting", now.waiting, code, {"stage": Stage.WAITING}),
        _figure("Overdue", now.overdue, code, {"due": OVERDUE}, late=True),
        _figure("In danger", now.danger, code, {"sort": "priority"}),
        {
            "words": "Open tasks",
            "number": found.tasks,
            "href": reverse("board-tasks", kwargs={"desk": code}) if found.tasks else "",
            "late": False,
        },
        {
            "words": "Late tasks",
            "number": found.late_tasks,
            "href": reverse("board-tasks", kwargs={"desk": code}) if found.late_tasks else "",
            "late": True,
        },
        {
            "words": "Call backs to make",
            "number": found.calls,
            "href": reverse("calls") if found.calls else "",
            "late": False,
        },
        {
            "words": "Late call backs",
            "number": found.late_calls,
            "href": reverse("calls") if found.late_calls else "",
            "late": True,
        },
        {
            "words": "Shift hand-over notes not acknowledged",
            "number": found.shift_notes,
            "href": reverse("shift-notes", kwargs={"desk": code}) if found.shift_notes else "",
            "late": False,
        },
        _figure("With unread messages", now.messages, code, {"unread": "yes"}),
    ]


def _figure(
    words: str, number: int, code: str, query: dict[str, str], *, late: bool = False
) -> dict[str, Any]:
    """Return a figure with its label and a link to its list.

    Figures are counted up to a thousand.
    """
    return {
        "words": words,
        "number": f"{number:,}" if number < 1000 else "1,000 or more",
        "href": view_link(code, query) if number else "",
        "late": late and number > 0,
    }


def _officer(one: BoardOfficer, code: str, at: datetime) -> dict[str, Any]:
    owner = {"owner": str(one.id)}
    return {
        "line": one,
        "owned_href": view_link(code, owner) if one.owned else "",
        "overdue_href": view_link(code, {**owner, "due": OVERDUE}) if one.overdue else "",
        "oldest_href": view_link(code, {**owner, "sort": "received"}) if one.oldest else "",
        "until": times.day_and_clock(one.on_duty_until, at) if one.on_duty_until is not None else "",
    }


def _cells(numbers: tuple[int, ...], code: str, **query: str) -> list[dict[str, Any]]:
    return [
        {
            "number": number,
            "label": AGE_WORDS[age],
            "href": view_link(code, {**query, "received": age}) if number else "",
        }
        for age, number in zip(_YOUNGEST_FIRST, numbers, strict=True)
    ]


def _stage(line: StageLine, code: str) -> dict[str, Any]:
    query: dict[str, str] = {"stage": line.stage}
    return {
        "words": STAGES[line.stage],
        "cells": _cells(line.ages, code, **query),
        "total": line.total,
        "total_href": view_link(code, query) if line.total else "",
        "overdue": line.overdue,
        "overdue_href": view_link(code, {**query, "due": OVERDUE}) if line.overdue else "",
    }
