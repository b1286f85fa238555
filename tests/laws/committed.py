"""A database in which things are really committed, for the few laws that only show there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg

from tests.support import database
from tests.support.cast import House, build_house, now


@contextmanager
def committed_house(blocker: Any) -> Iterator[House]:
    """A house in this run's database, new before and after. `blocker` is pytest-django's `django_db_blocker`."""
    with blocker.unblock():
        database.reset()
        try:
            yield build_house(now())
        finally:
            database.reset()


def superuser() -> psycopg.Connection[tuple[Any, ...]]:
    """A second connection, committing at once."""
    return psycopg.connect(database.cluster().super_url(database.database()), autocommit=True)
