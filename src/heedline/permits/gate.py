"""The question "may this person do this here?", and the refusal with its reason."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from heedline.permits import rules
from heedline.permits.capabilities import AnyCapability
from heedline.permits.competence import EXCUSED_IN_DANGER, EXCUSED_WHERE_THIN, Competence, Lapse
from heedline.permits.roles import Role, granted


class Refused(Exception):
    """They may not. `reason` is written for the person who is refused and names nobody."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def allows(
    appointments: Iterable[tuple[str, UUID | None]], capability: AnyCapability, desks: Iterable[UUID | None]
) -> bool:
    """True when one of the (role, desk) appointments grants `capability` on one of `desks` (None: installation-wide)."""
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

    Where it hangs on a training, one of those roles must stand at a desk where nothing is missing. Returns what was
    missing and let pass: `excused` by an emergency, `begun` while it counted, or by a supervisor of a desk with too few
    who have it. The caller logs that; empty otherwise.
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
    """What is missing at every one of these desks; None as soon as nothing is at one of them."""
    lapse = None
    for desk in held:
        lapse = competence.lapse(capability, desk, begun=begun)
        if lapse is None:
            return None
    return lapse
