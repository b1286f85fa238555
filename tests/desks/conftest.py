"""A small house for every test of a verb."""

from __future__ import annotations

import pytest

from tests.support.cast import House, now
from tests.support.listed_holidays import holidays_are_listed  # noqa: F401 (runs for every test)
from tests.support.scene_people import People


@pytest.fixture
def people(house: House) -> People:
    """The people of tests/support/cast.py, at one present moment."""
    return People(house, now())
