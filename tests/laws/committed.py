"""A database in which things are really committed, for the few laws that only show there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread
from typing import Any

import psycopg

from tests.support import database, furnished
from tests.support.cast import House


@contextmanager
def committed_house(blocker: Any, name: str = "house") -> Iterator[House]:
    """A house in a database of its own, a copy of the one in which `name` stands (tests/support/furnished.py).

    `blocker` is pytest-django's `django_db_blocker`.
    """
    with blocker.unblock(), furnished.in_a_copy(name):
        yield furnished.house(name)


def superuser() -> psycopg.Connection[tuple[Any, ...]]:
    """A second connection, committing at once."""
    return psycopg.connect(database.cluster().super_url(database.database()), autocommit=True)


@contextmanager
def index_in_use() -> Iterator[None]:
    """Lock the search indexes, as a step of indexing in another session does, until a third session waits for them."""
    over = Event()
    with superuser() as other, superuser() as looking:
        other.execute("BEGIN")
        other.execute("SELECT FROM reports_search_index FOR UPDATE")

        def let_go() -> None:
            mine = [other.info.backend_pid]
            while not over.wait(0.02):
                if looking.execute(
                    "SELECT 1 FROM pg_stat_activity WHERE %s = ANY (pg_blocking_pids(pid))", mine
                ).fetchone():
                    break
            other.rollback()

        ended = Thread(target=let_go)
        ended.start()
        try:
            yield
        finally:
            over.set()
            ended.join()
