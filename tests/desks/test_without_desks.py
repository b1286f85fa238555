"""The core without any specialist desk: it starts, and knows only its own codes."""

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


def test_the_core_passes_without_the_desk() -> None:
    done = subprocess.run(
        [sys.executable, "-c", ASKED],
        env=os.environ | {"HEEDLINE_SPECIALIST_DESKS": "", "PYTHONPATH": str(CHECKOUT / "src")},
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("process", ["public", "files"])
def test_a_site_where_nobody_signs_in_loads_no_desk(process: str) -> None:
    """The code of a desk took 12 MiB in each of these processes, which have no page of it."""
    script = (
        "import sys, django; django.setup(); from django.urls import get_resolver; get_resolver().url_patterns;"
        " print(*(one for one in sys.modules if one.startswith(('heedline.specialist_desks', 'procrastinate', 'allauth'))))"
    )
    told = {
        "PYTHONPATH": str(CHECKOUT / "src"),
        "DJANGO_SETTINGS_MODULE": "heedline.config.settings",
        "HEEDLINE_PROCESS": process,
        "HEEDLINE_SECRET_KEY": "a-key-that-signs-nothing",
        "HEEDLINE_DATABASE_URL": "postgresql:///nowhere?host=/nonexistent",
    }
    done = subprocess.run(
        [sys.executable, "-c", script], env=told, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout.strip()) == (0, ""), done.stdout + done.stderr
