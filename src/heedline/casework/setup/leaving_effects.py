"""The effects on desks when an officer leaves, shown to stewards before they sign."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from heedline.casework.access.session import Attendance
from heedline.casework.keys import directory as key_directory
from heedline.desks import rota_cover
from heedline.desks.models import CANARY, Appointment, Desk
from heedline.desks.rota_weeks import RotaSpan
from heedline.permits.capabilities import Capability


@dataclass(frozen=True, slots=True)
class LeavingEffect:
    """A desk that would be left short of people when an officer leaves.

    `openers_left` is the number of officers who could still open its reports, or None if enough are left.
    `rota_empty` is whether nobody else is on its rota for the next fourteen days.
    """

    desk: str
    openers_left: int | None
    rota_empty: bool

    @property
    def words(self) -> str:
        """Return a warning that describes the effect."""
        left = {
            None: "",
            0: "nobody can open what is sent to it",
            1: "only one person can open what is sent to it, and nothing more is sent there",
        }[self.openers_left]
        rota = "nobody is on its rota for the next fourteen days" if self.rota_empty else ""
        return f"{self.desk}: after that {' and '.join(one for one in (left, rota) if one)}."


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
        if short or empty:
            found.append(LeavingEffect(here.name, left if short else None, empty))
    return tuple(found)
