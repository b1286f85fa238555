"""An installation with a database of its own, copies of it, and an empty home to restore into."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from heedline.launch import demo, postgres
from heedline.launch.home import Home
from tests.custody.scene import Installation, run


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    home = Home(tmp_path_factory.mktemp("home"))
    cluster = postgres.start(home.folder, durable=False)
    try:
        urls = {one: cluster.url(one) for one in ("public", "office", "worker", "migrate")}
        told = {one: demo.environment_of(one, home, urls, demo.sites()) for one in urls}
        run(["-m", "django", "migrate", "--skip-checks", "--verbosity=0"], told["migrate"])
        acting = told["office"] | {"HEEDLINE_DATABASE_URL": cluster.super_url("heedline")}
        said = json.loads(run(["-m", "tests.custody.scenario", "day", str(home.folder)], acting))
        here = Installation(home, cluster, said, tmp_path_factory.mktemp("copies"))
        shown = re.search(r"^  ([a-z-]+(?: [a-z-]+){5})$", here.canary("Stella", "Sten"), re.MULTILINE)
        assert shown, "the passphrase is shown once"
        said["canary"] = shown.group(1)
        run(["-m", "tests.custody.scenario", "evening", str(home.folder)], acting)
        yield here
    finally:
        postgres.destroy(cluster)


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
