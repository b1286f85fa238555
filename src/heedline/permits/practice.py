"""Finished practice exercises that this session's officer may see as a supervisor or steward.

The database decides which those are (`database/functions/practice.sql`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import connection


@dataclass(frozen=True, slots=True)
class Practised:
    """An exercise that an officer finished, with their coded answers."""

    id: UUID
    officer: UUID
    scenario: str
    priority: str
    danger: bool | None
    outcome: str
    ended_on: date


def practised_by_mine() -> list[Practised]:
    """Return all exercises finished by the staff whom this session's officer supervises."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, officer, scenario, priority, danger, outcome, ended_on FROM permits.practised_by_mine()"
        )
        return [Practised(*row) for row in cursor.fetchall()]
