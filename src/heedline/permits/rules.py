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


@dataclass(frozen=True)
class Asked:
    """The facts of a request to open who sent a report, when somebody wants to decide about it.

    `opens_reports`: the decider works on a desk that reads reports, or holds keys of a desk that has this one.
    """

    asked_by: UUID
    decider: UUID
    opens_reports: bool


def somebody_else_asked(asked: Asked) -> str | None:
    return "You asked for this yourself. Somebody else decides." if asked.asked_by == asked.decider else None


def they_open_no_reports(asked: Asked) -> str | None:
    if asked.opens_reports:
        return "You can open reports. Whoever decides about an identity must not be able to."
    return None


#: What must hold, per capability, about a request.
REQUEST_RULES: dict[C, tuple[Callable[[Asked], str | None], ...]] = {
    C.DECIDE_IDENTITY: (somebody_else_asked, they_open_no_reports),
}


def why_not_decide(asked: Asked) -> str | None:
    """Return the first reason why they may not decide about this request, or None."""
    for rule in REQUEST_RULES[C.DECIDE_IDENTITY]:
        reason = rule(asked)
        if reason is not None:
            return reason
    return None
