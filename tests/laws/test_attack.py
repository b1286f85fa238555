"""The short form of `make attack`: a few seconds of each attack on a demonstration. Every one must fail."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.database import CHECKOUT


@pytest.mark.timeout(900)
def test_a_running_instance_holds_against_the_short_attacks(demonstration_home: Path) -> None:
    home = demonstration_home
    made_before = (home / "root.pub").exists() and not (home / "loading").exists()
    told = {name: value for name, value in os.environ.items() if not name.startswith("HEEDLINE_")}
    ran = subprocess.run(
        [
            sys.executable,
            "scripts/attack.py",
            "--short",
            *("--program", "tests.support.quick_demo", "--home", str(home)),
        ],
        cwd=CHECKOUT,
        env=told,
        capture_output=True,
        text=True,
        check=False,
        timeout=870,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert ran.stdout.count("held  ") == 4
    said = (home / "said.log").read_text()
    assert ("Making the demonstration" in said) is not made_before, "made once, kept"
