"""Restores: the instance that was backed up comes back, proven, or nothing does."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from heedline.backups import register
from heedline.backups.plan import COPIED
from heedline.launch import demo, postgres
from heedline.launch.home import Home
from tests.custody.scene import Installation, kill_when_it_waits, passphrase_file, rows, signed_by, words_of
from tests.support import migrated
from tests.support.database import CHECKOUT

WALLED = "SELECT relname::text FROM pg_class WHERE relforcerowsecurity ORDER BY 1"


def objects_in(home: Path) -> dict[str, bytes]:
    """The sealed files in the storage of this home."""
    return {one.name: one.read_bytes() for one in home.glob("files/??/*")}


def test_a_restored_instance_is_the_one_that_was_backed_up(
    installation: Installation, taken: tuple[Path, Path], empty: Path, tmp_path: Path
) -> None:
    file = passphrase_file(installation, tmp_path)
    said = installation.heedline(*words_of(taken, "--canary-file", str(file)), home=empty)
    assert "The canary's report opens." in said
    assert re.search(r"bears out its [12] signed checkpoints; it goes on as generation 2", said)
    with postgres.running(empty) as cluster:
        for one in COPIED:
            if one.table == "audit_event":
                continue
            asked = f"SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) FROM {one.table} t"
            assert rows(cluster.super_url("heedline"), asked) == rows(
                installation.cluster.super_url("heedline"), asked
            ), one
        newest = rows(
            cluster.super_url("heedline"),
            "SELECT act, generation FROM audit_event ORDER BY generation DESC, id DESC",
        )
        assert newest[0] == ("log-restored", 2)
        held = rows(
            cluster.super_url("heedline"),
            "SELECT count(*) FROM pg_class WHERE relforcerowsecurity AND relnamespace = 'public'::regnamespace",
        )
        assert held == rows(
            installation.cluster.super_url("heedline"),
            "SELECT count(*) FROM pg_class WHERE relforcerowsecurity AND relnamespace = 'public'::regnamespace",
        ), "the walls stand again"
    assert Home(empty).installation() == installation.home.installation()
    assert objects_in(empty) == objects_in(installation.home.folder) != {}
    assert "1 files of reports belong to it, and 0 of them are missing." in said
    assert "not empty" in installation.heedline(*words_of(taken), home=empty, succeeds=False)


def test_a_restore_that_was_killed_left_nothing_and_can_be_done_again(
    installation: Installation, taken: tuple[Path, Path], ready: Path
) -> None:
    with postgres.running(ready) as cluster:
        url = cluster.super_url("heedline")
        told = demo.environment_of(
            "migrate", Home(ready), {"migrate": cluster.url("migrate")}, demo.sites()
        ) | {"HEEDLINE_INSTALLATION": installation.home.installation()}
        clean = {
            name: value for name, value in os.environ.items() if not name.startswith(("HEEDLINE_", "DJANGO_"))
        }
        running_env = clean | told | {"PYTHONPATH": str(CHECKOUT / "src")}
        command = [sys.executable, "-m", "heedline.jobs.cli", *words_of(taken)]
        walled = rows(url, WALLED)
        with standing_before_its_last_table(url), psycopg.connect(url) as blocker:
            blocker.execute("SELECT pg_advisory_lock(7)")
            running = subprocess.Popen(
                command,
                env=running_env,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                cwd=CHECKOUT,
            )
            kill_when_it_waits(running, url, "locktype = 'advisory'")
            assert running.returncode == -signal.SIGKILL
            assert on_disk(url, "reports_sealed_payload") > 0, "it was killed in the middle of loading"
            blocker.execute("SELECT pg_advisory_unlock(7)")
            wait_until_it_is_gone(url)
        for table in dict.fromkeys(one.table for one in COPIED):
            assert rows(url, f"SELECT count(*) FROM {table}") == [(0,)], table
        assert rows(url, WALLED) == walled, "the walls stand again"
        done = subprocess.run(
            command, env=running_env, capture_output=True, text=True, cwd=CHECKOUT, check=False
        )
        assert done.returncode == 0, done.stderr
        assert rows(url, "SELECT count(*) FROM reports_report")[0][0] == len(installation.told["refs"]) + 1


@contextmanager
def standing_before_its_last_table(url: str) -> Iterator[None]:
    """Whoever loads rows into the plan's last table waits for advisory lock 7; everything else is in by then."""
    last = COPIED[-1].table
    with psycopg.connect(url, autocommit=True) as db:
        db.execute(
            "CREATE FUNCTION stand() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS"
            " $$ BEGIN PERFORM pg_advisory_xact_lock(7); RETURN NEW; END $$"
        )
        db.execute(
            f"CREATE TRIGGER stand BEFORE INSERT ON {last} FOR EACH ROW EXECUTE FUNCTION stand()"  # type: ignore[arg-type]
        )
        try:
            yield
        finally:
            db.execute("DROP FUNCTION stand() CASCADE")


def on_disk(url: str, table: str) -> int:
    """How long a table's file is, with rows of a transaction that still runs. Waits for no lock."""
    asked = f"SELECT size FROM pg_stat_file(pg_relation_filepath('{table}'))"
    return int(rows(url, asked)[0][0])


def wait_until_it_is_gone(url: str) -> None:
    until = time.monotonic() + 120
    while rows(url, "SELECT 1 FROM pg_stat_activity WHERE usename = 'heedline_migrate'"):
        assert time.monotonic() < until
        time.sleep(0.1)


@pytest.mark.parametrize("mistake", ["changed", "cut", "older keys", "swapped", "wrong canary", "live"])
def test_what_does_not_fit_is_refused_and_leaves_nothing(
    installation: Installation, taken: tuple[Path, Path], empty: Path, tmp_path: Path, mistake: str
) -> None:
    halves = [tmp_path / "bodies", tmp_path / "keys"]
    for one, copy in zip(taken, halves, strict=True):
        shutil.copytree(one, copy)
    more: tuple[str, ...] = ()
    told = {
        "changed": "it is damaged, or was changed",
        "cut": "it is damaged, or was changed",
        "older keys": "key store is older",
        "swapped": "holds the other half",
        "wrong canary": "does not open with this passphrase",
        "live": "The two halves do not belong",
    }[mistake]
    if mistake in {"changed", "cut"}:
        file = halves[0] / "reports_report.copy"
        data = bytearray(file.read_bytes())
        data[len(data) // 2] ^= 1
        file.write_bytes(data if mistake == "changed" else data[:-10])
    elif mistake in {"older keys", "live"}:
        facts = json.loads((halves[1] / "manifest.json").read_text())
        facts |= {"events": 1} if mistake == "older keys" else {"born": "live"}
        (halves[1] / "manifest.json").write_text(json.dumps(facts))
    elif mistake == "swapped":
        halves.reverse()
    else:
        migrated.furnish(empty)  # refused when all is loaded; the others before there is a database
        more = (
            "--canary-file",
            str(passphrase_file(installation, tmp_path, "six words that open nothing here")),
        )
    said = installation.heedline(*words_of((halves[0], halves[1]), *more), home=empty, succeeds=False)
    assert told in said, said
    assert "Traceback" not in said
    assert (empty / "postgres.json").exists() == (mistake == "wrong canary")
    if mistake == "wrong canary":
        with postgres.running(empty) as cluster:
            assert rows(cluster.super_url("heedline"), "SELECT count(*) FROM reports_report") == [(0,)]


def test_a_trial_proves_a_backup_and_leaves_nothing(
    installation: Installation, taken: tuple[Path, Path], tmp_path: Path
) -> None:
    assert register.tried(taken[0]) is None
    file = passphrase_file(installation, tmp_path)
    said = installation.heedline(*words_of(taken, "--try", "--canary-file", str(file)))
    assert "The canary's report opens." in said
    assert "thrown" in said or "deleted again" in said
    found = register.tried(taken[0])
    assert found is not None
    assert found[1], "the doctor is told"


def test_a_canary_is_made_once_by_two_stewards(installation: Installation) -> None:
    url = installation.cluster.super_url("heedline")
    desks = rows(url, "SELECT count(*) FROM desks_desk")
    own = installation.told["passphrases"]
    tried = (
        (("Stella", "Sten"), [own["Stella"], own["Sten"]], "There is already a canary"),
        (("Stella",), [own["Stella"]], "Two different stewards"),
        (("Stella", "Odile"), [own["Stella"], own["Odile"]], "role"),
        (("Stella", "Sten"), ["nothing that opens", "nor this"], "do not go together"),
        (("Stella", "Nobody"), [own["Stella"], "x"], "do not go together"),
    )
    done = installation.several(*((signed_by(*names), typed) for names, typed, _ in tried))
    for (code, said), (_, _, told) in zip(done, tried, strict=True):
        assert code == 1, said
        assert told in said, said
        assert "Traceback" not in said
    assert rows(url, "SELECT count(*) FROM desks_desk") == desks
    assert rows(url, "SELECT count(*) FROM audit_event WHERE act = 'unlock-refused'") == [(1,)]


def test_a_log_that_was_changed_in_the_backup_is_found_out(
    installation: Installation, tmp_path: Path, ready: Path
) -> None:
    """Whoever rewrites the log and makes a perfect backup of it cannot rewrite what was signed."""
    url = installation.cluster.super_url("heedline")
    with psycopg.connect(url, autocommit=True) as db:
        db.execute("SET session_replication_role = replica")
        db.execute("UPDATE audit_event SET outcome = 'refused' WHERE id = (SELECT min(id) FROM audit_event)")
        try:
            changed = installation.backup("rewritten")
        finally:
            db.execute("UPDATE audit_event SET outcome = 'done' WHERE id = (SELECT min(id) FROM audit_event)")
    said = installation.heedline(*words_of(changed), home=ready, succeeds=False)
    assert "is not the one that was signed" in said
