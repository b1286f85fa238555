"""The effects on desks when an officer leaves, shown to stewards before they sign."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from heedline.casework.access.session import Attendance
from heedline.casework.keys import directory as key_directory
from heedline.desks import rota_cover
from heedline.desks.models import CANARY, Appointment, Desk
from heedline.desks.rota_weeks import RotaSpan
from heedline.permits import functions
from heedline.permits.capabilities import Capability
from heedline.permits.roles import Role


@dataclass(frozen=True, slots=True)
class LeavingEffect:
    """A desk that would be left short of people when an officer leaves.

    `openers_left` is the number of officers who could still open its reports, or None if enough are left.
    `rota_empty` is whether nobody else is on its rota for the next fourteen days, and `no_supervisor` whether they are its
    last supervisor.
    """

    desk: str
    openers_left: int | None
    rota_empty: bool
    no_supervisor: bool = False

    @property
    def words(self) -> str:
        """Return a warning that describes the effect."""
        left = {
            None: "",
            0: "nobody can open what is sent to it",
            1: "only one person can open what is sent to it, and nothing more is sent there",
        }[self.openers_left]
        rota = "nobody is on its rota for the next fourteen days" if self.rota_empty else ""
        lead = "nobody is its supervisor" if self.no_supervisor else ""
        return f"{self.desk}: after that {' and '.join(one for one in (left, rota, lead) if one)}."


def effects(officer: UUID, desk: UUID | None, *, by: Attendance, at: datetime) -> tuple[LeavingEffect, ...]:
    """Return the desks that would be left short of people if an officer left.

    The officer leaves one desk, or all of them if `desk` is None. Raises Refused for everybody but stewards.
    """
    by.require(Capability.SET_UP, None)
    held = Appointment.objects.filter(officer_id=officer, ended_on=None, desk__isnull=False)
    if desk is not None:
        held = held.filter(desk=desk)
    found = []
    desks = Desk.objects.filter(id__in=held.values("desk")).exclude(kind=CANARY)
    for here in desks.order_by("name"):
        openers = key_directory.who_open(str(here.id), at.date())
        left = len(openers - {officer})
        short = officer in openers and left < key_directory.ENOUGH_OPENERS
        ahead = rota_cover.planned_shifts(here.id, RotaSpan(at, at + rota_cover.LOOK_AHEAD))
        on_rota = set(ahead.values_list("officer_id", flat=True))
        empty = on_rota == {officer}
        last = _is_last_supervisor(officer, here.id)
        if short or empty or last:
            found.append(LeavingEffect(here.name, left if short else None, empty, last))
    return tuple(found)


def warnings(officer: UUID, desk: UUID | None, *, by: Attendance, at: datetime) -> tuple[str, ...]:
    """Return what stewards are told before an officer leaves one desk, or all of them if `desk` is None.

    Raises Refused for everybody but stewards.
    """
    found = [effect.words for effect in effects(officer, desk, by=by, at=at)]
    dangers = functions.dangers_owned(officer, desk)
    if dangers:
        found.append(
            f"They own {dangers} open danger{'s' if dangers > 1 else ''} to life. Somebody must take over first."
        )
    if desk is None and _is_second_steward(officer):
        found.append(
            "Only one steward would be left, and two must sign everything. Appoint another one first."
        )
    return tuple(found)


def end_of_role_warnings(officer: UUID, role: str, desk: Desk, *, by: Attendance) -> tuple[str, ...]:
    """Return what stewards are told before one of an officer's roles at a desk ends. Raises Refused as `warnings` does."""
    by.require(Capability.SET_UP, None)
    if role != Role.SUPERVISOR or not _is_last_supervisor(officer, desk.id):
        return ()
    return (LeavingEffect(desk.name, None, rota_empty=False, no_supervisor=True).words,)


def _is_last_supervisor(officer: UUID, desk: UUID) -> bool:
    """Return whether this officer is the only supervisor of the desk who can sign in."""
    return _who_hold(Role.SUPERVISOR, desk) == {officer}


def _is_second_steward(officer: UUID) -> bool:
    held = _who_hold(Role.STEWARD, None)
    return officer in held and len(held) == 2


def _who_hold(role: Role, desk: UUID | None) -> set[UUID]:
    where = Q(desk_id=desk) if desk is not None else Q(desk=None)
    held = Appointment.objects.filter(where, role=role, ended_on=None, officer__is_active=True)
    return set(held.values_list("officer_id", flat=True))
