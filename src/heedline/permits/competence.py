"""Training requirements for officers, with checks that the training is still valid.

The pack says which acts need training. The acts that may depend on a date at all are a closed list
(`packs.rules.training.MAY_HANG`), because a report of danger must never stay unread when everybody's
training at a desk has expired. Plain Python.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from uuid import UUID

from heedline.permits.capabilities import AnyCapability
from heedline.permits.capabilities import Capability as C
from heedline.permits.roles import desk_grants

#: What is done all the same where somebody may be in danger; the log says that it was. Closing can wait for a colleague.
EXCUSED_IN_DANGER = frozenset({C.ASSESS, C.ASK})
#: What a supervisor does all the same while their desk has too few who may: a flood must not wait for a course. Each can
#: be taken back (undone, opened again, assessed again), and what is closed may be drawn to be read once more.
EXCUSED_WHERE_THIN = frozenset({C.ASSESS, C.CLOSE, C.SWEEP})
#: What was begun while it counted is finished: a call goes on past midnight, and its draft lies for a day.
GRACE = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Requirement:
    """A training course that some capabilities require at some kinds of desk."""

    code: str
    name: str
    capabilities: frozenset[AnyCapability]
    desks: frozenset[str]


@dataclass(frozen=True, slots=True)
class Lapse:
    """A training requirement that an officer does not meet.

    `until` is the last day on which it was valid, or None if the officer never completed it.
    """

    code: str
    name: str
    until: date | None

    @property
    def reason(self) -> str:
        """Return the message for a refused officer, naming the required training and who must record it."""
        what = (
            f"Your training “{self.name}” ran out on {self.until:%-d %B %Y}."
            if self.until is not None
            else f"This needs the training “{self.name}”, and there is no record that you have done it."
        )
        return (
            f"{what} Do it again; then a supervisor of your desk, or a steward, records it and you can go on."
        )


@dataclass(frozen=True, slots=True)
class Competence:
    """One officer's training record, with the requirements that apply to them.

    `until` is the last valid day of each training, and `kinds` are the kinds of the officer's desks. `thin`
    contains (desk, training) for desks that the officer supervises where fewer people have the training than
    the pack requires.
    """

    today: date
    needs: tuple[Requirement, ...] = ()
    until: Mapping[str, date] = field(default_factory=dict)
    kinds: Mapping[UUID, str] = field(default_factory=dict)
    thin: frozenset[tuple[UUID, str]] = frozenset()

    def lapse(self, capability: AnyCapability, desk: UUID | None, *, begun: bool = False) -> Lapse | None:
        """Return the training that the officer lacks for `capability` on this desk, or None.

        `begun` means that they had already started the act, so that a training which expired yesterday still
        counts.
        """
        kind = self.kinds.get(desk) if desk is not None else None
        day = self.today - GRACE if begun else self.today
        for need in self.needs:
            if capability not in need.capabilities or kind not in need.desks:
                continue
            until = self.until.get(need.code)
            if until is None or until < day:
                return Lapse(need.code, need.name, until)
        return None


def requirement(code: str, name: str, capabilities: frozenset[str], desks: frozenset[str]) -> Requirement:
    """Build a training requirement from strings read from the pack. Capabilities of desks that are not registered drop out."""
    of_desks = {what for what, grant in desk_grants().items() if grant.can_need_training}
    known: frozenset[AnyCapability] = frozenset({*C, *of_desks})
    return Requirement(code, name, frozenset(one for one in known if one in capabilities), desks)
