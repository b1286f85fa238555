"""Access to sealed drafts through database functions.

Only the cookie in the reporter's browser leads to a draft's row.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import OperationalError, connection

#: Bytes of the number in front of a sealed draft.
_NUMBER = 4
#: The length of a sealed draft's version and salt (`vault.small`), which together differ each time it is sealed.
_BEGINNING = 25


class StoreFull(OperationalError):
    """Raised when the draft store is full, or when one client exceeds its share of it.

    Nothing was saved.
    """


class DraftChanged(OperationalError):
    """Raised when a draft was saved, sent or deleted after it was loaded.

    Nothing was saved.
    """


def _call(sql: str, *values: Any) -> Any:
    """Call a database function that may be called twice, and return its result."""
    return connection.call_patiently(sql, values)[0][0]  # type: ignore[attr-defined]


def save_draft(
    row: bytes,
    sealed: bytes,
    hours: int,
    *,
    seen: bytes | None = None,
    room_for_new: int | None,
    room: int | None,
) -> int | None:
    """Save a sealed draft and return how many bytes all drafts take on disk, or None if `room` is None.

    It is kept until the quarter hour after `hours` (1 or 24) hours of inactivity. Raises ValueError if it is
    too big.

    `seen` is the draft's `beginning` when it was loaded, or None if the draft is new. Raises DraftChanged if the draft
    has been saved, sent or deleted since. If `seen` is empty, only a deleted draft raises it.

    Raises StoreFull if all drafts together take more than `room` bytes on disk or, when this row does not
    exist yet, more than `room_for_new`. Both are None if this need not be looked up.
    """
    did = _call(
        "SELECT door.save_draft(%s, %s, %s::integer, %s::bytea, %s::bigint, %s::bigint)",
        row,
        sealed,
        hours,
        seen,
        room_for_new,
        room,
    )
    if did == "full":
        raise StoreFull("no room for a draft")
    if did == "changed":
        there = load_draft(row)
        if there is not None and there[0] == sealed:
            return None  # by our own first try, whose answer was lost
        raise DraftChanged("the draft is not as it was loaded")
    kept, _, taken = did.partition(" ")
    if kept != "kept":
        raise ValueError("a draft of this size is not kept")
    return int(taken) if taken else None


def load_draft(row: bytes) -> tuple[bytes, int] | None:
    """Return the sealed draft and the number of its form tokens already used, or None.

    There is none if it was never saved or has expired.
    """
    found = _call("SELECT door.load_draft(%s)", row)
    return None if found is None else (found[_NUMBER:], int.from_bytes(found[:_NUMBER]))


def beginning(sealed: bytes) -> bytes:
    """Return the first bytes of a sealed draft, which differ each time it is sealed."""
    return sealed[:_BEGINNING]


def delete_draft(row: bytes) -> None:
    """Delete the draft."""
    _call("SELECT door.delete_draft(%s)", row)


def add_counts(counts: Sequence[tuple[str, str, str, int]]) -> None:
    """Add to the public site's event counts for the hour that has just ended.

    Each entry gives the kind of report, the page, the event and the number (in fives).
    """
    kinds, steps, whats, numbers = (list(column) for column in zip(*counts, strict=True))
    connection.call(  # type: ignore[attr-defined]
        "SELECT door.add_counts(%s::text[], %s::text[], %s::text[], %s::integer[])",
        [kinds, steps, whats, numbers],
    )
