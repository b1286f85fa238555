"""Call the database function of `database/functions/daily_counts.sql`."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.db import connection


def count_act(desk: UUID, day: date, figure: str, band: str) -> None:
    """Add one to a daily count of a desk on which this session's officer works, or that they watch round the clock."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT permits.count_act(%s, %s, %s, %s)", [desk, day, figure, band])
