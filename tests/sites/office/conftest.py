"""Browsers for the office's tests."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings

from tests.sites.office.desk_hand import Hand


@pytest.fixture
def demo(monkeypatch: pytest.MonkeyPatch) -> None:
    """The demonstration: no second step."""
    monkeypatch.setattr(settings, "DEMO", True)


@pytest.fixture
def live(monkeypatch: pytest.MonkeyPatch) -> None:
    """No demonstration: the second step is asked of everybody."""
    monkeypatch.setattr(settings, "DEMO", False)


@pytest.fixture
def hand(office_site: Callable[..., Any]) -> Callable[[], Hand]:
    """Opens a browser of its own each time."""
    return lambda: Hand(office_site(enforce_csrf_checks=True))
