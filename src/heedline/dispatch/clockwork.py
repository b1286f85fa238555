"""Database functions that let the worker maintain rows that it may not read.

They are defined in `database/functions/settling.sql` and `expiry.sql`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import OperationalError, connection, transaction

from heedline.dispatch.turns import forget_dead_rows

#: Ends the present file of the log of commits, and lets the finished ones be deleted.
FORGET_COMMITS = ("SELECT pg_switch_wal()", "CHECKPOINT")
#: Writes a table into a new file, its rows in the order of their random keys.
WRITE_ANEW = "CLUSTER {table} USING {key}"
_IN_USE = "55P03"  # lock_not_available
#: Bytes up to which a table is written anew each quarter hour: well under a second on an ordinary disk.
_SMALL = 32 * 1024 * 1024
#: The server notes to the microsecond when a table or an index was last used: of the tables named, of what overflows from
#: them, and of the catalogue, which a process reads when it first stores a report.
FORGET_USE = """
WITH named AS (
    SELECT oid, reltoastrelid FROM pg_class WHERE relkind IN ('r', 't') AND (relnamespace = 'pg_catalog'::regnamespace
        OR relnamespace = 'public'::regnamespace AND relname = ANY (%s))
), used AS (SELECT oid FROM named UNION SELECT reltoastrelid FROM named WHERE reltoastrelid <> 0)
SELECT count(pg_stat_reset_single_table_counters(relation)::text) FROM (
    SELECT oid FROM used UNION SELECT indexrelid FROM pg_index WHERE indrelid IN (SELECT oid FROM used)
    UNION SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relname = ANY (%s)) r(relation)
"""
_DRAFTS = "intake_draft"
#: Reports written anew in one transaction: well under a second.
_REPORTS_AT_ONCE = 500
#: Drafts written anew in one transaction: at most some tens of megabytes.
_DRAFTS_AT_ONCE = 500
_TABLES = (
    "reports_sealed_header",
    "reports_sealed_payload",
    "reports_identity_share",
    "reports_file",
    "reports_receipt",
    "reports_message",
    "reports_step",
    "reports_report",
    "reports_released_share",
    "reports_swept",
    "intake_count",
    "audit_waiting",
)
#: Other tables with sealed rows about reports. A deleted or replaced row stays in the file until it is vacuumed, and opens
#: with keys that the desk still has: after a disposal, or with the former keys of a search index.
_SEALED = (
    "reports_search_index",
    "reports_search",
    "reports_sealed_values",
    "reports_desk_notice",
    "reports_interest",
    "reports_interest_hit",
    "reports_subject_request",
    "reports_desk_part_header",
)
#: What a submission, a message or a visit reads or writes besides.
_READ = (
    "audit_checkpoint",
    "desks_desk",
    "desks_installation",
    "desks_officer",
    "dispatch_outbox",
    "intake_question_set",
    "keys_epoch",
    "keys_statement",
    "reports_danger",
)
#: The indexes of other tables through which it reads. Of the log alone, whose own counters tell autovacuum what to do.
_READ_THROUGH = ("event_statement",)


def server_time() -> datetime:
    """Return the database server's time, by which the quarter hour of each report was worked out."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT now()")
        at: datetime = cursor.fetchone()[0]
    return at


def settle(before: datetime) -> int:
    """Rewrite the rows of reports received or changed before this quarter hour, and return the number of arrivals logged.

    Each batch, in the order of the reports' random ids, is a transaction of its own, so that officers wait for at most one.
    """
    logged, batch = 0, _REPORTS_AT_ONCE
    with connection.cursor() as cursor:
        while batch == _REPORTS_AT_ONCE:
            cursor.execute("SELECT logged, written FROM clockwork.settle(%s, %s)", [before, _REPORTS_AT_ONCE])
            arrived, batch = cursor.fetchone()
            logged += arrived
    return logged


@dataclass(frozen=True, slots=True)
class TakenCanary:
    """A report of the arrival canary, still sealed, which is no longer in the database."""

    container: UUID
    header: bytes
    payload: bytes


def take_canaries() -> list[TakenCanary]:
    """Delete the waiting reports of the arrival canary's desk, and no others, and return them."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT container, header, payload FROM clockwork.take_canaries()")
        return [
            TakenCanary(container, bytes(header), bytes(payload))
            for container, header, payload in cursor.fetchall()
        ]


def end_releases() -> int:
    """Clear released identity key shares that have expired or whose report has left its desk."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clockwork.end_releases()")
        done = cursor.fetchone()
    return int(done[0]) if done else 0


def end_searches() -> int:
    """Delete search indexes that were not purged in time, and searches more than ninety days old.

    Returns the number of indexes deleted.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT clockwork.end_searches()")
        done = cursor.fetchone()
    return int(done[0]) if done else 0


def end_identities() -> list[tuple[UUID, UUID]]:
    """Delete reporters' identities whose retention period has ended.

    Returns the reports concerned and their desks, in shuffled order.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT report, desk FROM clockwork.end_identities()")
        return [(report, desk) for report, desk in cursor.fetchall()]


def forget_times() -> None:
    """Remove the remaining traces of the exact times of settled rows, and refresh the planner's statistics.

    The traces are the former versions of the rows and the completed part of the database's write-ahead log, which
    holds the exact time of every commit. Former versions of sealed rows are removed from other tables as well. Must not be
    called inside a transaction.

    The worker's role needs MAINTAIN on the tables, `pg_checkpoint`, and EXECUTE on `pg_switch_wal()`.
    """
    if connection.in_atomic_block:
        return
    forget_dead_rows([*_TABLES, *_SEALED])
    with connection.cursor() as cursor:
        for table in (*_TABLES, *_SEALED):
            # Autovacuum never does this: `forget_use` resets the counts by which it would notice that a table has grown.
            if table in _TABLES:
                cursor.execute(f"ANALYZE (SKIP_LOCKED) {connection.ops.quote_name(table)}")
            # What VACUUM frees keeps its bytes until it is used again: a table that is small is written into a new
            # file, when nobody has it in use just now. (Large tables: see the threat model.)
            cursor.execute("SELECT pg_relation_size(%s::regclass) < %s", [table, _SMALL])
            if (cursor.fetchone() or (False,))[0]:
                write_anew(table)
        for statement in FORGET_COMMITS:
            cursor.execute(statement)
    forget_use()


def forget_use() -> None:
    """Reset the database server's last-use statistics for the tables that a submission touches.

    Call this at the end of a quarter hour and when stopping.
    """
    with connection.cursor() as cursor:
        cursor.execute(FORGET_USE, [[*_TABLES, *_READ], [*_READ_THROUGH]])


def write_anew(table: str) -> bool:
    """Rewrite a table into a new file in key order, or return False if the table is in use.

    Keys are random, so rows then lie in no order that tells which came first. VACUUM FULL would keep the order in which
    they lie. Waits for nobody: whoever waits for a table makes all others wait behind.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT indexrelid::regclass::text FROM pg_index WHERE indrelid = %s::regclass AND indisprimary",
            [table],
        )
        found = cursor.fetchone()
        if found is None:
            raise LookupError(f"{table} has no primary key")
        named = connection.ops.quote_name(table)
        try:
            with transaction.atomic():
                cursor.execute(f"LOCK TABLE {named} IN ACCESS EXCLUSIVE MODE NOWAIT")
                cursor.execute(WRITE_ANEW.format(table=named, key=found[0]))
        except OperationalError as refused:
            if getattr(refused.__cause__, "sqlstate", "") != _IN_USE:
                raise
            return False
    return True


def settle_drafts() -> int:
    """Rewrite the drafts saved since the last run, in shuffled batches, and return the number rewritten.

    Each batch is a transaction of its own, so that drafts hold nobody up, however many there are. Not inside a transaction.
    """
    done, batch = 0, _DRAFTS_AT_ONCE
    with connection.cursor() as cursor:
        while batch == _DRAFTS_AT_ONCE:
            cursor.execute("SELECT clockwork.settle_drafts(%s)", [_DRAFTS_AT_ONCE])
            batch = int((cursor.fetchone() or (0,))[0])
            done += batch
    if not connection.in_atomic_block:
        forget_dead_rows((_DRAFTS,))
        write_anew(_DRAFTS)  # of any size: `settings.DRAFT_ROOM` bounds it
        with connection.cursor() as cursor:
            cursor.execute(FORGET_USE, [[_DRAFTS], []])
    return done


def sweep() -> int:
    """Delete expired drafts, unlocked keys, sessions and saved forms."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clockwork.sweep()")
        done = cursor.fetchone()
    return int(done[0]) if done else 0


def join_counts() -> int:
    """Merge the hourly counts of the public site into daily counts once they are two days old.

    Returns the number of counts.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT clockwork.join_counts()")
        done = cursor.fetchone()
    return int(done[0]) if done else 0


def forget_sweeps() -> int:
    """Delete the data for undoing bulk closures once the time allowed for undoing them has passed.

    Returns the number of reports affected.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT clockwork.forget_sweeps()")
        done = cursor.fetchone()
    return int(done[0]) if done else 0
