"""Which signed statements are believed, and the directory that they make (design: sealing).

Everything starts from one pinned root key. The root names stewards; two different stewards together name
officers, desks, members and recovery keys; a member of a desk names its epochs, whom they are granted to later, and
that one has ended. Statements are taken in the
order of their serials, each judged by what was believed before it. One that breaks a rule is left out and
listed as refused: it is never an error that stops the rest, and never half used.

Stewards are members of no desk, so they hold no grants. Nobody is a member of both a desk and its authoriser
desk, and nobody helps to recover both. One key belongs to one person or thing for ever. An epoch's grantees
are members of its desk.

What this cannot see: a statement that was taken away with all after it (compare ``highest_serial`` with the
log), and grants themselves (compare them with ``grantees``).
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date
from hashlib import sha256
from types import MappingProxyType

from heedline.vault import keys
from heedline.vault.directory import (
    DeskFacts,
    Directory,
    EpochKey,
    OfficerKeys,
    PartnerKeys,
    RecoveryKey,
    RejectedStatement,
    Voiceprint,
)
from heedline.vault.signed import (
    JSON,
    ROOT,
    SignedStatement,
    Statement,
    check_shape,
    check_signatures_shape,
    key_bytes,
    key_text,
    proposed_bytes,
    signed_bytes,
)

__all__ = [
    "JSON",
    "ROOT",
    "DeskFacts",
    "Directory",
    "EpochKey",
    "OfficerKeys",
    "PartnerKeys",
    "RecoveryKey",
    "RejectedStatement",
    "SignedStatement",
    "Statement",
    "key_bytes",
    "key_text",
    "verify_all",
]

# Where two statements claim one serial, what stewards signed goes before what a member signed.
_RANK = {"steward": 0, "leaver": 1, "epoch": 3, "granted": 4, "ended": 5}
#: The kind of a desk of people outside: nobody is a member of one and of a desk of ours, so that whoever was compared as a
#: colleague vouches for no partner.
OUTSIDE = "partner"
_BY_A_MEMBER = frozenset({"epoch", "granted", "ended"})


def verify_all(signed: Iterable[SignedStatement | str], *, root: bytes, installation: str) -> Directory:
    """The directory of all statements that hold, from signed statements or their JSON texts.

    ``root`` is the pinned Ed25519 public key. Signatures and keys once found good are remembered by hash, so
    doing this again after one more statement costs little.
    """
    if len(root) != keys.SIGNING_PUBLIC_SIZE:
        raise ValueError("the root is an Ed25519 public key of 32 bytes")
    judge = _Judge(root, installation)
    readable: list[SignedStatement] = []
    for one in signed:
        try:
            readable.append(SignedStatement.from_json(one) if isinstance(one, str) else one)
            check_shape(readable[-1].statement)
        except ValueError:
            # Nothing of it may be echoed: it can be anything.
            judge.refused.append(RejectedStatement("", "", 0, "not a statement of a known shape"))
            if not isinstance(one, str):
                readable.pop()
    for one in sorted(readable, key=_order):
        judge.hear(one)
    return judge.directory()


def _order(one: SignedStatement) -> tuple[int, int, str]:
    said = one.statement
    return said.serial, _RANK.get(said.kind, 2), said.id


class _BreaksARule(Exception):
    """The rule, in words of ours only."""


class _Good:
    """Remembers by hash what was found good, within bounds. A finding never changes, so it may be shared."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._seen: set[bytes] = set()

    def check(self, test: Callable[[], bool], *parts: bytes) -> bool:
        mark = sha256(b"".join(len(part).to_bytes(8, "big") + part for part in parts)).digest()
        if mark in self._seen:
            return True
        if not test():
            return False
        if len(self._seen) >= self._most:
            self._seen.clear()
        self._seen.add(mark)
        return True


_good_signatures = _Good(65_536)
_good_keys = _Good(16_384)


class _Judge:
    """The state so far, while statements are heard in order."""

    def __init__(self, root: bytes, installation: str) -> None:
        self._root = root
        self._installation = installation
        self.refused: list[RejectedStatement] = []
        self._ids: set[str] = set()
        self._serials: set[int] = set()
        self._stewards: dict[str, bytes] = {}
        self._officers: dict[str, OfficerKeys] = {}
        self._partners: dict[str, PartnerKeys] = {}
        self._desks: dict[str, DeskFacts] = {}
        self._members: dict[str, set[str]] = {}
        self._epochs: dict[str, list[EpochKey]] = {}
        self._recoveries: dict[str, RecoveryKey] = {}
        self._voices: dict[str, tuple[Voiceprint, ...]] = {}
        self._owners: dict[bytes, str] = {root: "the root"}
        self._claims: dict[bytes, str] = {}
        self._heard: dict[str, Callable[[Statement], None]] = {
            "steward": self._hear_steward,
            "officer": self._hear_officer,
            "partner": self._hear_partner,
            "desk": self._hear_desk,
            "member": self._hear_member,
            "leaver": self._hear_leaver,
            "recovery": self._hear_recovery,
            "granted": self._hear_granted,
            "ended": self._hear_ended,
        }

    def hear(self, one: SignedStatement) -> None:
        said = one.statement
        try:
            if said.id in self._ids:
                raise _BreaksARule("an id used before")
            if said.serial in self._serials:
                raise _BreaksARule("a serial used before")
            if not check_signatures_shape(one.signatures):
                raise _BreaksARule("no usable signatures")
            self._check_signers(one)
            self._claims = {}
            if said.kind == "epoch":
                self._hear_epoch(said, made_by=next(iter(one.signatures)))
            else:
                self._heard[said.kind](said)
        except _BreaksARule as rule:
            self.refused.append(RejectedStatement(said.id, said.kind, said.serial, str(rule)))
            return
        self._owners |= self._claims
        self._ids.add(said.id)
        self._serials.add(said.serial)

    def directory(self) -> Directory:
        highest = max(self._serials, default=0)
        return Directory(
            refused=tuple(self.refused),
            highest_serial=highest,
            gaps=_gaps(self._serials),
            _stewards=frozenset(self._stewards),
            _officers=MappingProxyType(self._officers),
            _partners=MappingProxyType(self._partners),
            _desks=MappingProxyType(self._desks),
            _members=MappingProxyType({desk: frozenset(people) for desk, people in self._members.items()}),
            _epochs=MappingProxyType(
                {
                    desk: tuple(sorted(epochs, key=lambda epoch: (epoch.opens_on, epoch.serial)))
                    for desk, epochs in self._epochs.items()
                }
            ),
            _recoveries=MappingProxyType(self._recoveries),
            _voices=MappingProxyType(self._voices),
        )

    # Whose signature counts

    def _check_signers(self, one: SignedStatement) -> None:
        kind, body, signers = one.statement.kind, one.statement.body, set(one.signatures)
        if kind == "steward" or (kind == "leaver" and signers == {ROOT} and body["person"] in self._stewards):
            if signers != {ROOT}:
                raise _BreaksARule("not signed by the root alone")
            allowed = {ROOT: self._root}
        elif kind in _BY_A_MEMBER:
            (signer, *others) = signers
            members = self._members.get(str(body["desk"]), set())
            if others or signer not in members:
                raise _BreaksARule("not signed by one member of the desk")
            allowed = {signer: self._officers[signer].signing}
        else:
            if len(signers) < 2 or not signers <= self._stewards.keys():
                raise _BreaksARule("not signed by two stewards")
            allowed = self._stewards
        whole = signed_bytes(one.statement, self._installation)
        open_to = [
            signer for signer, made in one.signatures.items() if not _is_signed(allowed[signer], whole, made)
        ]
        if not open_to:
            return
        proposal = proposed_bytes(one.statement, self._installation)
        by_stewards = allowed is self._stewards and len(open_to) < len(one.signatures)
        for signer in open_to:
            if not by_stewards or not _is_signed(allowed[signer], proposal, one.signatures[signer]):
                raise _BreaksARule("a signature that does not hold")

    # What each kind does

    def _hear_steward(self, said: Statement) -> None:
        person = str(said.body["person"])
        if any(person in people for people in self._members.values()):
            raise _BreaksARule("a member of a desk cannot be a steward")
        if person in self._partners:
            raise _BreaksARule("a partner cannot be a steward")
        self._stewards[person] = self._own(said.body["signing"], f"person {person}")

    def _hear_officer(self, said: Statement) -> None:
        person = str(said.body["person"])
        if person in self._partners:
            raise _BreaksARule("a partner cannot be an officer")
        kem, signing = self._own_pair(said, person)
        self._officers[person] = OfficerKeys(person, kem, signing, said.serial)
        on = date.fromisoformat(said.issued_on)
        self._voices[person] = (*self._silenced(person, on), Voiceprint(signing, on, None))

    def _hear_partner(self, said: Statement) -> None:
        person = str(said.body["person"])
        if person in self._officers or person in self._stewards:
            raise _BreaksARule("an officer or steward cannot be a partner")
        kem, signing = self._own_pair(said, person)
        organisation = str(said.body["organisation"])
        self._partners[person] = PartnerKeys(person, organisation, kem, signing, said.serial)

    def _hear_desk(self, said: Statement) -> None:
        desk, body = str(said.body["desk"]), said.body
        authoriser = None if body["authoriser_desk"] is None else str(body["authoriser_desk"])
        if authoriser is not None:
            if authoriser == desk or authoriser not in self._desks:
                raise _BreaksARule("the authoriser desk is no other desk stated before")
            if self._members.get(desk, set()) & self._members.get(authoriser, set()):
                raise _BreaksARule("somebody is a member of both desks")
            if self._holders(desk) & self._holders(authoriser):
                raise _BreaksARule("somebody helps to recover both desks")
        round_the_clock = body["round_the_clock"] is True
        self._desks[desk] = DeskFacts(desk, str(body["code"]), str(body["kind"]), round_the_clock, authoriser)

    def _hear_member(self, said: Statement) -> None:
        desk, person = str(said.body["desk"]), str(said.body["person"])
        if desk not in self._desks or person not in self._officers:
            raise _BreaksARule("no such desk or no such officer")
        if person in self._stewards:
            raise _BreaksARule("a steward cannot be a member of a desk")
        if any(person in self._members.get(other, set()) for other in self._partners_in_identity(desk)):
            raise _BreaksARule("a member of a desk and of its authoriser desk")
        outside, held = self._desks[desk].kind == OUTSIDE, self._desks_of(person)
        if any((self._desks[one].kind == OUTSIDE) != outside for one in held):
            raise _BreaksARule("a member of a partner's desk and of another")
        self._members.setdefault(desk, set()).add(person)

    def _hear_leaver(self, said: Statement) -> None:
        person = str(said.body["person"])
        if "desk" in said.body:
            self._members.get(str(said.body["desk"]), set()).discard(person)
            return
        for people in self._members.values():
            people.discard(person)
        if person in self._officers:
            self._voices[person] = self._silenced(person, date.fromisoformat(said.issued_on))
        self._officers.pop(person, None)
        self._partners.pop(person, None)
        self._stewards.pop(person, None)

    def _hear_recovery(self, said: Statement) -> None:
        desk, holders = str(said.body["desk"]), _names(said.body["holders"])
        if desk not in self._desks:
            raise _BreaksARule("no such desk")
        if any(holders & self._holders(other) for other in self._partners_in_identity(desk)):
            raise _BreaksARule("somebody helps to recover both desks")
        self._recoveries[desk] = RecoveryKey(
            desk, self._own_kem(said.body["kem"], f"recovery {desk}"), holders
        )

    def _hear_epoch(self, said: Statement, made_by: str) -> None:
        desk, epoch = str(said.body["desk"]), str(said.body["epoch"])
        grantees = _names(said.body["grantees"])
        if not grantees <= self._members.get(desk, set()):
            raise _BreaksARule("a grantee who is no member of the desk")
        if any(one.epoch == epoch for one in self._epochs.get(desk, [])):
            raise _BreaksARule("an epoch named before")
        kem = self._own_kem(said.body["kem"], f"epoch {desk} {epoch}")
        opens_on = date.fromisoformat(str(said.body["opens_on"]))
        granted = MappingProxyType(dict.fromkeys(grantees, said.serial))
        made = EpochKey(desk, epoch, kem, opens_on, granted, made_by, said.serial)
        self._epochs.setdefault(desk, []).append(made)

    def _hear_granted(self, said: Statement) -> None:
        epoch, grantees = self._named_epoch(said), _names(said.body["grantees"])
        if epoch.ended:
            raise _BreaksARule("an epoch that has ended")
        if not grantees <= self._members.get(epoch.desk, set()):
            raise _BreaksARule("a grantee who is no member of the desk")
        granted = {**epoch.granted, **dict.fromkeys(grantees, said.serial)}
        self._put(replace(epoch, granted=MappingProxyType(granted)))

    def _hear_ended(self, said: Statement) -> None:
        epoch, on = self._named_epoch(said), date.fromisoformat(said.issued_on)
        others = [one for one in self._epochs[epoch.desk] if not one.ended and one.epoch != epoch.epoch]
        if not any(one.opens_on <= on for one in others):
            raise _BreaksARule("the last epoch in force cannot end")
        self._put(replace(epoch, ended=True))

    # Smaller matters

    def _named_epoch(self, said: Statement) -> EpochKey:
        for one in self._epochs.get(str(said.body["desk"]), []):
            if one.epoch == str(said.body["epoch"]):
                return one
        raise _BreaksARule("no such epoch")

    def _put(self, epoch: EpochKey) -> None:
        """Instead of the same epoch as it was known before."""
        known = self._epochs[epoch.desk]
        self._epochs[epoch.desk] = [epoch if one.epoch == epoch.epoch else one for one in known]

    def _silenced(self, person: str, on: date) -> tuple[Voiceprint, ...]:
        """What they signed with so far; the last of it counts up to this day."""
        known = self._voices.get(person, ())
        return tuple(one if one.until is not None else replace(one, until=on) for one in known)

    def _partners_in_identity(self, desk: str) -> set[str]:
        """The desks with which this one shares identities: its authoriser's, and those it authorises for."""
        found = {other.desk for other in self._desks.values() if other.authoriser_desk == desk}
        authoriser = self._desks[desk].authoriser_desk
        return found if authoriser is None else found | {authoriser}

    def _desks_of(self, person: str) -> set[str]:
        return {desk for desk, people in self._members.items() if person in people}

    def _holders(self, desk: str) -> frozenset[str]:
        recovery = self._recoveries.get(desk)
        return recovery.holders if recovery else frozenset()

    def _own_pair(self, said: Statement, person: str) -> tuple[bytes, bytes]:
        owner = f"person {person}"
        signing = self._own(said.body["signing"], owner)
        return self._own_kem(said.body["kem"], owner), signing

    def _own_kem(self, text: JSON, owner: str) -> bytes:
        kem = self._own(text, owner)
        if not _good_keys.check(lambda: keys.is_usable(kem), kem):
            raise _BreaksARule("a key that nothing can be sealed to")
        return kem

    def _own(self, text: JSON, owner: str) -> bytes:
        """The key, if it is nobody else's; it is theirs once the whole statement is accepted."""
        key = key_bytes(text)
        if self._owners.get(key, owner) != owner:
            raise _BreaksARule("a key that belongs to another")
        self._claims[key] = owner
        return key


def _is_signed(public: bytes, message: bytes, made: bytes) -> bool:
    return _good_signatures.check(lambda: keys.verify(public, message, made), public, made, message)


def _names(value: JSON) -> frozenset[str]:
    return frozenset(str(name) for name in value) if isinstance(value, list) else frozenset()


def _gaps(serials: set[int]) -> tuple[int, ...]:
    """The first hundred missing serials: enough for an alarm, however large a serial somebody invents."""
    found: list[int] = []
    expected = 1
    for serial in sorted(serials):
        found.extend(range(expected, min(serial, expected + 100)))
        expected = serial + 1
    return tuple(found[:100])
