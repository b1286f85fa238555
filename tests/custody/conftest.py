"""An installation with a database of its own, copies of it, and an empty home to restore into.

Its day is lived once in each process of tests. Every file of tests begins at its evening again: with a copy of the
database and of the files of its home as they were then.
"""

from __future__ import annotations

import copy
import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from heedline.launch import demo, postgres, roles
from heedline.launch.home import Home
from tests.custody.scene import Installation, run
from tests.support import migrated

#: The database and the files of the home as they were in the evening.
EVENING = "evening"
#: The backup that was made then.
FIRST = "first"


@pytest.fixture(scope="session")
def evening(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    home = Home(tmp_path_factory.mktemp("home"))
    migrated.furnish(home.folder)
    cluster = postgres.start(home.folder, durable=False)
    try:
        acting = demo.environment_of("office", home, {"office": cluster.super_url("heedline")}, demo.sites())
        said = json.loads(run(["-m", "tests.custody.scenario", "day", str(home.folder)], acting))
        here = Installation(home, cluster, said, tmp_path_factory.mktemp("copies"))
        shown = re.search(r"^  ([a-z-]+(?: [a-z-]+){5})$", here.canary("Stella", "Sten"), re.MULTILINE)
        assert shown, "the passphrase is shown once"
        said["canary"] = shown.group(1)
        run(["-m", "tests.custody.scenario", "evening", str(home.folder)], acting)
        said["peak"] = here.peak(*here.folders(FIRST))  # of the small installation: for test_memory.py
        _database(cluster, EVENING, as_it_is_in=roles.DATABASE)
        (here.copies / EVENING).mkdir()
        for file in _files(home.folder):
            _copy(file, here.copies / EVENING / file.name)
        yield here
    finally:
        postgres.destroy(cluster)


@pytest.fixture(scope="module")
def installation(evening: Installation, tmp_path_factory: pytest.TempPathFactory) -> Installation:
    home = evening.home.folder
    _database(evening.cluster, roles.DATABASE, as_it_is_in=EVENING)
    for file in _files(home):
        shutil.rmtree(file) if file.is_dir() else file.unlink()
    for file in (evening.copies / EVENING).iterdir():
        _copy(file, home / file.name)
    told = copy.deepcopy(evening.told)
    return Installation(evening.home, evening.cluster, told, tmp_path_factory.mktemp("copies"))


def _database(cluster: postgres.Cluster, name: str, *, as_it_is_in: str) -> None:
    with psycopg.connect(cluster.super_url(), autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
        roles.create_database(connection, name, template=as_it_is_in)


def _files(home: Path) -> list[Path]:
    """What lies in a home, but for its database's server."""
    return [file for file in home.iterdir() if "postgres" not in file.name]


def _copy(file: Path, to: Path) -> None:
    shutil.copytree(file, to) if file.is_dir() else shutil.copy2(file, to)


@pytest.fixture(scope="session")
def taken(evening: Installation) -> tuple[Path, Path]:
    """The copies of the bodies and of the key store that were made in the evening, for tests that only read them."""
    return evening.newest(FIRST)


@pytest.fixture
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A home for a new instance, taken away with its database afterwards."""
    home = tmp_path_factory.mktemp("empty")
    yield home
    migrated.take_away(home)


@pytest.fixture
def ready(empty: Path) -> Path:
    """A home for a new instance, in which the empty tables are there already."""
    migrated.furnish(empty)
    return empty
