"""One at a time across processes and hosts, and cleaning up behind rows whose age would tell a time."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from django.db import connection


def lock_key(name: str) -> int:
    """The database's number for `name`."""
    return int.from_bytes(hashlib.sha256(f"heedline/{name}".encode()).digest()[:8], signed=True)


@contextmanager
def one_at_a_time(name: str) -> Iterator[bool]:
    """Yield True while this connection alone holds `name`, False at once when another does. Never waits."""
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
    """Remove deleted and replaced rows from the disk for good. Needs MAINTAIN; not possible inside a transaction.

    A deleted row of a job still holds an exact time beside its transaction number, and transaction numbers place
    reports between one another.
    """
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"VACUUM (SKIP_LOCKED, TRUNCATE false) {connection.ops.quote_name(table)}")


def forget_jobs(*, waiting: bool = False) -> None:
    """Remove what the job library keeps of the past: jobs that ended or whose worker died, and marks of old ticks.

    Jobs that end are deleted at once by the worker; this is for what a crash left. Events go with their job.
    `waiting`: also the jobs that nobody has begun, when a worker stops; the next tick would make them again.
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
