"""The tests' database: a real PostgreSQL, prepared before Django is imported. Each test runs in a transaction that is
rolled back; a test acts as one of the processes inside `acting(...)`."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import django
import psycopg
import pytest
from tests.database import prepare

if TYPE_CHECKING:
    from tests.cast import House

if os.environ.get("HEEDLINE_NO_DATABASE"):  # `make rules`: seconds, and nothing started
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "heedline.config.settings")
else:
    prepare()
django.setup()  # before the conftests of folders, which know models


@pytest.fixture(scope="session")
def django_db_setup() -> None:
    """The database stands already, migrated by the real migrations under the real roles."""


@pytest.fixture
def house(db: None) -> House:
    """A whole small installation: see tests/cast.py."""
    from tests import cast

    return cast.build_house(cast.now())


@pytest.fixture(scope="module", autouse=True)
def _leaves_the_database_empty(request: pytest.FixtureRequest) -> Iterator[None]:
    """A file of tests that committed something gives the next one a new database, and is named in var/leaks.txt."""
    yield
    if os.environ.get("HEEDLINE_NO_DATABASE"):
        return
    from tests import database

    with psycopg.connect(database.cluster().super_url(database.database()), autocommit=True) as look:
        left = look.execute("SELECT count(*) FROM desks_organisation").fetchone()
    if left and left[0]:
        with Path("var/leaks.txt").open("a", encoding="utf-8") as leaks:
            leaks.write(f"{request.node.nodeid}\n")
        database.reset()
