"""The tests' database: a real PostgreSQL, prepared before Django is imported. Each test runs in a transaction that is
rolled back; a test acts as one of the processes inside `acting(...)`."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.database import prepare

prepare()


@pytest.fixture(scope="session")
def django_db_setup() -> Iterator[None]:
    """The database stands already, migrated by the real migrations under the real roles."""
    yield


@pytest.fixture
def house(db: None):
    """A whole small installation: see tests/cast.py."""
    from tests import cast

    return cast.build_house(cast.now())
