"""An unlawful item, which nearly every test of a notice begins with."""

from __future__ import annotations

import pytest

from tests.support.cast import House
from tests.support.notice_scene import WithItem


@pytest.fixture
def people(kiteboard: House) -> WithItem:
    """The people of the online material desk, with an unlawful item of Kiteboard."""
    return WithItem.of(kiteboard)
