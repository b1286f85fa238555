"""The tests' database: a real PostgreSQL, prepared before Django is imported (tests/prepared.py). Each test runs in a
transaction that is rolled back; a test acts as one of the processes inside `acting(...)`."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

import django
import psycopg
import pytest

if TYPE_CHECKING:
    from tests.cast import House

django.setup()  # before the conftests of folders, which know models


@pytest.fixture(scope="session")
def django_db_setup() -> None:
    """The database stands already, migrated by the real migrations under the real roles."""
    from django.conf import settings
    from tests import database

    if settings.DATABASES["default"]["NAME"] != database.database():
        pytest.exit("Two processes of tests would share one database: see tests/prepared.py", returncode=1)


@pytest.fixture
def house(db: None) -> House:
    """A whole small installation: see tests/cast.py."""
    from tests import cast

    return cast.build_house(cast.now())


@pytest.fixture(scope="module", autouse=True)
def _leaves_the_database_empty(request: pytest.FixtureRequest) -> Iterator[None]:
    """A file of tests that leaves something committed fails, and the next one gets a new database all the same."""
    yield
    if os.environ.get("HEEDLINE_NO_DATABASE"):
        return
    from tests import database

    with psycopg.connect(database.cluster().super_url(database.database()), autocommit=True) as look:
        left = look.execute("SELECT count(*) FROM desks_organisation").fetchone()
    if left and left[0]:
        database.reset()
        pytest.fail(f"{request.node.nodeid} leaves {left[0]} organisations in the database")
