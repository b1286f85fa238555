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

#: The database as it was in the evening.
EVENING = "evening"


@pytest.fixture(scope="session")
def evening(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    home = Home(tmp_path_factory.mktemp("home"))
    cluster = postgres.start(home.folder, durable=False)
    try:
        urls = {one: cluster.url(one) for one in ("public", "office", "worker", "migrate")}
        told = {one: demo.environment_of(one, home, urls, demo.sites()) for one in urls}
        run(["-m", "django", "migrate", "--skip-checks", "--verbosity=0"], told["migrate"])
        acting = told["office"] | {"HEEDLINE_DATABASE_URL": cluster.super_url("heedline")}
        said = json.loads(run(["-m", "tests.custody.scenario", "day", str(home.folder)], acting))
        here = Installation(home, cluster, said, tmp_path_factory.mktemp(EVENING))
        shown = re.search(r"^  ([a-z-]+(?: [a-z-]+){5})$", here.canary("Stella", "Sten"), re.MULTILINE)
        assert shown, "the passphrase is shown once"
        said["canary"] = shown.group(1)
        run(["-m", "tests.custody.scenario", "evening", str(home.folder)], acting)
        _database(cluster, EVENING, as_it_is_in=roles.DATABASE)
        for file in _files(home.folder):
            _copy(file, here.copies / file.name)
        yield here
    finally:
        postgres.destroy(cluster)


@pytest.fixture(scope="module")
def installation(evening: Installation, tmp_path_factory: pytest.TempPathFactory) -> Installation:
    home = evening.home.folder
    _database(evening.cluster, roles.DATABASE, as_it_is_in=EVENING)
    for file in _files(home):
        shutil.rmtree(file) if file.is_dir() else file.unlink()
    for file in evening.copies.iterdir():
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


@pytest.fixture(scope="module")
def taken(installation: Installation) -> tuple[Path, Path]:
    return installation.backup("first")


@pytest.fixture
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A home for a new instance, taken away with its database afterwards."""
    home = tmp_path_factory.mktemp("empty")
    yield home
    if (home / "postgres.json").exists():
        postgres.destroy(postgres.start(home, durable=False))
