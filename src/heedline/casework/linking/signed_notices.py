"""Signatures on the notices that desks send to each other.

Anyone who can write to the database can seal a notice to a desk, because sealing needs only public keys. So each notice
also carries, inside its seal, a signature by the session of the officer who sent it. A notice counts only if that
officer has been given keys of the desk that the notice names as its sender. A notice with an invalid signature is set
aside and raises an alarm.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Mapping
from datetime import date, datetime
from threading import Lock
from typing import Any, Final
from uuid import UUID

from django.conf import settings

from heedline.casework.access.keyring import Keyring
from heedline.casework.keys import session_signing
from heedline.casework.keys.directory import directory
from heedline.packs import load_pack
from heedline.vault.canonical import canonical
from heedline.vault.statements.directory import Directory

#: The fields that a signature adds to a notice.
_SIGNED: Final = "signed"
_PURPOSE: Final = b"desk-notice\0"
#: Digests of notices whose signature this process has verified.
_MOST_KNOWN: Final = 20_000
_known: OrderedDict[bytes, None] = OrderedDict()
_lock = Lock()


def signed(told: Mapping[str, Any], ring: Keyring, *, code: str, at: datetime) -> dict[str, Any]:
    """Return a notice with its sending desk, its date and this session's signature."""
    words = {key: value for key, value in told.items() if key != _SIGNED}
    words |= {"from": code, "day": at.date().isoformat()}
    return {**words, _SIGNED: session_signing.attest(ring.voice, _body(words))}


def is_genuine(told: Mapping[str, Any]) -> bool:
    """Return whether a notice was signed by an officer of the desk that it names as sender.

    Notices of a match, of a contact, and of the end of a contact must come from the linking desk.
    """
    try:
        said, words = told[_SIGNED], {key: value for key, value in told.items() if key != _SIGNED}
        body, on = _body(words), date.fromisoformat(words["day"])
        digest = hashlib.sha256(canonical(dict(told))).digest()
        if digest in _known:
            return True
        if not _is_whole(words):
            return False
        known, code = directory(), words["from"]
        if words["kind"] in _OF_THE_LINKING_DESK and code != load_pack(settings.PACK).linking_desk:
            return False
        if not _has_had_keys(known, code, said["officer"]):
            return False
        if not session_signing.is_attested(
            said, body, on=on, known=known, installation=settings.INSTALLATION
        ):
            return False
    except (KeyError, ValueError, TypeError, AttributeError, RecursionError):
        return False
    with _lock:
        _known[digest] = None
        while len(_known) > _MOST_KNOWN:
            _known.popitem(last=False)
    return True


def signer(told: Mapping[str, Any]) -> str:
    """Return the id of the officer who signed a genuine notice."""
    return str(told[_SIGNED]["officer"])


#: Kinds of notice (`desk_notices.NoticeKind`) that only the linking desk sends.
_OF_THE_LINKING_DESK: Final = frozenset({"match", "contact", "gone"})


#: The fields without which a notice of a kind cannot be shown.
_FIELDS: Final[Mapping[str, tuple[str, ...]]] = {
    "question": ("by", "words", "to", "at", "question", "due"),
    "answer": ("by", "words", "to", "at", "confirmed"),
    "ended": ("to", "at"),
    "match": ("desk",),
    "released": ("name", "words", "at"),
    "withdrawn": ("name", "at"),
    "held": ("to", "notice"),
}


def _is_whole(words: Mapping[str, Any]) -> bool:
    """Return whether a notice has the fields of its kind. Raise ValueError or TypeError for a malformed id or time."""
    needed = _FIELDS.get(words["kind"], ())
    if any(name not in words for name in needed):
        return False
    if not all(isinstance(words[name], str) for name in ("to", "desk") if name in words):
        return False  # codes of desks
    UUID(words["about"])
    if "question" in needed:
        UUID(words["question"])
    times = [datetime.fromisoformat(words[name]) for name in ("at", "due") if name in needed]
    return all(one.tzinfo is not None for one in times)


def _body(words: Mapping[str, Any]) -> bytes:
    return _PURPOSE + canonical(dict(words))


def _has_had_keys(known: Directory, code: str, officer: str) -> bool:
    """Return whether an officer has ever been given a key for the desk with this code.

    Signatures of people who have since left still count, because `is_attested` checks the date of the signature.
    """
    return any(
        officer in known.grantees(epoch)
        for desk in known.desks()
        if (facts := known.desk(desk)) is not None and facts.code == code
        for epoch in known.epochs(desk)
    )
