"""The tests' database: a real PostgreSQL, prepared before Django is imported. Each test runs in a transaction that is
rolled back; a test acts as one of the processes inside `acting(...)`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.database import prepare

if TYPE_CHECKING:
    from tests.cast import House

prepare()


@pytest.fixture(scope="session")
def django_db_setup() -> None:
    """The database stands already, migrated by the real migrations under the real roles."""


@pytest.fixture
def house(db: None) -> House:
    """A whole small installation: see tests/cast.py."""
    from tests import cast

    return cast.build_house(cast.now())
