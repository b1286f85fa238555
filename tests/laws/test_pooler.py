"""Through a connection pooler the public site works. No process in which somebody is signed in starts behind one."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connections
from psycopg.conninfo import conninfo_to_dict

from heedline.config import databases
from heedline.launch import CannotStart, serving
from tests.support import database
from tests.support.ports import free_port

ROOT = Path(__file__).resolve().parents[2]
UNPACKED = ROOT / ".tools/pgbouncer/usr"
POOLER = shutil.which("pgbouncer", path=f"/usr/sbin:/usr/bin:{UNPACKED / 'sbin'}")
pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(POOLER is None, reason="not installed: pgbouncer"),
]
#: It refuses to run as root.
NOBODY = 65_534 if os.geteuid() == 0 else None
SETTINGS = """[databases]
* = host={socket}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = {folder}/users
pool_mode = transaction
default_pool_size = 3
max_prepared_statements = 100
ignore_startup_parameters = options
"""


@pytest.fixture
def pooled() -> Iterator[Callable[[str], str]]:
    """Run a pooler that shares three sessions, and return the address of a process through it."""
    assert POOLER is not None
    cluster, port = database.cluster(), free_port()
    own = {name: conninfo_to_dict(cluster.url(name, database.database())) for name in ("public", "office")}
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        users = "".join(f'"{one["user"]}" "{one["password"]}"\n' for one in own.values())
        for name, text in (
            ("users", users),
            ("ini", SETTINGS.format(socket=cluster.socket, port=port, folder=folder)),
        ):
            (folder / name).write_text(text)
        if NOBODY is not None:
            for path in (folder, *folder.iterdir()):
                os.chown(path, NOBODY, NOBODY)
        libraries = os.pathsep.join(map(str, (UNPACKED / "lib").glob("*-linux-gnu")))
        running = subprocess.Popen(
            [POOLER, "-q", str(folder / "ini")],
            env={"LD_LIBRARY_PATH": libraries},
            user=NOBODY,
            group=NOBODY,
            extra_groups=None if NOBODY is None else [],
            stderr=subprocess.DEVNULL,
        )

        def address(process: str) -> str:
            words = f"{own[process]['user']}:{quote(str(own[process]['password']))}"
            return f"postgresql://{words}@127.0.0.1:{port}/{database.database()}"

        try:
            until = time.monotonic() + 20
            while time.monotonic() < until:
                with suppress(psycopg.OperationalError), psycopg.connect(address("public")):
                    break
                time.sleep(0.05)
            yield address
        finally:
            running.terminate()
            running.wait(20)


def connected(address: str) -> Any:
    made = connections.create_connection("default")
    made.settings_dict = {**made.settings_dict, **databases.from_url(address)}
    return made


def test_the_public_site_shares_sessions_and_looks_up_by_index(
    pooled: Callable[[str], str], settings: Any, django_db_blocker: Any
) -> None:
    settings.PROCESS = "public"

    def visitor(number: int) -> set[Any]:
        mine = connected(pooled("public"))
        with django_db_blocker.unblock():
            found = {
                mine.call(
                    "SELECT %s::integer, pg_backend_pid(), current_setting('enable_seqscan')", [number]
                )[0]
                for _ in range(20)
            }
            mine.close()
        return found

    with ThreadPoolExecutor(8) as pool:
        found = [one for each in pool.map(visitor, range(8)) for one in each]
    assert {one[0] for one in found} == set(range(8))
    assert len({one[1] for one in found}) <= 3, "sessions of the server"
    assert {one[2] for one in found} == {"off"}


def test_a_process_with_sessions_neither_starts_nor_connects_through_a_pooler(
    pooled: Callable[[str], str], settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An officer's queries ran under another officer's identity: 45 of 90 queue pages lacked rows, and nothing said so."""
    settings.PROCESS = "office"
    with pytest.raises(ImproperlyConfigured, match="through a connection pooler"):
        connected(pooled("office")).ensure_connection()
    monkeypatch.setenv("HEEDLINE_DATABASE_URL", pooled("office"))
    with pytest.raises(CannotStart, match="through a connection pooler"):
        serving.serve("office")
    directly = connected(database.cluster().url("office", database.database()))
    directly.ensure_connection()
    directly.close()
