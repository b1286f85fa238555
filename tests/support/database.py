"""The tests' PostgreSQL: the embedded one, the real migrations, and a database of its own for every run.

One cluster per checkout (`var/test-postgres`, or HEEDLINE_TEST_HOME) is shared by all runs and left running between
them; it lets go of durability, which no test of a rolled-back transaction needs. The migrated database is kept as a
template, named by a hash of all migrations and SQL files, and copied for each run: two runs never meet. Beside its empty
database a run has others in which something stands already (tests/support/furnished.py).
"""

from __future__ import annotations

import atexit
import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from psycopg.pq import TransactionStatus

from heedline.launch import postgres, roles
from heedline.launch.postgres import Cluster

CHECKOUT = Path(__file__).resolve().parents[2]
PACKAGE = CHECKOUT / "src" / "heedline"
EXAMPLE = CHECKOUT / "tests" / "support" / "example_desk"
#: Older templates are dropped; a few stay, for a colleague's run on other migrations at the same time.
TEMPLATES_KEPT = 3

#: The specialist desk that proves the hooks. No other program has it: `forget_the_desk`.
EXAMPLE_DESK = "tests.support.example_desk"

#: The name of the database in which nothing stands.
EMPTY = ""

_cluster: Cluster | None = None
_template = ""
_database = ""
_entered = EMPTY
_run_lock: int | None = None
#: Connections beside Django's, by the name of the database: they look whether a test has left something.
_lookers: dict[str, psycopg.Connection[tuple[Any, ...]]] = {}
#: Django's own connections to the databases that it has left, by name.
_left: dict[str, psycopg.Connection[Any]] = {}


def prepare() -> None:
    """Give this run its database and set the environment for it. To be called before Django is imported."""
    global _cluster, _template, _database
    if _cluster is not None:
        return
    home = _home()
    home.mkdir(parents=True, exist_ok=True)
    with alone(home / "prepare.lock"):
        _cluster = postgres.start(home, durable=False)
        with _superuser() as connection:
            _drop_left_over(connection, home)
            _template = f"heedline_template_{fingerprint()}"
            if not _exists(connection, _template):
                _migrate(connection, _cluster, _template)
            _database = f"heedline_test_{os.getpid()}"
            _hold(home / f"{_database}.run")
            _copy(connection)
    atexit.register(_leave, home, os.getpid())
    scratch = tempfile.mkdtemp(prefix="heedline-test-")
    atexit.register(shutil.rmtree, scratch, ignore_errors=True)
    os.environ.update(_environment("office", _cluster.super_url(_database), scratch))


def forget_the_desk() -> None:
    """Let every program that a test starts be the core alone. To be called once Django has been set up."""
    os.environ.pop("HEEDLINE_SPECIALIST_DESKS", None)


def cluster() -> Cluster:
    """Return the running cluster, to sign in as a process: `psycopg.connect(cluster().url("public", database()))`."""
    prepare()
    assert _cluster is not None
    return _cluster


def database() -> str:
    """Return the name of this run's database: the one that Django's connection leads to now."""
    prepare()
    return _named(_entered)


def entered() -> str:
    """Return what stands in the database that Django's connection leads to now."""
    return _entered


def reset() -> None:
    """Make this run's empty database new from the template: for the few tests that must commit. Ends every session on
    it."""
    prepare()
    from django.db import connections

    assert _entered == EMPTY, "what others share is never reset: do not ask for `house` here"
    connections.close_all()
    _close_kept()
    with _superuser() as connection:
        _copy(connection)


def enter(name: str) -> None:
    """Let Django's connection lead to another of this run's databases.

    The one that it leaves is kept for the way back: a new server process would have to read every table's definition,
    compile each function and trigger, and verify the password again.
    """
    global _entered
    from django.db import connection

    if name == _entered:
        return
    found = connection.connection
    if (
        connection.is_usable()
        and found.autocommit
        and found.info.transaction_status == TransactionStatus.IDLE
    ):
        _left[_entered] = found
    else:
        connection.close()
    connection.connection = _left.pop(name, None)
    connection.autocommit, connection.closed_in_transaction = True, False
    if not connection.is_usable():
        connection.close()  # a test has ended that session, or there is none yet
    _entered = name
    connection.settings_dict["NAME"] = database()


def make(name: str, base: str) -> None:
    """Make one of this run's databases anew, as a copy of another, or of the template where that is the empty one."""
    prepare()
    from django.db import connections

    connections.close_all()
    _close_kept()
    with _superuser() as connection:
        _drop(connection, _named(name))
        if (
            base
        ):  # nobody may be in a database that is copied, and a thread that outlives its test may still be
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [_named(base)]
            )
        roles.create_database(connection, _named(name), template=_named(base) if base else _template)


def rows(name: str) -> tuple[tuple[str, int], ...]:
    """Return how many rows each table has in one of this run's databases."""
    found = look(name)
    tables = found.execute(
        "SELECT quote_ident(schemaname) || '.' || quote_ident(tablename) FROM pg_tables"
        " WHERE schemaname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1"
    ).fetchall()
    counts = " UNION ALL ".join(f"SELECT '{table}', count(*) FROM {table}" for (table,) in tables)
    return tuple((str(table), int(count)) for table, count in found.execute(counts).fetchall())


def look(name: str) -> psycopg.Connection[tuple[Any, ...]]:
    """Return a superuser's connection to one of this run's databases, kept open until a database is made anew.

    Every file of tests is looked after: a server process that knows the tables already answers ten times as fast.
    """
    if name not in _lookers or _lookers[name].closed:
        _lookers[name] = psycopg.connect(cluster().super_url(_named(name)), autocommit=True)
    return _lookers[name]


def _close_kept() -> None:
    for kept in (_lookers, _left):
        while kept:
            kept.popitem()[1].close()


def _named(name: str) -> str:
    return f"{_database}_{name}" if name else _database


def _home() -> Path:
    return Path(os.environ.get("HEEDLINE_TEST_HOME") or CHECKOUT / "var" / "test-postgres").absolute()


def _environment(process: str, url: str, home: str) -> dict[str, str]:
    return {
        "DJANGO_SETTINGS_MODULE": "heedline.config.settings",
        "HEEDLINE_DEMO": "1",
        "HEEDLINE_PROCESS": process,
        "HEEDLINE_SECRET_KEY": "a-key-for-tests-that-signs-nothing-else",
        "HEEDLINE_INSTALLATION": "test",
        "HEEDLINE_HOME": home,
        "HEEDLINE_DATABASE_URL": url,
        "HEEDLINE_SPECIALIST_DESKS": f"{EXAMPLE_DESK},heedline.specialist_desks.material,heedline.specialist_desks.intelligence,heedline.specialist_desks.protection,heedline.specialist_desks.safeguarding",
    }


def _superuser() -> psycopg.Connection[tuple[Any, ...]]:
    assert _cluster is not None
    return psycopg.connect(_cluster.super_url(), autocommit=True)


def _exists(connection: psycopg.Connection[tuple[Any, ...]], name: str) -> bool:
    return connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() is not None


def _drop(connection: psycopg.Connection[tuple[Any, ...]], name: str) -> None:
    connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def _drop_all(connection: psycopg.Connection[tuple[Any, ...]], run: str) -> None:
    """Drop every database of a run."""
    found = connection.execute(
        "SELECT datname FROM pg_database WHERE datname = %s OR starts_with(datname, %s)", [run, f"{run}_"]
    ).fetchall()
    for (name,) in found:
        _drop(connection, name)


def _copy(connection: psycopg.Connection[tuple[Any, ...]]) -> None:
    _drop(connection, _database)
    roles.create_database(connection, _database, template=_template)


def fingerprint() -> str:
    """Hash everything that decides what a migrated database looks like, the versions of its makers included."""
    digest = hashlib.sha256()
    files = [p for pattern in ("**/migrations/*.py", "**/*.sql") for p in PACKAGE.glob(pattern)]
    files += [*EXAMPLE.glob("migrations/*.py"), *EXAMPLE.glob("database/*.sql")]
    # the legal moves of records, which migrations read from their kinds
    files += [*PACKAGE.glob("specialist_desks/*/kind*.py"), EXAMPLE / "visits.py"]
    files += [
        CHECKOUT / "requirements.lock",
        PACKAGE / "launch" / "roles.py",
        PACKAGE / "database" / "sql_files.py",
        PACKAGE / "reports" / "record_kinds.py",
    ]
    for file in sorted(set(files)):
        if file.exists():
            digest.update(f"\n{file.relative_to(CHECKOUT)}\n".encode() + file.read_bytes())
    return digest.hexdigest()[:12]


def _migrate(connection: psycopg.Connection[tuple[Any, ...]], on: Cluster, template: str) -> None:
    """Migrate a new database as the process `migrate` does, and keep it as the template once it is whole."""
    building = "heedline_building"
    _drop(connection, building)
    roles.create_database(connection, building)
    with tempfile.TemporaryDirectory() as scratch:
        environment = os.environ | _environment("migrate", on.url("migrate", building), scratch)
        environment["PYTHONPATH"] = os.pathsep.join((str(CHECKOUT / "src"), str(CHECKOUT)))
        done = subprocess.run(
            [sys.executable, "-m", "django", "migrate", "--skip-checks", "--verbosity=0"],
            env=environment,
            cwd=CHECKOUT,
            capture_output=True,
            text=True,
            check=False,
        )
    if done.returncode != 0:
        raise SystemExit(f"The migrations fail on an empty database:\n{done.stdout}{done.stderr}")
    connection.execute(
        sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(building), sql.Identifier(template))
    )
    old = connection.execute(
        "SELECT datname FROM pg_database WHERE datname LIKE 'heedline_template_%%' ORDER BY oid DESC OFFSET %s",
        [TEMPLATES_KEPT],
    ).fetchall()
    for (name,) in old:
        _drop(connection, name)


def _hold(path: Path) -> None:
    """Hold a lock for as long as this process lives, however it ends: a database whose lock is free is left over."""
    global _run_lock
    _run_lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    fcntl.flock(_run_lock, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _drop_left_over(connection: psycopg.Connection[tuple[Any, ...]], home: Path) -> None:
    """Drop the databases of runs that were killed."""
    for path in home.glob("heedline_test_*.run"):
        handle = os.open(path, os.O_RDWR | os.O_CLOEXEC)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            continue
        else:
            _drop_all(connection, path.stem)
            path.unlink()
        finally:
            os.close(handle)


@contextmanager
def alone(path: Path) -> Iterator[None]:
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _leave(home: Path, process: int) -> None:
    """Drop this run's database at its end; where nobody comes after (CI), stop the cluster too.

    A worker of xdist ends before its colleagues do: the cluster is theirs too, so only the run itself stops it.
    """
    if os.getpid() != process or _cluster is None:
        return  # a child that was forked from the run
    _close_kept()
    with suppress(psycopg.OperationalError), _superuser() as connection:
        _drop_all(connection, _database)
        (home / f"{_database}.run").unlink(missing_ok=True)
    if os.environ.get("CI") == "true" and not os.environ.get("PYTEST_XDIST_WORKER"):
        postgres.stop(_cluster)
