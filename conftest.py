"""The tests' database: a real PostgreSQL, prepared before Django is imported. Each test runs in a transaction that is
rolled back; a test acts as one of the processes inside `acting(...)`."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import django
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
