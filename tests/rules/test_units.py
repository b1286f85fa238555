"""Tests for the systemd units that are shipped: systemd understands them, and each process has a user and a sandbox."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

UNITS = sorted(Path("deploy/systemd").glob("*.service"))
ANALYZE = shutil.which("systemd-analyze")


def test_there_is_a_unit_for_each_process_under_a_user_of_its_own() -> None:
    assert {file.stem for file in UNITS} == {
        f"heedline-{name}" for name in ("public", "office", "partner", "files", "worker", "roles")
    }
    users = [re.findall(r"^User=(\S+)", file.read_text(), re.MULTILINE) for file in UNITS]
    assert len({user for (user,) in users}) == len(UNITS)


@pytest.mark.parametrize("file", UNITS, ids=lambda file: file.stem)
def test_a_unit_gives_up_what_its_process_does_not_need(file: Path) -> None:
    lines = set(file.read_text().splitlines())
    assert {
        "NoNewPrivileges=yes",
        "CapabilityBoundingSet=",
        "ProtectSystem=strict",
        "ProtectHome=yes",
        "PrivateDevices=yes",
        "LimitCORE=0",
        "UMask=0077",
    } <= lines
    if file.stem in ("heedline-public", "heedline-partner", "heedline-worker"):
        assert {"RestrictNamespaces=yes", "SystemCallFilter=@system-service"} <= lines


@pytest.mark.thorough
@pytest.mark.skipif(ANALYZE is None, reason="this machine has no systemd")
def test_systemd_finds_nothing_wrong_with_the_units(tmp_path: Path) -> None:
    for file in UNITS:
        text = file.read_text().replace("/opt/heedline/.venv/bin/heedline", "/bin/true")
        (tmp_path / file.name).write_text(re.sub(r"(?m)^(User|After|Wants|PartOf)=.*\n", "", text))
    done = subprocess.run(
        [str(ANALYZE), "verify", "--man=no", "--recursive-errors=no", *map(str, sorted(tmp_path.iterdir()))],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (0, "")
