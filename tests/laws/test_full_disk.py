"""A disk that fills to the last byte: the database comes back once there is room, and nothing that it acknowledged is lost.

The supervisor starts a server again that has ended (`heedline.launch.demo`); this is what it then finds.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import psycopg
import pytest

from heedline.launch import postgres

SIZE = 260 * 1024 * 1024
#: Fills the tables, or the log of commits. A server that cannot write the latter ends.
FILLING = {
    "tables": "INSERT INTO kept SELECT decode(repeat(md5(random()::text), 2000), 'hex')",
    "log of commits": "SELECT pg_logical_emit_message(true, 'x', repeat('y', 900000))",
}


@pytest.fixture
def small_disk() -> Iterator[Path]:
    """A file system of its own in memory. Only root may make one: elsewhere this cannot be tried."""
    folder = Path(tempfile.mkdtemp(prefix="heedline-full-"))
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={SIZE},mode=755", "tmpfs", str(folder)],
        check=False,
        capture_output=True,
    )
    if made.returncode != 0:
        folder.rmdir()
        pytest.skip("no right to mount a file system here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)
        shutil.rmtree(folder)


@pytest.mark.parametrize("what", FILLING)
def test_the_database_comes_back_when_there_is_room(small_disk: Path, what: str) -> None:
    home = small_disk / "home"
    home.mkdir(mode=0o755)
    cluster = postgres.start(home)
    try:
        with psycopg.connect(cluster.super_url(), autocommit=True) as db:
            db.execute("CREATE TABLE kept (bytes bytea)")
            db.execute("ALTER TABLE kept ALTER bytes SET STORAGE EXTERNAL")
            db.execute("INSERT INTO kept VALUES ('acknowledged')")
        status = os.statvfs(small_disk)
        rubbish = small_disk / "rubbish"
        rubbish.write_bytes(bytes(max(0, status.f_bavail * status.f_frsize - 3 * 1024 * 1024)))
        kept = 1 + fill(cluster, FILLING[what]) * (what == "tables")
        rubbish.unlink()
        with comes_back(home) as db:
            assert db.execute("SELECT count(*) FROM kept").fetchone() == (kept,)
            db.execute("INSERT INTO kept VALUES ('again')")
    finally:
        postgres.destroy(cluster)


def fill(cluster: postgres.Cluster, statement: str) -> int:
    """Repeat a statement until the disk is full. Return how often it went well."""
    done = 0
    with suppress(psycopg.Error), psycopg.connect(cluster.super_url(), autocommit=True) as db:
        while done < 1_000:
            db.execute(statement)
            done += 1
    assert done < 1_000, "the disk did not fill"
    return done


def comes_back(home: Path) -> psycopg.Connection[Any]:
    """As the supervisor does it: look every second, and start the server where it has ended."""
    for _ in range(60):
        with suppress(psycopg.OperationalError, postgres.CannotStart):
            cluster = postgres.start(home)  # one that runs is left running
            return psycopg.connect(cluster.super_url(), autocommit=True, connect_timeout=5)
        time.sleep(1)
    pytest.fail("the database does not come back")
