"""Fixtures: the home of one demonstration, shared by all tests that start it, and `heedline audit` without a process."""

from __future__ import annotations

import io
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from heedline.jobs import audit, cli
from tests.laws.log_scene import Command
from tests.support.acting import acting


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


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """Run `heedline audit` in this process, where Django is loaded, with the rights of the backup.

    What it does as a process of its own (reading its settings, signing in, ending with its code) is proved by the tests
    that start one.
    """
    monkeypatch.setattr(audit, "_sign_in", lambda _: None)

    def run(*words: str, given: str = "") -> subprocess.CompletedProcess[str]:
        monkeypatch.setattr(sys, "stdin", io.StringIO(given))
        capsys.readouterr()
        with acting("backup"):
            code = cli.main(words)
        said = capsys.readouterr()
        return subprocess.CompletedProcess(words, code, said.out, said.err)

    return run
