"""The core without any specialist desk: it starts, and knows only its own codes. Its papers print the desks of the default setting."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.support.database import CHECKOUT

ASKED = """
import django
django.setup()
from django.core.management import call_command
from django.urls import get_resolver
from heedline.audit.acts import Act
from heedline.backups.plan import COPIED, LEFT_OUT, copied, left_out
from heedline.casework.duty.alarm_kinds import ALARM_KINDS, every_kind
from heedline.casework.identity import data_inventory
from heedline.database import access
from heedline.desk_hooks import register
from heedline.jobs import worker
from heedline.permits.roles import GRANTS, Role, granted
from heedline.web.declared import routes
assert list(register.desks()) == []
call_command("check")
call_command("makemigrations", "--check", "--dry-run")
assert dict(every_kind()) == {str(kind): rule for kind, rule in ALARM_KINDS.items()}
assert {role: granted(role) for role in Role} == GRANTS
assert (copied(), left_out()) == (COPIED, LEFT_OUT)
assert (access.tables(), access.columns()) == (access.TABLES, access.COLUMNS)
assert worker.tasks() == worker.TASKS
assert data_inventory.holds() == data_inventory.HOLDS
assert not any("example" in where or "w/items" in where for where, _ in routes(get_resolver("heedline.config.urls_office")))
"""


def _with(desks: dict[str, str], words: list[str]) -> subprocess.CompletedProcess[str]:
    clean = {key: value for key, value in os.environ.items() if key != "HEEDLINE_SPECIALIST_DESKS"}
    return subprocess.run(
        [sys.executable, *words],
        env=clean | desks | {"PYTHONPATH": str(CHECKOUT / "src")},
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("desks", "words"),
    [
        ({"HEEDLINE_SPECIALIST_DESKS": ""}, ["-c", ASKED]),
        ({}, ["-m", "heedline.jobs.cli", "docs", "--check"]),
    ],
    ids=["start", "papers"],
)
def test_the_core_passes_without_the_desk(desks: dict[str, str], words: list[str]) -> None:
    done = _with(desks, words)
    assert done.returncode == 0, done.stdout + done.stderr
