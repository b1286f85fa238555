"""What the worker may do to rows that it may not read: functions of the database (`database/functions/settling.sql, expiry.sql`)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import connection

from heedline.dispatch.turns import forget_dead_rows

#: Ends the present file of the log of commits, and lets the finished ones be deleted.
FORGET_COMMITS = ("SELECT pg_switch_wal()", "CHECKPOINT")
WRITE_ANEW = "VACUUM (FULL, SKIP_LOCKED) {table}"
#: Bytes up to which a table is written anew each quarter hour: well under a second on an ordinary disk.
_SMALL = 32 * 1024 * 1024
#: The server notes to the microsecond when a table or an index was last used.
FORGET_USE = (
    "SELECT pg_stat_reset_single_table_counters(c.oid) FROM pg_class c WHERE c.oid = %s::regclass"
    " OR c.oid IN (SELECT indexrelid FROM pg_index WHERE indrelid = %s::regclass)"
)
_TABLES = (
    "reports_sealed_header",
    "reports_sealed_payload",
    "reports_identity_share",
    "reports_receipt",
    "reports_message",
    "reports_step",
    "reports_report",
    "reports_released_share",
    "reports_swept",
    "intake_draft",
    "intake_count",
    "audit_waiting",
)


def settle(before: datetime) -> int:
    """Rewrite, shuffled and in one transaction, what arrived before this quarter hour, and log the arrivals."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clockwork.settle(%s)", [before])
        done = cursor.fetchone()
    return int(done[0]) if done else 0


def end_releases() -> int:
    """Empty the halves of identity keys that were released and whose time is over, or whose report has left its desk."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clockwork.end_releases()")
        done = cursor.fetchone()
    return int(done[0]) if done else 0


def end_identities() -> list[tuple[UUID, UUID]]:
    """Remove who sent a report where its time is over. Return those reports, shuffled, with their desks."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT report, desk FROM clockwork.end_identities()")
        return [(report, desk) for report, desk in cursor.fetchall()]


def forget_times() -> None:
    """Remove what still tells times of rows that are settled: their former versions, and the finished part of the
    database's write-ahead log, which has the exact time of every commit. Not inside a transaction.

    The worker's role needs MAINTAIN on the tables, `pg_checkpoint`, and EXECUTE on `pg_switch_wal()`.
    """
    if connection.in_atomic_block:
        return
    forget_dead_rows(_TABLES)
    with connection.cursor() as cursor:
        for table in _TABLES:
            # What VACUUM frees keeps its bytes until it is used again: a table that is small is written into a new
            # file, when nobody has it in use just now. (Large tables: see the threat model.)
            cursor.execute("SELECT pg_relation_size(%s::regclass) < %s", [table, _SMALL])
            if (cursor.fetchone() or (False,))[0]:
                cursor.execute(WRITE_ANEW.format(table=connection.ops.quote_name(table)))
            cursor.execute(FORGET_USE, [table, table])
        for statement in FORGET_COMMITS:
            cursor.execute(statement)


def sweep() -> int:
    """Remove drafts, unlocked keys, sessions and held forms that have run out."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clockwork.sweep()")
        done = cursor.fetchone()
    return int(done[0]) if done else 0


def join_counts() -> int:
    """Make days of the hours of the public site's counts that are two days old. Return how many numbers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clockwork.join_counts()")
        done = cursor.fetchone()
    return int(done[0]) if done else 0


def forget_sweeps() -> int:
    """Remove what was kept for undoing sweeps whose time for that is over. Return of how many reports."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clockwork.forget_sweeps()")
        done = cursor.fetchone()
    return int(done[0]) if done else 0
