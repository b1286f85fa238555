"""Acting as one of the processes: what the database lets that process do, and nothing more.

The tests' connection signs in as a superuser; inside `acting("office")` it is `heedline_office`, for which grants and
row-level security hold as in production.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection
from psycopg.pq import TransactionStatus

PROCESSES = ("public", "office", "worker", "backup", "partner", "files", "door", "usher", "settler", "owner")


def _role() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        found = cursor.fetchone()
    assert found
    return str(found[0])


@contextmanager
def acting(process: str) -> Iterator[None]:
    """Everything inside happens under the database role of that process."""
    assert process in PROCESSES
    before = _role()
    with connection.cursor() as cursor:
        cursor.execute(f"SET ROLE heedline_{process}")
    try:
        yield
    finally:
        broken = connection.connection.info.transaction_status == TransactionStatus.INERROR
        if not broken:  # a transaction that failed forgets its role with everything else
            with connection.cursor() as cursor:
                cursor.execute(f"SET ROLE {before}")
