"""The question "may this person do this here?", and the refusal with its reason."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from heedline.permits import rules
from heedline.permits.capabilities import Capability
from heedline.permits.roles import GRANTS, Role


class Refused(Exception):
    """They may not. `reason` is written for the person who is refused and names nobody."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def allows(
    appointments: Iterable[tuple[str, UUID | None]], capability: Capability, desks: Iterable[UUID | None]
) -> bool:
    """True when one of the (role, desk) appointments grants `capability` on one of `desks` (None: installation-wide)."""
    wanted = set(desks)
    return any(capability in GRANTS[Role(role)] and desk in wanted for role, desk in appointments)


def require(
    appointments: Iterable[tuple[str, UUID | None]],
    capability: Capability,
    *,
    desks: Iterable[UUID | None],
    standing: rules.Standing | None = None,
) -> None:
    """Raise Refused unless a role grants `capability` on one of `desks` and every rule for it holds."""
    if not allows(appointments, capability, desks):
        raise Refused("Your role on this desk does not include this.")
    if standing is not None:
        reason = rules.why_not(capability, standing)
        if reason is not None:
            raise Refused(reason)
