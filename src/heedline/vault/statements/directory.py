"""The directory of current keys, built from the accepted statements."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol


@dataclass(frozen=True)
class OfficerKeys:
    """An officer's public keys, with the serial number of the statement that introduced them."""

    person: str
    kem: bytes = field(repr=False)
    signing: bytes = field(repr=False)
    serial: int


@dataclass(frozen=True)
class PartnerKeys:
    """The public keys of a member of a partner organisation."""

    person: str
    organisation: str
    kem: bytes = field(repr=False)
    signing: bytes = field(repr=False)
    serial: int


@dataclass(frozen=True)
class DeskFacts:
    """The details of a desk, from its latest accepted statement."""

    desk: str
    code: str
    kind: str
    round_the_clock: bool
    authoriser_desk: str | None


@dataclass(frozen=True)
class Voiceprint:
    """An officer's signing key, with the period in which it was valid.

    `since` is the first day of the period, and `until` the day on which the key ceased to count.
    """

    signing: bytes = field(repr=False)
    since: date
    until: date | None


@dataclass(frozen=True)
class EpochKey:
    """A desk's epoch key, valid from a given day.

    It records who was given its seed by which statement, and who created it. `ended` means that nothing
    more is sealed to it. Containers addressed to it are re-addressed, and then it is `destroyed`. `opened`
    means that a member other than its maker has opened the seed granted to them and found it to be this
    key's.
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
        """Return everyone who has ever been given the epoch's seed."""
        return frozenset(self.granted)


@dataclass(frozen=True)
class RecoveryKey:
    """A desk's recovery key and the people who together hold its seed."""

    desk: str
    kem: bytes = field(repr=False)
    holders: frozenset[str]


@dataclass(frozen=True)
class RejectedStatement:
    """A statement that was rejected, with the rule that it broke.

    It is never used for anything else.
    """

    id: str
    kind: str
    serial: int
    reason: str


class Sides(Protocol):
    """The methods of `two_sides.TwoSides` that the directory uses."""

    def barred(self, desk: str, person: str, key: bytes | None) -> str:
        """Return why a person with this public key may not hold one of a desk's keys, or "" if they may."""

    def helps_the_other(self, desk: str, names: frozenset[str]) -> bool:
        """Return whether any of these people has ever held a share of the other side's recovery keys."""


@dataclass(frozen=True, repr=False, eq=False)
class Directory:
    """The accepted keys, people and desks of an installation.

    It is created only by ``statements.verify_all`` and never changes. ``gaps`` are the serials below the
    highest for which no statement was found. Serials are assigned without gaps, so each gap is a statement
    that somebody removed (or a place where an old signature could be inserted) and raises an alarm.
    ``links`` are the hashes of all statements that could be read, by serial. ``unchained`` means that one
    of them did not name the hash of the one before it.
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
        """Return whether a statement is missing or out of place in the chain."""
        return bool(self.gaps) or self.unchained

    def barred(self, desk: str, person: str) -> str:
        """Return why law 4 prevents this person from holding a desk's keys, or "" if it does not."""
        keys = self._officers.get(person)
        return self._sides.barred(desk, person, keys.kem if keys is not None else None)

    def helps_the_other(self, desk: str, names: frozenset[str]) -> bool:
        """Return whether any of these people has ever held a share of a recovery key of the other side.

        Different spellings of a name count as the same name.
        """
        return self._sides.helps_the_other(desk, names)

    def stewards(self) -> frozenset[str]:
        """Return all stewards who may currently sign for the installation."""
        return self._stewards

    def officers(self) -> frozenset[str]:
        """Return all people who currently have officer keys."""
        return frozenset(self._officers)

    def officer(self, person: str) -> OfficerKeys | None:
        """Return an officer's current keys, or None for an unknown person or one who has left."""
        return self._officers.get(person)

    def partner(self, person: str) -> PartnerKeys | None:
        """Return the current keys of a member of a partner organisation."""
        return self._partners.get(person)

    def desks(self) -> frozenset[str]:
        """Return the ids of all desks."""
        return frozenset(self._desks)

    def desk(self, desk: str) -> DeskFacts | None:
        """Return a desk's details from its latest accepted statement, or None for an unknown desk."""
        return self._desks.get(desk)

    def members(self, desk: str) -> frozenset[str]:
        """Return the current members of a desk."""
        return self._members.get(desk, frozenset())

    def recovery(self, desk: str) -> RecoveryKey | None:
        """Return a desk's latest recorded recovery key, or None if it has none."""
        return self._recoveries.get(desk)

    def epochs(self, desk: str) -> tuple[EpochKey, ...]:
        """Return all epochs of a desk, ordered by opening day and then by creation."""
        return self._epochs.get(desk, ())

    def epoch(self, desk: str, epoch: str) -> EpochKey | None:
        """Return the desk's epoch with this id, or None if there is none."""
        return next((one for one in self.epochs(desk) if one.epoch == epoch), None)

    def grantees(self, epoch: EpochKey) -> frozenset[str]:
        """Return everyone who was given this epoch's seed, including people who have since left."""
        return epoch.grantees

    def spoke_on(self, person: str, on: date) -> tuple[bytes, ...]:
        """Return the signing keys that an officer used on a given day, including officers who have since left."""
        return tuple(
            one.signing
            for one in self._voices.get(person, ())
            if one.since <= on and (one.until is None or on <= one.until)
        )

    def holders(self, epoch: EpochKey) -> frozenset[str]:
        """Return the members of the desk who hold this epoch's seed under their current keys."""
        return frozenset(person for person in epoch.granted if self._holds(epoch, person))

    def is_stale(self, epoch: EpochKey) -> bool:
        """Return whether anyone who has left, or any superseded key, holds this epoch's seed.

        A leaver is anyone who is no longer a member of the desk.
        """
        return self.holders(epoch) != epoch.grantees

    def _holds(self, epoch: EpochKey, person: str) -> bool:
        now = self._officers.get(person)
        return person in self.members(epoch.desk) and now is not None and now.serial < epoch.granted[person]

    def current_epoch(self, desk: str, on: date) -> EpochKey | None:
        """Return the epoch to seal to.

        It is the last epoch that has opened, has not ended and is held by no leaver. An epoch that a second
        member has proven to open comes before one that only its maker vouches for. One member alone therefore
        cannot have reports sealed to a key whose seed nobody has while the desk has a better one. If leavers
        hold all of them, the last one stays in force, because a report must go somewhere. ``needs_epoch`` is
        then true. Returns None only if none has opened.
        """
        opened = [epoch for epoch in self.epochs(desk) if epoch.opens_on <= on and not epoch.ended]
        clean = [epoch for epoch in opened if not self.is_stale(epoch)]
        in_force = [one for one in clean if one.opened] or clean or opened
        return in_force[-1] if in_force else None

    def needs_epoch(self, desk: str, on: date) -> bool:
        """Return whether no epoch is in force, or the current one is held by a person who has left."""
        current = self.current_epoch(desk, on)
        return current is None or self.is_stale(current)

    def is_ahead(self, desk: str, on: date, months: int = 2) -> bool:
        """Return whether a desk has usable epochs for now and for each of the next `months` months.

        One must be in force, and each of the next `months` must have an epoch opening in it that no leaver
        holds.
        """
        usable = [one for one in self.epochs(desk) if not one.ended and not self.is_stale(one)]
        opening = {_month(epoch.opens_on) for epoch in usable}
        this = _month(on)
        return not self.needs_epoch(desk, on) and all(
            this + ahead in opening for ahead in range(1, months + 1)
        )


def _month(day: date) -> int:
    return day.year * 12 + day.month
