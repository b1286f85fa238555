"""Rosa, who has something to tell, in front of a whole small installation."""

from __future__ import annotations

import pytest

from tests.sites.public.walker import Walker
from tests.support.cast import House


@pytest.fixture
def rosa(house: House, settings) -> Walker:  # type: ignore[no-untyped-def]
    """Rosa at the first page."""
    settings.ROOT_URLCONF = "heedline.config.urls_public"
    settings.MIDDLEWARE = settings.PUBLIC_MIDDLEWARE
    return Walker()
