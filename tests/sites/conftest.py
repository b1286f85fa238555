"""The two sites, for tests of pages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.cast import House
from tests.site_client import SiteClient


@pytest.fixture
def public_site(house: House) -> Callable[..., Any]:
    """Opens a browser at the public site each time it is called."""
    return lambda **options: SiteClient("public", **options)


@pytest.fixture
def office_site(house: House) -> Callable[..., Any]:
    """Opens a browser at the office each time it is called."""
    return lambda **options: SiteClient("office", **options)
