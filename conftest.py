"""The tests' database: a real PostgreSQL, prepared before Django is imported (tests/support/prepared.py). Each test runs in a
transaction that is rolled back; a test acts as one of the processes inside `acting(...)`. A test that asks for `house`
finds it built (tests/support/furnished.py)."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

import django
import psycopg
import pytest
from pytest_django.plugin import blocking_manager_key

if TYPE_CHECKING:
    from tests.support.cast import House

    from heedline.desks.models import Desk

django.setup()  # before the conftests of folders, which know models


@pytest.fixture(scope="session")
def django_db_setup() -> None:
    """The database stands already, migrated by the real migrations under the real roles."""
    from django.conf import settings
    from tests.support import database

    if settings.DATABASES["default"]["NAME"] != database.database():
        pytest.exit(
            "Two processes of tests would share one database: see tests/support/prepared.py", returncode=1
        )


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Choose the database that a test runs in, before its transaction begins."""
    if os.environ.get("HEEDLINE_NO_DATABASE"):
        return
    from tests.support import furnished

    with item.config.stash[blocking_manager_key].unblock():
        furnished.enter(_asked_for(item))


def _asked_for(item: pytest.Item) -> str:
    asked = getattr(item, "fixturenames", ())
    return "council" if "council" in asked else "house" if "house" in asked else ""


@pytest.fixture
def house(db: None, request: pytest.FixtureRequest) -> House:
    """A whole small installation: see tests/support/cast.py."""
    from tests.support import furnished

    return furnished.house(_asked_for(request.node))


@pytest.fixture
def council(house: House) -> Desk:
    """A partner outside, where Petra and Pavel work: see `add_partner` in tests/support/cast.py."""
    return house.desks["northgate"]


@pytest.fixture(scope="module", autouse=True)
def _leaves_the_database_empty(request: pytest.FixtureRequest) -> Iterator[None]:
    """A file of tests that leaves something committed fails, and the next one gets a new database all the same."""
    yield
    if os.environ.get("HEEDLINE_NO_DATABASE"):
        return
    from tests.support import database, furnished

    if marked := furnished.changed():
        pytest.fail(f"{request.node.nodeid} leaves its mark where the house stands: {', '.join(marked)}")
    database.enter(database.EMPTY)
    with psycopg.connect(database.cluster().super_url(database.database()), autocommit=True) as look:
        left = look.execute("SELECT count(*) FROM desks_organisation").fetchone()
    if left and left[0]:
        database.reset()
        pytest.fail(f"{request.node.nodeid} leaves {left[0]} organisations in the database")
