"""The online material desk, for every test of its verbs."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytest_django import Settings

from heedline.specialist_desks.material.capture import running
from tests.support.cast import House, now
from tests.support.scene_people import People
from tests.support.small_internet import Internet


@pytest.fixture
def people(material: House) -> People:
    """The people of tests/support/cast.py, with an online material desk."""
    return People(material, now())


@pytest.fixture
def stored(settings: Settings, tmp_path: Path) -> None:
    """Files of the service in a folder of the test."""
    settings.FILES = tmp_path / "files"
    settings.FILES_KEEP_FREE = 0


@pytest.fixture
def internet(monkeypatch: pytest.MonkeyPatch) -> Internet:
    """Captures that open nothing."""
    made = Internet()
    monkeypatch.setattr(running, "capture", made.capture)
    return made
