"""The rule that the two shares of an identity key are always held by different people (law 4).

It covers the whole history of an installation. One side decides about identities: every desk that was ever
named as an authoriser. The other side reads reports: every other desk of ours, and a deciding desk that has
an authoriser of its own. A report can be handed over to any desk that reads, while the deciding half of its
identity stays where it was, so all desks of one side face all desks of the other, not only the pairs that
statements name.

Nobody is on both sides. A person is on a side while they are a member of one of its desks, and for as long as a key of
one of its desks that was ever granted to them has not been destroyed. A public key is on a side for ever: copies of old
grants may be in backups, so whoever changes sides needs a new seed.
"""

import unicodedata
from collections.abc import Mapping, Sequence, Set

from heedline.vault.statements.directory import DeskFacts, EpochKey

#: The kind of a desk of people outside. It takes no part in identities: nothing of one is released to it.
OUTSIDE = "partner"


def one_spelling(name: str) -> str:
    """Return a person's name normalised for comparison, ignoring case, width, accent encoding and spaces."""
    return " ".join(unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold()).split())


class TwoSides:
    """A history of the desks, people and keys on the deciding side and on the reading side.

    It reads the mappings of the judge in `vault.statements.verification`, and keeps the history that those do not have.
    """

    def __init__(
        self,
        desks: Mapping[str, DeskFacts],
        members: Mapping[str, Set[str]],
        epochs: Mapping[str, Sequence[EpochKey]],
    ) -> None:
        self._desks = desks
        self._members = members
        self._epochs = epochs
        self._decided: set[str] = set()
        self._was_decided_for: set[str] = set()
        self._keys: dict[str, dict[bytes, str]] = {}
        self._helpers: dict[str, set[str]] = {}

    # What was said

    def tie(self, desk: str, authoriser: str) -> bool:
        """Record that `desk` has an authorising desk, and that `authoriser` is one.

        Returns False if nothing is new.
        """
        if authoriser in self._decided and desk in self._was_decided_for:
            return False
        self._decided.add(authoriser)
        self._was_decided_for.add(desk)
        return True

    def untie(self, desk: str, authoriser: str, before: "tuple[bool, bool]") -> None:
        """Undo `tie` after the statement behind it was rejected.

        `before` is what `decides` and `has_one` returned before the tie was made.
        """
        if not before[0]:
            self._decided.discard(authoriser)
        if not before[1]:
            self._was_decided_for.discard(desk)

    def decides(self, desk: str) -> bool:
        """Return whether a desk has ever been named as an authoriser."""
        return desk in self._decided

    def has_one(self, desk: str) -> bool:
        """Return whether any statement has ever named an authoriser for a desk."""
        return desk in self._was_decided_for

    def grant(self, desk: str, person: str, key: bytes) -> None:
        """Record that one of this desk's keys was granted to the holder of this public key."""
        self._keys.setdefault(desk, {})[key] = person

    def help(self, desk: str, names: Set[str]) -> None:
        """Record the people who hold shares of this desk's recovery key."""
        self._helpers.setdefault(desk, set()).update(map(one_spelling, names))

    # What follows

    def facing(self, desk: str) -> set[str]:
        """Return the desks on the other side, whose keys no member of this desk may hold."""
        if desk not in self._desks or self._desks[desk].kind == OUTSIDE:
            return set()
        others = {one for one, facts in self._desks.items() if one != desk and facts.kind != OUTSIDE}
        found: set[str] = set()
        if self.decides(desk):
            found |= {one for one in others if not self.decides(one) or self.has_one(one)}
        if not self.decides(desk) or self.has_one(desk):
            found |= others & self._decided
        return found

    def barred(self, desk: str, person: str, key: bytes | None) -> str:
        """Return why a person with this public key may not hold a key of a desk, or "" if they may."""
        for other in self.facing(desk):
            if person in self._members.get(other, frozenset()):
                return "a member of a desk and of its authoriser desk"
            if any(not epoch.destroyed and person in epoch.granted for epoch in self._epochs.get(other, ())):
                return "somebody who was given a key of the other side that is not destroyed"
            if key is not None and key in self._keys.get(other, {}):
                return "a public key that was given a key of the other side"
        return ""

    def clash(self, desk: str) -> str:
        """Return why a desk conflicts with the desks on the other side, or "" if it does not."""
        for other in self.facing(desk):
            if self._members.get(desk, set()) & self._members.get(other, set()):
                return "somebody is a member of both desks"
            if self._people(desk) & self._people(other) or self._keys.get(desk, {}).keys() & self._keys.get(
                other, {}
            ):
                return "somebody was given keys of both desks"
            if self._helpers.get(desk, set()) & self._helpers.get(other, set()):
                return "somebody helps to recover both desks"
        return ""

    def helps_the_other(self, desk: str, names: Set[str]) -> bool:
        """Return whether any of these people has ever held a share of a recovery key of the other side.

        Different spellings of a name count as the same name.
        """
        wanted = set(map(one_spelling, names))
        return any(wanted & self._helpers.get(other, set()) for other in self.facing(desk))

    def _people(self, desk: str) -> set[str]:
        given = (epoch.granted.keys() for epoch in self._epochs.get(desk, ()) if not epoch.destroyed)
        return set(self._members.get(desk, set())).union(*given)
