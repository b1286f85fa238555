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
    """Seal padded text to the officer, bound to their record's id. Raise Locked."""
    return seal_small(by.keys().personal, canonical(words).ljust(_SIZE), aad=ref.bytes)


def open_own(by: Attendance, ref: UUID, sealed: bytes) -> dict[str, Any]:
    """Decrypt the officer's own record. Raise Locked or CannotOpen."""
    words: dict[str, Any] = json.loads(open_small(by.keys().personal, sealed, aad=ref.bytes))
    return words
