"""Backups, from end to end: a copy opens nothing without its other half, survives `kill -9`, and restores what it holds."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.apps import apps

from heedline.backups import folder, register
from heedline.backups.folder import Unfit
from heedline.backups.plan import COPIED, LEFT_OUT, Side
from heedline.launch import demo, postgres
from heedline.launch.home import Home
from heedline.launch.postgres import Cluster
from tests.database import CHECKOUT
from tests.house.role_table import TABLES


@dataclass
class Installation:
    """One that lives: its home, its database, what it knows, and where its copies lie."""

    home: Home
    cluster: Cluster
    told: dict[str, Any]
    copies: Path

    def heedline(self, *words: str, home: Path | None = None, succeeds: bool = True) -> str:
        """Run the command as an operator would. Returns what it says."""
        done = self.start(*words, home=home)
        said, wrong = done.communicate(timeout=300)
        assert (done.returncode == 0) == succeeds, said + wrong
        return said + wrong

    def start(self, *words: str, home: Path | None = None) -> subprocess.Popen[str]:
        clean = {
            name: value for name, value in os.environ.items() if not name.startswith(("HEEDLINE_", "DJANGO_"))
        }
        return subprocess.Popen(
            [sys.executable, "-m", "heedline.jobs.cli", *words],
            env=clean | {"HEEDLINE_HOME": str(home or self.home.folder), "PYTHONPATH": str(CHECKOUT / "src")},
            cwd=CHECKOUT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def backup(self, name: str) -> tuple[Path, Path]:
        """Take one, into folders of this name. Returns the bodies' and the key store's copy."""
        bodies, keys = self.copies / f"{name}-bodies", self.copies / f"{name}-keys"
        self.heedline("backup", "--bodies", str(bodies), "--keys", str(keys))
        return folder.finished(bodies)[-1], folder.finished(keys)[-1]


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    home = Home(tmp_path_factory.mktemp("home"))
    cluster = postgres.start(home.folder, durable=False)
    try:
        urls = {one: cluster.url(one) for one in ("public", "office", "worker", "migrate")}
        told = {one: demo.environment_of(one, home, urls, demo.sites()) for one in urls}
        _run(["-m", "django", "migrate", "--skip-checks", "--verbosity=0"], told["migrate"])
        acting = told["office"] | {"HEEDLINE_DATABASE_URL": cluster.super_url("heedline")}
        said = json.loads(_run(["-m", "tests.house.backup_scenario", str(home.folder)], acting))
        yield Installation(home, cluster, said, tmp_path_factory.mktemp("copies"))
    finally:
        postgres.destroy(cluster)


@pytest.fixture(scope="module")
def taken(installation: Installation) -> tuple[Path, Path]:
    return installation.backup("first")


def _run(words: list[str], environment: dict[str, str]) -> str:
    done = subprocess.run(
        [sys.executable, *words],
        env=environment | {"PYTHONPATH": f"{CHECKOUT / 'src'}{os.pathsep}{CHECKOUT}"},
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


def rows(url: str, question: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(url, autocommit=True) as connection:
        return connection.execute(question).fetchall()  # type: ignore[call-overload,no-any-return]


# --- what is copied --------------------------------------------------------------------------------------------------


def test_every_table_is_copied_to_one_side_or_left_out_for_a_reason() -> None:
    copied = {one.table for one in COPIED}
    assert copied.isdisjoint(LEFT_OUT)
    assert copied | set(LEFT_OUT) == set(TABLES)
    whole = [one.table for one in COPIED if not one.only]
    assert len(whole) == len(set(whole))


def test_what_opens_anything_is_in_the_key_store_alone() -> None:
    """Ciphertext of keys, headers and half keys; nothing of the kind in the bodies."""
    from tests.house.test_fields import SEALED

    at = {(one.table, column): one.side for one in COPIED for column in one.only}
    for table, words in SEALED.items():
        if table in LEFT_OUT:
            continue
        for column in words.split():
            side = at.get((table, column)) or next(
                one.side for one in COPIED if one.table == table and not one.only
            )
            assert side is (Side.BODIES if column in {"payload", "copy_payload"} else Side.KEYS), (
                table,
                column,
            )


def test_rows_are_written_in_the_order_of_ids_that_say_no_time() -> None:
    """All that is tied to a report is ordered by a random id: neither place nor file dates it."""
    from django.db import models

    for one in COPIED:
        if one.table.startswith(("reports_", "dispatch_")):
            model = next(m for m in apps.get_models() if m._meta.db_table == one.table)
            field = next(f for f in model._meta.concrete_fields if f.column == one.order)
            assert isinstance(field, models.UUIDField | models.OneToOneField), one.table


def test_both_halves_say_what_they_are(installation: Installation, taken: tuple[Path, Path]) -> None:
    bodies, keys = (folder.read(one) for one in taken)
    assert (bodies.side, keys.side) == ("bodies", "keys")
    assert bodies.run == keys.run
    assert bodies.events == keys.events > 0
    assert bodies.checkpoint.startswith("heedline-log/"), "a checkpoint of the log is in it"
    assert bodies.installation == installation.home.installation()
    assert {part.table for part in bodies.parts} >= {"reports_sealed_payload", "audit_event"}
    for one in taken:
        folder.check(one, folder.read(one), lambda _: None)
        assert one.stat().st_mode & 0o777 == 0o700
        assert all(file.stat().st_mode & 0o777 == 0o600 for file in one.iterdir())
    assert register.runs(installation.home.folder)[-1].run == bodies.run


def test_a_report_of_the_running_quarter_hour_waits_for_the_next_backup(
    installation: Installation, taken: tuple[Path, Path]
) -> None:
    """Two backups a minute apart would else say in which minute it came."""
    url = installation.cluster.super_url("heedline")
    before = folder.read(taken[0])
    with psycopg.connect(url, autocommit=True) as db:
        ref = installation.told["refs"][-1]
        db.execute("UPDATE reports_report SET settled = false, slot = date_bin('15 minutes', now(), '2000-01-01')"
                   " WHERE id = %s", [ref])  # fmt: skip
        try:
            after = folder.read(installation.backup("running")[0])
        finally:
            db.execute(
                "UPDATE reports_report SET settled = true, slot = slot - interval '1 hour' WHERE id = %s",
                [ref],
            )

    def count(manifest: folder.Manifest, table: str) -> int:
        return sum(part.rows for part in manifest.parts if part.table == table)

    assert count(before, "reports_report") - count(after, "reports_report") == 1
    assert count(before, "reports_sealed_payload") - count(after, "reports_sealed_payload") == 2


# --- where it may lie ------------------------------------------------------------------------------------------------


def test_a_folder_that_others_may_look_into_is_refused(installation: Installation, tmp_path: Path) -> None:
    open_to_all = tmp_path / "open"
    open_to_all.mkdir(mode=0o755)
    open_to_all.chmod(0o755)
    said = installation.heedline(
        "backup", "--bodies", str(open_to_all), "--keys", str(tmp_path / "keys"), succeeds=False
    )
    assert "Others may look into" in said
    assert not list(open_to_all.iterdir())
    shared = tmp_path / "shared"
    shared.mkdir()
    shared.chmod(0o777)
    with pytest.raises(Unfit, match="Others may change"):
        folder.fit(shared / "inside")
    (tmp_path / "link").symlink_to(tmp_path)
    with pytest.raises(Unfit, match="is a link"):
        folder.fit(tmp_path / "link" / "inside")


def test_both_halves_in_one_place_are_refused(installation: Installation, tmp_path: Path) -> None:
    for keys in (tmp_path / "one", tmp_path / "one" / "keys"):
        said = installation.heedline(
            "backup", "--bodies", str(tmp_path / "one"), "--keys", str(keys), succeeds=False
        )
        assert "belong apart" in said


# --- kill -9 ---------------------------------------------------------------------------------------------------------


def _kill_when_it_waits(running: subprocess.Popen[str], url: str) -> None:
    """`kill -9` while it stands before the lock."""
    until = time.monotonic() + 120
    while not rows(url, "SELECT 1 FROM pg_locks WHERE NOT granted AND relation = 'audit_event'::regclass"):
        assert running.poll() is None, running.communicate()
        assert time.monotonic() < until
        time.sleep(0.1)
    running.send_signal(signal.SIGKILL)
    running.wait(30)
    running.communicate()


def test_a_backup_that_was_killed_is_taken_up_and_whole(installation: Installation, tmp_path: Path) -> None:
    url = installation.cluster.super_url("heedline")
    bodies, keys = tmp_path / "bodies", tmp_path / "keys"
    words = ("backup", "--bodies", str(bodies), "--keys", str(keys))
    with psycopg.connect(url) as blocker:
        blocker.execute("LOCK TABLE audit_checkpoint IN ACCESS EXCLUSIVE MODE")  # one of its first questions
        blocker.execute("ROLLBACK")
        blocker.execute("BEGIN")
        blocker.execute(
            "LOCK TABLE dispatch_outbox IN ACCESS EXCLUSIVE MODE"
        )  # near the end, after the payloads
        running = installation.start(*words)
        until = time.monotonic() + 120
        while not rows(
            url, "SELECT 1 FROM pg_locks WHERE NOT granted AND relation = 'dispatch_outbox'::regclass"
        ):
            assert running.poll() is None, running.communicate()
            assert time.monotonic() < until
            time.sleep(0.1)
        running.send_signal(signal.SIGKILL)
        running.communicate()
    assert folder.finished(bodies) == folder.finished(keys) == []
    (part,) = bodies.iterdir()
    payloads = part / "reports_sealed_payload.00-ff.copy"
    first = payloads.stat().st_ino
    with pytest.raises(Unfit, match="is not whole"):
        folder.read(part)
    said = installation.heedline(*words)
    assert "taken up" in said
    (whole,) = folder.finished(bodies)
    assert whole.name == part.name.removesuffix(".part")
    assert (whole / payloads.name).stat().st_ino == first, "what was still the same was not written again"
    folder.check(whole, folder.read(whole), lambda _: None)
    assert not [one for one in (*bodies.iterdir(), *keys.iterdir()) if one.suffix == ".part"]


def test_what_changed_while_it_lay_interrupted_is_written_again(
    installation: Installation, tmp_path: Path
) -> None:
    bodies, keys = installation.backup("changed")
    part = bodies.with_name(f"{bodies.name}.part")
    bodies.rename(part)
    payloads = next(
        one for one in folder.Manifest.from_json((part / "manifest.json").read_text()).parts if one.mark
    )
    (part / "unfinished.json").write_text(json.dumps([{**_facts(payloads), "mark": "of other rows"}]))
    (part / "manifest.json").unlink()
    keys.rename(keys.with_name(f"{keys.name}.part"))
    inode = (part / payloads.file).stat().st_ino
    again = installation.backup("changed")[0]
    assert (again / payloads.file).stat().st_ino != inode
    folder.check(again, folder.read(again), lambda _: None)


def _facts(part: folder.Part) -> dict[str, Any]:
    from dataclasses import asdict

    return asdict(part)


# --- restoring -------------------------------------------------------------------------------------------------------


@pytest.fixture
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A home for a new instance, taken away with its database afterwards."""
    home = tmp_path_factory.mktemp("empty")
    yield home
    if (home / "postgres.json").exists():
        postgres.destroy(postgres.start(home, durable=False))


def _words(taken: tuple[Path, Path], *more: str) -> tuple[str, ...]:
    return ("restore", "--bodies", str(taken[0]), "--keys", str(taken[1]), *more)


def _passphrase(installation: Installation, tmp_path: Path, words: str | None = None) -> Path:
    file = tmp_path / "canary"
    file.write_text(words or installation.told["canary"])
    return file


def test_a_restored_instance_is_the_one_that_was_backed_up(
    installation: Installation, taken: tuple[Path, Path], empty: Path, tmp_path: Path
) -> None:
    file = _passphrase(installation, tmp_path)
    said = installation.heedline(*_words(taken, "--canary-file", str(file)), home=empty)
    assert "The canary's report opens." in said
    assert "bears out its 2 signed checkpoints; it goes on as generation 2" in said
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
    assert "not empty" in installation.heedline(*_words(taken), home=empty, succeeds=False)


def test_a_restore_that_was_killed_left_nothing_and_can_be_done_again(
    installation: Installation, taken: tuple[Path, Path], empty: Path
) -> None:
    with postgres.running(empty) as cluster:
        url = cluster.super_url("heedline")
        told = demo.environment_of(
            "migrate", Home(empty), {"migrate": cluster.url("migrate")}, demo.sites()
        ) | {"HEEDLINE_INSTALLATION": installation.home.installation()}
        _run(["-m", "django", "migrate", "--skip-checks", "--verbosity=0"], told)
        clean = {
            name: value for name, value in os.environ.items() if not name.startswith(("HEEDLINE_", "DJANGO_"))
        }
        running_env = clean | told | {"PYTHONPATH": str(CHECKOUT / "src")}
        command = [sys.executable, "-m", "heedline.jobs.cli", *_words(taken)]
        with psycopg.connect(url) as blocker:
            blocker.execute("LOCK TABLE audit_event IN SHARE MODE")
            running = subprocess.Popen(
                command,
                env=running_env,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                cwd=CHECKOUT,
            )
            _kill_when_it_waits(running, url)
        until = time.monotonic() + 30
        while rows(url, "SELECT 1 FROM pg_stat_activity WHERE usename = 'heedline_migrate'"):
            assert time.monotonic() < until
            time.sleep(0.1)
        assert rows(url, "SELECT count(*) FROM reports_report") == [(0,)]
        done = subprocess.run(
            command, env=running_env, capture_output=True, text=True, cwd=CHECKOUT, check=False
        )
        assert done.returncode == 0, done.stderr
        assert rows(url, "SELECT count(*) FROM reports_report")[0][0] == len(installation.told["refs"]) + 1


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
        more = ("--canary-file", str(_passphrase(installation, tmp_path, "six words that open nothing here")))
    said = installation.heedline(*_words((halves[0], halves[1]), *more), home=empty, succeeds=False)
    assert told in said, said
    assert "Traceback" not in said
    if (empty / "postgres.json").exists():
        with postgres.running(empty) as cluster:
            there = rows(cluster.super_url("heedline"), "SELECT to_regclass('reports_report') IS NOT NULL")
            if there[0][0]:
                assert rows(cluster.super_url("heedline"), "SELECT count(*) FROM reports_report") == [(0,)]


def test_a_trial_proves_a_backup_and_leaves_nothing(
    installation: Installation, taken: tuple[Path, Path], tmp_path: Path
) -> None:
    assert register.tried(taken[0]) is None
    file = _passphrase(installation, tmp_path)
    said = installation.heedline(*_words(taken, "--try", "--canary-file", str(file)))
    assert "The canary's report opens." in said
    assert "thrown" in said or "deleted again" in said
    found = register.tried(taken[0])
    assert found is not None
    assert found[1], "the doctor is told"


def test_a_log_that_was_changed_in_the_backup_is_found_out(
    installation: Installation, tmp_path: Path, empty: Path
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
    said = installation.heedline(*_words(changed), home=empty, succeeds=False)
    assert "is not the one that was signed" in said


# --- the key store's copies end --------------------------------------------------------------------------------------


def test_old_copies_of_the_key_store_are_deleted_after_somebody_said_yes(
    installation: Installation, taken: tuple[Path, Path], tmp_path: Path
) -> None:
    keys = tmp_path / "keys"
    keys.mkdir(mode=0o700)
    for name, on in (("2020-01-01-aaaa", "2020-01-01T00:00:00+00:00"), ("newest", None)):
        shutil.copytree(taken[1], keys / name)
        if on:
            facts = json.loads((keys / name / "manifest.json").read_text()) | {"taken": on}
            (keys / name / "manifest.json").write_text(json.dumps(facts))
    assert "Nothing was deleted" in installation.heedline("backup-prune", "--keys", str(keys), succeeds=False)
    assert len(folder.finished(keys)) == 2
    assert "Deleted 2020-01-01-aaaa" in installation.heedline("backup-prune", "--keys", str(keys), "--yes")
    assert [one.name for one in keys.iterdir()] == ["newest"]


def test_the_last_copy_is_never_pruned(
    installation: Installation, taken: tuple[Path, Path], tmp_path: Path
) -> None:
    keys = tmp_path / "keys"
    keys.mkdir(mode=0o700)
    shutil.copytree(taken[1], keys / "only")
    facts = json.loads((keys / "only" / "manifest.json").read_text()) | {"taken": "2020-01-01T00:00:00+00:00"}
    (keys / "only" / "manifest.json").write_text(json.dumps(facts))
    said = installation.heedline("backup-prune", "--keys", str(keys), "--yes", succeeds=False)
    assert "Take a new backup first" in said
    assert folder.finished(keys)
