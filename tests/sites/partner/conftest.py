"""Browsers for the tests of the partners' site."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.sites.office.conftest import demo, hand, live
from tests.sites.office.desk_hand import Hand

__all__ = ["demo", "hand", "live"]


@pytest.fixture
def partner(partner_site: Callable[..., Any]) -> Callable[[], Hand]:
    """Opens a browser of its own at the partners' site each time."""
    return lambda: Hand(partner_site(enforce_csrf_checks=True))
