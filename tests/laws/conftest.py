"""The home of one demonstration, for all tests that start it."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def demonstration_home() -> Iterator[Path]:
    """A home that a database server of another account can enter, so that its data lie in it and go with it.

    Whichever test comes first makes the demonstration in it, from nothing, and the others start it again.
    """
    folder = Path(tempfile.mkdtemp(prefix="heedline-launch-"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)
    folder.with_name(f"{folder.name}.out").unlink(missing_ok=True)
