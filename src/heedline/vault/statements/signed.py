"""Signed statements, the source of every public key in an installation.

A statement says one thing (this person has these keys; this desk is theirs; this epoch opens then). It is
signed as canonical JSON together with the installation's id, so a statement of another installation is worth
nothing here, and with the hash of the statement before it, so that none can be taken out or put in between. Of two stewards the first may sign before the statement has its number (a proposal); the last one to sign
always signs the whole. What a statement may say and whose signature it needs stands in ``vault.statements.verification``.

Keys in bodies are base64 text (``key_text``); ids of people and desks are strings of 1 to 64 characters, dates
are ISO. The sizes fix the suite: X-Wing for ``kem``, Ed25519 for ``signing``.

    steward    person, signing                                      | root
    officer    person, kem, signing                                 | two stewards
    partner    person, organisation, kem, signing                   | two stewards
    desk       desk, code, kind, round_the_clock, authoriser_desk   | two stewards
    member     desk, person                                         | two stewards
    leaver     person, or desk and person                           | two stewards (root too, for a steward)
    recovery   desk, kem, holders                                   | two stewards
    epoch      desk, epoch, kem, opens_on, grantees                 | one member of that desk
    granted    desk, epoch, grantees                                | one member of that desk
    opened     desk, epoch                                          | one member of that desk, not who made it
    ended      desk, epoch                                          | one member of that desk
    destroyed  desk, epoch                                          | one member of that desk
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from hashlib import sha256
from uuid import UUID

from heedline.vault.base64_text import from_base64, to_base64
from heedline.vault.keys import PUBLIC_SIZE, SIGNATURE_SIZE, SIGNING_PUBLIC_SIZE, sign, verify

type JSON = str | int | bool | list[JSON] | dict[str, JSON] | None

ROOT = "root"
"""The signer id of the pinned root."""

_LONGEST_JSON = 64 * 1024
_MOST_SIGNATURES = 8
_MOST_NAMES = 500
_LABEL = b"heedline/v1/statement\0"
_PROPOSAL = b"heedline/v1/proposal\0"
_LINK = b"heedline/v1/statement-link\0"
_UNREADABLE = b"heedline/v1/unreadable statement\0"


@dataclass(frozen=True)
class Statement:
    """A single statement.

    ``serial`` counts from 1 through the whole installation, without gaps. ``follows`` is the ``link`` of the statement with the previous serial, and is empty for the first.
    """

    id: str
    kind: str
    serial: int
    body: Mapping[str, JSON]
    issued_on: str
    follows: str = ""

    @cached_property
    def link(self) -> str:
        """Return the SHA-256 of the signed content in hex, as referenced by the next statement and the log."""
        return sha256(_LINK + self.canonical()).hexdigest()

    def canonical(self, *, numbered: bool = True) -> bytes:
        """Return the statement as canonical JSON.

        It has sorted keys, no spaces and only ASCII. A proposal has no number yet, and follows nothing.
        """
        facts = {
            "v": 2,
            "id": self.id,
            "kind": self.kind,
            "serial": self.serial,
            "body": dict(self.body),
            "issued_on": self.issued_on,
            "follows": self.follows,
        }
        if not numbered:
            del facts["serial"], facts["follows"]
        return json.dumps(facts, sort_keys=True, separators=(",", ":"), allow_nan=False).encode("ascii")


@dataclass(frozen=True)
class SignedStatement:
    """A statement with its signatures, by signer id.

    Begin with ``SignedStatement(statement, {})`` and add signatures.
    """

    statement: Statement
    signatures: Mapping[str, bytes]

    def with_signature(self, signer_id: str, seed: bytes, *, installation: str) -> "SignedStatement":
        """Return the statement with one more signature, by a person or ``ROOT``.

        The signing key comes from the signer's seed. Raises ``ValueError`` if the statement could never be
        accepted, so that nobody signs nonsense.
        """
        check_shape(self.statement)
        made = sign(seed, signed_bytes(self.statement, installation))
        return replace(self, signatures={**self.signatures, signer_id: made})

    def with_proposal(self, signer_id: str, made: bytes) -> "SignedStatement":
        """Return the statement with a signature that was made before its serial number was assigned."""
        return replace(self, signatures={**self.signatures, signer_id: made})

    def is_signed_by_any(self, known: Mapping[str, bytes], *, installation: str) -> bool:
        """Return whether any signature is valid under the signers' public keys.

        It does not check who may sign a statement of this kind.
        """
        texts = (signed_bytes(self.statement, installation), proposed_bytes(self.statement, installation))
        return any(
            signer in known and any(verify(known[signer], text, made) for text in texts)
            for signer, made in self.signatures.items()
        )

    def to_json(self) -> str:
        """Return the statement as one line of JSON.

        The result is always the same for the same statement and signatures.
        """
        statement = json.loads(self.statement.canonical())
        signatures = {signer: to_base64(made) for signer, made in self.signatures.items()}
        facts = {"statement": statement, "signatures": signatures}
        return json.dumps(facts, sort_keys=True, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> "SignedStatement":
        """Parse a signed statement from the JSON written by ``to_json``, without verifying it.

        Raises ``ValueError`` if it is malformed.
        """
        if len(text) > _LONGEST_JSON:
            raise ValueError("not a signed statement")
        try:
            facts = json.loads(text)
            said = facts["statement"]
            if said.pop("v") != 2 or set(said) != {
                "id",
                "kind",
                "serial",
                "body",
                "issued_on",
                "follows",
            }:
                raise ValueError
            statement = Statement(**said)
            check_shape(statement)
            signatures = {str(signer): from_base64(made) for signer, made in facts["signatures"].items()}
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            raise ValueError("not a signed statement") from None
        return cls(statement, signatures)


def link_of_unreadable(text: str) -> str:
    """Return the chain hash of a text that is not a valid statement, in place of `Statement.link`.

    So a text that means nothing takes a place in the chain and cannot end it.
    """
    return sha256(_UNREADABLE + text.encode("utf-8", "surrogatepass")).hexdigest()


def signed_bytes(statement: Statement, installation: str) -> bytes:
    """Return the bytes to be signed.

    They are a label, the installation with its length and the canonical statement.
    """
    place = installation.encode()
    return _LABEL + len(place).to_bytes(4, "big") + place + statement.canonical()


def proposed_bytes(statement: Statement, installation: str) -> bytes:
    """Return the bytes that the first of two stewards signs.

    They are like ``signed_bytes`` but without the number, and under a label of their own.
    """
    place = installation.encode()
    return _PROPOSAL + len(place).to_bytes(4, "big") + place + statement.canonical(numbered=False)


def propose(statement: Statement, seed: bytes, *, installation: str) -> bytes:
    """Return the first steward's signature on a statement.

    Raises ``ValueError`` if the statement could never be accepted.
    """
    check_shape(statement)
    return sign(seed, proposed_bytes(statement, installation))


def key_text(key: bytes) -> str:
    """Return a public key as text for the body of a statement."""
    return to_base64(key)


def key_bytes(text: JSON) -> bytes:
    """Return the public key encoded by ``key_text``.

    Raises ``ValueError`` for any other encoding.
    """
    if not isinstance(text, str):
        raise ValueError("not a key")
    key = from_base64(text)
    if key_text(key) != text:
        raise ValueError("not a key")
    return key


def check_shape(statement: Statement) -> None:
    """Raise ``ValueError`` unless the statement has exactly the fields of its kind, in the correct form."""
    fine = (
        _is_id(statement.id)
        and type(statement.serial) is int
        and 1 <= statement.serial < 2**53
        and _is_date(statement.issued_on)
        and _is_link(statement.follows)
        and isinstance(statement.kind, str)
        and isinstance(statement.body, Mapping)
        and any(
            set(statement.body) == set(shape) and all(shape[name](statement.body[name]) for name in shape)
            for shape in SHAPES.get(statement.kind, ())
        )
    )
    if not fine:
        raise ValueError("not a statement of a known shape")


def check_signatures_shape(signatures: Mapping[str, bytes]) -> bool:
    """Return whether the statement has an acceptable number of signatures, each of the right length."""
    return 1 <= len(signatures) <= _MOST_SIGNATURES and all(
        len(made) == SIGNATURE_SIZE for made in signatures.values()
    )


def _is_id(value: JSON) -> bool:
    try:
        return isinstance(value, str) and str(UUID(value)) == value
    except ValueError:
        return False


def _is_link(value: JSON) -> bool:
    return isinstance(value, str) and (value == "" or re.fullmatch("[0-9a-f]{64}", value) is not None)


def _is_name(value: JSON) -> bool:
    return isinstance(value, str) and 1 <= len(value) <= 64 and value.isprintable()


def _is_name_or_none(value: JSON) -> bool:
    return value is None or _is_name(value)


def _is_flag(value: JSON) -> bool:
    return isinstance(value, bool)


def _is_date(value: JSON) -> bool:
    try:
        return isinstance(value, str) and date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


def _are_names(value: JSON) -> bool:
    return (
        isinstance(value, list)
        and 1 <= len(value) <= _MOST_NAMES
        and all(_is_name(name) for name in value)
        and len({str(name) for name in value}) == len(value)
    )


def _is_key(size: int) -> Callable[[JSON], bool]:
    def check(value: JSON) -> bool:
        try:
            return len(key_bytes(value)) == size
        except ValueError:
            return False

    return check


_is_kem = _is_key(PUBLIC_SIZE)
_is_signing = _is_key(SIGNING_PUBLIC_SIZE)

SHAPES: Mapping[str, tuple[Mapping[str, Callable[[JSON], bool]], ...]] = {
    "steward": ({"person": _is_name, "signing": _is_signing},),
    "officer": ({"person": _is_name, "kem": _is_kem, "signing": _is_signing},),
    "partner": ({"person": _is_name, "organisation": _is_name, "kem": _is_kem, "signing": _is_signing},),
    "desk": (
        {
            "desk": _is_name,
            "code": _is_name,
            "kind": _is_name,
            "round_the_clock": _is_flag,
            "authoriser_desk": _is_name_or_none,
        },
    ),
    "member": ({"desk": _is_name, "person": _is_name},),
    "leaver": ({"person": _is_name}, {"desk": _is_name, "person": _is_name}),
    "recovery": ({"desk": _is_name, "kem": _is_kem, "holders": _are_names},),
    "epoch": (
        {
            "desk": _is_name,
            "epoch": _is_name,
            "kem": _is_kem,
            "opens_on": _is_date,
            "grantees": _are_names,
        },
    ),
    "granted": ({"desk": _is_name, "epoch": _is_name, "grantees": _are_names},),
    "opened": ({"desk": _is_name, "epoch": _is_name},),
    "ended": ({"desk": _is_name, "epoch": _is_name},),
    "destroyed": ({"desk": _is_name, "epoch": _is_name},),
}


def missing_serials(serials: set[int]) -> tuple[int, ...]:
    """Return the first hundred missing serial numbers.

    That is enough for an alarm, however large a serial somebody invents.
    """
    found: list[int] = []
    expected = 1
    for serial in sorted(serials):
        found.extend(range(expected, min(serial, expected + 100)))
        expected = serial + 1
    return tuple(found[:100])
