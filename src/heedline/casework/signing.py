"""Signing statements: who puts their hand to a public key."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.db.models import Max

from heedline.audit import journal
from heedline.audit.acts import Act
from heedline.casework import key_directory
from heedline.desks.models import KeyStatement
from heedline.permits.gate import Refused
from heedline.vault.signed import ROOT, Signed, Statement


@dataclass(frozen=True)
class Hand:
    """Somebody who signs: their id (or `root`) and their seed, held only for the moment."""

    person: str
    seed: bytes = field(repr=False)


def state(kind: str, body: Mapping[str, Any], hands: Sequence[Hand], *, at: datetime) -> Statement:
    """Sign a statement, keep it, and log it. Serials have no gaps; two at once collide and one is tried again by its caller.

    Raises Refused for what nobody would believe, such as a member of a desk and of its authoriser desk: kept, it would be
    an alarm for ever, and the table of appointments would say what no key bears out.
    """
    serial = (KeyStatement.objects.aggregate(n=Max("serial"))["n"] or 0) + 1
    statement = Statement(str(uuid4()), kind, serial, dict(body), at.date().isoformat())
    signed = Signed(statement, {})
    for hand in hands:
        signed = signed.with_signature(hand.person, hand.seed, installation=settings.INSTALLATION)
    KeyStatement.objects.create(id=UUID(statement.id), serial=serial, kind=kind, signed=signed.to_json())
    journal.record(
        Act.STATEMENT_SIGNED,
        actor=UUID(hands[0].person) if hands[0].person != ROOT else None,
        thing="statement",
        thing_id=UUID(statement.id),
        detail={"kind": kind, "serial": serial},
    )
    key_directory.forget()
    broken = [one.reason for one in key_directory.directory().refused if one.id == statement.id]
    if broken:
        key_directory.forget()
        raise Refused(f"This cannot be signed: {broken[0]}.")
    return statement
