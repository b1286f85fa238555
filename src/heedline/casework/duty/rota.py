"""A desk's duty rota and on-call chain.

The chain is called if nobody on duty responds. Overdue work and acknowledgements are in
`duty/alarms.py`. The worker pages people in `duty/paging.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, OuterRef, QuerySet, Value
from django.db.models.functions import Greatest, JSONObject

from heedline.audit import journal
from heedline.audit.acts import Act
from heedline.casework.access import session
from heedline.casework.access.session import Attendance
from heedline.casework.duty import dangers
from heedline.casework.errors import NotHere
from heedline.casework.people import skills
from heedline.casework.people.skills import SkillLine
from heedline.casework.recording import refusals_logged
from heedline.desks import duty_hours, rota_cover
from heedline.desks.models import Appointment, Desk, OnCall, Shift
from heedline.packs import load_pack
from heedline.permits.capabilities import Capability
from heedline.permits.gate import Refused, allows
from heedline.permits.roles import GRANTS, Role
from heedline.permits.scopes import on_duty_now
from heedline.reports.lifecycle import NotNow

#: Nobody can say that they are on duty for longer than this without saying so again.
LONGEST_SHIFT = timedelta(hours=16)


@dataclass(frozen=True, slots=True)
class OnDuty:
    """An officer on duty at a desk, with the end of their shift, or None if the rota does not have them now."""

    officer_id: UUID
    name: str
    until: datetime | None


@dataclass(frozen=True, slots=True)
class ShiftLine:
    """A planned shift that has not started, or that has started without its officer."""

    name: str
    starts: datetime
    ends: datetime


@dataclass(frozen=True, slots=True)
class DeskDuty:
    """A desk's duty rota as shown to one officer.

    It lists the officers on duty, the running shifts of officers who are not (`missing`), the shifts of the next fourteen
    days, the on-call chain and the languages spoken. `mine_until` is the end of the viewer's running shift, or None.
    """

    desk_id: UUID
    code: str
    name: str
    round_the_clock: bool
    on_duty: tuple[OnDuty, ...]
    missing: tuple[ShiftLine, ...]
    coming: tuple[ShiftLine, ...]
    chain: tuple[tuple[int, str], ...]
    mine_until: datetime | None
    languages: tuple[SkillLine, ...]


def who_take_reports(desk_id: UUID) -> dict[UUID, str]:
    """Return the names, by id, of the officers who may own this desk's reports.

    Ordered by name.
    """
    rows = (
        Appointment.objects.filter(
            desk_id=desk_id,
            ended_on=None,
            officer__is_active=True,
            role__in=[role for role in Role if Capability.TAKE in GRANTS[role]],
        )
        .order_by("officer__name", "officer_id")
        .values_list("officer_id", "officer__name")
    )
    return dict(rows)


def _listed(rows: QuerySet[Any], **names: Any) -> ArraySubquery:
    return ArraySubquery(rows.values(line=JSONObject(**names)))


def rota(*, by: Attendance, at: datetime) -> tuple[DeskDuty, ...]:
    """Return the rotas of every desk at which this officer works, ordered by name.

    One statement reads them all.
    """
    desks = [desk for _, desk in by.appointments if desk]
    if not desks:
        return ()
    shifts = Shift.objects.filter(desk=OuterRef("pk"))
    rows = Desk.objects.filter(id__in=desks).order_by("name")
    return tuple(
        _duty_of(row, by)
        for row in rows.values(
            "id",
            "code",
            "name",
            "round_the_clock",
            present=on_duty_now(at),
            now=_listed(
                shifts.filter(duty_hours.shifts_now(at)).order_by("officer__name", "ends_at"),
                id="officer_id",
                name="officer__name",
                starts="starts_at",
                ends="ends_at",
            ),
            coming=_listed(
                shifts.filter(
                    starts_at__gt=at, starts_at__lt=at + rota_cover.LOOK_AHEAD, ends_at__gt=F("starts_at")
                ).order_by("starts_at", "id"),
                name="officer__name",
                starts="starts_at",
                ends="ends_at",
            ),
            chain=_listed(
                OnCall.objects.filter(desk=OuterRef("pk")).order_by("step", "officer__name"),
                step="step",
                name="officer__name",
            ),
            skills=skills.column(),
        )
    )


def _duty_of(row: Mapping[str, Any], by: Attendance) -> DeskDuty:
    here = {UUID(one["officer"]): one["name"] for one in row["present"] if one["desk"] == str(row["id"])}
    running = {UUID(one["id"]): _line(one) for one in row["now"]}  # each once, with the shift that ends last
    return DeskDuty(
        row["id"],
        row["code"],
        row["name"],
        row["round_the_clock"],
        tuple(
            OnDuty(officer, name, running[officer].ends if officer in running else None)
            for officer, name in here.items()
        ),
        tuple(line for officer, line in running.items() if officer not in here),
        tuple(_line(one) for one in row["coming"]),
        tuple((one["step"], one["name"]) for one in row["chain"]),
        running[by.officer_id].ends if by.officer_id in running else None,
        skills.of_column(row["skills"], row["id"], by=by),
    )


def _line(shift: Mapping[str, str]) -> ShiftLine:
    return ShiftLine(
        shift["name"], datetime.fromisoformat(shift["starts"]), datetime.fromisoformat(shift["ends"])
    )


def come_on(*, by: Attendance, desk: UUID, until: datetime, at: datetime) -> datetime:
    """Put the officer on the rota of a desk from now on, or extend their current shift, and return when it ends.

    They are on duty while they are signed in and unlocked, whatever the rota says.
    A shift that ends later than `until` keeps its end. To leave earlier, go off duty.

    Raises Refused. Raises NotNow if the hours are not possible.
    """
    _check_hours(at, until, at)
    with refusals_logged(Act.CAME_ON_DUTY, by=by.officer_id, desk=desk, thing="desk", thing_id=desk):
        by.require(Capability.BE_ON_DUTY, desk)
        mine = Shift.objects.filter(duty_hours.shifts_now(at), desk_id=desk, officer_id=by.officer_id)
        if mine.update(ends_at=Greatest("ends_at", Value(until))):
            until = max(mine.values_list("ends_at", flat=True))
        else:
            Shift.objects.create(desk_id=desk, officer_id=by.officer_id, starts_at=at, ends_at=until)
        dangers.owner_returns(by=by, at=at)
        journal.record(Act.CAME_ON_DUTY, actor=by.officer_id, desk=desk, detail={"until": until.isoformat()})
    return until


def go_off(*, by: Attendance, desk: UUID, at: datetime) -> bool:
    """End the officer's shift, lock their keys in all their sessions, and return whether anybody else is still on duty.

    A supervisor is called if the officer owns a danger to life.

    Raises Refused. Raises NotNow if the officer is not on duty and has no shift.
    """
    with refusals_logged(Act.WENT_OFF_DUTY, by=by.officer_id, desk=desk, thing="desk", thing_id=desk):
        by.require(Capability.BE_ON_DUTY, desk)
        mine = Shift.objects.filter(duty_hours.shifts_now(at), desk_id=desk, officer_id=by.officer_id)
        if not mine.update(ends_at=at) and by.officer_id not in duty_hours.on_duty(at, desk):
            raise NotNow("You are not on duty at this desk.")
        dangers.owner_leaves(by=by, at=at)
        journal.record(Act.WENT_OFF_DUTY, actor=by.officer_id, desk=desk)
        session.lock_everywhere(by)
    return bool(duty_hours.on_duty(at, desk))


def put_on_call(officer: UUID, *, desk: UUID, step: int, by: Attendance, at: datetime) -> None:
    """Add a desk member to one step of the desk's on-call chain.

    Adding somebody twice does nothing. Supervisors of the desk may do this, and so may stewards, because not
    every desk has a supervisor. Raises Refused. Raises NotHere if `officer` does not work at the desk, and
    NotNow if the pack's chain does not have this step.
    """
    last = len(load_pack(settings.PACK).on_call) - 1
    if not 1 <= step <= last:
        raise NotNow(f"Choose a step of the on-call chain from 1 to {last}.")
    with refusals_logged(Act.PUT_ON_CALL, by=by.officer_id, desk=desk, thing="desk", thing_id=desk):
        _permit_on_call(by, desk)
        if not Appointment.objects.filter(officer_id=officer, desk_id=desk, ended_on=None).exists():
            raise NotHere
        _, made = OnCall.objects.get_or_create(desk_id=desk, step=step, officer_id=officer)
        if made:
            detail: dict[str, str | int] = {"officer": str(officer), "step": step}
            journal.record(Act.PUT_ON_CALL, actor=by.officer_id, desk=desk, detail=detail)


def take_off_call(officer: UUID, *, desk: UUID, step: int, by: Attendance, at: datetime) -> None:
    """Remove an officer from one step of a desk's on-call chain.

    Raises Refused. Raises NotHere if the officer is not on the list at this step.
    """
    with refusals_logged(Act.TAKEN_OFF_CALL, by=by.officer_id, desk=desk, thing="desk", thing_id=desk):
        _permit_on_call(by, desk)
        gone, _ = OnCall.objects.filter(desk_id=desk, step=step, officer_id=officer).delete()
        if not gone:
            raise NotHere
        detail: dict[str, str | int] = {"officer": str(officer), "step": step}
        journal.record(Act.TAKEN_OFF_CALL, actor=by.officer_id, desk=desk, detail=detail)


def _permit_on_call(by: Attendance, desk: UUID) -> None:
    if not allows(by.appointments, Capability.PLAN_ROTA, [desk, None]):
        raise Refused("Only a supervisor of the desk or a steward can change its on-call list.")


def _check_hours(starts: datetime, ends: datetime, at: datetime) -> None:
    if not at <= starts < ends:
        raise NotNow("A shift must end after it starts and cannot start in the past.")
    if ends - starts > LONGEST_SHIFT:
        raise NotNow("A shift can be at most 16 hours long.")
