"""View data for the rota pages, with one week of shifts and the gaps in the next fourteen days."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from operator import attrgetter
from uuid import UUID

from django.db.models import F

from heedline.casework.access.keyring import DeskLine
from heedline.casework.access.session import Attendance, office_zone
from heedline.casework.errors import NotHere
from heedline.casework.keys import directory as key_directory
from heedline.casework.rota import planning
from heedline.desks import rota_cover
from heedline.desks.models import CANARY, PARTNER, Desk, OnCall, Shift
from heedline.desks.rota_weeks import RotaGap, RotaSpan, moment, monday_of
from heedline.permits.capabilities import Capability
from heedline.permits.gate import allows


@dataclass(frozen=True, slots=True)
class RotaShift:
    """A shift on the rota.

    `opens` is True if its officer can open the desk's reports.
    """

    id: UUID
    name: str
    span: RotaSpan
    opens: bool
    begun: bool


@dataclass(frozen=True, slots=True)
class RotaDay:
    """One day of a rota, with the shifts that start on it and its gaps."""

    day: date
    shifts: tuple[RotaShift, ...]
    gaps: tuple[RotaGap, ...]


@dataclass(frozen=True, slots=True)
class RotaBoard:
    """One week of a desk's rota.

    `gaps` are those of the next fourteen days, whichever week is shown. `covers` says whether the desk has hours to
    cover at all. `no_opener_now` is whether nobody on shift now can open its reports.
    """

    desk: Desk
    monday: date
    days: tuple[RotaDay, ...]
    gaps: tuple[RotaGap, ...]
    covers: bool
    no_opener_now: bool
    may_plan: bool


@dataclass(frozen=True, slots=True)
class RotaDesk:
    """A desk in the list of rotas, with its number of gaps, or None if it has no hours to cover."""

    code: str
    name: str
    gaps: int | None
    no_opener_now: bool

    @property
    def gaps_words(self) -> str:
        return f"{self.gaps} gap{'' if self.gaps == 1 else 's'} in the next fourteen days"


@dataclass(frozen=True, slots=True)
class OnCallLine:
    """An officer at one step of the on-call list."""

    officer: UUID
    name: str
    step: int


def board(code: str, day: date, *, by: Attendance, at: datetime) -> RotaBoard:
    """Return the week of a desk's rota that contains `day`.

    Raises NotHere.
    """
    desk, zone, monday = planning.find_desk(code, by=by), office_zone(), monday_of(day)
    openers = key_directory.who_open(str(desk.id), at.date())
    days = [monday + timedelta(days=n) for n in range(7)]
    edges = [moment(one, 0, zone) for one in (*days, monday + timedelta(days=7))]
    week, ahead = RotaSpan(edges[0], edges[-1]), RotaSpan(at, at + rota_cover.LOOK_AHEAD)
    shifts = [
        _line(one, openers, at) for one in rota_cover.planned_shifts(desk.id, week).select_related("officer")
    ]
    now = max(at, week.starts)
    left = (
        rota_cover.gaps_of(desk, RotaSpan(now, week.ends), openers=openers, zone=zone)
        if now < week.ends
        else []
    )
    found = rota_cover.gaps_of(desk, ahead, openers=openers, zone=zone)
    return RotaBoard(
        desk,
        monday,
        tuple(
            RotaDay(
                one,
                tuple(
                    shift
                    for shift in shifts
                    if starts <= shift.span.starts < ends or (n == 0 and shift.span.starts < starts)
                ),
                tuple(gap for gap in left if gap.span.overlaps(RotaSpan(starts, ends))),
            )
            for n, (one, starts, ends) in enumerate(zip(days, edges, edges[1:], strict=False))
        ),
        tuple(found),
        bool(rota_cover.required_hours(desk, ahead, zone)),
        rota_cover.nobody_to_open(found, at),
        planning.may_plan(desk.id, by=by),
    )


def shift(ident: UUID, *, desk: Desk, by: Attendance, at: datetime) -> RotaShift:
    """Return one of a desk's shifts.

    Raises NotHere if there is none or if it was cancelled.
    """
    row = (
        Shift.objects.filter(pk=ident, desk=desk, ends_at__gt=F("starts_at"))
        .select_related("officer")
        .first()
    )
    if row is None:
        raise NotHere
    openers = key_directory.who_open(str(desk.id), at.date())
    return _line(row, openers, at)


def _line(row: Shift, openers: Collection[UUID], at: datetime) -> RotaShift:
    return RotaShift(
        row.id,
        row.officer.name,
        RotaSpan(row.starts_at, row.ends_at),
        row.officer_id in openers,
        row.starts_at <= at,
    )


def desks_to_plan(*, by: Attendance, at: datetime) -> tuple[RotaDesk, ...]:
    """Return the desks whose rota this person may plan, ordered by name."""
    desks: list[Desk] | list[DeskLine]
    if allows(by.appointments, Capability.PLAN_ROTA, [None]):  # stewards, for every desk
        desks = list(Desk.objects.exclude(kind__in=(PARTNER, CANARY)).order_by("name"))
    else:
        own = [desk for desk in by.desks if planning.may_plan(desk.id, by=by)]
        desks = sorted(own, key=attrgetter("name"))
    if not desks:
        return ()
    openers = {desk.id: key_directory.who_open(str(desk.id), at.date()) for desk in desks}
    ahead = RotaSpan(at, at + rota_cover.LOOK_AHEAD)
    missing = rota_cover.gaps_at(desks, ahead, openers=openers, zone=office_zone())
    return tuple(
        RotaDesk(
            desk.code,
            desk.name,
            len(missing[desk.id]) if desk.id in missing else None,
            rota_cover.nobody_to_open(missing.get(desk.id, ()), at),
        )
        for desk in desks
    )


def on_call_list(desk: Desk) -> tuple[OnCallLine, ...]:
    """Return a desk's on-call list, ordered by step and name."""
    rows = OnCall.objects.filter(desk=desk).select_related("officer").order_by("step", "officer__name")
    return tuple(OnCallLine(one.officer_id, one.officer.name, one.step) for one in rows)
