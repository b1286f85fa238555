"""Fixtures with the home of one demonstration, shared by all tests that start it."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def demonstration_home() -> Iterator[Path]:
    """A folder that another account's database server can access, so that its data are stored and deleted with it.

    Whichever test comes first makes the demonstration in it, from nothing, and the others start it again.
    """
    folder = Path(tempfile.mkdtemp(prefix="heedline-launch-"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)
    folder.with_name(f"{folder.name}.out").unlink(missing_ok=True)
