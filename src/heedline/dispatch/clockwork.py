"""What the worker may do to rows that it may not read: functions of the database (`permits/walls/04_clockwork.sql`)."""

from __future__ import annotations

from datetime import datetime

from django.db import connection

_TABLES = (
    "reports_sealed_header",
    "reports_sealed_payload",
    "reports_identity_share",
    "reports_receipt",
    "reports_message",
    "reports_report",
    "intake_draft",
)


def settle(before: datetime) -> int:
    """Rewrite, shuffled and in one transaction, what arrived before this quarter hour, and log the arrivals."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clockwork.settle(%s)", [before])
        done = cursor.fetchone()
    return int(done[0]) if done else 0


def vacuum() -> None:
    """Remove the rows' former versions, which still carry their transaction numbers. Not inside a transaction."""
    if connection.in_atomic_block:
        return
    with connection.cursor() as cursor:
        for table in _TABLES:
            cursor.execute(f"VACUUM (TRUNCATE false) {table}")


def sweep() -> int:
    """Remove drafts, unlocked keys, sessions and held forms that have run out."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clockwork.sweep()")
        done = cursor.fetchone()
    return int(done[0]) if done else 0
