"""What somebody must have been trained in, and whether that has run out. Plain Python; which acts is data of the pack.

What may hang on a date at all is closed (`packs.rules.training.MAY_HANG`): a lapsed training of everybody at a desk must never
leave a report of danger unread.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from uuid import UUID

from heedline.permits.capabilities import AnyCapability
from heedline.permits.capabilities import Capability as C

#: What is done all the same where somebody may be in danger; the log says that it was. Closing can wait for a colleague.
EXCUSED_IN_DANGER = frozenset({C.ASSESS, C.ASK})
#: What a supervisor does all the same while their desk has too few who may: a flood must not wait for a course. Each can
#: be taken back (undone, opened again, assessed again), and what is closed may be drawn to be read once more.
EXCUSED_WHERE_THIN = frozenset({C.ASSESS, C.CLOSE, C.SWEEP})
#: What was begun while it counted is finished: a call goes on past midnight, and its draft lies for a day.
GRACE = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Requirement:
    """A training, the capabilities that hang on it, and the sorts of desk where they do."""

    code: str
    name: str
    capabilities: frozenset[C]
    desks: frozenset[str]


@dataclass(frozen=True, slots=True)
class Lapse:
    """A training that is missing. `until`: the last day on which it counted, None when there never was one."""

    code: str
    name: str
    until: date | None

    @property
    def reason(self) -> str:
        """For the person who is refused: what is missing, and how to get it back."""
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
    """What one person has been trained in. `until`: last days by training; `kinds`: the sorts of their desks.

    `thin`: (desk, training) where they lead and fewer have it than the pack calls enough.
    """

    today: date
    needs: tuple[Requirement, ...] = ()
    until: Mapping[str, date] = field(default_factory=dict)
    kinds: Mapping[UUID, str] = field(default_factory=dict)
    thin: frozenset[tuple[UUID, str]] = frozenset()

    def lapse(self, capability: AnyCapability, desk: UUID | None, *, begun: bool = False) -> Lapse | None:
        """What is missing for `capability` on this desk of theirs; None when nothing is.

        `begun`: they were at it already, so what ran out yesterday counts.
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
    """A requirement out of the pack's words."""
    return Requirement(code, name, frozenset(C(one) for one in capabilities), desks)
