"""A leaver, a lost passkey, a release at night, a disposal and the restore drill, by the real verbs and commands."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import psycopg

from heedline.backups import folder
from heedline.launch import demo, postgres
from heedline.launch.home import Home
from tests.custody.scene import Installation, passphrase_file, rows, run, words_of
from tests.support import migrated
from tests.support.database import CHECKOUT

NAME = "Rosa Verhoeven-Okonkwo"


def steps(*names: str, home: Path, url: str, told: dict[str, Any], tmp_path: Path) -> list[Any]:
    """Run these steps of the walk in one process of an instance. Return the result of each."""
    file = tmp_path / "told.json"
    file.write_text(json.dumps(told))
    said: list[Any] = json.loads(
        run(["-m", "tests.custody.walk", str(file), *names], office(Home(home), url))
    )
    return said


def office(home: Home, url: str) -> dict[str, str]:
    return demo.environment_of("office", home, {"office": url}, demo.sites())


def readdress(installation: Installation) -> str:
    """Run `heedline keys readdress` as Odile would on the office's host."""
    told = office(installation.home, installation.cluster.url("office"))
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "heedline.jobs.cli",
            *("keys", "readdress", "north-east", "--officer", "odile@unit.example"),
        ],
        env=told | {"PYTHONPATH": str(CHECKOUT / "src")},
        input=installation.told["passphrases"]["Odile"] + "\n",
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_walk(installation: Installation, tmp_path: Path) -> None:
    """The drill is its end: a report that was disposed of does not open from an older copy, and a kept one does."""
    home, live = installation.home.folder, installation.cluster.super_url("heedline")
    gone, kept = installation.told["refs"][1:3]
    told = {"passphrases": installation.told["passphrases"], "refs": [gone, kept]}
    (begun,) = steps("begin", home=home, url=live, told=told, tmp_path=tmp_path)
    assert begun["opened"] > len(installation.told["refs"]), "she opens everything that the desk holds"
    told["passphrases"] = told["passphrases"] | {"Orsolya": begun["words"]}
    told |= {"named": begun["named"], "seeds": {"Orsolya": begun["seed"]}}
    before = installation.backup("before")
    sealed = rows(
        live,
        "SELECT h.header, p.payload FROM reports_sealed_payload p JOIN reports_sealed_header h USING (container)"
        f" WHERE h.report_id = '{gone}' AND h.part <> 'identity'",
    )
    assert len(sealed) > 1, "the report and the officer's notes"
    told["payloads"] = [payload.hex() for _, payload in sealed]

    night, (certificate,) = steps(
        "night", "dispose", home=home, url=live, told=told | {"refs": [gone]}, tmp_path=tmp_path
    )
    assert night["called"] == ["ada@unit.example"]
    assert NAME in night["identity"]
    assert night["epochs"] == 3, "by the passkey that replaces the lost one"
    assert (night["sessions"], night["ways"]) == (0, 0)
    assert night["ended"], "whatever the leaver held is in use no more"

    assert "can be destroyed from" in readdress(installation)
    _an_hour_goes_by_for_ended_keys(live)
    assert readdress(installation).count("was destroyed on") == len(night["ended"])
    assert rows(live, "SELECT count(*) FROM keys_epoch WHERE destroyed_on IS NOT NULL") == [
        (len(night["ended"]),)
    ]
    assert steps("leaver", home=home, url=live, told=told, tmp_path=tmp_path) == [0]
    keys = tmp_path / "keys"
    installation.heedline("backup", "--keys", str(keys))
    (after,) = folder.finished(keys)

    # while the old key store is still there, it opens what it opened: which is why it has to go
    canary = passphrase_file(installation, tmp_path)
    old = _restored(installation, before, tmp_path / "old", canary)
    try:
        opened, hers = steps("opened", "leaver", home=old.home, url=old.url, told=told, tmp_path=tmp_path)
        assert all(opened["reports"].values())
        assert opened["payloads"] == [True] * len(sealed)
        assert hers == begun["opened"]
    finally:
        postgres.destroy(old.cluster)

    # once it has gone: the old bodies, and the key store of today
    new = _restored(installation, (before[0], after), tmp_path / "new", canary)
    try:
        opened, hers, identity = steps(
            "opened", "leaver", "identity", home=new.home, url=new.url, told=told, tmp_path=tmp_path
        )
        assert opened["reports"][kept]
        assert opened["reports"][gone] is None
        assert opened["payloads"] == [False] * len(sealed), "nor with every passphrase of the house"
        assert hers == 0
        assert NAME in identity
        assert rows(new.url, f"SELECT done FROM reports_disposal WHERE id = '{certificate}'") == [(True,)]
        assert rows(new.url, f"SELECT count(*) FROM reports_report WHERE id = '{gone}'") == [(0,)]
        assert rows(new.url, f"SELECT count(*) FROM reports_step WHERE report_id = '{gone}'") == [(0,)]
    finally:
        postgres.destroy(new.cluster)
    for header, _ in sealed:
        for place in (before[0], after):
            assert all(header not in file.read_bytes() for file in place.iterdir()), (
                "no header is in the bodies"
            )


def _an_hour_goes_by_for_ended_keys(url: str) -> None:
    """Backdate ended keys by an hour, because the database sets the time itself."""
    with psycopg.connect(url, autocommit=True) as db:
        db.execute("UPDATE keys_epoch SET retired_at = retired_at - interval '61 minutes'")


class Restored:
    """A running instance that was restored from a backup."""

    def __init__(self, home: Path) -> None:
        self.home, self.cluster = home, postgres.start(home, durable=False)
        self.url = self.cluster.super_url("heedline")


def _restored(installation: Installation, taken: tuple[Path, Path], home: Path, canary: Path) -> Restored:
    home.mkdir()
    migrated.furnish(home)
    said = installation.heedline(*words_of(taken, "--canary-file", str(canary)), home=home)
    assert "The canary's report opens." in said
    return Restored(home)
