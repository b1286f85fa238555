"""Overseers' pages for the audit log, with filters in the URL, and for reports of unusual activity.

No keys are needed.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_GET

from heedline.audit.acts import Act
from heedline.casework.access import session
from heedline.casework.access.session import Attendance
from heedline.casework.oversight import log_view
from heedline.casework.oversight.log_view import Heap, LogLine, Sieve
from heedline.casework.pages.access_history import when_logged
from heedline.web.components.forms import Checkboxes, DateInput, FieldOption, Form, Select, TextInput
from heedline.web.declared import Audience, open_to
from heedline.web.office.oversight import log_words
from heedline.web.office.report.report_words import act_words
from heedline.web.shell.request import OfficeRequest

TABS = (
    ("oversight", "The log"),
    ("oversight-bulk", "Bulk viewing"),
    ("oversight-hours", "Viewing off the rota"),
    ("oversight-early", "Calls outside safe hours"),
    ("oversight-refused", "Refused"),
    ("oversight-own", "Conflicts of interest"),
    ("oversight-figures", "Desk figures"),
)
_HEADINGS = ("When", "Act", "Outcome", "Who", "Officer id", "Desk", "Report", "Detail")


def tabs_of(request: OfficeRequest) -> list[dict[str, Any]]:
    """Return the tabs of the overseers' pages, with the current one marked."""
    return [
        {"text": text, "href": reverse(name), "current": reverse(name) == request.path} for name, text in TABS
    ]


def _form(request: OfficeRequest) -> Form:
    offered = log_view.choices(by=request.attendance)
    fields = (
        DateInput(name="since", label="From this day"),
        DateInput(name="until", label="To this day"),
        Select(
            name="act",
            label="Act",
            blank="Every act",
            choices=tuple(FieldOption(value=act, label=act_words(act)) for act in offered.acts),
        ),
        Select(
            name="desk",
            label="Desk",
            blank="Every desk",
            choices=tuple(FieldOption(value=one, label=name) for one, name in offered.desks),
        ),
        Select(
            name="officer",
            label="Officer",
            blank="Everybody",
            choices=tuple(FieldOption(value=one, label=name) for one, name in offered.officers),
        ),
        TextInput(
            name="report", label="Report", hint="The full ID, from the web address of an entry in this log"
        ),
        Checkboxes(
            name="refused",
            label="Outcome",
            choices=(FieldOption(value="yes", label="Refused actions only"),),
        ),
        Checkboxes(
            name="own",
            label="Your own views of this log",
            choices=(FieldOption(value="no", label="Leave them out"),),
        ),
    )
    form = Form.posted(fields, request.GET.lists())
    if form.text("report") and _id(form.text("report")) is None:
        form = form.but(report="Enter the full ID of a report, or leave this blank")
    return form


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _sieve(form: Form, by: Attendance) -> Sieve:
    """Return the filter entered in the form, ignoring values that are not valid."""
    return Sieve(
        since=form.day("since"),
        until=form.day("until"),
        act=form.text("act"),
        desk=_id(form.text("desk")),
        officer=_id(form.text("officer")),
        report=_id(form.text("report")),
        refused=form.chosen("refused") == ["yes"],
        without=by.officer_id if form.chosen("own") == ["no"] else None,
    )


def _query(**wanted: str) -> str:
    return f"{reverse('oversight')}?{urlencode(wanted)}"


def _day(name: str, day: date) -> dict[str, str]:
    return {f"{name}-day": str(day.day), f"{name}-month": str(day.month), f"{name}-year": str(day.year)}


def _row(line: LogLine) -> dict[str, Any]:
    return {
        "line": line,
        "when": when_logged(line.act, line.at),
        "what": act_words(line.act),
        "more": log_words.more(line.detail),
        "only_officer": _query(officer=str(line.officer)) if line.officer else "",
        "only_report": _query(report=str(line.report)) if line.report else "",
    }


@open_to(Audience.OFFICERS)
@require_GET
def log(request: OfficeRequest) -> HttpResponse:
    """Show the audit log, newest first, filtered by the query string."""
    form = _form(request)
    wrong = bool(form.errors)
    older = request.GET.get("older", "")
    known = older.isascii() and older.isdecimal() and len(older) < 19
    page = (
        log_view.LogPage((), None)
        if wrong
        else log_view.log(
            _sieve(form, request.attendance), by=request.attendance, older=int(older) if known else None
        )
    )
    kept = request.GET.copy()
    kept.pop("older", None)
    newest = kept.urlencode()
    if page.older is not None:
        kept["older"] = str(page.older)
    return render(
        request,
        "office/oversight.html",
        {
            "tabs": tabs_of(request),
            "form": form,
            "wrong": wrong,
            "rows": [_row(line) for line in page.lines],
            "older": f"?{kept.urlencode()}" if page.older is not None else "",
            "newest": f"?{newest}" if known else "",
            "sieved": bool(_sieve(form, request.attendance).detail()),
            "take_out": f"{reverse('oversight-list')}?{newest}",
            "most": log_view.MOST_TAKEN_OUT,
        },
        status=422 if wrong else 200,
    )


class _Lines:
    """A file-like object that returns each CSV line instead of storing it."""

    def write(self, text: str) -> str:
        """Return the line."""
        return text


def _cell(text: str) -> str:
    """Return the value of a cell, quoted if a spreadsheet would treat it as a formula."""
    return f"'{text}" if text[:1] in "=+-@\t\r" and text else text


def _csv(lines: Iterator[LogLine]) -> Iterator[str]:
    writer = csv.writer(_Lines())
    yield writer.writerow(_HEADINGS)
    for line in lines:
        yield writer.writerow(
            [
                _cell(text)
                for text in (
                    line.at.isoformat(timespec="seconds"),
                    line.act,
                    "refused" if line.refused else "done",
                    line.by or "the service",
                    str(line.officer or ""),
                    line.desk_code,
                    str(line.report or ""),
                    "; ".join(f"{key}={value}" for key, value in line.detail),
                )
            ]
        )


@open_to(Audience.OFFICERS)
@require_GET
def take_out(request: OfficeRequest) -> HttpResponse:
    """Download the filtered audit log as CSV.

    The download is itself recorded in the log.
    """
    form = _form(request)
    lines = list(log_view.take_out(_sieve(form, request.attendance), by=request.attendance))
    answer = HttpResponse("".join(_csv(iter(lines))), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="log.csv"'
    return answer


def _heaps(request: OfficeRequest, heading: str, lead: str, rows: list[dict[str, Any]]) -> HttpResponse:
    return render(
        request,
        "office/oversight_heaps.html",
        {"tabs": tabs_of(request), "heading": heading, "lead": lead, "rows": rows},
    )


def stretch(first: datetime, last: datetime) -> str:
    """Return a period of time as text."""
    if first.date() == last.date():
        return f"{first:%-d %B %Y, %H:%M} to {last:%H:%M}"
    return f"{first:%-d %B %Y, %H:%M} to {last:%-d %B %Y, %H:%M}"


def _heap(heap: Heap, what: str, **wanted: str) -> dict[str, Any]:
    days = _day("since", heap.first.date()) | _day("until", heap.last.date())
    href = _query(officer=str(heap.officer), **wanted, **days)
    return {"by": heap.by, "when": stretch(heap.first, heap.last), "what": what, "href": href}


@open_to(Audience.OFFICERS)
@require_GET
def bulk(request: OfficeRequest) -> HttpResponse:
    """List the hours in which one person read an unusually large number of reports that they did no work on."""
    rows = [
        _heap(heap, f"{heap.count} reports", act=str(Act.REPORT_READ))
        for heap in log_view.bulk_reads(by=request.attendance, at=session.now())
    ]
    lead = f"Hours of the last {log_view.BACK.days} days in which one person read {log_view.MANY} or more different reports and did no work on them: reports that they assessed, closed, handed over or checked within {log_view.WORKED_WITHIN // timedelta(hours=1)} hours are not counted."
    return _heaps(request, "Bulk viewing", lead, rows)


@open_to(Audience.OFFICERS)
@require_GET
def hours(request: OfficeRequest) -> HttpResponse:
    """List views by people outside their shifts."""
    rows = [
        _heap(heap, f"{heap.count} look{'' if heap.count == 1 else 's'}")
        for heap in log_view.out_of_hours(by=request.attendance, at=session.now())
    ]
    lead = (
        f"Days of the last {log_view.BACK.days} days on which somebody viewed reports or a source identity outside"
        " their shifts on the rota of any desk."
    )
    return _heaps(request, "Viewing off the rota", lead, rows)


@open_to(Audience.OFFICERS)
@require_GET
def early(request: OfficeRequest) -> HttpResponse:
    """List phone numbers that officers viewed before it was safe to call."""
    rows = [
        _heap(heap, f"{heap.count} number{'' if heap.count == 1 else 's'}", act=str(Act.NUMBER_SHOWN))
        for heap in log_view.early_numbers(by=request.attendance, at=session.now())
    ]
    lead = (
        f"Who in the last {log_view.BACK.days} days opened a call-back number outside the times"
        " that the reporter said are safe. The reason is in the log."
    )
    return _heaps(request, "Calls outside safe hours", lead, rows)


@open_to(Audience.OFFICERS)
@require_GET
def refused(request: OfficeRequest) -> HttpResponse:
    """List the actions that officers were refused, the most frequent first."""
    rows = [
        _heap(
            heap,
            f"{act_words(heap.act)}: {heap.count} time{'' if heap.count == 1 else 's'}",
            act=heap.act,
            refused="yes",
        )
        for heap in log_view.refusals(by=request.attendance, at=session.now())
    ]
    lead = (
        f"Actions refused in the last {log_view.BACK.days} days, most frequent first. Another desk’s report and"
        " one that does not exist are refused in the same way, so no reports are named here."
    )
    return _heaps(request, "Refused", lead, rows)
