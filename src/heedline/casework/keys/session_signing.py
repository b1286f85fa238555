"""Session keys that officers use to sign messages to reporters.

The officer's own signing key is used once, when they unlock, to certify a key made for that session. The
session key signs messages. The reader of a message can trace its signature through the certificate to
the officer's signed statement.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID

from django.conf import settings

from heedline.casework.keys.directory import directory
from heedline.vault.keys import new_seed, sign, signing_public, verify
from heedline.vault.statements.directory import Directory

_CERTIFY = b"heedline/v1/voice\0"
_MESSAGE = b"heedline/v1/message\0"
_ATTEST = b"heedline/v1/attest\0"


@dataclass(frozen=True)
class Voice:
    """A session's signing key, certified by its officer until a given date."""

    officer: UUID
    seed: bytes = field(repr=False)
    public: bytes
    until: date
    certificate: bytes

    def to_keep(self) -> dict[str, str]:
        """Return the fields to store in the sealed row of unlocked keys."""
        return {**self.to_show(), "seed": self.seed.hex()}

    def to_show(self) -> dict[str, str]:
        """Return the fields that are sent with a message and its signature."""
        return {
            "officer": str(self.officer),
            "public": self.public.hex(),
            "until": self.until.isoformat(),
            "certificate": self.certificate.hex(),
        }

    @classmethod
    def from_kept(cls, kept: dict[str, str]) -> Voice:
        return cls(
            UUID(kept["officer"]),
            bytes.fromhex(kept["seed"]),
            bytes.fromhex(kept["public"]),
            date.fromisoformat(kept["until"]),
            bytes.fromhex(kept["certificate"]),
        )


def _certified(officer: UUID, public: bytes, until: date, installation: str | None = None) -> bytes:
    return (
        _CERTIFY
        + f"{installation or settings.INSTALLATION}\0{officer}\0{until.isoformat()}\0".encode()
        + public
    )


def _spoken(report: UUID, message: UUID, on: date, text: str) -> bytes:
    place = f"{settings.INSTALLATION}\0{report}\0{message}\0{on.isoformat()}\0".encode()
    return _MESSAGE + place + hashlib.sha256(text.encode()).digest()


def new_voice(officer: UUID, officer_seed: bytes, *, at: datetime) -> Voice:
    """Generate a session key and certify it for a day with the officer's seed."""
    seed = new_seed()
    public = signing_public(seed)
    until = (at + timedelta(days=1)).date()
    return Voice(officer, seed, public, until, sign(officer_seed, _certified(officer, public, until)))


def new_salt() -> str:
    """Return a new salt to be sealed with a text whose signature is stored unsealed."""
    return secrets.token_hex(16)


def salted(text: str, salt: str) -> str:
    """Return a text prefixed with its salt, to be signed where the signature is stored unsealed.

    A signature over the text alone would let a thief of the database test guesses at it. Anybody who opens
    the text finds the salt beside it.
    """
    return f"{salt}\n{text}"


def speak(voice: Voice, *, report: UUID, message: UUID, on: date, text: str) -> dict[str, str]:
    """Sign a message and return the signature to store with it."""
    return {**voice.to_show(), "signature": sign(voice.seed, _spoken(report, message, on, text)).hex()}


def is_ours(said: dict[str, str] | None, *, report: UUID, message: UUID, on: date, text: str) -> bool:
    """Return whether a message was signed by a session of an officer with trusted keys.

    The officer's keys must be in a trusted statement.
    """
    try:
        if said is None:
            return False
        keys = directory().spoke_on(said["officer"], on)  # a leaver's words were ours while they were here
        public, until = bytes.fromhex(said["public"]), date.fromisoformat(said["until"])
        certified, by = _certified(UUID(said["officer"]), public, until), bytes.fromhex(said["certificate"])
        return (
            on <= until
            and any(verify(key, certified, by) for key in keys)
            and verify(public, _spoken(report, message, on, text), bytes.fromhex(said["signature"]))
        )
    except (KeyError, ValueError, TypeError):
        return False


def attest(voice: Voice, body: bytes) -> dict[str, str]:
    """Sign a proposal or certificate, which remains verifiable after its record has been deleted."""
    return {**voice.to_show(), "signature": sign(voice.seed, _ATTEST + body).hex()}


def is_attested(said: dict[str, str], body: bytes, *, on: date, known: Directory, installation: str) -> bool:
    """Return whether a document was signed in the session of someone who was an officer at the time.

    Needs no database, because `known` is built from statements.
    """
    try:
        public, until = bytes.fromhex(said["public"]), date.fromisoformat(said["until"])
        certified = _certified(UUID(said["officer"]), public, until, installation)
        by = bytes.fromhex(said["certificate"])
        return (
            on <= until
            and any(verify(key, certified, by) for key in known.spoke_on(said["officer"], on))
            and verify(public, _ATTEST + body, bytes.fromhex(said["signature"]))
        )
    except (KeyError, ValueError, TypeError):
        return False
