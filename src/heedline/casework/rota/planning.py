"""Officer actions that plan and cancel shifts.

Every verb locks the desk, and planning locks the officers too, in one order. Two planners therefore cannot give one officer
two shifts at the same time, also at different desks.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.db.models import F, QuerySet

from heedline.audit import journal
from heedline.audit.acts import Act
from heedline.casework.access.session import Attendance, office_zone
from heedline.casework.duty import alarms
from heedline.casework.duty.alarm_causes import gaps_ahead
from heedline.casework.duty.alarm_kinds import AlarmEvent
from heedline.casework.duty.rota import LONGEST_SHIFT
from heedline.casework.errors import NotHere
from heedline.casework.recording import refusals_logged
from heedline.desks.models import CANARY, PARTNER, Appointment, Desk, Officer, Shift
from heedline.desks.rota_weeks import RotaSpan, lasts
from heedline.permits.capabilities import Capability
from heedline.permits.gate import Refused, allows
from heedline.permits.roles import Role, granted
from heedline.reports.lifecycle import NotNow

#: No shift is planned further ahead than this.
FURTHEST = timedelta(days=366)
#: The most shifts in one plan.
MOST_SHIFTS = 300

_WHO_WORK = [role for role in Role if Capability.BE_ON_DUTY in granted(role)]


@dataclass(frozen=True, slots=True)
class PlannedShift:
    """A shift to be created."""

    officer: UUID
    span: RotaSpan


def may_plan(desk: UUID, *, by: Attendance) -> bool:
    """Return whether this person may plan the desk's rota, as its supervisor or as a steward."""
    return allows(by.appointments, Capability.PLAN_ROTA, [desk, None])


def find_desk(code: str, *, by: Attendance) -> Desk:
    """Return a desk whose rota this person may see.

    Stewards may see every desk's rota, other people those of their own desks. Raises NotHere.
    """
    found = Desk.objects.exclude(kind__in=(PARTNER, CANARY)).filter(code=code).first()
    if found is None or not (
        may_plan(found.id, by=by) or allows(by.appointments, Capability.BE_ON_DUTY, [found.id])
    ):
        raise NotHere
    return found


def members(desk: UUID) -> dict[UUID, str]:
    """Return the officers who can be on a desk's rota, as a mapping of id to name.

    Ordered by name.
    """
    rows = (
        Appointment.objects.filter(desk_id=desk, ended_on=None, officer__is_active=True, role__in=_WHO_WORK)
        .order_by("officer__name", "officer_id")
        .values_list("officer_id", "officer__name")
    )
    return dict(rows)


def problems_of(shifts: Sequence[PlannedShift], *, desk: UUID, at: datetime) -> dict[int, str]:
    """Return the reasons for refusing any of these shifts, by position in `shifts`.

    A shift is refused if its hours are not possible, if its officer does not work at the desk, or if it overlaps
    another shift of that officer at any desk or earlier in `shifts`.
    """
    known, found = members(desk), dict[int, str]()
    ends = max((one.span.ends for one in shifts), default=at)
    taken: dict[UUID, list[tuple[RotaSpan, bool]]] = {}
    for row in Shift.objects.filter(
        officer__in={one.officer for one in shifts}, ends_at__gt=at, starts_at__lt=ends
    ).filter(ends_at__gt=F("starts_at")):
        taken.setdefault(row.officer_id, []).append(
            (RotaSpan(row.starts_at, row.ends_at), row.desk_id == desk)
        )
    for number, one in enumerate(shifts):
        words = hours_problem(one.span, at)
        if not words and one.officer not in known:
            words = "This officer does not work at the desk."
        if not words:
            clash = next((here for span, here in taken.get(one.officer, ()) if span.overlaps(one.span)), None)
            if clash is not None:
                where = "at this desk" if clash else "at another desk"
                words = f"The officer already has a shift {where} during these hours."
        if words:
            found[number] = words
        else:
            taken.setdefault(one.officer, []).append((one.span, True))
    return found


def hours_problem(span: RotaSpan, at: datetime) -> str:
    """Return an error message if a shift cannot have these hours, or "" if it can."""
    if not at <= span.starts < span.ends:
        return "A shift must end after it starts and cannot start in the past."
    if lasts(span, office_zone()) > LONGEST_SHIFT:
        return "A shift can be at most 16 hours long."
    if span.starts > at + FURTHEST:
        return "A shift is planned at most a year ahead."
    return ""


def plan(shifts: Sequence[PlannedShift], *, desk: UUID, by: Attendance, at: datetime) -> UUID:
    """Create shifts at a desk and return the id of the plan, which `undo` accepts.

    Either all shifts are created or none. A supervisor of the desk or a steward may plan everybody's shifts.
    Officers may plan their own. Alarms about gaps in the rota that are now covered are cleared.

    Raises Refused. Raises NotNow for the first shift that is not possible (`problems_of`).
    """
    with refusals_logged(Act.SHIFT_PLANNED, by=by.officer_id, desk=desk, thing="desk", thing_id=desk):
        if not may_plan(desk, by=by):
            by.require(Capability.BE_ON_DUTY, desk)
            if any(one.officer != by.officer_id for one in shifts):
                raise Refused("Only a supervisor of the desk or a steward can plan other officers’ shifts.")
        here = _lock(desk)
        _lock_officers(one.officer for one in shifts)
        if not shifts:
            raise NotNow("There are no shifts to plan.")
        if len(shifts) > MOST_SHIFTS:
            raise NotNow(f"Plan at most {MOST_SHIFTS} shifts at once.")
        problems = problems_of(shifts, desk=desk, at=at)
        if problems:
            raise NotNow(problems[min(problems)])
        made = uuid4()
        Shift.objects.bulk_create(
            [
                Shift(
                    desk_id=desk,
                    officer_id=one.officer,
                    starts_at=one.span.starts,
                    ends_at=one.span.ends,
                    planned_in=made,
                )
                for one in shifts
            ]
        )
        _record(Act.SHIFT_PLANNED, desk, shifts, by, plan=str(made))
        alarms.resolve_at_desk(AlarmEvent.ROTA_FILLED, desk, remain=gaps_ahead(here, at), by=by, at=at)
        return made


def cancel(shift_id: UUID, *, desk: UUID, by: Attendance, at: datetime) -> PlannedShift:
    """Cancel a shift that has not started, and return it so that it can be planned again.

    Raises NotHere and Refused. Raises NotNow if the shift has begun.
    """
    with refusals_logged(Act.SHIFT_CANCELLED, by=by.officer_id, desk=desk, thing="desk", thing_id=desk):
        permit(desk, by=by)
        _lock(desk)
        row = _standing(desk, pk=shift_id).first()
        if row is None:
            raise NotHere
        if row.starts_at <= at:
            raise NotNow("This shift has started. The officer can end it by going off duty.")
        was = PlannedShift(row.officer_id, RotaSpan(row.starts_at, row.ends_at))
        row.ends_at = row.starts_at
        row.save(update_fields=["ends_at"])
        _record(Act.SHIFT_CANCELLED, desk, [was], by)
        return was


def undo(plan_id: UUID, *, desk: UUID, by: Attendance, at: datetime) -> int:
    """Cancel the shifts of a plan that have not started, and return the number cancelled.

    Raises Refused. Raises NotHere if there are none.
    """
    with refusals_logged(Act.SHIFT_CANCELLED, by=by.officer_id, desk=desk, thing="desk", thing_id=desk):
        permit(desk, by=by)
        _lock(desk)
        rows = list(_standing(desk, planned_in=plan_id, starts_at__gt=at))
        if not rows:
            raise NotHere
        was = [PlannedShift(row.officer_id, RotaSpan(row.starts_at, row.ends_at)) for row in rows]
        Shift.objects.filter(pk__in=[row.pk for row in rows]).update(ends_at=F("starts_at"))
        _record(Act.SHIFT_CANCELLED, desk, was, by, plan=str(plan_id))
        return len(rows)


def _standing(desk: UUID, **which: object) -> QuerySet[Shift]:
    """Return a desk's shifts that have not been cancelled, with their rows locked."""
    return Shift.objects.select_for_update().filter(desk=desk, **which).filter(ends_at__gt=F("starts_at"))


def permit(desk: UUID, *, by: Attendance) -> None:
    """Log and raise Refused unless this person may plan the desk's rota.

    Inside a verb, the verb's own refusal is logged instead.
    """
    with refusals_logged(Act.SHIFT_PLANNED, by=by.officer_id, desk=desk, thing="desk", thing_id=desk):
        if not may_plan(desk, by=by):
            raise Refused("Only a supervisor of the desk or a steward can change its rota.")


def _lock(desk: UUID) -> Desk:
    return Desk.objects.select_for_update(no_key=True).get(pk=desk)


def _lock_officers(officers: Iterable[UUID]) -> None:
    """Lock these officers' rows, so that no other desk can plan their shifts in the meantime."""
    rows = Officer.objects.select_for_update(no_key=True).filter(id__in=set(officers)).order_by("id")
    list(rows.values_list("id", flat=True))


def _record(act: Act, desk: UUID, shifts: Sequence[PlannedShift], by: Attendance, **more: str) -> None:
    """Log one event about these shifts.

    It records the officer of a single shift or the number of shifts, and the period that they cover.
    """
    detail: Mapping[str, str | int] = {
        **({"officer": str(shifts[0].officer)} if len(shifts) == 1 else {"shifts": len(shifts)}),
        "from": min(one.span.starts for one in shifts).isoformat(),
        "until": max(one.span.ends for one in shifts).isoformat(),
        **more,
    }
    journal.record(act, actor=by.officer_id, desk=desk, detail=detail)
