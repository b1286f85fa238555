"""The state built up while statements are verified, with people, desks, epochs and the owner of each key."""

from datetime import date
from types import MappingProxyType

from heedline.vault import keys
from heedline.vault.statements.directory import (
    DeskFacts,
    Directory,
    EpochKey,
    OfficerKeys,
    PartnerKeys,
    RecoveryKey,
    RejectedStatement,
    Voiceprint,
)
from heedline.vault.statements.remembered import Remembered
from heedline.vault.statements.signed import JSON, Statement, key_bytes, missing_serials
from heedline.vault.statements.two_sides import TwoSides

_good_keys = Remembered(16_384)


class BreaksARule(Exception):
    """Raised when a statement breaks a rule.

    The message is always in our own words.
    """


class AcceptedStatements:
    """The state built up from the statements accepted so far."""

    def __init__(self, root: bytes) -> None:
        self.refused: list[RejectedStatement] = []
        self.links: dict[int, set[str]] = {}
        self.unreadable: set[str] = set()
        self.unchained = False
        self.ids: set[str] = set()
        self.serials: set[int] = set()
        #: The latest day of a statement by stewards or the root.
        self.latest = date.min
        self.stewards: dict[str, bytes] = {}
        self.officers: dict[str, OfficerKeys] = {}
        self.partners: dict[str, PartnerKeys] = {}
        self.desks: dict[str, DeskFacts] = {}
        self.members: dict[str, set[str]] = {}
        self.epochs: dict[str, list[EpochKey]] = {}
        self.recoveries: dict[str, RecoveryKey] = {}
        self.voices: dict[str, tuple[Voiceprint, ...]] = {}
        self.sides = TwoSides(self.desks, self.members, self.epochs)
        self.had_members: set[str] = set()
        self._owners: dict[bytes, str] = {root: "the root"}
        self._claims: dict[bytes, str] = {}

    def begin(self) -> None:
        """Begin verifying a statement, discarding any keys claimed by the previous one if it was rejected."""
        self._claims = {}

    def accept(self, said: Statement) -> None:
        """Record a statement as accepted, and assign its claimed keys to the people it names."""
        self._owners |= self._claims
        self.ids.add(said.id)
        self.serials.add(said.serial)

    def directory(self) -> Directory:
        """Return a read-only directory of the keys, people and desks accepted so far."""
        highest = max(self.serials, default=0)
        return Directory(
            refused=tuple(self.refused),
            highest_serial=highest,
            gaps=tuple(one for one in missing_serials(self.serials) if one not in self.links),
            links=MappingProxyType({serial: frozenset(found) for serial, found in self.links.items()}),
            unchained=self.unchained,
            _stewards=frozenset(self.stewards),
            _officers=MappingProxyType(self.officers),
            _partners=MappingProxyType(self.partners),
            _desks=MappingProxyType(self.desks),
            _members=MappingProxyType({desk: frozenset(people) for desk, people in self.members.items()}),
            _epochs=MappingProxyType(
                {
                    desk: tuple(sorted(epochs, key=lambda epoch: (epoch.opens_on, epoch.serial)))
                    for desk, epochs in self.epochs.items()
                }
            ),
            _recoveries=MappingProxyType(self.recoveries),
            _voices=MappingProxyType(self.voices),
            _sides=self.sides,
        )

    def keep_apart(self, desk: str, people: frozenset[str] | set[str]) -> None:
        """Check that none of these people is barred from holding this desk's keys.

        Raises BreaksARule.
        """
        for person in people:
            why = self.sides.barred(desk, person, self.officers[person].kem)
            if why:
                raise BreaksARule(why)

    def own_pair(self, said: Statement, person: str) -> tuple[bytes, bytes]:
        """Return the sealing key and the signing key that a statement assigns to a person.

        Raises BreaksARule if one belongs to somebody else or cannot be used.
        """
        owner = f"person {person}"
        signing = self.own(said.body["signing"], owner)
        return self.own_kem(said.body["kem"], owner), signing

    def own_kem(self, text: JSON, owner: str) -> bytes:
        """Return the sealing key if it is usable and does not belong to another person.

        Raises BreaksARule.
        """
        kem = self.own(text, owner)
        if not _good_keys.check(lambda: keys.is_usable(kem), kem):
            raise BreaksARule("a key that nothing can be sealed to")
        return kem

    def own(self, text: JSON, owner: str) -> bytes:
        """Return the key if it does not belong to another person.

        It becomes the owner's once the whole statement is accepted. Raises BreaksARule.
        """
        key = key_bytes(text)
        if self._owners.get(key, owner) != owner:
            raise BreaksARule("a key that belongs to another")
        self._claims[key] = owner
        return key


def names(value: JSON) -> frozenset[str]:
    """Return a list of names from a statement as a set, which is empty if the value is not a list."""
    return frozenset(str(name) for name in value) if isinstance(value, list) else frozenset()
