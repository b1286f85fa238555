"""Who is on duty: the rota of a desk, and the chain of people it calls when nobody on duty answers.

What is overdue, and who says that they have seen it, is `duty/alarms.py`; calling people is the worker's, in `duty/paging.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings

from heedline.audit import journal
from heedline.audit.acts import Act
from heedline.casework.access.session import Attendance
from heedline.casework.duty import on_call
from heedline.casework.errors import NotHere
from heedline.casework.people import skills
from heedline.casework.people.skills import SkillLine
from heedline.casework.report.verb import refusals_logged
from heedline.desks.models import Appointment, Desk, OnCall, Shift
from heedline.packs import load_pack
from heedline.permits.capabilities import Capability
from heedline.permits.gate import Refused, allows
from heedline.permits.roles import Role
from heedline.reports.lifecycle import NotNow

#: Nobody can say that they are on duty for longer than this without saying so again.
LONGEST_SHIFT = timedelta(hours=16)


@dataclass(frozen=True, slots=True)
class OnDuty:
    """Somebody on duty at a desk, until when."""

    officer_id: UUID
    name: str
    until: datetime


@dataclass(frozen=True, slots=True)
class ShiftLine:
    """A shift that is planned and has not begun."""

    name: str
    starts: datetime
    ends: datetime


@dataclass(frozen=True, slots=True)
class DeskDuty:
    """A desk's rota: who is there, who comes next, whom the chain calls, who speaks what, and until when I am on duty (None: not)."""

    desk_id: UUID
    code: str
    name: str
    round_the_clock: bool
    on_duty: tuple[OnDuty, ...]
    coming: tuple[ShiftLine, ...]
    chain: tuple[tuple[int, str], ...]
    mine_until: datetime | None
    languages: tuple[SkillLine, ...]


def on_duty(desk_id: UUID, at: datetime) -> tuple[OnDuty, ...]:
    """Who is on duty at this desk now, by name."""
    shifts = Shift.objects.filter(on_call.shifts_now(at), desk_id=desk_id).select_related("officer")
    latest: dict[UUID, OnDuty] = {}
    for shift in shifts.order_by("officer__name", "ends_at"):
        latest[shift.officer_id] = OnDuty(shift.officer_id, shift.officer.name, shift.ends_at)
    return tuple(latest.values())


def rota(*, by: Attendance, at: datetime) -> tuple[DeskDuty, ...]:
    """The rota of every desk that this person works on."""
    lines = []
    for desk in Desk.objects.filter(id__in=[desk for _, desk in by.appointments if desk]).order_by("name"):
        here = on_duty(desk.id, at)
        coming = (
            Shift.objects.filter(desk=desk, starts_at__gt=at)
            .select_related("officer")
            .order_by("starts_at")[:20]
        )
        chain = OnCall.objects.filter(desk=desk).select_related("officer").order_by("step", "officer__name")
        lines.append(
            DeskDuty(
                desk.id,
                desk.code,
                desk.name,
                desk.round_the_clock,
                here,
                tuple(ShiftLine(one.officer.name, one.starts_at, one.ends_at) for one in coming),
                tuple((one.step, one.officer.name) for one in chain),
                next((one.until for one in here if one.officer_id == by.officer_id), None),
                skills.of_desk(desk.id, by=by),
            )
        )
    return tuple(lines)


def come_on(*, by: Attendance, desk: UUID, until: datetime, at: datetime) -> None:
    """Come on duty now, or stay longer. Raises Refused, and NotNow for hours that cannot be."""
    _check_hours(at, until, at)
    with refusals_logged(Act.CAME_ON_DUTY, by=by.officer_id, desk=desk, thing="desk", thing_id=desk):
        by.require(Capability.BE_ON_DUTY, desk)
        mine = Shift.objects.filter(on_call.shifts_now(at), desk_id=desk, officer_id=by.officer_id)
        if not mine.update(ends_at=until):
            Shift.objects.create(desk_id=desk, officer_id=by.officer_id, starts_at=at, ends_at=until)
        journal.record(Act.CAME_ON_DUTY, actor=by.officer_id, desk=desk, detail={"until": until.isoformat()})


def go_off(*, by: Attendance, desk: UUID, at: datetime) -> bool:
    """Go off duty now; returns whether somebody else is still there. Raises Refused, and NotNow when not on duty."""
    with refusals_logged(Act.WENT_OFF_DUTY, by=by.officer_id, desk=desk, thing="desk", thing_id=desk):
        by.require(Capability.BE_ON_DUTY, desk)
        mine = Shift.objects.filter(on_call.shifts_now(at), desk_id=desk, officer_id=by.officer_id)
        if not mine.update(ends_at=at):
            raise NotNow("You are not on duty at this desk.")
        journal.record(Act.WENT_OFF_DUTY, actor=by.officer_id, desk=desk)
    return bool(on_duty(desk, at))


def plan_shift(
    officer: UUID, *, desk: UUID, starts: datetime, ends: datetime, by: Attendance, at: datetime
) -> None:
    """Put a shift into the rota: one's own, or as supervisor of the desk a member's.

    Raises Refused; NotHere for somebody who does not work there; NotNow for hours that cannot be.
    """
    _check_hours(starts, ends, at)
    with refusals_logged(Act.SHIFT_PLANNED, by=by.officer_id, desk=desk, thing="desk", thing_id=desk):
        by.require(Capability.BE_ON_DUTY, desk)
        if officer != by.officer_id and not _supervises(by, desk):
            raise Refused("Only a supervisor of the desk plans the shifts of others.")
        _must_work_at(desk, officer)
        Shift.objects.create(desk_id=desk, officer_id=officer, starts_at=starts, ends_at=ends)
        detail = {"officer": str(officer), "from": starts.isoformat(), "until": ends.isoformat()}
        journal.record(Act.SHIFT_PLANNED, actor=by.officer_id, desk=desk, detail=detail)


def put_on_call(officer: UUID, *, desk: UUID, step: int, by: Attendance, at: datetime) -> None:
    """Add a member of a desk to the people it calls at `step` of the paging chain. Twice does nothing.

    For a supervisor of the desk, and for stewards, because not every desk has a supervisor. Raises Refused; NotHere for
    somebody who does not work there; NotNow for a step that the pack's chain does not have.
    """
    last = len(load_pack(settings.PACK).on_call) - 1
    if not 1 <= step <= last:
        raise NotNow(f"The chain calls people at steps 1 to {last}.")
    with refusals_logged(Act.PUT_ON_CALL, by=by.officer_id, desk=desk, thing="desk", thing_id=desk):
        if not _supervises(by, desk) and not allows(by.appointments, Capability.SET_UP, [None]):
            raise Refused("Only a supervisor of the desk, or a steward, says whom the desk calls.")
        _must_work_at(desk, officer)
        _, made = OnCall.objects.get_or_create(desk_id=desk, step=step, officer_id=officer)
        if made:
            detail: dict[str, str | int] = {"officer": str(officer), "step": step}
            journal.record(Act.PUT_ON_CALL, actor=by.officer_id, desk=desk, detail=detail)


def _supervises(by: Attendance, desk: UUID) -> bool:
    return (Role.SUPERVISOR, desk) in by.appointments


def _must_work_at(desk: UUID, officer: UUID) -> None:
    if not Appointment.objects.filter(officer_id=officer, desk_id=desk, ended_on=None).exists():
        raise NotHere


def _check_hours(starts: datetime, ends: datetime, at: datetime) -> None:
    if not at <= starts < ends:
        raise NotNow("A shift ends after it begins, and cannot begin in the past.")
    if ends - starts > LONGEST_SHIFT:
        raise NotNow("A shift is at most 16 hours long.")
