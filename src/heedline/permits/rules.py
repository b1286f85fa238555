"""Further rules that must hold before a capability may be used on a report.

Each rule is a small predicate that returns a reason for the officer.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from heedline.desk_hooks import register
from heedline.permits.capabilities import AnyCapability
from heedline.permits.capabilities import Capability as C
from heedline.reports.lifecycle import Stage


@dataclass(frozen=True)
class Standing:
    """The facts about a report that rules check, taken when the row is locked.

    `danger` means a danger to life, as reported or as found by an officer.
    """

    desk_id: UUID
    watch_id: UUID | None
    holder_id: UUID | None
    lease_until: datetime | None
    stage: Stage
    at: datetime
    officer_id: UUID
    danger: bool = False

    @property
    def leased_to_another(self) -> bool:
        """Return whether a colleague's lease on the report is still running."""
        return (
            self.holder_id is not None
            and self.holder_id != self.officer_id
            and self.lease_until is not None
            and self.lease_until > self.at
        )

    @property
    def mine(self) -> bool:
        return self.holder_id == self.officer_id


def nobody_else_holds_it(standing: Standing) -> str | None:
    """Return a reason if a colleague holds the report, otherwise None."""
    return (
        "A colleague has this report open. It is free again when their time runs out."
        if standing.leased_to_another
        else None
    )


def i_hold_it(standing: Standing) -> str | None:
    if standing.mine:
        return None
    if standing.holder_id is None:
        return "Take the report first, so that no colleague works on it at the same time."
    return "A colleague has this report. You can read it, not change it."


#: What must hold, per capability; a capability that is not here needs only the role and the scope.
RULES: dict[C, tuple[Callable[[Standing], str | None], ...]] = {
    C.TAKE: (nobody_else_holds_it,),
    C.RELEASE: (i_hold_it,),
    C.ASSESS: (i_hold_it,),
    C.ASK: (i_hold_it,),
    C.CALL_BACK: (i_hold_it,),
    C.CLOSE: (i_hold_it,),
    C.HAND_OVER: (nobody_else_holds_it,),
    C.ASK_IDENTITY: (i_hold_it,),
    C.ASK_TRACE: (i_hold_it,),
    C.DISSEMINATE: (i_hold_it,),
}


def _rules_of(capability: AnyCapability) -> tuple[Callable[[Standing], str | None], ...]:
    if isinstance(capability, C):
        return RULES.get(capability, ())
    grant = register.grants().get(capability)
    return grant.rules if grant is not None else ()


def why_not(capability: AnyCapability, standing: Standing) -> str | None:
    """Return the first reason why this may not be done now, or None."""
    for rule in _rules_of(capability):
        reason = rule(standing)
        if reason is not None:
            return reason
    return None
