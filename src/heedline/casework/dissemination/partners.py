"""Lists partners for a desk, and records comparisons of their keys.

A partner's key is trusted only when two stewards have signed the partner's staff and one of those people
made the key. Only an officer who has heard the maker of the key read out its words can know that these
people really belong to the partner and were not invented by two stewards. Nothing is therefore sent to a
partner before somebody at the desk has made that comparison, unless life is at risk.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from heedline.audit.acts import Act
from heedline.casework.access import keyring, session
from heedline.casework.access.session import Attendance
from heedline.casework.errors import NotHere
from heedline.casework.keys import directory as key_directory
from heedline.casework.keys import key_verification
from heedline.casework.keys.directory import ENOUGH_OPENERS, directory
from heedline.casework.keys.key_verification import Known
from heedline.casework.recording import refusals_logged
from heedline.desks.models import PARTNER, Appointment, Desk, Officer
from heedline.permits.capabilities import Capability
from heedline.permits.roles import GRANTS
from heedline.reports.lifecycle import NotNow
from heedline.vault.statements.directory import EpochKey

TOO_FEW = "Fewer than two people there could open it. Phone them, and tell your stewards."
COMPARE_FIRST = (
    "Neither you nor the author has verified that partner’s key. Phone them on a number that you know "
    "from elsewhere, and compare words."
)


@dataclass(frozen=True)
class PartnerKey:
    """A partner's current key, to which disclosures are sealed.

    `maker` is the person at the partner who made the key and vouches for its other holders.
    """

    desk: UUID
    code: str
    epoch: UUID
    key: bytes
    maker: str

    def compared(self, known: Known) -> bool:
        """Return True if this officer has compared verification words with the person who created the key."""
        return known.has_compared(self.maker)


@dataclass(frozen=True)
class PartnerLine:
    """A partner, and whether disclosures can be sent to it.

    `code` is the code that two stewards signed. The names beside it are in a table that any database
    administrator could change. `openers` is how many people there can open what is sent now. `maker` is the
    person who reads out the words to compare.

    `compared` is True when the viewer has made the comparison. `why_not` is the reason nothing can be sent
    there now, or "" when it can. `stale` means that somebody who holds the key has left or has new keys of
    their own. The key is then changed the next time one of its holders unlocks.
    """

    id: UUID
    code: str
    name: str
    organisation: str
    openers: int
    maker: UUID | None
    maker_name: str
    compared: bool
    why_not: str
    stale: bool

    @property
    def words(self) -> str:
        """Return the partner's full name, as recorded in the signed directory.

        It consists of the organisation, its team and the code.
        """
        return f"{self.organisation}: {self.name} ({self.code})"


def key_of(partner: UUID, at: datetime) -> PartnerKey | None:
    """Return the partner's current key, or None.

    None is returned for a desk that is not a partner's, and when fewer than two people could open the key.
    """
    facts = directory().desk(str(partner))
    if facts is None or facts.kind != PARTNER or key_directory.doubts():
        return None
    epoch = directory().current_epoch(facts.desk, at.date())
    if epoch is None or len(directory().holders(epoch)) < ENOUGH_OPENERS or not _vouched(epoch):
        return None
    return PartnerKey(partner, facts.code, UUID(epoch.epoch), epoch.kem, epoch.made_by)


def _vouched(epoch: EpochKey) -> bool:
    """Return True if the officer who created this key is among its holders in the directory.

    Only then can the maker's words be compared.
    """
    return epoch.made_by in directory().holders(epoch)


def leads_a_panel(at: datetime) -> bool:
    """Return whether a partner has a chair or deputy, and two people who can open what is sent there."""
    signs = [role for role, capabilities in GRANTS.items() if Capability.SIGN_DECISION in capabilities]
    chairs = Appointment.objects.filter(role__in=signs, ended_on=None, officer__is_active=True)
    return any(key_of(desk, at) is not None for desk in set(chairs.values_list("desk_id", flat=True)))


def list_partners(*, by: Attendance, at: datetime) -> tuple[PartnerLine, ...]:
    """Return every partner, ordered by name.

    Raises Refused.
    """
    by.require(Capability.FOLLOW_DISSEMINATION)
    rows = Desk.objects.filter(kind=PARTNER).select_related("organisation")
    known = by.keyring.known if by.keyring is not None else Known()
    keys = {row: key_of(row.id, at) for row in rows.order_by("organisation__name", "name")}
    makers = Officer.objects.filter(id__in=[key.maker for key in keys.values() if key is not None])
    names = {str(one): name for one, name in makers.values_list("id", "name")}
    return tuple(_line(row, key, names, known, at) for row, key in keys.items())


def _line(
    row: Desk, key: PartnerKey | None, names: dict[str, str], known: Known, at: datetime
) -> PartnerLine:
    known_keys = directory()
    facts = known_keys.desk(str(row.id))
    return PartnerLine(
        row.id,
        facts.code if facts is not None else "not signed",
        row.name,
        row.organisation.name,
        key_directory.openers_of(str(row.id), at.date()),
        UUID(key.maker) if key is not None else None,
        names.get(key.maker, "") if key is not None else "",
        key is not None and key.compared(known),
        "" if key is not None else TOO_FEW,
        known_keys.current_epoch(str(row.id), at.date()) is not None
        and known_keys.needs_epoch(str(row.id), at.date()),
    )


def partner(desk: UUID, *, by: Attendance, at: datetime) -> PartnerLine:
    """Return one partner.

    Raises NotHere and Refused.
    """
    found = next((one for one in list_partners(by=by, at=at) if one.id == desk), None)
    if found is None:
        raise NotHere
    return found


def compare(desk: UUID, said: str, passphrase: str, *, by: Attendance, at: datetime) -> Attendance:
    """Record that the officer verified a partner's key against the words read out by its creator.

    Grants nobody any access. Raises NotHere, NotNow, Locked, WrongPassphrase, and Refused when the words
    differ. Refusals are logged.
    """
    with refusals_logged(Act.KEY_COMPARED, by=by.officer_id, thing="desk", thing_id=desk):
        by.require(Capability.FOLLOW_DISSEMINATION)
        by.keys()
        if not Desk.objects.filter(pk=desk, kind=PARTNER).exists():
            raise NotHere
        key = key_of(desk, at)
        if key is None:
            raise NotNow(TOO_FEW)
        hand = keyring.hand_of(by.officer_id, passphrase)
        key_verification.compare(key.maker, said, by=hand, at=at)
        return session.unlock_with_seed(by, hand.seed, at=at)
