"""What else must hold before a capability may be used on a report. Small predicates with a reason for the person."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from heedline.desk_hooks import register
from heedline.permits.capabilities import AnyCapability
from heedline.permits.capabilities import Capability as C


@dataclass(frozen=True)
class Standing:
    """The facts of a report that rules look at, taken when the row is locked. `danger`: told or found to be to life."""

    desk_id: UUID
    watch_id: UUID | None
    holder_id: UUID | None
    lease_until: datetime | None
    stage: str
    at: datetime
    officer_id: UUID
    danger: bool = False

    @property
    def leased_to_another(self) -> bool:
        """True while a colleague's lease runs."""
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
    """None when it holds, else the reason."""
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
