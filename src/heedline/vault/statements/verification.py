"""The rules for accepting signed statements, and the directory built from them.

Everything starts from one pinned root key. The root appoints stewards. Two different stewards together appoint
officers, desks, members and recovery keys. A member of a desk names its epochs, later grants of them, and their end.
Statements are taken in order of their serials, each judged by what was accepted before it. One that breaks a rule is
left out and listed as refused. It never stops the rest and is never partly used.

Stewards are members of no desk, so they hold no grants. Nobody is on both sides of an identity, now or by what they
were given before (``vault.statements.two_sides``). A key belongs to one person or thing for ever. An epoch's grantees are
members of its desk.

Each statement names the hash of the one before it. One that follows anything else is refused, and a missing one is a
gap. Either makes the directory ``broken``. The removal of a statement with all later ones is not detected here
(compare ``links`` with the log, as ``casework.keys.directory`` does), nor are grants (see ``grantees``).
"""

from collections.abc import Callable, Iterable
from datetime import date
from functools import lru_cache

from heedline.vault import keys
from heedline.vault.statements import desks as desk_statements
from heedline.vault.statements import epochs as epoch_statements
from heedline.vault.statements import people as people_statements
from heedline.vault.statements.accepted import AcceptedStatements, BreaksARule
from heedline.vault.statements.directory import (
    DeskFacts,
    Directory,
    EpochKey,
    OfficerKeys,
    PartnerKeys,
    RecoveryKey,
    RejectedStatement,
)
from heedline.vault.statements.remembered import Remembered
from heedline.vault.statements.signed import (
    JSON,
    ROOT,
    SignedStatement,
    Statement,
    check_shape,
    check_signatures_shape,
    key_bytes,
    key_text,
    link_of_unreadable,
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
_RANK = {"steward": 0, "leaver": 1, "epoch": 3, "opened": 4, "granted": 4, "ended": 5, "destroyed": 6}
_BY_A_MEMBER = frozenset({"epoch", "opened", "granted", "ended", "destroyed"})


def verify_all(signed: Iterable[SignedStatement | str], *, root: bytes, installation: str) -> Directory:
    """Return the directory of all accepted statements, from signed statements or their JSON texts.

    ``root`` is the pinned Ed25519 public key. Texts once parsed, and signatures and keys once found valid, are
    cached, so repeating this after one more statement costs little.
    """
    if len(root) != keys.SIGNING_PUBLIC_SIZE:
        raise ValueError("the root is an Ed25519 public key of 32 bytes")
    judge = _Judge(root, installation)
    readable: list[SignedStatement] = []
    for one in signed:
        try:
            readable.append(_parsed(one) if isinstance(one, str) else one)
            if not isinstance(one, str):  # a text was checked when it was parsed
                check_shape(one.statement)
        except ValueError:
            # Nothing of it may be echoed: it can be anything.
            judge.known.refused.append(RejectedStatement("", "", 0, "not a statement of a known shape"))
            if isinstance(one, str):
                judge.known.unreadable.add(link_of_unreadable(one))
            else:
                readable.pop()
    for one in readable:
        judge.known.links.setdefault(one.statement.serial, set()).add(one.statement.link)
    for one in sorted(readable, key=_order):
        judge.hear(one)
    return judge.known.directory()


@lru_cache(maxsize=4096)
def _parsed(text: str) -> SignedStatement:
    return SignedStatement.from_json(text)


def _order(one: SignedStatement) -> tuple[int, int, str]:
    said = one.statement
    return said.serial, _RANK.get(said.kind, 2), said.id


_good_signatures = Remembered(65_536)

_MEANING: dict[str, Callable[[AcceptedStatements, Statement], None]] = {
    "steward": people_statements.hear_steward,
    "officer": people_statements.hear_officer,
    "partner": people_statements.hear_partner,
    "member": people_statements.hear_member,
    "leaver": people_statements.hear_leaver,
    "desk": desk_statements.hear_desk,
    "recovery": desk_statements.hear_recovery,
    "granted": epoch_statements.hear_granted,
    "ended": epoch_statements.hear_ended,
    "destroyed": epoch_statements.hear_destroyed,
}


class _Judge:
    """Verify statements in order, each against those accepted before it."""

    def __init__(self, root: bytes, installation: str) -> None:
        self._root = root
        self._installation = installation
        self.known = AcceptedStatements(root)

    def hear(self, one: SignedStatement) -> None:
        said, known = one.statement, self.known
        try:
            if said.id in known.ids:
                raise BreaksARule("an id used before")
            if said.serial in known.serials:
                raise BreaksARule("a serial used before")
            if said.serial - 1 not in known.links and said.follows in known.unreadable:
                known.links[said.serial - 1] = {said.follows}
            before = known.links.get(said.serial - 1, {""} if said.serial == 1 else None)
            if before is not None and said.follows not in before:
                # what nobody signed says nothing about what is missing, and must not stop the sealing of reports
                known.unchained = known.unchained or self._is_by_somebody_known(one)
                raise BreaksARule("it does not follow the statement before it")
            if not check_signatures_shape(one.signatures):
                raise BreaksARule("no usable signatures")
            self._check_signers(one)
            known.begin()
            if said.kind == "epoch":
                epoch_statements.hear_epoch(known, said, made_by=next(iter(one.signatures)))
            elif said.kind == "opened":
                epoch_statements.hear_opened(known, said, by=next(iter(one.signatures)))
            else:
                _MEANING[said.kind](known, said)
        except BreaksARule as rule:
            known.refused.append(RejectedStatement(said.id, said.kind, said.serial, str(rule)))
            return
        known.accept(said)
        if said.kind not in _BY_A_MEMBER:
            known.latest = max(known.latest, date.fromisoformat(said.issued_on))

    def _check_signers(self, one: SignedStatement) -> None:
        kind, body, signers = one.statement.kind, one.statement.body, set(one.signatures)
        if kind == "steward" or (
            kind == "leaver" and signers == {ROOT} and body["person"] in self.known.stewards
        ):
            if signers != {ROOT}:
                raise BreaksARule("not signed by the root alone")
            allowed = {ROOT: self._root}
        elif kind in _BY_A_MEMBER:
            (signer, *others) = signers
            members = self.known.members.get(str(body["desk"]), set())
            if others or signer not in members:
                raise BreaksARule("not signed by one member of the desk")
            allowed = {signer: self.known.officers[signer].signing}
        else:
            if len(signers) < 2 or not signers <= self.known.stewards.keys():
                raise BreaksARule("not signed by two stewards")
            allowed = self.known.stewards
        whole = signed_bytes(one.statement, self._installation)
        open_to = [
            signer for signer, made in one.signatures.items() if not _is_signed(allowed[signer], whole, made)
        ]
        if not open_to:
            return
        proposal = proposed_bytes(one.statement, self._installation)
        by_stewards = allowed is self.known.stewards and len(open_to) < len(one.signatures)
        for signer in open_to:
            if not by_stewards or not _is_signed(allowed[signer], proposal, one.signatures[signer]):
                raise BreaksARule("a signature that does not hold")

    def _is_by_somebody_known(self, one: SignedStatement) -> bool:
        signers = {ROOT: self._root, **self.known.stewards}
        signers |= {who: held.signing for who, held in self.known.officers.items()}
        signers |= {who: held.signing for who, held in self.known.partners.items()}
        return one.is_signed_by_any(signers, installation=self._installation)


def _is_signed(public: bytes, message: bytes, made: bytes) -> bool:
    return _good_signatures.check(lambda: keys.verify(public, message, made), public, made, message)
