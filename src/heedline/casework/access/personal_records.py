"""Personal records sealed to one officer, such as the categories that they opted out of viewing."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from heedline.casework.access.session import Attendance
from heedline.vault.canonical import canonical
from heedline.vault.small import open_small, seal_small

#: Records are padded to this many bytes, so that their size says nothing.
_SIZE = 512


def seal_own(by: Attendance, ref: UUID, words: dict[str, Any]) -> bytes:
    """Pad a personal record and encrypt it with the officer's key, bound to the record's id."""
    return seal_small(by.keys().personal, canonical(words).ljust(_SIZE), aad=ref.bytes)


def open_own(by: Attendance, ref: UUID, sealed: bytes) -> dict[str, Any]:
    """Decrypt a personal record with the officer's key, or raise Locked or CannotOpen."""
    words: dict[str, Any] = json.loads(open_small(by.keys().personal, sealed, aad=ref.bytes))
    return words
