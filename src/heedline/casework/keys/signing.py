"""Signs statements about public keys."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings

from heedline.audit import journal
from heedline.audit.acts import Act
from heedline.casework.keys import directory as key_directory
from heedline.desks.models import KeyStatement
from heedline.permits.gate import Refused
from heedline.vault.statements.signed import ROOT, SignedStatement, Statement, link_of_unreadable
from heedline.vault.statements.signed import propose as propose_in_vault


@dataclass(frozen=True)
class Hand:
    """A signer's id (or `root`) and seed, held in memory only while signing."""

    person: str
    seed: bytes = field(repr=False)


@dataclass(frozen=True)
class Proposed:
    """A steward's signature on a statement that a second steward has yet to sign."""

    person: str
    statement: UUID
    issued_on: str
    made: bytes = field(repr=False)


type Signer = Hand | Proposed


def propose(kind: str, body: Mapping[str, Any], by: Hand, *, at: datetime) -> Proposed:
    """Sign a statement that another steward must also sign.

    It has no effect until then.
    """
    statement = Statement(str(uuid4()), kind, 1, dict(body), at.date().isoformat())
    made = propose_in_vault(statement, by.seed, installation=settings.INSTALLATION)
    return Proposed(by.person, UUID(statement.id), statement.issued_on, made)


def state(kind: str, body: Mapping[str, Any], hands: Sequence[Signer], *, at: datetime) -> Statement:
    """Sign, store and log a statement.

    Serial numbers have no gaps. If two statements are made at the same time they collide, and one of the
    callers must try again. Raises Refused for a statement that nobody would believe, such as membership of
    both a desk and its authoriser desk. Stored, it would raise an alarm for ever, and the table of
    appointments would claim something that no key supports. Also raises Refused while the statements do not
    match those that the log names, and for a proposal that is dated ahead: what a leaver signs would be verified until
    that day.
    """
    if key_directory.doubts():
        raise Refused(key_directory.IN_DOUBT)
    before = next((hand for hand in hands if isinstance(hand, Proposed)), None)
    if before is not None and before.issued_on > at.date().isoformat():
        raise Refused("The proposal is dated ahead. It cannot be signed before that day.")
    last = KeyStatement.objects.order_by("-serial").first()
    serial = last.serial + 1 if last is not None else 1
    try:
        follows = SignedStatement.from_json(last.signed).statement.link if last is not None else ""
    except ValueError:
        follows = link_of_unreadable(last.signed) if last is not None else ""
    statement = (
        Statement(str(before.statement), kind, serial, dict(body), before.issued_on, follows)
        if before is not None
        else Statement(str(uuid4()), kind, serial, dict(body), at.date().isoformat(), follows)
    )
    signed = SignedStatement(statement, {})
    for hand in hands:
        if isinstance(hand, Proposed):
            signed = signed.with_proposal(hand.person, hand.made)
        else:
            signed = signed.with_signature(hand.person, hand.seed, installation=settings.INSTALLATION)
    KeyStatement.objects.create(id=UUID(statement.id), serial=serial, kind=kind, signed=signed.to_json())
    journal.record(
        Act.STATEMENT_SIGNED,
        actor=UUID(hands[0].person) if hands[0].person != ROOT else None,
        thing="statement",
        thing_id=UUID(statement.id),
        detail={"kind": kind, "serial": serial, "sha256": statement.link},
    )
    key_directory.read_again()
    broken = [one.reason for one in key_directory.directory().refused if one.id == statement.id]
    if broken:
        key_directory.read_again()
        raise Refused(f"The statement cannot be signed: {broken[0]}.")
    return statement
