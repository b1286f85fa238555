"""Passkeys that unlock an officer's keys.

The seed is wrapped under the response of the passkey's PRF extension to a salt chosen by Heedline. The
response leaves the device only for this browser and this address of the office site, and needs the person's
fingerprint, face or PIN. No assertion is verified, because only somebody who has the passkey can produce the
response, and nothing else opens the seed. The passkey counts only after it has given the same response twice.
A passkey unlocks. Granting, comparing and signing still need the passphrase.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction

from heedline.audit import journal
from heedline.audit.acts import Act
from heedline.casework.access import keyring, session
from heedline.casework.access.keyring import wrapping_context
from heedline.casework.access.session import Attendance
from heedline.desks.models import SeedWrapping
from heedline.permits.gate import Refused
from heedline.vault import CannotOpen
from heedline.vault.passkeys import unwrap_seed, wrap_seed
from heedline.vault.small import same

_LONGEST_CREDENTIAL = 1_023


@dataclass(frozen=True)
class Offer:
    """The passkey to use and the salt to pass to it, both in hexadecimal."""

    credential: str
    salt: str = field(repr=False)


def salt_of(officer: UUID) -> str:
    """Return the salt for this officer's passkey, in hexadecimal."""
    return hashlib.sha256(f"heedline/v1/unlock\0{settings.INSTALLATION}\0{officer}".encode()).hexdigest()


def offered(*, by: Attendance) -> Offer | None:
    """Return the passkey that unlocks this officer's keys, or None if they have not added one."""
    row = SeedWrapping.objects.filter(officer_id=by.officer_id, way="passkey", proven=True).first()
    return (
        Offer(str(json.loads(row.wrapped)["credential"]), salt_of(by.officer_id)) if row is not None else None
    )


def add(credential: str, given: str, again: str, passphrase: str, *, by: Attendance, at: datetime) -> None:
    """Store a passkey after checking that it gives the same response twice.

    Raises WrongPassphrase. Raises Refused if the two responses differ.
    """
    answer = _bytes(given)
    if not 1 <= len(_bytes(credential)) <= _LONGEST_CREDENTIAL or len(answer) != 32 or not same(given, again):
        raise Refused("The passkey gave two different responses. Try again, or use another passkey.")
    seed = keyring.hand_of(by.officer_id, passphrase).seed
    sealed = wrap_seed(seed, answer, context=wrapping_context(by.officer_id))
    kept = json.dumps({"credential": credential.lower(), "sealed": sealed.hex()})
    with transaction.atomic():
        SeedWrapping.objects.update_or_create(
            officer_id=by.officer_id, way="passkey", defaults={"wrapped": kept, "proven": True}
        )
        journal.record(
            Act.WAY_REPLACED,
            actor=by.officer_id,
            thing="officer",
            thing_id=by.officer_id,
            detail={"way": "passkey"},
        )


def unlock(given: str, *, by: Attendance, at: datetime) -> Attendance:
    """Unlock the officer's keys for this session with their passkey's response.

    Raises CannotOpen if the response is wrong. Success and failure are both logged.
    """
    row = SeedWrapping.objects.filter(officer_id=by.officer_id, way="passkey", proven=True).first()
    try:
        if row is None:
            raise CannotOpen
        sealed = bytes.fromhex(json.loads(row.wrapped)["sealed"])
        seed = unwrap_seed(sealed, _bytes(given), context=wrapping_context(by.officer_id))
    except CannotOpen:
        journal.record(Act.UNLOCK_REFUSED, actor=by.officer_id, refused=True)
        raise
    return session.unlock_as_member(by, seed, at=at)


def _bytes(text: str) -> bytes:
    try:
        return bytes.fromhex(text) if len(text) <= 2 * _LONGEST_CREDENTIAL else b""
    except ValueError:
        return b""
