"""Law 1 with a standby: nothing about a report is confirmed before the standby has the report."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as StillWaiting
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from heedline.launch import postgres
from heedline.launch.postgres import Cluster
from tests.support import migrated

type Connection = psycopg.Connection[tuple[Any, ...]]
SUBMIT = (
    "SELECT door.submit_report(%(report)s, %(lookup)s, 'key', %(mac)s, 'activity', 'api', '', 'soon', 1::smallint, %(desk)s,"
    " NULL, interval '1 day', %(questions)s, %(container)s, 'header', 'payload', sha256('payload'), '{}', %(identity)s,"
    " 'header', 'payload', sha256('payload'), '{}', '{}', NULL, 'share', '{}', '{}', '{}', '{}')"
)


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    migrated.furnish(tmp_path)
    cluster = postgres.start(tmp_path)
    yield cluster
    postgres.destroy(cluster)


def ask_for_a_standby(cluster: Cluster, superuser: Connection, name: str) -> None:
    """Require that this standby confirms each commit. None is attached, as after a failure of its machine."""
    with (Path(cluster.data).parent / "postgresql.conf").open("a") as configuration:
        configuration.write(f"synchronous_standby_names = '{name}'\n")
    superuser.execute("SELECT pg_reload_conf()")
    until = time.monotonic() + 5
    while superuser.execute("SHOW synchronous_standby_names").fetchone() != (name,):
        assert time.monotonic() < until
        time.sleep(0.02)


@pytest.mark.parametrize(("mac", "answer"), [(b"the same", "again"), (b"another", "conflict")])
def test_a_report_sent_again_is_confirmed_only_when_the_standby_has_it(
    cluster: Cluster, mac: bytes, answer: str
) -> None:
    """A retry writes nothing of its own. Promoting the standby would lose a report that was confirmed without it."""
    values: dict[str, Any] = {"report": uuid4(), "lookup": b"lookup", "mac": b"the same", "desk": uuid4()}
    values |= {"container": uuid4(), "identity": uuid4()}
    with (
        psycopg.connect(cluster.super_url("heedline"), autocommit=True) as superuser,
        psycopg.connect(cluster.url("public"), autocommit=True) as public,
        ThreadPoolExecutor(1) as beside,
    ):
        values["questions"] = public.execute("SELECT door.archive_questions('standby', 'none')").fetchone()[0]  # type: ignore[index]
        superuser.execute("SET session_replication_role = replica")  # there is no desk
        assert superuser.execute(SUBMIT, values).fetchone() == ("accepted",)
        rows = superuser.execute("SELECT xmin::text, xmax::text FROM reports_receipt").fetchall()
        ask_for_a_standby(cluster, superuser, "gone")
        asked = beside.submit(lambda: public.execute(SUBMIT, values | {"mac": mac}).fetchone())
        try:
            with pytest.raises(StillWaiting):
                asked.result(timeout=0.5)
        finally:
            ask_for_a_standby(cluster, superuser, "")
        assert asked.result(timeout=5) == (answer,)
        assert superuser.execute("SELECT xmin::text, xmax::text FROM reports_receipt").fetchall() == rows, (
            "the retry dates no row"
        )
