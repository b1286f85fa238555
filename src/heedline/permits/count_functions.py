"""Call the database function for daily counts (`database/functions/daily_counts.sql`)."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.db import connection


def count_act(desk: UUID, day: date, figure: str, band: str) -> None:
    """Increment a desk's daily count, if the officer works there or at a round-the-clock desk."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT permits.count_act(%s, %s, %s, %s)", [desk, day, figure, band])
