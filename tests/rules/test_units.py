"""Tests for the systemd units that are shipped: systemd understands them, and each process has a user and a sandbox."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

SHIPPED = Path("deploy/systemd")
UNITS = sorted(SHIPPED.glob("*.service"))
#: Applied by systemd to every unit whose name begins with "heedline-".
SANDBOX = Path("heedline-.service.d/sandbox.conf")
ANALYZE = shutil.which("systemd-analyze")


def test_there_is_a_unit_for_each_process_under_a_user_of_its_own() -> None:
    assert {file.stem for file in UNITS} == {
        f"heedline-{name}"
        for name in ("public", "office", "partner", "files", "worker", "roles", "checkpoint", "canary")
    }
    users = [re.findall(r"^User=(\S+)", file.read_text(), re.MULTILINE) for file in UNITS]
    shared = ["checkpoint", "canary"]  # run as the database, and as the public site
    assert len({user for (user,) in users}) == len(UNITS) - len(shared)


def test_all_units_share_one_sandbox() -> None:
    shared = _settings(SHIPPED / SANDBOX)
    assert {
        "NoNewPrivileges=yes",
        "CapabilityBoundingSet=",
        "ProtectSystem=strict",
        "ProtectHome=yes",
        "PrivateDevices=yes",
        "LimitCORE=0",
        "UMask=0077",
    } <= shared
    names = {line.partition("=")[0] for line in shared} - {"RestrictAddressFamilies"}
    for file in UNITS:
        assert not {line.partition("=")[0] for line in _settings(file)} & names, (
            "what the shared file gives wins, so a unit's own line would be without effect"
        )


@pytest.mark.parametrize("name", ["public", "partner", "worker"])
def test_processes_without_a_sandbox_of_their_own_give_up_namespaces_and_system_calls(name: str) -> None:
    assert {"RestrictNamespaces=yes", "SystemCallFilter=@system-service"} <= _settings(
        SHIPPED / f"heedline-{name}.service"
    )


def _settings(file: Path) -> set[str]:
    return {line for line in file.read_text().splitlines() if "=" in line and not line.startswith("#")}


@pytest.mark.thorough
@pytest.mark.skipif(ANALYZE is None, reason="this machine has no systemd")
def test_systemd_finds_nothing_wrong_with_the_units(tmp_path: Path) -> None:
    (tmp_path / SANDBOX).parent.mkdir()
    shutil.copy(SHIPPED / SANDBOX, tmp_path / SANDBOX)
    for file in UNITS:
        text = file.read_text().replace("/opt/heedline/.venv/bin/heedline", "/bin/true")
        (tmp_path / file.name).write_text(re.sub(r"(?m)^(User|After|Wants|PartOf)=.*\n", "", text))
    done = subprocess.run(
        [
            str(ANALYZE),
            "verify",
            "--man=no",
            "--recursive-errors=no",
            *map(str, sorted(tmp_path.glob("*.service"))),
        ],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (0, "")
