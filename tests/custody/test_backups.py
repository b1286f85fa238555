"""Backups: what is in which half, where it may lie, and `kill -9` in the middle."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.apps import apps

from heedline.backups import folder, register
from heedline.backups.folder import Unfit
from heedline.backups.plan import COPIED, LEFT_OUT, Side, copied, left_out
from heedline.database.access import TABLES
from tests.custody.scene import Installation, kill_when_it_waits, rows

# --- what is copied --------------------------------------------------------------------------------------------------


def test_every_table_is_copied_to_one_side_or_left_out_for_a_reason() -> None:
    tables = {one.table for one in COPIED}
    assert tables.isdisjoint(LEFT_OUT)
    assert tables | set(LEFT_OUT) == set(TABLES)
    whole = [one.table for one in COPIED if not one.only]
    assert len(whole) == len(set(whole))


@pytest.mark.django_db
def test_what_a_plan_names_is_there() -> None:
    for one in COPIED:
        columns = {field.column for model in apps.get_models() if model._meta.db_table == one.table for field in model._meta.concrete_fields}  # fmt: skip
        assert {*one.order.split(", "), *one.only, *one.without} <= columns, one.table


def test_what_opens_anything_is_in_the_key_store_alone() -> None:
    """Ciphertext of keys, headers and half keys; nothing of the kind in the bodies."""
    from tests.laws.test_fields import SEALED

    at = {(one.table, column): one.side for one in copied() for column in one.only}
    for table, words in SEALED.items():
        if table in left_out():
            continue
        for column in words.split():
            side = at.get((table, column)) or next(
                one.side for one in copied() if one.table == table and not one.only
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
    assert bodies.run in {one.run for one in register.runs(installation.home.folder)}


def test_copying_leaves_a_mark_and_the_backup_can_write_nothing_else(
    installation: Installation, tmp_path: Path
) -> None:
    url = installation.cluster.super_url("heedline")
    asked = "SELECT actor, detail FROM audit_event WHERE act = 'backup-begun' ORDER BY id"
    before = len(rows(url, asked))
    done = installation.several(
        (installation.folders("marked"), ()), (("backup", "--keys", str(tmp_path / "keys")), ())
    )
    assert [code for code, _ in done] == [0, 0], done
    assert rows(url, asked)[before:] == [
        (None, {"bodies": True, "keys": True}),
        (None, {"bodies": False, "keys": True}),
    ]
    with psycopg.connect(installation.cluster.url("backup"), autocommit=True) as backup:
        for statement in (
            "INSERT INTO audit_event (act) VALUES ('report-read')",
            "INSERT INTO audit_event (act) VALUES ('backup-begun')",
            "DELETE FROM audit_event",
            "SELECT clockwork.settle(now(), 1)",
        ):
            backup.execute("SET default_transaction_read_only = off")
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                backup.execute(statement)


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


def test_a_backup_that_was_killed_is_taken_up_and_whole(installation: Installation, tmp_path: Path) -> None:
    url = installation.cluster.super_url("heedline")
    bodies, keys = tmp_path / "bodies", tmp_path / "keys"
    words = ("backup", "--bodies", str(bodies), "--keys", str(keys))
    with psycopg.connect(url) as blocker:
        blocker.execute(
            "LOCK TABLE dispatch_outbox IN ACCESS EXCLUSIVE MODE"
        )  # near the end, after the payloads
        running = installation.start(*words)
        kill_when_it_waits(running, url, "relation = 'dispatch_outbox'::regclass")
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
    installation: Installation, taken: tuple[Path, Path]
) -> None:
    for half, copy in zip(taken, ("changed-bodies", "changed-keys"), strict=True):
        shutil.copytree(half.parent, installation.copies / copy)
    bodies, keys = installation.newest("changed")
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


def _facts(part: folder.BackupPart) -> dict[str, Any]:
    from dataclasses import asdict

    return asdict(part)


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
    prune = ("backup-prune", "--keys", str(keys))
    (no, kept), (yes, deleted) = installation.several((prune, ()), ((*prune, "--yes"), ()))
    assert (no, yes) == (1, 0)
    assert "Nothing was deleted" in kept
    assert "Deleted 2020-01-01-aaaa" in deleted, "it was still there"
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
