"""Permission checks on officers' actions, and the exception raised when one is refused."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from heedline.permits import rules
from heedline.permits.capabilities import AnyCapability
from heedline.permits.competence import EXCUSED_IN_DANGER, EXCUSED_WHERE_THIN, Competence, Lapse
from heedline.permits.roles import Role, granted


class Refused(Exception):
    """Raised when an officer is not permitted to do something.

    `reason` is written for the officer who is refused, and names nobody.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def allows(
    appointments: Iterable[tuple[str, UUID | None]], capability: AnyCapability, desks: Iterable[UUID | None]
) -> bool:
    """Return whether any (role, desk) appointment grants `capability` on one of `desks`.

    None as a desk means the whole installation.
    """
    wanted = set(desks)
    return any(capability in granted(Role(role)) and desk in wanted for role, desk in appointments)


def require(
    appointments: Iterable[tuple[str, UUID | None]],
    capability: AnyCapability,
    *,
    desks: Iterable[UUID | None],
    standing: rules.Standing | None = None,
    competence: Competence | None = None,
    excused: bool = False,
    begun: bool = False,
) -> str:
    """Raise Refused unless a role grants `capability` on one of `desks` and every rule for it holds.

    If the capability depends on a training, one of those roles must be at a desk where no training is
    missing. Returns the missing training that was let pass, or "". It is let pass in an emergency
    (`excused`), if the act was begun while the training was valid (`begun`), or for a supervisor of a desk
    where too few people have it. The caller logs it.
    """
    wanted = set(desks)
    held = [desk for role, desk in appointments if capability in granted(Role(role)) and desk in wanted]
    if not held:
        raise Refused("Your role on this desk does not include this.")
    if standing is not None:
        reason = rules.why_not(capability, standing)
        if reason is not None:
            raise Refused(reason)
    if competence is None:
        return ""
    lapse = _lapse(competence, capability, held)
    if lapse is None:
        return ""
    in_danger = standing is not None and standing.danger and capability in EXCUSED_IN_DANGER
    leads = capability in EXCUSED_WHERE_THIN and any((desk, lapse.code) in competence.thin for desk in held)
    if not (
        excused or in_danger or leads or (begun and _lapse(competence, capability, held, begun=True) is None)
    ):
        raise Refused(lapse.reason)
    return lapse.code


def _lapse(
    competence: Competence, capability: AnyCapability, held: Iterable[UUID | None], *, begun: bool = False
) -> Lapse | None:
    """Return the training that is missing at all of these desks, or None if it is complete at one of them."""
    lapse = None
    for desk in held:
        lapse = competence.lapse(capability, desk, begun=begun)
        if lapse is None:
            return None
    return lapse
