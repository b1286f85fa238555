"""Advisory locks across processes and hosts, and removal of dead rows that would reveal times."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from django.db import close_old_connections, connection


def lock_key(name: str) -> int:
    """Return the advisory lock number for `name`."""
    return int.from_bytes(hashlib.sha256(f"heedline/{name}".encode()).digest()[:8], signed=True)


@contextmanager
def one_at_a_time(name: str) -> Iterator[bool]:
    """Yield True while this connection holds the lock `name`, or False if another holds it.

    Never waits.
    """
    key = lock_key(name)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [key])
        held = bool((cursor.fetchone() or [False])[0])
    try:
        yield held
    finally:
        if held:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [key])


def forget_dead_rows(tables: Iterable[str]) -> None:
    """Remove deleted and replaced rows from disk permanently.

    The role needs MAINTAIN, and this cannot be done inside a transaction. A deleted row of a job still holds
    an exact time beside its transaction number, and transaction numbers show the order in which reports
    arrived.
    """
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"VACUUM (SKIP_LOCKED, TRUNCATE false) {connection.ops.quote_name(table)}")


def forget_jobs(*, waiting: bool = False) -> None:
    """Delete leftover jobs and past periodic-task records from the job library's tables.

    This covers jobs that ended or whose worker died, and records of past ticks. The worker deletes jobs as
    soon as they end, so this handles what a crash left behind. Events are deleted with their job. `waiting`
    also deletes jobs that have not started, for when a worker stops. The next tick would create them again.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM procrastinate_jobs WHERE status NOT IN ('todo', 'doing')"
            " OR (status = 'doing' AND worker_id IS NULL) OR (status = 'todo' AND %s)",
            [waiting],
        )
        cursor.execute(
            "DELETE FROM procrastinate_periodic_defers WHERE job_id IS NULL"
            " AND defer_timestamp < extract(epoch FROM now()) - 7200"
        )


def forget_later_ticks(seconds: float) -> None:
    """Delete the records of ticks after this time, in seconds since 1970, made before the clock was set back.

    Otherwise none of these ticks would be made again when their time comes.
    """
    close_old_connections()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_periodic_defers WHERE defer_timestamp > %s", [int(seconds)])
