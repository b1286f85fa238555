"""Sealed drafts through the database's door: rows that only a browser's cookie leads to."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection


def save_draft(row: bytes, sealed: bytes, hours: int) -> bool:
    """Keep a sealed draft until the quarter hour after `hours` (1 or 24) idle hours. False when it is too big."""
    with connection.bound_cursor() as cursor:  # type: ignore[attr-defined]
        cursor.execute("SELECT door.save_draft(%s, %s, %s)", [row, sealed, hours])
        kept = cursor.fetchone()
    return bool(kept and kept[0])


def load_draft(row: bytes) -> bytes | None:
    """Return the sealed draft, or None when there is none or its time has run out."""
    with connection.bound_cursor() as cursor:  # type: ignore[attr-defined]
        cursor.execute("SELECT door.load_draft(%s)", [row])
        found = cursor.fetchone()
    return bytes(found[0]) if found and found[0] is not None else None


def delete_draft(row: bytes) -> None:
    """Remove it."""
    with connection.bound_cursor() as cursor:  # type: ignore[attr-defined]
        cursor.execute("SELECT door.delete_draft(%s)", [row])


def form_of(row: bytes) -> int:
    """How many form tokens of this draft were spent: the number of the next."""
    with connection.bound_cursor() as cursor:  # type: ignore[attr-defined]
        cursor.execute("SELECT door.form_of(%s)", [row])
        found = cursor.fetchone()
    return int(found[0]) if found else 0


def add_counts(counts: Sequence[tuple[str, str, str, int]]) -> None:
    """Add to the counts of the hour that is over: kind of report, page, what happened, how many (in fives)."""
    kinds, steps, whats, numbers = (list(column) for column in zip(*counts, strict=True))
    with connection.bound_cursor() as cursor:  # type: ignore[attr-defined]
        cursor.execute(
            "SELECT door.add_counts(%s::text[], %s::text[], %s::text[], %s::integer[])",
            [kinds, steps, whats, numbers],
        )
