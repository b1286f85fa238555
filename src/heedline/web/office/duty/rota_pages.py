"""Pages for a desk's rota, for viewing, planning, cancelling and importing shifts."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from heedline.casework.access import session
from heedline.casework.errors import NotHere
from heedline.casework.rota import board, csv_import, planning, weekly_pattern
from heedline.casework.rota.board import RotaBoard
from heedline.casework.rota.planning import PlannedShift
from heedline.casework.rota.weekly_pattern import WeekProposal
from heedline.desks.rota_weeks import DAY_MINUTES, GapKind, RotaGap, RotaSpan, monday_of, span_of
from heedline.dispatch.clocks import zone_words
from heedline.reports.lifecycle import NotNow
from heedline.web.components.forms import Form, Value
from heedline.web.declared import Audience, open_to
from heedline.web.office.duty.rota_forms import (
    PATTERN,
    checked_times,
    clock_words,
    import_fields,
    shift_fields,
    week_fields,
    week_words,
)
from heedline.web.shell.request import OfficeRequest

GAPS = {
    GapKind.NOBODY: "Nobody on the rota",
    GapKind.NO_OPENER: "Nobody who can open reports",
}
#: What the address says of a shift that was just cancelled, so that it can be planned again.
_AGAIN = {"officer", "day", "starts", "ends"}
#: At most so many gaps are listed above the week.
MOST_GAPS = 20


def span_words(span: RotaSpan, at: datetime) -> str:
    """Return a span of time as text, with the end date only if it is a different day."""
    zone = session.office_zone()
    starts, ends = span.starts.astimezone(zone), span.ends.astimezone(zone)
    day = f"{starts:%A %-d %B}" if starts.year == at.year else f"{starts:%A %-d %B %Y}"
    return f"{day}, {starts:%H:%M} to {_end_words(starts, ends)}"


def _end_words(starts: datetime, ends: datetime) -> str:
    if ends.date() == starts.date():
        return f"{ends:%H:%M}"
    if ends.date() == starts.date() + timedelta(days=1):
        return "24:00" if ends.hour == ends.minute == 0 else f"{ends:%H:%M} the next day"
    return f"{ends:%A %-d %B}, {ends:%H:%M}"


def _gap(gap: RotaGap, at: datetime) -> dict[str, str]:
    return {"words": GAPS[gap.kind], "when": span_words(gap.span, at)}


def _chosen_day(request: HttpRequest, at: datetime) -> date:
    """Return the date in the URL's `week` parameter, or today if it is missing or invalid."""
    try:
        return date.fromisoformat(request.GET.get("week", ""))
    except ValueError:
        return at.astimezone(session.office_zone()).date()


@open_to(Audience.OFFICERS)
@require_GET
def rota_week(request: OfficeRequest, desk: str) -> HttpResponse:
    """Show one week of a desk's rota, below any gaps in the next fourteen days."""
    at = session.now()
    day = _chosen_day(request, at)
    if not date(2020, 1, 1) < day < date(2999, 1, 1):
        raise NotHere
    return render(request, "office/rota_week.html", _week_context(request, desk, day, at))


def _week_context(request: OfficeRequest, desk: str, day: date, at: datetime) -> dict[str, object]:
    seen: RotaBoard = board.board(desk, day, by=request.attendance, at=at)
    zone = session.office_zone()
    return {
        "seen": seen,
        "week": week_words(seen.monday),
        "earlier": (seen.monday - timedelta(days=7)).isoformat(),
        "later": (seen.monday + timedelta(days=7)).isoformat(),
        "gaps": [_gap(gap, at) for gap in seen.gaps[:MOST_GAPS]],
        "more_gaps": max(0, len(seen.gaps) - MOST_GAPS),
        "days": [
            {
                "day": f"{one.day:%A %-d %B}",
                "shifts": [{"line": shift, "when": hours_words(shift.span)} for shift in one.shifts],
                "gaps": [_gap(gap, at) for gap in one.gaps],
            }
            for one in seen.days
        ],
        "zone": zone_words(zone),
        "plan": _plan_of(request),
        "again": urlencode({name: request.GET[name] for name in sorted(_AGAIN)})
        if request.GET.keys() >= _AGAIN
        else "",
    }


def _plan_of(request: HttpRequest) -> str:
    """Return the id of the plan that the URL offers to undo, or ""."""
    try:
        return str(UUID(request.GET.get("plan", "")))
    except ValueError:
        return ""


def hours_words(span: RotaSpan) -> str:
    """Return the hours of a shift as text, with the end date only if it is a different day."""
    zone = session.office_zone()
    starts, ends = span.starts.astimezone(zone), span.ends.astimezone(zone)
    return f"{starts:%H:%M} to {_end_words(starts, ends)}"


def _back(desk: str, span: RotaSpan | None = None, **more: str) -> HttpResponseRedirect:
    """Redirect to the week in which a shift begins, or to the current week.

    `more` is what that page offers to take back: the id of a plan, or a cancelled shift.
    """
    query = dict(more)
    if span is not None:
        query["week"] = span.starts.astimezone(session.office_zone()).date().isoformat()
    where = reverse("rota-week", kwargs={"desk": desk})
    return HttpResponseRedirect(f"{where}?{urlencode(query)}" if query else where)


@open_to(Audience.OFFICERS)
@require_http_methods(["GET", "POST"])
def add_shift(request: OfficeRequest, desk: str) -> HttpResponse:
    """Add one shift to the rota.

    The URL may prefill the form, as the link after a cancellation does.
    """
    by, at = request.attendance, session.now()
    here = planning.find_desk(desk, by=by)
    planning.permit(here.id, by=by)
    fields = shift_fields(planning.members(here.id))
    form = Form(fields, values=_filled(request))
    if request.method == "POST":
        form, starts, ends = checked_times(Form.posted(fields, request.POST.lists()))
        day = form.day("day")
        if day is None:
            form = form.but(day="Enter the date on which the shift starts")
        if not form.errors and day is not None:
            span = span_of(day, starts, ends, session.office_zone())
            try:
                planning.plan([PlannedShift(UUID(form.text("officer")), span)], desk=here.id, by=by, at=at)
            except NotNow as no:
                form = form.but(officer=no.reason)
            else:
                messages.success(request, f"Shift planned: {span_words(span, at)}.")
                return _back(desk, span)
    context = {"desk": here, "form": form, "zone": zone_words(session.office_zone())}
    return render(request, "office/rota_shift.html", context, status=422 if form.errors else 200)


def _filled(request: HttpRequest) -> dict[str, Value]:
    """Return the shift form's initial values from the query string, or none if the date is invalid."""
    try:
        day = date.fromisoformat(request.GET.get("day", ""))
    except ValueError:
        return {}
    parts = {"day": str(day.day), "month": str(day.month), "year": str(day.year)}
    return {"day": parts, **{name: request.GET.get(name, "") for name in ("officer", "starts", "ends")}}


@open_to(Audience.OFFICERS)
@require_POST
def cancel_shift(request: OfficeRequest, desk: str) -> HttpResponse:
    """Cancel a shift once the officer has confirmed it."""
    by, at = request.attendance, session.now()
    here = planning.find_desk(desk, by=by)
    planning.permit(here.id, by=by)
    try:
        ident = UUID(request.POST.get("shift", ""))
    except ValueError:
        raise NotHere from None
    if request.POST.get("sure") != "yes":
        line = board.shift(ident, desk=here, by=by, at=at)
        context = {"desk": here, "line": line, "when": span_words(line.span, at)}
        return render(request, "office/rota_cancel.html", context)
    try:
        was = planning.cancel(ident, desk=here.id, by=by, at=at)
    except NotNow as no:
        messages.error(request, no.reason)
        return _back(desk)
    messages.success(request, f"Shift cancelled: {span_words(was.span, at)}.")
    return _back(desk, was.span, **_again(was))


def _again(was: PlannedShift) -> dict[str, str]:
    """Return the query parameters that prefill the shift form with a cancelled shift."""
    zone = session.office_zone()
    starts, ends = was.span.starts.astimezone(zone), was.span.ends.astimezone(zone)
    last = DAY_MINUTES if ends.hour == ends.minute == 0 else ends.hour * 60 + ends.minute
    return {
        "officer": str(was.officer),
        "day": starts.date().isoformat(),
        "starts": f"{starts:%H:%M}",
        "ends": clock_words(last),
    }


@open_to(Audience.OFFICERS)
@require_POST
def undo_plan(request: OfficeRequest, desk: str) -> HttpResponse:
    """Cancel the shifts that were just planned together."""
    by, at = request.attendance, session.now()
    here = planning.find_desk(desk, by=by)
    try:
        number = planning.undo(UUID(request.POST.get("plan", "")), desk=here.id, by=by, at=at)
    except ValueError:
        raise NotHere from None
    messages.success(request, f"{number} shift{'' if number == 1 else 's'} cancelled.")
    return _back(desk)


@open_to(Audience.OFFICERS)
@require_http_methods(["GET", "POST"])
def fill_week(request: OfficeRequest, desk: str) -> HttpResponse:
    """Fill a week from the weekly pattern or from another week, after a preview."""
    by, at = request.attendance, session.now()
    here = planning.find_desk(desk, by=by)
    planning.permit(here.id, by=by)
    fields = week_fields(monday_of(at.astimezone(session.office_zone()).date()))
    form = Form(fields, values={"source": PATTERN, "target": request.GET.get("target", "")})
    proposal: WeekProposal | None = None
    if request.method == "POST":
        form = Form.posted(fields, request.POST.lists())
        if not form.errors:
            proposal = _proposal(here.id, form.text("source"), date.fromisoformat(form.text("target")), at)
            if request.POST.get("sure") == "yes" and proposal.shifts:
                made = planning.plan(proposal.shifts, desk=here.id, by=by, at=at)
                return _planned(request, here.code, made, proposal.shifts)
    context = {
        "desk": here,
        "form": form,
        "proposal": proposal,
        "lines": _lines(proposal.shifts, proposal.names, at) if proposal else [],
        "skipped": [(one.name, span_words(one.span, at), one.because) for one in proposal.skipped]
        if proposal
        else [],
        "source": form.text("source"),
        "target": form.text("target"),
        "week": week_words(date.fromisoformat(form.text("target"))) if proposal else "",
    }
    return render(request, "office/rota_fill.html", context, status=422 if form.errors else 200)


def _proposal(desk: UUID, source: str, target: date, at: datetime) -> WeekProposal:
    if source == PATTERN:
        return weekly_pattern.from_pattern(desk, target, at=at)
    return weekly_pattern.from_week(desk, date.fromisoformat(source), target, at=at)


def _lines(shifts: tuple[PlannedShift, ...], names: tuple[str, ...], at: datetime) -> list[tuple[str, str]]:
    return [(name, span_words(one.span, at)) for one, name in zip(shifts, names, strict=True)]


def _planned(
    request: OfficeRequest, desk: str, made: UUID, shifts: tuple[PlannedShift, ...]
) -> HttpResponseRedirect:
    """Add a message with the number of shifts planned, and redirect to the week with an undo link."""
    messages.success(request, f"{len(shifts)} shift{'' if len(shifts) == 1 else 's'} planned.")
    return _back(desk, min(one.span for one in shifts), plan=str(made))


@open_to(Audience.OFFICERS)
@require_http_methods(["GET", "POST"])
def import_rota(request: OfficeRequest, desk: str) -> HttpResponse:
    """Import a rota from a pasted CSV file, all or nothing, after a preview."""
    by, at = request.attendance, session.now()
    here = planning.find_desk(desk, by=by)
    planning.permit(here.id, by=by)
    fields = import_fields()
    form, read = Form(fields), None
    if request.method == "POST":
        form = Form.posted(fields, request.POST.lists())
        if not form.errors:
            read = csv_import.preview(form.text("text"), desk=here.id, by=by, at=at)
            if request.POST.get("sure") == "yes" and not read.faults:
                made = csv_import.carry_out(form.text("text"), desk=here.id, by=by, at=at)
                return _planned(request, here.code, made, read.shifts)
            if read.faults:
                form = form.but(text="Nothing was imported. Correct the lines named below")
    context = {
        "desk": here,
        "form": form,
        "faults": read.faults if read else (),
        "lines": _lines(read.shifts, read.names, at) if read and not read.faults else [],
        "text": form.text("text"),
        "example": f"{','.join(csv_import.COLUMNS)}\nalex@unit.example,2026-11-30,22:00,06:00",
    }
    return render(request, "office/rota_import.html", context, status=422 if form.errors else 200)
