"""Weekly shift patterns, and weeks filled from a pattern or copied from another week."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from heedline.audit import journal
from heedline.audit.acts import Act
from heedline.casework.access.session import Attendance, office_zone
from heedline.casework.errors import NotHere
from heedline.casework.recording import refusals_logged
from heedline.casework.rota import planning
from heedline.casework.rota.planning import PlannedShift
from heedline.desks import rota_cover
from heedline.desks.models import Officer, PatternSlot
from heedline.desks.rota_weeks import DAY_MINUTES, RotaSpan, moment, same_hours
from heedline.reports.lifecycle import NotNow

_WEEK = timedelta(days=7)
_LONGEST_MINUTES = 16 * 60


@dataclass(frozen=True, slots=True)
class SlotLine:
    """A line in the weekly pattern.

    `officer` is "" if no officer is named.
    """

    id: UUID
    weekday: int
    begins: int
    ends: int
    officer: str


@dataclass(frozen=True, slots=True)
class SkippedShift:
    """A shift left out when filling a week, with the reason."""

    name: str
    span: RotaSpan
    because: str


@dataclass(frozen=True, slots=True)
class WeekProposal:
    """The proposed shifts for a week, with their officers' names and the shifts left out."""

    shifts: tuple[PlannedShift, ...]
    names: tuple[str, ...]
    skipped: tuple[SkippedShift, ...]


def slots(desk: UUID) -> tuple[SlotLine, ...]:
    """Return a desk's weekly pattern, ordered by weekday and time."""
    rows = PatternSlot.objects.filter(desk=desk).order_by("weekday", "begins", "ends", "officer__name")
    return tuple(
        SlotLine(one.id, one.weekday, one.begins, one.ends, one.officer.name if one.officer else "")
        for one in rows.select_related("officer")
    )


def add_slot(
    weekdays: Iterable[int], begins: int, ends: int, officer: UUID | None, *, desk: UUID, by: Attendance
) -> None:
    """Add a line with the same hours to a desk's weekly pattern for each of these weekdays.

    Adding the same line twice does nothing. Raises Refused. Raises NotHere if the officer does not work at
    the desk, and NotNow if the hours are not possible.
    """
    with refusals_logged(Act.PATTERN_CHANGED, by=by.officer_id, desk=desk, thing="desk", thing_id=desk):
        planning.permit(desk, by=by)
        if not (0 <= begins < DAY_MINUTES and 0 < ends <= DAY_MINUTES):
            raise NotNow("Enter times from 00:00 to 24:00.")
        if officer is not None:
            if officer not in planning.members(desk):
                raise NotHere
            if (ends - begins) % DAY_MINUTES > _LONGEST_MINUTES or begins == ends:
                raise NotNow("A shift can be at most 16 hours long.")
        days = sorted(set(weekdays) & set(range(7)))
        PatternSlot.objects.bulk_create(
            [
                PatternSlot(desk_id=desk, weekday=one, begins=begins, ends=ends, officer_id=officer)
                for one in days
            ],
            ignore_conflicts=True,
        )
        detail: dict[str, str | int] = {
            "added": len(days),
            **({"officer": str(officer)} if officer is not None else {}),
        }
        journal.record(Act.PATTERN_CHANGED, actor=by.officer_id, desk=desk, detail=detail)


def remove_slot(slot: UUID, *, desk: UUID, by: Attendance) -> SlotLine:
    """Remove a line from a desk's weekly pattern and return it.

    Raises Refused and NotHere.
    """
    with refusals_logged(Act.PATTERN_CHANGED, by=by.officer_id, desk=desk, thing="desk", thing_id=desk):
        planning.permit(desk, by=by)
        line = next((one for one in slots(desk) if one.id == slot), None)
        if line is None:
            raise NotHere
        PatternSlot.objects.filter(pk=slot).delete()
        journal.record(Act.PATTERN_CHANGED, actor=by.officer_id, desk=desk, detail={"removed": 1})
        return line


def from_pattern(desk: UUID, monday: date, *, at: datetime) -> WeekProposal:
    """Return the shifts of the weekly pattern for the week starting on this Monday, without saving them."""
    days, zone = [monday + timedelta(days=n) for n in range(7)], office_zone()
    wanted = [
        PlannedShift(slot.officer_id, span)
        for slot in PatternSlot.objects.filter(desk=desk).exclude(officer=None)
        if slot.officer_id is not None
        for span in rota_cover.pattern_spans(slot, days, zone)
    ]
    return _proposal(desk, wanted, at)


def from_week(desk: UUID, source: date, monday: date, *, at: datetime) -> WeekProposal:
    """Return one week's shifts moved to the same times in another week, without saving them.

    A shift belongs to the week in which it begins.
    """
    zone = office_zone()
    within = RotaSpan(moment(source, 0, zone), moment(source + _WEEK, 0, zone))
    wanted = [
        PlannedShift(
            one.officer_id, same_hours(RotaSpan(one.starts_at, one.ends_at), (monday - source).days, zone)
        )
        for one in rota_cover.planned_shifts(desk, within)
        if one.starts_at >= within.starts
    ]
    return _proposal(desk, wanted, at)


def _proposal(desk: UUID, wanted: Iterable[PlannedShift], at: datetime) -> WeekProposal:
    shifts = sorted(wanted, key=lambda one: (one.span, str(one.officer)))
    problems = planning.problems_of(shifts, desk=desk, at=at)
    names = dict(Officer.objects.filter(id__in={one.officer for one in shifts}).values_list("id", "name"))
    kept = [one for number, one in enumerate(shifts) if number not in problems]
    return WeekProposal(
        tuple(kept),
        tuple(names[one.officer] for one in kept),
        tuple(
            SkippedShift(names[shifts[number].officer], shifts[number].span, because)
            for number, because in sorted(problems.items())
        ),
    )
