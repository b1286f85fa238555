"""The rules for accepting signed statements, and the directory built from them (design: sealing).

Everything starts from one pinned root key. The root appoints stewards. Two different stewards together appoint
officers, desks, members and recovery keys. A member of a desk names its epochs, later grants of them, and their end.
Statements are taken in order of their serials, each judged by what was accepted before it. One that breaks a rule is
left out and listed as refused. It never stops the rest and is never partly used.

Stewards are members of no desk, so they hold no grants. Nobody is on both sides of an identity, now or by what they
were given before (``vault.two_sides``). A key belongs to one person or thing for ever. An epoch's grantees are
members of its desk.

Each statement names the hash of the one before it. One that follows anything else is refused, and a missing one is a
gap. Either makes the directory ``broken``. The removal of a statement with all later ones is not detected here
(compare ``links`` with the log, as ``casework.keys.directory`` does), nor are grants (see ``grantees``).
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date
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
from heedline.vault.remembered import Remembered
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
from heedline.vault.two_sides import OUTSIDE, TwoSides, one_spelling

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
_RANK = {"steward": 0, "leaver": 1, "epoch": 3, "opened": 4, "granted": 4, "ended": 5, "destroyed": 6}
_BY_A_MEMBER = frozenset({"epoch", "opened", "granted", "ended", "destroyed"})


def verify_all(signed: Iterable[SignedStatement | str], *, root: bytes, installation: str) -> Directory:
    """Return the directory of all accepted statements, from signed statements or their JSON texts.

    ``root`` is the pinned Ed25519 public key. Signatures and keys once found valid are cached by hash, so
    repeating this after one more statement costs little.
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
    for one in readable:
        judge.links.setdefault(one.statement.serial, set()).add(one.statement.link)
    for one in sorted(readable, key=_order):
        judge.hear(one)
    return judge.directory()


def _order(one: SignedStatement) -> tuple[int, int, str]:
    said = one.statement
    return said.serial, _RANK.get(said.kind, 2), said.id


class _BreaksARule(Exception):
    """A statement breaks a rule.

    The message is always in our own words.
    """


_good_signatures = Remembered(65_536)
_good_keys = Remembered(16_384)


class _Judge:
    """The state built up while statements are judged in order."""

    def __init__(self, root: bytes, installation: str) -> None:
        self._root = root
        self._installation = installation
        self.refused: list[RejectedStatement] = []
        self.links: dict[int, set[str]] = {}
        self._unchained = False
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
        self._sides = TwoSides(self._desks, self._members, self._epochs)
        self._had_members: set[str] = set()
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
            "destroyed": self._hear_destroyed,
        }

    def hear(self, one: SignedStatement) -> None:
        said = one.statement
        try:
            if said.id in self._ids:
                raise _BreaksARule("an id used before")
            if said.serial in self._serials:
                raise _BreaksARule("a serial used before")
            before = self.links.get(said.serial - 1, {""} if said.serial == 1 else None)
            if before is not None and said.follows not in before:
                self._unchained = True
                raise _BreaksARule("it does not follow the statement before it")
            if not check_signatures_shape(one.signatures):
                raise _BreaksARule("no usable signatures")
            self._check_signers(one)
            self._claims = {}
            if said.kind == "epoch":
                self._hear_epoch(said, made_by=next(iter(one.signatures)))
            elif said.kind == "opened":
                self._hear_opened(said, by=next(iter(one.signatures)))
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
            gaps=tuple(one for one in _gaps(self._serials) if one not in self.links),
            links=MappingProxyType({serial: frozenset(found) for serial, found in self.links.items()}),
            unchained=self._unchained,
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
            _sides=self._sides,
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
        kind = str(body["kind"])
        if desk in self._had_members and (self._desks[desk].kind == OUTSIDE) != (kind == OUTSIDE):
            raise _BreaksARule(
                "a desk that has had members becomes no partner's, and a partner's none of ours"
            )
        if authoriser is not None and (authoriser == desk or authoriser not in self._desks):
            raise _BreaksARule("the authoriser desk is no other desk stated before")
        if (kind == OUTSIDE and (authoriser is not None or self._sides.decides(desk))) or (
            authoriser is not None and self._desks[authoriser].kind == OUTSIDE
        ):
            raise _BreaksARule("a partner's desk takes no part in identities")
        before = self._desks.get(desk)
        round_the_clock = body["round_the_clock"] is True
        self._desks[desk] = DeskFacts(desk, str(body["code"]), kind, round_the_clock, authoriser)
        clash = self._tie(desk, authoriser)
        if clash:
            if before is None:
                del self._desks[desk]
            else:
                self._desks[desk] = before
            raise _BreaksARule(clash)

    def _tie(self, desk: str, authoriser: str | None) -> str:
        """Record who decides for a desk, or return why somebody would then be on both sides."""
        if authoriser is None:
            return self._sides.clash(desk)
        known = self._sides.decides(authoriser), self._sides.has_one(desk)
        self._sides.tie(desk, authoriser)
        clash = self._sides.clash(desk) or self._sides.clash(authoriser)
        if clash:
            self._sides.untie(desk, authoriser, known)
        return clash

    def _hear_member(self, said: Statement) -> None:
        desk, person = str(said.body["desk"]), str(said.body["person"])
        if desk not in self._desks or person not in self._officers:
            raise _BreaksARule("no such desk or no such officer")
        if person in self._stewards:
            raise _BreaksARule("a steward cannot be a member of a desk")
        self._keep_apart(desk, {person})
        outside, held = self._desks[desk].kind == OUTSIDE, self._desks_of(person)
        if any((self._desks[one].kind == OUTSIDE) != outside for one in held):
            raise _BreaksARule("a member of a partner's desk and of another")
        self._members.setdefault(desk, set()).add(person)
        self._had_members.add(desk)

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
        if len(set(map(one_spelling, holders))) != len(holders):
            raise _BreaksARule("one holder named twice")
        if self._sides.helps_the_other(desk, holders):
            raise _BreaksARule("somebody helps to recover both desks")
        kem = self._own_kem(said.body["kem"], f"recovery {desk}")
        self._recoveries[desk] = RecoveryKey(desk, kem, holders)
        self._sides.help(desk, holders)

    def _hear_epoch(self, said: Statement, made_by: str) -> None:
        desk, epoch = str(said.body["desk"]), str(said.body["epoch"])
        grantees = _names(said.body["grantees"])
        if not grantees <= self._members.get(desk, set()):
            raise _BreaksARule("a grantee who is no member of the desk")
        if any(one.epoch == epoch for one in self._epochs.get(desk, [])):
            raise _BreaksARule("an epoch named before")
        self._keep_apart(desk, grantees)
        kem = self._own_kem(said.body["kem"], f"epoch {desk} {epoch}")
        opens_on = date.fromisoformat(str(said.body["opens_on"]))
        granted = MappingProxyType(dict.fromkeys(grantees, said.serial))
        made = EpochKey(desk, epoch, kem, opens_on, granted, made_by, said.serial)
        self._epochs.setdefault(desk, []).append(made)
        self._note_grants(desk, grantees)

    def _hear_granted(self, said: Statement) -> None:
        epoch, grantees = self._named_epoch(said), _names(said.body["grantees"])
        if epoch.ended:
            raise _BreaksARule("an epoch that has ended")
        if not grantees <= self._members.get(epoch.desk, set()):
            raise _BreaksARule("a grantee who is no member of the desk")
        self._keep_apart(epoch.desk, grantees)
        granted = {**epoch.granted, **dict.fromkeys(grantees, said.serial)}
        self._put(replace(epoch, granted=MappingProxyType(granted)))
        self._note_grants(epoch.desk, grantees)

    def _hear_opened(self, said: Statement, by: str) -> None:
        epoch = self._named_epoch(said)
        if by == epoch.made_by or by not in epoch.granted:
            raise _BreaksARule("not said by somebody to whom another granted it")
        self._put(replace(epoch, opened=True))

    def _hear_ended(self, said: Statement) -> None:
        epoch, on = self._named_epoch(said), date.fromisoformat(said.issued_on)
        others = [one for one in self._epochs[epoch.desk] if not one.ended and one.epoch != epoch.epoch]
        if not any(one.opens_on <= on for one in others):
            raise _BreaksARule("the last epoch in force cannot end")
        self._put(replace(epoch, ended=True))

    def _hear_destroyed(self, said: Statement) -> None:
        epoch = self._named_epoch(said)
        if not epoch.ended:
            raise _BreaksARule("an epoch that has not ended")
        self._put(replace(epoch, destroyed=True))

    # Smaller matters

    def _keep_apart(self, desk: str, people: frozenset[str] | set[str]) -> None:
        """Refuse anybody who is, or by their keys still is, on the other side of this desk's identities."""
        for person in people:
            why = self._sides.barred(desk, person, self._officers[person].kem)
            if why:
                raise _BreaksARule(why)

    def _note_grants(self, desk: str, people: frozenset[str]) -> None:
        for person in people:
            self._sides.grant(desk, person, self._officers[person].kem)

    def _named_epoch(self, said: Statement) -> EpochKey:
        for one in self._epochs.get(str(said.body["desk"]), []):
            if one.epoch == str(said.body["epoch"]):
                return one
        raise _BreaksARule("no such epoch")

    def _put(self, epoch: EpochKey) -> None:
        """Replace the previously known version of the same epoch."""
        known = self._epochs[epoch.desk]
        self._epochs[epoch.desk] = [epoch if one.epoch == epoch.epoch else one for one in known]

    def _silenced(self, person: str, on: date) -> tuple[Voiceprint, ...]:
        """Return a person's signing keys so far, with the last one ending on this day."""
        known = self._voices.get(person, ())
        return tuple(one if one.until is not None else replace(one, until=on) for one in known)

    def _desks_of(self, person: str) -> set[str]:
        return {desk for desk, people in self._members.items() if person in people}

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
        """Return the key, unless it belongs to somebody else.

        It becomes the owner's once the whole statement is accepted.
        """
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
    """Return the first hundred missing serials.

    That is enough for an alarm, however large a serial somebody invents.
    """
    found: list[int] = []
    expected = 1
    for serial in sorted(serials):
        found.extend(range(expected, min(serial, expected + 100)))
        expected = serial + 1
    return tuple(found[:100])
