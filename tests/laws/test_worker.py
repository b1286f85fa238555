"""The real worker, as a process of its own, on the real database under the worker's role.

It commits what it does, so the rows that this test makes are removed again by hand.
"""

from __future__ import annotations

import os
import secrets
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote
from urllib.request import urlopen

import psycopg
import pytest
from procrastinate.contrib.django.utils import connector_params

from heedline.dispatch.clocks import minute_of, slot_of
from tests.support.ports import free_port

_START = "import django; django.setup(); from heedline.jobs.worker import run; raise SystemExit(run())"
#: The same on a machine whose clock is set back by ninety seconds as soon as there is a certain file.
_SET_BACK = f"""
import os, pathlib, time
clock, told = time.time, pathlib.Path(os.environ["HEEDLINE_HOME"]) / "set-back"
time.time = lambda: clock() - (90 if told.exists() else 0)
{_START}
"""
#: The same while the thread of all other tasks is busy for minutes.
_BUSY = f"""
import time, django; django.setup()
from heedline.casework.duty import paging
drain = paging.drain
paging.drain = lambda at, **only: drain(at, **only) if only else time.sleep(600)
{_START}
"""
_NAME = f"worker-under-test-{os.getpid()}"
_PORT = free_port()


@pytest.fixture
def database(django_db_blocker: Any) -> Iterator[psycopg.Connection[Any]]:
    """A connection of our own, as the superuser, committing at once."""
    with django_db_blocker.unblock():
        params = connector_params()
    with psycopg.connect(**params, autocommit=True) as connection:
        yield connection


@pytest.fixture
def desk(database: psycopg.Connection[Any]) -> Iterator[uuid.UUID]:
    """A round-the-clock desk with one officer on call; everything that hangs on it goes again."""
    organisation, desk, officer = (uuid.uuid4() for _ in range(3))
    mark = secrets.token_hex(6)
    database.execute(
        "INSERT INTO desks_organisation (id, code, name) VALUES (%s, %s, 'Unit')", [organisation, mark]
    )
    database.execute(
        "INSERT INTO desks_desk (id, code, name, organisation_id, kind, round_the_clock)"
        " VALUES (%s, %s, 'Desk', %s, 'activity', true)",
        [desk, mark, organisation],
    )
    database.execute(
        "INSERT INTO desks_officer (id, email, name, organisation_id, is_active, password, single_keys)"
        " VALUES (%s, %s, 'Nadia', %s, true, '', false)",
        [officer, f"{mark}@example.org", organisation],
    )
    database.execute(
        "INSERT INTO desks_on_call (id, desk_id, step, officer_id) VALUES (%s, %s, 1, %s)",
        [uuid.uuid4(), desk, officer],
    )
    yield desk
    database.execute(
        "SET session_replication_role = replica"
    )  # the log only grows, except in a test's own database
    database.execute("DELETE FROM audit_event WHERE desk = %s", [desk])
    database.execute("SET session_replication_role = origin")
    for statement in (
        "DELETE FROM dispatch_outbox WHERE desk = %s",
        "DELETE FROM dispatch_alarm WHERE desk_id = %s",
        "DELETE FROM reports_report WHERE desk_id = %s",
        "DELETE FROM desks_on_call WHERE desk_id = %s",
        "DELETE FROM desks_desk WHERE id = %s",
    ):
        database.execute(statement, [desk])
    database.execute("DELETE FROM desks_officer WHERE id = %s", [officer])
    database.execute("DELETE FROM desks_organisation WHERE id = %s", [organisation])
    database.execute("DELETE FROM dispatch_worker_beat")


def arrive(database: psycopg.Connection[Any], desk: uuid.UUID) -> uuid.UUID:
    """A report in danger and its letter, committed together."""
    report, slot = uuid.uuid4(), slot_of(datetime.now(UTC))
    with database.transaction():
        database.execute(
            "INSERT INTO reports_report (id, kind, channel, area, urgency, priority, desk_id, question_set, stage, slot,"
            " received_on, settled, due_at, rank, version, withdraw_asked, unread, outcome, status,"
            " seen, offered)"
            " VALUES (%s, 'activity', 'web', 'unknown', 'danger', '', %s, '', 'waiting', %s, %s, false, %s, 0, 1, false, 0,"
            " '', 'received', false, false)",
            [report, desk, slot, slot.date(), slot + timedelta(days=1)],
        )
        database.execute(
            "INSERT INTO dispatch_outbox (id, letter, desk, thing_id, slot)"
            " VALUES (%s, 'report-arrived', %s, %s, %s)",
            [uuid.uuid4(), desk, report, slot],
        )
    return report


def until(what: Callable[[], object], seconds: float = 100) -> None:
    """Wait for something that another process does."""
    deadline = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.1)


def start(tmp_path: Path, database: psycopg.Connection[Any], program: str = _START) -> subprocess.Popen[str]:
    info = database.info
    options = quote(f"-c role=heedline_worker -c application_name={_NAME}")
    user = quote(info.user) + (f":{quote(info.password)}" if info.password else "")
    url = f"postgresql://{user}@/{info.dbname}?host={quote(info.host, safe='')}&port={info.port}&options={options}"
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("HEEDLINE_")},
        "DJANGO_SETTINGS_MODULE": "heedline.config.settings",
        "HEEDLINE_PROCESS": "worker",
        "HEEDLINE_DATABASE_URL": url,
        "HEEDLINE_SECRET_KEY": secrets.token_hex(32),
        "HEEDLINE_ROOT": secrets.token_hex(32),
        "HEEDLINE_DEMO": "1",
        "HEEDLINE_HOME": str(tmp_path),
        "HEEDLINE_PAGES_DIR": str(tmp_path / "pages"),
        "HEEDLINE_MONITORING_PORT": str(_PORT),
    }
    return subprocess.Popen(
        [sys.executable, "-c", program], env=environment, stderr=subprocess.PIPE, text=True
    )


def rows(database: psycopg.Connection[Any], query: str) -> list[tuple[Any, ...]]:
    return database.execute(query).fetchall()


def test_the_worker_pages_survives_its_database_and_stops_when_told(
    tmp_path: Path, database: psycopg.Connection[Any], desk: uuid.UUID
) -> None:
    arrive(database, desk)
    worker = start(tmp_path, database)
    pages = tmp_path / "pages"
    try:
        until(
            lambda: {path.stat().st_mtime % 900 for path in pages.glob("*.eml")} == {0.0}
        )  # once it is written
        until(lambda: rows(database, "SELECT minute FROM dispatch_worker_beat WHERE id = 1"))
        ((minute,),) = rows(database, "SELECT minute FROM dispatch_worker_beat WHERE id = 1")
        assert minute == minute_of(minute)
        with urlopen(f"http://127.0.0.1:{_PORT}/ready", timeout=10) as answer:
            assert answer.status == 200
        # every connection is lost: the worker comes back by itself
        database.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = %s", [_NAME]
        )
        second = arrive(database, desk)
        until(
            lambda: rows(
                database, f"SELECT FROM dispatch_alarm WHERE about_id = '{second}' AND steps_sent > 0"
            )
        )
        worker.send_signal(signal.SIGTERM)
        _, said = worker.communicate(timeout=60)
    finally:
        worker.kill()
        worker.wait()
    assert worker.returncode == 0
    assert rows(database, "SELECT FROM dispatch_outbox") == []
    for table in ("procrastinate_jobs", "procrastinate_events", "procrastinate_workers"):
        assert rows(database, f"SELECT FROM {table}") == [], table
    (tmp_path / "stderr").write_text(said)
    for word in (str(desk), str(second), "example.org", "select", "insert"):
        assert word not in said.lower()


def test_a_clock_that_is_set_back_delays_no_page(
    tmp_path: Path, database: psycopg.Connection[Any], desk: uuid.UUID
) -> None:
    """Each tick of a task is created once. Without a look at the clock, nobody is paged until it is where it was before."""

    def paged(report: uuid.UUID) -> Callable[[], object]:
        query = f"SELECT FROM dispatch_alarm WHERE about_id = '{report}' AND steps_sent > 0"
        return lambda: rows(database, query)

    worker = start(tmp_path, database, _SET_BACK)
    try:
        until(paged(arrive(database, desk)))
        (tmp_path / "set-back").touch()
        time.sleep(6)  # what was created before is done
        until(paged(arrive(database, desk)), seconds=45)
        worker.send_signal(signal.SIGTERM)
        worker.communicate(timeout=60)
    finally:
        worker.kill()
        worker.wait()
    assert worker.returncode == 0


def test_danger_is_paged_while_every_other_task_waits(
    tmp_path: Path, database: psycopg.Connection[Any], desk: uuid.UUID
) -> None:
    """With 47,520 open alarms, two rounds of pages took more than nine minutes, and new dangers were not read."""
    worker = start(tmp_path, database, _BUSY)
    try:
        until(
            lambda: rows(
                database, "SELECT FROM procrastinate_jobs WHERE task_name = 'page' AND status = 'doing'"
            )
        )
        arrive(database, desk)
        until(lambda: list((tmp_path / "pages").glob("*.eml")), seconds=60)
    finally:
        worker.kill()
        worker.communicate()
        database.execute("DELETE FROM procrastinate_jobs")
        database.execute("DELETE FROM procrastinate_workers")
