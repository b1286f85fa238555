"""Enrolment of officers, from the invitation code to tested unlock methods.

A new officer is handed a code in person and chooses a password. They then receive two ways to unlock
their keys and have to prove each of them. The seed is generated here and is not kept. Between two pages
only its wrapped form exists, which the officer's own words open. Nothing is stored before the second way
has opened the seed too. Two stewards then compare the words of the keys and sign them (`proposals`).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import transaction

from heedline.audit import journal
from heedline.audit.acts import Act
from heedline.casework.access import keyring, second_factors, session, site
from heedline.casework.access.keyring import wrapping_context
from heedline.casework.access.session import Attendance
from heedline.casework.errors import NotHere, WrongPassphrase
from heedline.casework.keys.key_verification import words_of
from heedline.desks.models import Invitation, Officer, SeedWrapping
from heedline.vault import CannotOpen, fingerprints, passphrases
from heedline.vault.keys import new_seed, public_key, signing_public
from heedline.vault.passphrases import WrappedSeed

#: How long a code that was handed over can be used.
INVITED_FOR = timedelta(days=7)
#: The two ways: words to remember, and words on a sheet of paper in a safe place.
WAYS = {"passphrase": "Passphrase", "reserve": "Recovery sheet"}
#: And one that a browser may have besides (casework.access.passkeys).
LABELS = {**WAYS, "passkey": "Passkey"}


@dataclass(frozen=True)
class NewWay:
    """A new unlock method.

    It has six words, shown once, and the seed encrypted under them. Neither the words nor the wrapped seed
    opens anything alone.
    """

    words: str = field(repr=False)
    wrapped: str = field(repr=False)


def cost() -> passphrases.Cost:
    """Return the cost parameters used to derive keys from passphrases in this installation."""
    if settings.TEST_ARGON:
        return passphrases.Cost(memory_kib=8 * 1024, iterations=1, lanes=1)
    return passphrases.STANDARD


def code_hash(code: str) -> bytes:
    """Return the hash that is stored for an invitation code."""
    return hashlib.sha256(b"heedline/v1/invitation\0" + passphrases.canonical(code)).digest()


def invite(officer: Officer, *, at: datetime) -> str:
    """Create a single-use invitation code for a new officer.

    A new code replaces the previous one.
    """
    code = passphrases.new_passphrase()
    Invitation.objects.update_or_create(
        officer=officer,
        defaults={
            "code": code_hash(code),
            "expires_at": at + INVITED_FOR,
            "kem": None,
            "signing": None,
        },
    )
    return code


def invited(email: str, code: str, *, at: datetime) -> UUID:
    """Return the officer to whom an invitation code belongs.

    Raises NotHere alike if the code is wrong, used or expired, if the address is unknown, or if the officer
    enrols at the other site.
    """
    found = (
        Invitation.objects.select_related("officer")
        .filter(
            code=code_hash(code),
            expires_at__gt=at,
            officer__email__iexact=email.strip(),
            officer__is_active=True,
        )
        .first()
    )
    if found is None or not site.enrols_here(found.officer):
        session.sign_in_refused(email.strip())
        raise NotHere
    return found.officer_id


def hashed(password: str) -> str:
    """Return the hash of a chosen password.

    The hash is kept until the keys are made, and afterwards.
    """
    return make_password(password)


def _new_way(officer: UUID, seed: bytes) -> NewWay:
    words = passphrases.new_passphrase()
    wrapped = passphrases.wrap_seed(seed, words, context=wrapping_context(officer), cost=cost())
    return NewWay(words, wrapped.to_json())


def opened(officer: UUID, wrapped: str, typed: str) -> bytes:
    """Return the seed that an unlock method protects, decrypted with the typed words.

    Raises WrongPassphrase.
    """
    try:
        return passphrases.unwrap_seed(
            WrappedSeed.from_json(wrapped), typed, context=wrapping_context(officer)
        )
    except CannotOpen:
        raise WrongPassphrase from None


def first_way(officer: UUID) -> NewWay:
    """Generate a seed and the passphrase that unlocks it."""
    return _new_way(officer, new_seed())


def second_way(officer: UUID, wrapped: str, typed: str) -> NewWay:
    """Create the words for the recovery sheet, after the passphrase has been typed correctly.

    Raises WrongPassphrase.
    """
    return _new_way(officer, opened(officer, wrapped, typed))


def finish(
    officer_id: UUID, code: str, *, password: str, first: str, second: str, typed: str, at: datetime
) -> str:
    """Finish an enrolment and return the verification words for the officer's keys.

    Stores both proven ways, the password and the public halves of the keys. The officer's earlier sessions,
    ways to unlock and second factors end, and second factors have to be set up again. `password` is the
    value returned by `hashed`. `first` and `second` are the seed under each way, and `typed` is the words of
    the second. Raises WrongPassphrase. Raises NotHere if the code was used in the meantime.
    """
    seed = opened(officer_id, second, typed)
    with transaction.atomic():
        row = (
            Invitation.objects.select_for_update()
            .filter(officer_id=officer_id, code=code_hash(code), expires_at__gt=at)
            .first()
        )
        if row is None:
            raise NotHere
        officer = Officer.objects.select_for_update().get(pk=officer_id)
        officer.password = password
        officer.save(update_fields=["password"])
        for way, wrapped in (("passphrase", first), ("reserve", second)):
            SeedWrapping.objects.update_or_create(
                officer=officer, way=way, defaults={"wrapped": wrapped, "proven": True}
            )
        SeedWrapping.objects.filter(officer=officer).exclude(way__in=WAYS).delete()  # a passkey to lost keys
        row.code, row.kem, row.signing = None, public_key(seed), signing_public(seed)
        row.save(update_fields=["code", "kem", "signing"])
        session.end_sessions(officer_id)
        journal.record(
            Act.ENROLLED,
            actor=officer_id,
            thing="officer",
            thing_id=officer_id,
            detail={"second_steps": second_factors.forget(officer)},
        )
    return fingerprints.words(public_key(seed), signing_public(seed))


def replace_way(way: str, working: str, *, by: Attendance, at: datetime) -> NewWay:
    """Generate a replacement for a lost unlock method, using the words of one that still works.

    Nothing is stored yet. Raises WrongPassphrase.
    """
    if way not in WAYS:
        raise NotHere
    return _new_way(by.officer_id, keyring.hand_of(by.officer_id, working).seed)


def keep_way(way: str, wrapped: str, typed: str, *, by: Attendance, at: datetime) -> None:
    """Store a replacement passphrase or recovery sheet once its words have been typed back correctly.

    From then on the new words open the keys and the old words of this way do not. Raises WrongPassphrase.
    Raises NotHere if the words open somebody else's keys.
    """
    seed = opened(by.officer_id, wrapped, typed)
    if way not in WAYS or not _theirs(by.officer_id, seed):
        raise NotHere
    with transaction.atomic():
        SeedWrapping.objects.update_or_create(
            officer_id=by.officer_id, way=way, defaults={"wrapped": wrapped, "proven": True}
        )
        journal.record(
            Act.WAY_REPLACED,
            actor=by.officer_id,
            thing="officer",
            thing_id=by.officer_id,
            detail={"way": way},
        )


def _theirs(officer: UUID, seed: bytes) -> bool:
    """Return whether a seed produces the keys in the officer's trusted statement.

    A steward's statement names no sealing key, so that stewards are not checked.
    """
    known = words_of(str(officer))
    return known is None or known == fingerprints.words(public_key(seed), signing_public(seed))


def ways(by: Attendance) -> tuple[str, ...]:
    """Return this officer's unlock methods."""
    return tuple(
        SeedWrapping.objects.filter(officer_id=by.officer_id, proven=True)
        .order_by("way")
        .values_list("way", flat=True)
    )
