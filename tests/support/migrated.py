"""Homes whose database is migrated already: copies of one that is made once for a state of the migrations.

Making a server and its tables takes four seconds of processor time, and most tests of a whole installation begin after
that. What they get is what `migrate` left, byte for byte. Tests of the beginning itself begin with an empty home.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from heedline.launch import accounts, demo, places, postgres, server
from heedline.launch.home import Home
from tests.support import database


def furnish(home: Path) -> None:
    """Put a stopped server with empty tables, and the passwords of its roles, into a home that has no database."""
    account = accounts.choose()
    place = places.choose(home, account)
    beside = database.cluster().data.parent  # so that what is copied goes with the tests' own server
    with database.alone(beside / "migrated.lock"):
        made = _made(beside)
        subprocess.run(["cp", "-a", str(made / "data"), str(place.data)], check=True)
        passwords = (made / "passwords").read_text()
    (home / "secrets").mkdir(mode=0o700, exist_ok=True)
    places.write_whole(home / "secrets" / "postgres.json", passwords, mode=0o600)
    places.record(home, place, account.name, server.version_of(place.data))


def take_away(home: Path) -> None:
    """Delete the database of a home, if it has one, whether its server runs or not."""
    cluster = postgres.found(home)
    if cluster is not None:
        postgres.destroy(cluster)
    elif (place := places.recorded(home)) is not None:
        shutil.rmtree(place.folder)


def _made(beside: Path) -> Path:
    """Return the folder that is copied. Only one is kept: that of the present migrations."""
    folder = beside / f"migrated-{database.fingerprint()}"
    if not folder.exists():
        for old in beside.glob("migrated-*"):
            shutil.rmtree(old)
        fresh = Path(tempfile.mkdtemp(prefix="migrated-", dir=beside))
        _make(fresh)
        fresh.rename(folder)
    return folder


def _make(folder: Path) -> None:
    """Make a server as an operator does, migrate it, and keep its data and its passwords."""
    with tempfile.TemporaryDirectory(prefix="heedline-migrated-") as scratch:
        home = Home(Path(scratch))
        cluster = postgres.start(home.folder, durable=False)
        try:
            told = demo.environment_of("migrate", home, {"migrate": cluster.url("migrate")}, demo.sites())
            subprocess.run(
                [sys.executable, "-m", "django", "migrate", "--skip-checks", "--verbosity=0"],
                env=told | {"PYTHONPATH": f"{database.CHECKOUT / 'src'}{os.pathsep}{database.CHECKOUT}"},
                cwd=database.CHECKOUT,
                check=True,
            )
            postgres.stop(cluster)
            subprocess.run(["cp", "-a", str(cluster.data), str(folder / "data")], check=True)
            shutil.copyfile(home.secrets / "postgres.json", folder / "passwords")
        finally:
            postgres.destroy(cluster)
