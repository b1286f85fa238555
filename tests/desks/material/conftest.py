"""The online material desk, for every test of its verbs."""

from __future__ import annotations

import pytest

from tests.support.cast import House, now
from tests.support.material_scene import material_desk
from tests.support.scene_people import People


@pytest.fixture
def people(house: House) -> People:
    """The people of tests/support/cast.py, with an online material desk."""
    return material_desk(People(house, now()))
