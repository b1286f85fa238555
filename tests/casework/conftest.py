"""A small house for every test of a verb."""

from __future__ import annotations

import pytest

from tests.casework.people import People
from tests.cast import House, now


@pytest.fixture
def people(house: House) -> People:
    """The people of tests/cast.py, at one present moment."""
    return People(house, now())
