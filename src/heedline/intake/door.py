"""Access to sealed drafts through database functions.

Only the cookie in the reporter's browser leads to a draft's row.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.db import OperationalError, connection


class StoreFull(OperationalError):
    """Raised when the draft store is full, or when one client asks for more than its share of it.

    Nothing was saved.
    """


def save_draft(row: bytes, sealed: bytes, hours: int, *, room_for_new: int, room: int) -> bool:
    """Save a sealed draft and return whether it was saved.

    It is kept until the quarter hour after `hours` (1 or 24) hours of inactivity. Returns False if it is
    too big.

    Raises StoreFull if all drafts together take more than `room` bytes on disk or, when this row does not
    exist yet, more than `room_for_new`.
    """
    with connection.bound_cursor() as cursor:  # type: ignore[attr-defined]
        cursor.execute("SELECT door.save_draft(%s, %s, %s, %s, %s)", [row, sealed, hours, room_for_new, room])
        found = cursor.fetchone()
    did = str(found[0]) if found else "refused"
    if did == "full":
        raise StoreFull("no room for a draft")
    return did == "kept"


def load_draft(row: bytes) -> bytes | None:
    """Return the sealed draft, or None if there is none or it has expired."""
    with connection.bound_cursor() as cursor:  # type: ignore[attr-defined]
        cursor.execute("SELECT door.load_draft(%s)", [row])
        found = cursor.fetchone()
    return bytes(found[0]) if found and found[0] is not None else None


def delete_draft(row: bytes) -> None:
    """Delete the draft."""
    with connection.bound_cursor() as cursor:  # type: ignore[attr-defined]
        cursor.execute("SELECT door.delete_draft(%s)", [row])


def form_of(row: bytes) -> int:
    """Return how many of this draft's form tokens have been used, which is also the number of the next one."""
    with connection.bound_cursor() as cursor:  # type: ignore[attr-defined]
        cursor.execute("SELECT door.form_of(%s)", [row])
        found = cursor.fetchone()
    return int(found[0]) if found else 0


def add_counts(counts: Sequence[tuple[str, str, str, int]]) -> None:
    """Add to the counts for the hour that has just ended.

    Each entry gives the kind of report, the page, the event and the number (in fives).
    """
    kinds, steps, whats, numbers = (list(column) for column in zip(*counts, strict=True))
    with connection.bound_cursor() as cursor:  # type: ignore[attr-defined]
        cursor.execute(
            "SELECT door.add_counts(%s::text[], %s::text[], %s::text[], %s::integer[])",
            [kinds, steps, whats, numbers],
        )
