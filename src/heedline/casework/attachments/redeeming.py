"""Redeem a files site token, marking it as used, and read its file.

This runs in a process without keys. A token works once. The capability that takes its place is a fresh secret of the
same kind, because an address may be seen by others after it was used, and a film is read in many requests.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from uuid import UUID

from heedline.casework.attachments.stored_objects import storage
from heedline.casework.attachments.view_content import (
    ORIGINAL,
    VIEW,
    Derived,
    StoredObject,
    ViewContent,
    keys_of,
    open_content,
    seal_content,
)
from heedline.casework.errors import NotHere
from heedline.files.sealed_stream import read_range
from heedline.files.storage import ObjectMissing
from heedline.permits import viewer_functions
from heedline.vault import CannotOpen
from heedline.vault.small import new_secret


@dataclass(frozen=True)
class TakenOriginal:
    """An original to be downloaded, with a neutral name, its length and its bytes."""

    name: str
    length: int
    content: Iterator[bytes] = field(repr=False)


def use_token(token: str) -> str:
    """Redeem a token and return a time-limited capability for the same file.

    Raises NotHere for a token that was used, has expired or never existed, and when its officer's session has ended.
    """
    capability = new_secret()
    content = _used(token, VIEW, capability)
    keys = keys_of(capability, VIEW)
    if not viewer_functions.reseal(keys.row_id, seal_content(content, keys)):
        raise NotHere
    return capability


def take_original(token: str) -> TakenOriginal:
    """Redeem a token and return the original file that it was issued for.

    Raises NotHere as `use_token` does, and CannotOpen at the first byte that is not what was received.
    """
    content = _used(token, ORIGINAL, new_secret())
    if content.original is None:
        raise NotHere
    length = content.original.length
    return TakenOriginal(content.name, length, read_stored(content.original, 0, length))


def content_of(capability: str, *, uncovered: bool) -> ViewContent:
    """Return a capability's content, counting a minute of viewing time if `uncovered`.

    Raises NotHere.
    """
    keys = keys_of(capability, VIEW)
    sealed = viewer_functions.open_capability(keys.row_id, uncovered=uncovered)
    if sealed is None:
        raise NotHere
    return open_content(sealed, keys)


def remember(capability: str, content: ViewContent) -> bool:
    """Replace the content that a capability opens. Return whether the capability is still valid."""
    keys = keys_of(capability, VIEW)
    return viewer_functions.reseal(keys.row_id, seal_content(content, keys))


def read_part(derived: Derived, role: str, number: int, start: int, length: int) -> Iterator[bytes]:
    """Yield bytes from one part of a derivative. Raise NotHere for an unknown part or range."""
    part = next((one for one in derived.parts if (one.role, one.number) == (role, number)), None)
    if part is None or derived.stored is None or start < 0 or start + length > part.length:
        raise NotHere
    return read_stored(derived.stored, part.start + start, length)


def read_stored(stored: StoredObject, start: int, length: int) -> Iterator[bytes]:
    """Yield an object's bytes in authenticated chunks, or raise CannotOpen."""
    name, kept = UUID(stored.object), storage()
    if start + length > stored.length:
        raise CannotOpen
    try:
        if kept.size(name) != stored.size:
            raise CannotOpen
        yield from read_range(
            bytes.fromhex(stored.key), lambda at, some: kept.read(name, at, some), stored.size, start, length
        )
    except ObjectMissing:
        raise CannotOpen from None


def _used(token: str, purpose: str, capability: str) -> ViewContent:
    keys = keys_of(token, purpose)
    sealed = viewer_functions.use_token(keys.row_id, keys_of(capability, purpose).row_id, purpose)
    if sealed is None:
        raise NotHere
    return open_content(sealed, keys)
