"""Additional rules that must hold before a capability may be used on a report.

Each rule is a small predicate that returns a reason for the officer.
"""

from __future__ import annotations

from collections.abc import Callable

from heedline.permits import roles
from heedline.permits.capabilities import AnyCapability
from heedline.permits.capabilities import Capability as C
from heedline.permits.standing import Standing as Standing


def nobody_else_is_writing(standing: Standing) -> str | None:
    """Return a refusal reason if a colleague is editing the report, otherwise None."""
    return (
        "A colleague is editing this report. You can edit it when they have finished."
        if standing.leased_to_another
        else None
    )


def it_has_an_owner(standing: Standing) -> str | None:
    """Return a refusal reason if the report has no owner, otherwise None."""
    return None if standing.owner_id is not None else _TAKE_FIRST


def no_colleague_owns_it(standing: Standing) -> str | None:
    """Return a refusal reason if a colleague owns the report, otherwise None."""
    return None if standing.owner_id is None or standing.mine else _OWNED


def i_own_it(standing: Standing) -> str | None:
    """Return a refusal reason if this officer does not own the report, otherwise None."""
    return it_has_an_owner(standing) or no_colleague_owns_it(standing)


_TAKE_FIRST = "Take the report first, so that two officers do not work on it at once."
_OWNED = "A colleague owns this report. A supervisor can make you its owner."


#: What must hold, per capability; a capability that is not here needs only the role and the scope.
RULES: dict[C, tuple[Callable[[Standing], str | None], ...]] = {
    C.TAKE: (no_colleague_owns_it, nobody_else_is_writing),
    C.RELEASE: (i_own_it,),
    C.ASSESS: (it_has_an_owner, nobody_else_is_writing),
    C.ASK: (it_has_an_owner, nobody_else_is_writing),
    C.SET_NEXT_ACTION: (it_has_an_owner, nobody_else_is_writing),
    C.CALL_BACK: (i_own_it, nobody_else_is_writing),
    C.CLOSE: (i_own_it, nobody_else_is_writing),
    C.HAND_OVER: (no_colleague_owns_it, nobody_else_is_writing),
    C.ASK_IDENTITY: (i_own_it,),
    C.ASK_TRACE: (i_own_it,),
    C.DISSEMINATE: (i_own_it, nobody_else_is_writing),
}


def _rules_of(capability: AnyCapability) -> tuple[Callable[[Standing], str | None], ...]:
    if isinstance(capability, C):
        return RULES.get(capability, ())
    grant = roles.desk_grants().get(capability)
    return grant.rules if grant is not None else ()


def why_not(capability: AnyCapability, standing: Standing) -> str | None:
    """Return the first reason why an action is not allowed now, or None."""
    for rule in _rules_of(capability):
        reason = rule(standing)
        if reason is not None:
            return reason
    return None
