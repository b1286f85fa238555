"""Telling the database whose session this is. Row-level security believes only the pre-image of a session row's id."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import connection


def stand_behind(wall: bytes) -> None:
    """From here on this connection sees the rows of the desks that the session's officer works on."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('heedline.wall', %s, false)", [wall.hex()])


def step_back() -> None:
    """From here on this connection sees no report."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('heedline.wall', '', false)")


def desk_shares(report: UUID) -> list[tuple[UUID | None, bytes]]:
    """The desk's sealed halves of a report's identity key, with the epoch that each is addressed to."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT epoch, sealed FROM permits.desk_shares(%s)", [report])
        return [(epoch, bytes(sealed)) for epoch, sealed in cursor.fetchall()]


def hand_over(
    report: UUID, desk: UUID, due_at: datetime, version: int, from_desk: UUID, share_epoch: UUID, share: bytes
) -> bool:
    """Move a report to a desk that its holder may not see into. False when it was not theirs to move, or has changed."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT permits.hand_over(%s, %s, %s, %s, %s, %s, %s)",
            [report, desk, due_at, version, from_desk, share_epoch, share],
        )
        moved = cursor.fetchone()
    return bool(moved and moved[0])
