"""Call the database functions about the interest register (`database/functions/linking.sql`)."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.db import connection


def hand_on_interest(entry: UUID, to: UUID) -> bool:
    """Transfer a register entry and its matches to another officer, and return whether this was permitted."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT permits.hand_on_interest(%s, %s)", [entry, to])
        return bool(cursor.fetchone()[0])


def disposed_among(reports: Iterable[UUID]) -> set[UUID]:
    """Return which of these reports have been disposed of."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT permits.disposed_among(%s)", [list(reports)])
        return {found for (found,) in cursor.fetchall()}
