"""What somebody must have been trained in, and whether that has run out. Plain Python; which acts is data of the pack.

What nobody may hang on a date is said here, whatever a pack says: that a report is read, taken, handed over, given back
and answered for. A lapsed training of everybody at a desk must never leave a report of danger unread.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from uuid import UUID

from heedline.permits.capabilities import Capability as C

#: What may hang on a training. Everything else never does; having somebody traced is always for a life.
MAY_HANG = frozenset(
    {C.TAKE_DOWN, C.ASSESS, C.ASK, C.CLOSE, C.SWEEP, C.ASK_IDENTITY, C.OPEN_IDENTITY, C.DECIDE_IDENTITY}
)
#: What is done all the same where somebody may be in danger; the log says that it was. Closing can wait for a colleague.
EXCUSED_IN_DANGER = frozenset({C.ASSESS, C.ASK})
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
    """What one person has been trained in. `until`: last days by training; `kinds`: the sorts of their desks."""

    today: date
    needs: tuple[Requirement, ...] = ()
    until: Mapping[str, date] = field(default_factory=dict)
    kinds: Mapping[UUID, str] = field(default_factory=dict)

    def lapse(self, capability: C, desk: UUID | None, *, begun: bool = False) -> Lapse | None:
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
    """A requirement out of the pack's words. Raises ValueError for a capability that never hangs on a training."""
    named = frozenset(C(one) for one in capabilities)
    if not named <= MAY_HANG:
        raise ValueError(f"these never hang on a training: {', '.join(sorted(named - MAY_HANG))}")
    return Requirement(code, name, named, desks)
