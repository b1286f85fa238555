"""What the accepted statements add up to: whose key is whose, today."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol


@dataclass(frozen=True)
class OfficerKeys:
    """One person's public keys, and the serial of the statement that gave them."""

    person: str
    kem: bytes = field(repr=False)
    signing: bytes = field(repr=False)
    serial: int


@dataclass(frozen=True)
class PartnerKeys:
    """The public keys of a person at a partner organisation."""

    person: str
    organisation: str
    kem: bytes = field(repr=False)
    signing: bytes = field(repr=False)
    serial: int


@dataclass(frozen=True)
class DeskFacts:
    """What two stewards have said of a desk."""

    desk: str
    code: str
    kind: str
    round_the_clock: bool
    authoriser_desk: str | None


@dataclass(frozen=True)
class Voiceprint:
    """A key that somebody signed with, from a day on; `until` is the day on which it stopped to count."""

    signing: bytes = field(repr=False)
    since: date
    until: date | None


@dataclass(frozen=True)
class EpochKey:
    """A desk's key from a day on, who was given its seed and by which statement, and who said so.

    `ended`: nothing is sealed to it any more; what lies under it is addressed anew, then it is `destroyed`.
    `opened`: another member than its maker has opened the seed that they were granted, and found it to be this key's.
    """

    desk: str
    epoch: str
    kem: bytes = field(repr=False)
    opens_on: date
    granted: Mapping[str, int]
    made_by: str
    serial: int
    ended: bool = False
    destroyed: bool = False
    opened: bool = False

    @property
    def grantees(self) -> frozenset[str]:
        """Everyone who was ever given its seed."""
        return frozenset(self.granted)


@dataclass(frozen=True)
class RecoveryKey:
    """A desk's recovery key and the people who hold its seed between them."""

    desk: str
    kem: bytes = field(repr=False)
    holders: frozenset[str]


@dataclass(frozen=True)
class RejectedStatement:
    """A statement that was not believed, and the rule that it broke. Never used for anything else."""

    id: str
    kind: str
    serial: int
    reason: str


class Sides(Protocol):
    """What `two_sides.TwoSides` answers."""

    def barred(self, desk: str, person: str, key: bytes | None) -> str:
        """Return why a person with this public key may hold no key of a desk; empty when they may."""

    def helps_the_other(self, desk: str, names: frozenset[str]) -> bool:
        """Whether one of these has held a share of a recovery key of the other side."""


@dataclass(frozen=True, repr=False, eq=False)
class Directory:
    """The believed state of an installation's keys. Made only by ``statements.verify_all``; never changes.

    ``gaps`` are serials below the highest for which nothing was found: serials are given without gaps, so each
    is a statement that somebody took away (or a place where an old signature may be slipped in), and an alarm.
    ``links`` are the hashes of all statements that could be read, by serial. ``unchained``: one of them did not name the
    hash of the one before it.
    """

    refused: tuple[RejectedStatement, ...]
    highest_serial: int
    gaps: tuple[int, ...]
    links: Mapping[int, frozenset[str]]
    unchained: bool
    _stewards: frozenset[str]
    _officers: Mapping[str, OfficerKeys]
    _partners: Mapping[str, PartnerKeys]
    _desks: Mapping[str, DeskFacts]
    _members: Mapping[str, frozenset[str]]
    _epochs: Mapping[str, tuple[EpochKey, ...]]
    _recoveries: Mapping[str, RecoveryKey]
    _voices: Mapping[str, tuple[Voiceprint, ...]]
    _sides: Sides

    @property
    def broken(self) -> bool:
        """Whether a statement is missing, or stands where another one stood."""
        return bool(self.gaps) or self.unchained

    def barred(self, desk: str, person: str) -> str:
        """Return why law 4 keeps this person from holding keys of a desk; empty when it does not."""
        keys = self._officers.get(person)
        return self._sides.barred(desk, person, keys.kem if keys is not None else None)

    def helps_the_other(self, desk: str, names: frozenset[str]) -> bool:
        """Whether one of these has held a share of a recovery key on the other side, however the name is written."""
        return self._sides.helps_the_other(desk, names)

    def stewards(self) -> frozenset[str]:
        """Everyone who may sign for the installation now."""
        return self._stewards

    def officers(self) -> frozenset[str]:
        """Everyone with officer keys now."""
        return frozenset(self._officers)

    def officer(self, person: str) -> OfficerKeys | None:
        """An officer's present keys; None for a leaver or a stranger."""
        return self._officers.get(person)

    def partner(self, person: str) -> PartnerKeys | None:
        """A partner's present keys."""
        return self._partners.get(person)

    def desks(self) -> frozenset[str]:
        """The ids of all desks."""
        return frozenset(self._desks)

    def desk(self, desk: str) -> DeskFacts | None:
        """A desk as last stated."""
        return self._desks.get(desk)

    def members(self, desk: str) -> frozenset[str]:
        """The present members of a desk."""
        return self._members.get(desk, frozenset())

    def recovery(self, desk: str) -> RecoveryKey | None:
        """A desk's recovery key as last stated."""
        return self._recoveries.get(desk)

    def epochs(self, desk: str) -> tuple[EpochKey, ...]:
        """All epochs of a desk, by the day on which they open, then in the order in which they were made."""
        return self._epochs.get(desk, ())

    def epoch(self, desk: str, epoch: str) -> EpochKey | None:
        """One epoch by its id."""
        return next((one for one in self.epochs(desk) if one.epoch == epoch), None)

    def grantees(self, epoch: EpochKey) -> frozenset[str]:
        """Who was given this epoch's seed, leavers included."""
        return epoch.grantees

    def spoke_on(self, person: str, on: date) -> tuple[bytes, ...]:
        """The keys that an officer signed with on a day, also one who has left since."""
        return tuple(
            one.signing
            for one in self._voices.get(person, ())
            if one.since <= on and (one.until is None or on <= one.until)
        )

    def holders(self, epoch: EpochKey) -> frozenset[str]:
        """Members of the desk who hold this epoch's seed under the keys that they have now."""
        return frozenset(person for person in epoch.granted if self._holds(epoch, person))

    def is_stale(self, epoch: EpochKey) -> bool:
        """Whether somebody holds this epoch's seed who is no longer a member of its desk, or under a key of before."""
        return self.holders(epoch) != epoch.grantees

    def _holds(self, epoch: EpochKey, person: str) -> bool:
        now = self._officers.get(person)
        return person in self.members(epoch.desk) and now is not None and now.serial < epoch.granted[person]

    def current_epoch(self, desk: str, on: date) -> EpochKey | None:
        """The epoch to seal to: the last that has opened, has not ended, and that no leaver holds.

        One that a second member has proven to open goes before one that nobody but its maker vouches for: one member
        alone cannot have reports sealed to a key whose seed nobody has while the desk has a better one. Where leavers hold all of them the last one stays in force all the same, since a report must go
        somewhere; ``needs_epoch`` then says so. None only when none has opened.
        """
        opened = [epoch for epoch in self.epochs(desk) if epoch.opens_on <= on and not epoch.ended]
        clean = [epoch for epoch in opened if not self.is_stale(epoch)]
        in_force = [one for one in clean if one.opened] or clean or opened
        return in_force[-1] if in_force else None

    def needs_epoch(self, desk: str, on: date) -> bool:
        """Whether there is no epoch in force, or a leaver holds it."""
        current = self.current_epoch(desk, on)
        return current is None or self.is_stale(current)

    def is_ahead(self, desk: str, on: date, months: int = 2) -> bool:
        """Whether one is in force and each of the next months has an epoch opening in it, held by no leaver."""
        usable = [one for one in self.epochs(desk) if not one.ended and not self.is_stale(one)]
        opening = {_month(epoch.opens_on) for epoch in usable}
        this = _month(on)
        return not self.needs_epoch(desk, on) and all(
            this + ahead in opening for ahead in range(1, months + 1)
        )


def _month(day: date) -> int:
    return day.year * 12 + day.month
