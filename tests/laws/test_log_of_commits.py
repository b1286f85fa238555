"""Law 5, below the tables: the database's own log of commits keeps no exact time of what a finished quarter hour brought.

PostgreSQL writes the moment of every commit beside its transaction number, and reuses old files with their bytes in
them. After the worker has settled, nothing of the row may be found in those files any more.
"""

from __future__ import annotations

import uuid
from pathlib import Path

import psycopg
import pytest

from heedline.dispatch import clockwork
from heedline.launch import postgres
from heedline.launch.postgres import Cluster


def _holds(cluster: Cluster, marker: bytes) -> bool:
    return any(marker in path.read_bytes() for path in (Path(cluster.data) / "pg_wal").glob("0*"))


def test_what_was_committed_leaves_the_log_of_commits(tmp_path: Path) -> None:
    cluster = postgres.start(tmp_path / "home")
    try:
        marker = uuid.uuid4()
        with psycopg.connect(cluster.super_url("heedline"), autocommit=True) as connection:
            connection.execute("CREATE TABLE told (id uuid)")
            for _ in range(3):  # more than one file's worth of history
                connection.execute("INSERT INTO told VALUES (%s)", [marker])
                connection.execute("SELECT pg_switch_wal()")
                connection.execute("INSERT INTO told VALUES (%s)", [marker])
        assert _holds(cluster, marker.bytes), "the test would see it"
        with psycopg.connect(cluster.url("worker"), autocommit=True) as worker:
            for statement in clockwork.FORGET_COMMITS:
                worker.execute(statement)
        assert not _holds(cluster, marker.bytes)
    finally:
        postgres.destroy(cluster)


@pytest.mark.parametrize("process", ["public", "office", "backup"])
def test_nobody_else_may_touch_it(process: str) -> None:
    from tests.support.database import cluster, database

    with psycopg.connect(cluster().url(process, database()), autocommit=True) as connection:
        for statement in clockwork.FORGET_COMMITS:
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(statement)
