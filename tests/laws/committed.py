"""A database in which things are really committed, for the few laws that only show there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Timer
from typing import Any

import psycopg

from tests.support import database, furnished
from tests.support.cast import House


@contextmanager
def committed_house(blocker: Any) -> Iterator[House]:
    """A house in a database of its own, a copy of the one in which it stands (tests/support/furnished.py).

    `blocker` is pytest-django's `django_db_blocker`.
    """
    with blocker.unblock(), furnished.in_a_copy("house"):
        yield furnished.house("house")


def superuser() -> psycopg.Connection[tuple[Any, ...]]:
    """A second connection, committing at once."""
    return psycopg.connect(database.cluster().super_url(database.database()), autocommit=True)


@contextmanager
def index_in_use() -> Iterator[None]:
    """Lock the search indexes for a moment, as a step of indexing in another session does."""
    with superuser() as other:
        other.execute("BEGIN")
        other.execute("SELECT FROM reports_search_index FOR UPDATE")
        ended = Timer(0.3, other.rollback)
        ended.start()
        yield
        ended.join()
