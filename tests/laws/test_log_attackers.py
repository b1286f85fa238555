"""Law 6: whoever edits, deletes, reorders, truncates or restores the log is found out by somebody outside who kept one
earlier checkpoint. One position after another: the office, the worker, the owner of the tables, a superuser.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import product
from pathlib import Path
from typing import Any

import psycopg
import pytest

from heedline.audit import sequence
from heedline.audit.models import Checkpoint as Published
from heedline.audit.models import Mark
from heedline.audit.tree import Forest, leaf_hash
from heedline.casework.log import keeping as log_keeping
from heedline.casework.log.verifying import Kept, Verdict, verify
from heedline.vault.notes import TreeHead, signed_note
from tests.laws.log_scene import Log, committed_log
from tests.support import database
from tests.support.acting import acting

#: How many events the checkpoint has that the verifier kept.
KEPT = 20
#: The event that is tampered with, counted from 0.
PLACE = 7
_THIS = f"(SELECT id FROM audit_event ORDER BY generation, xid, id LIMIT 1 OFFSET {PLACE})"
_NEXT = f"(SELECT id FROM audit_event ORDER BY generation, xid, id LIMIT 1 OFFSET {PLACE + 1})"
DEEDS = {
    "edit": f"UPDATE audit_event SET actor = gen_random_uuid() WHERE id = {_THIS}",
    "make a refusal a success": f"UPDATE audit_event SET outcome = 'refused' WHERE id = {_THIS}",
    "change the time": f"UPDATE audit_event SET at = at - interval '1 day' WHERE id = {_THIS}",
    "delete": f"DELETE FROM audit_event WHERE id = {_THIS}",
    "reorder": "UPDATE audit_event e SET xid = o.xid, id = -o.id FROM audit_event o WHERE"
    f" (e.id = {_THIS} AND o.id = {_NEXT}) OR (e.id = {_NEXT} AND o.id = {_THIS})",
    "add": "INSERT INTO audit_event (generation, xid, id, act, thing, outcome, detail) SELECT generation, xid, -5,"
    f" 'queue-read', '', 'done', '{{}}' FROM audit_event WHERE id = {_THIS}",
    "truncate": "TRUNCATE audit_event",
    "cut the end off": f"DELETE FROM audit_event WHERE id > {_THIS}",
}


@pytest.fixture
def log(django_db_blocker: Any) -> Iterator[Log]:
    with committed_log(django_db_blocker) as made:
        yield made


def outsider(log: Log, note: str, tmp_path: Path) -> Verdict:
    """Somebody who kept one checkpoint, and the log's public key, looks at an export."""
    key = log_keeping.signer(1)
    assert key is not None
    return verify(log.export(tmp_path / "export"), [Kept.from_text("kept", note)], key=key.key)


def lived(log: Log) -> str:
    """A log that has lived; returns the checkpoint that somebody keeps."""
    log.write(KEPT)
    note = log.sign()
    log.write(5)
    log.sign()
    return note


def test_an_honest_log_is_what_it_was(log: Log, tmp_path: Path) -> None:
    verdict = outsider(log, lived(log), tmp_path)
    assert verdict.wrong == []
    assert (verdict.events, verdict.checkpoints) == (25, 3)


# --- the office and everybody else who writes ------------------------------------------------------------------------


def test_no_process_can_do_any_of_it(log: Log, tmp_path: Path) -> None:
    note = lived(log)
    refusals = (psycopg.errors.InsufficientPrivilege, psycopg.errors.UndefinedTable)
    for process, deed in product(("office", "worker", "public", "backup", "partner", "files"), DEEDS):
        with psycopg.connect(database.cluster().url(process, database.database())) as attacker:
            attacker.execute("SET TRANSACTION READ WRITE")  # of the backup: a mere setting of its role
            try:
                attacker.execute(DEEDS[deed])  # type: ignore[call-overload]
            except refusals:
                continue
            pytest.fail(f"{process} may {deed}")
    assert outsider(log, note, tmp_path).wrong == []


def test_the_office_cannot_touch_the_tree_or_what_was_signed(log: Log) -> None:
    lived(log)
    for table in ("audit_tile", "audit_mark", "audit_checkpoint"):
        for statement in (f"DELETE FROM {table}", f"TRUNCATE {table}", f"UPDATE {table} SET size = 1"):
            with (
                psycopg.connect(database.cluster().url("office", database.database())) as office,
                pytest.raises((psycopg.errors.InsufficientPrivilege, psycopg.errors.UndefinedColumn)),
            ):
                office.execute(statement)  # type: ignore[call-overload]


# --- the worker: holds the log's key and keeps the tree --------------------------------------------------------------


def without(hashes: list[bytes]) -> list[bytes]:
    return hashes[:PLACE] + hashes[PLACE + 1 :]


def another(hashes: list[bytes]) -> list[bytes]:
    return [*hashes[:PLACE], leaf_hash(b"another"), *hashes[PLACE + 1 :]]


def turned(hashes: list[bytes]) -> list[bytes]:
    return [*hashes[:PLACE], hashes[PLACE + 1], hashes[PLACE], *hashes[PLACE + 2 :]]


def shortened(hashes: list[bytes]) -> list[bytes]:
    return hashes[:PLACE]


@pytest.mark.parametrize("deed", [without, another, turned, shortened])
def test_a_worker_that_makes_up_another_tree_and_signs_it(
    log: Log, tmp_path: Path, deed: Callable[[list[bytes]], list[bytes]]
) -> None:
    note = lived(log)
    with acting("worker"):
        hashes = deed([leaf_hash(event.leaf()) for event in sequence.in_order(100)])
        tiles = sequence.StoredTiles()
        tree = Forest(tiles, 0)
        tree.append(hashes)
        tiles.save()
        Mark.objects.update(size=tree.size)
        by = log_keeping.signer(1)
        assert by is not None
        text = TreeHead(by.name, tree.size, tree.root()).text
        Published.objects.create(
            feed="day",
            size=tree.size,
            generation=1,
            old=0,
            slot=log.at,
            note=signed_note(text, [by.line(text)]),
            key=str(by.key),
            proof=b"",
        )
    verdict = outsider(log, note, tmp_path)
    assert verdict.wrong
    assert any(f"Line {PLACE + 1}:" in one or "missing" in one for one in verdict.wrong)


# --- the owner of the tables and a superuser -------------------------------------------------------------------------


def owner(log: Log, *statements: str) -> None:
    """Whoever owns the tables takes their walls down first. Nothing of it needs more than the owner's rights."""
    with psycopg.connect(database.cluster().url("migrate", database.database())) as db:
        for table in ("audit_event", "audit_checkpoint"):
            db.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")  # type: ignore[call-overload]
            db.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")  # type: ignore[call-overload]
        for statement in statements:
            db.execute(statement)  # type: ignore[call-overload]


def superuser(log: Log, *statements: str) -> None:
    log.as_superuser(*statements)


MIGHTY = pytest.mark.parametrize("attacker", [owner, superuser])


@MIGHTY
@pytest.mark.parametrize("deed", DEEDS)
def test_the_events_are_changed_and_nothing_else(
    log: Log, tmp_path: Path, attacker: Callable[..., None], deed: str
) -> None:
    note = lived(log)
    attacker(log, DEEDS[deed])
    verdict = outsider(log, note, tmp_path)
    if deed == "truncate":
        assert verdict.events == 0
        assert "20 are missing" in verdict.wrong[0]
    elif deed == "cut the end off":
        assert verdict.events == PLACE + 1
        assert "12 are missing" in verdict.wrong[0]
    else:
        assert any(one.startswith(f"Line {PLACE + 1}: this is not the event") for one in verdict.wrong)
        assert any("behind the checkpoint kept" in one for one in verdict.wrong)


@MIGHTY
@pytest.mark.parametrize("deed", DEEDS)
def test_everything_is_made_to_fit_and_signed_anew_with_the_right_key(
    log: Log, tmp_path: Path, attacker: Callable[..., None], deed: str
) -> None:
    """Events, tree, mark and checkpoints agree with each other afterwards: only what lies outside speaks against them."""
    note = lived(log)
    attacker(
        log,
        DEEDS[deed],
        "DELETE FROM audit_tile",
        "DELETE FROM audit_mark",
        "DELETE FROM audit_checkpoint",
    )
    log.write(30)
    log.sign_all()
    verdict = outsider(log, note, tmp_path)
    assert len(verdict.wrong) == 1, "the export agrees with itself"
    assert verdict.wrong[0].startswith("These are not the first 20 events behind the checkpoint kept.")
    assert "lines 1 to 20" in verdict.wrong[0]
    honest = Kept.from_text("new", log.sign_all())
    assert verify(log.export(tmp_path / "again"), [honest], key=None).wrong == []


OLD = (
    "CREATE TABLE old_event AS TABLE audit_event",
    "CREATE TABLE old_tile AS TABLE audit_tile",
    "CREATE TABLE old_mark AS TABLE audit_mark",
    "CREATE TABLE old_checkpoint AS TABLE audit_checkpoint",
)
BACK = tuple(
    statement
    for table in ("event", "tile", "mark", "checkpoint")
    for statement in (
        f"DELETE FROM audit_{table}",
        f"INSERT INTO audit_{table} SELECT * FROM old_{table}",
        f"DROP TABLE old_{table}",
    )
)


@pytest.mark.parametrize("says_so", [False, True])
def test_an_old_state_is_put_back_and_lived_on(log: Log, tmp_path: Path, says_so: bool) -> None:
    log.write(12)
    first = log.sign()
    log.as_superuser(*OLD)
    log.write(8)
    note = log.sign()
    log.as_superuser(*BACK)
    if says_so:
        with acting("owner"):
            log_keeping.begin_generation()
    log.write(30)
    log.sign_all()
    verdict = outsider(log, note, tmp_path)
    assert len(verdict.wrong) == 1
    assert verdict.wrong[0].startswith("These are not the first 20 events behind the checkpoint kept.")
    assert "Up to line 12 they still are; the first difference lies in lines 13 to 20." in verdict.wrong[0]
    assert ("Before line 13 the log was restored" in verdict.wrong[0]) is says_so
    key = log_keeping.signer(1)
    assert key is not None
    older = Kept.from_text("older", first)
    assert verify(log.export(tmp_path / "older"), [older], key=key.key).wrong == [], (
        "what it was then, it still is"
    )


def test_an_old_state_is_put_back_and_left(log: Log, tmp_path: Path) -> None:
    log.write(12)
    log.sign()
    log.as_superuser(*OLD)
    log.write(8)
    note = log.sign()
    log.as_superuser(*BACK)
    verdict = outsider(log, note, tmp_path)
    assert verdict.wrong == ["The checkpoint kept is of 20 events: 8 are missing."]


def test_a_restore_that_lost_nothing_is_no_tampering(log: Log, tmp_path: Path) -> None:
    note = lived(log)
    with acting("owner"):
        log_keeping.begin_generation()
    log.write(3)
    later = log.sign()
    verdict = outsider(log, note, tmp_path)
    assert verdict.wrong == []
    assert verdict.restored_at == [(2, 25)]
    key = log_keeping.signer(1)
    assert key is not None
    assert verify(log.export(tmp_path / "2"), [Kept.from_text("later", later)], key=key.key).wrong == []


# --- outside: the export on its way ----------------------------------------------------------------------------------


def test_somebody_who_has_not_the_key_signs_their_own_log(log: Log, tmp_path: Path) -> None:
    note = lived(log)
    folder = log.export(tmp_path / "export")
    stranger = log_keeping.NoteSigner(log_keeping.origin(1), b"\7" * 32)
    wrong = verify(folder, [Kept.from_text("kept", note)], key=stranger.key).wrong
    assert wrong[0] == "The checkpoint kept has no valid signature of the log's key."
    text = TreeHead("heedline-log/other/1", 3, b"\0" * 32).text
    other = signed_note(text, [stranger.line(text)])
    wrong = verify(folder, [Kept.from_text("kept", other)], key=None).wrong
    assert wrong[0] == "The checkpoint kept is of another log: heedline-log/other/1."


def test_every_byte_of_an_export_counts(log: Log, tmp_path: Path) -> None:
    """Whatever is turned in a line, a hash or a signature is found."""
    note = Kept.from_text("kept", lived(log))
    folder = log.export(tmp_path / "export")
    for name in ("events.jsonl", "tile/0/000.p/25", "checkpoints.jsonl"):
        file = folder.path / name
        whole = file.read_bytes()
        step = max(len(whole) // 40, 1)
        ends = range(len(whole) - 12, len(whole))  # base64 ends in bits that stand for nothing
        for at in (*range(0, len(whole), step), *ends):
            file.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
            try:
                found = verify(folder, [note], key=None).wrong
            except Exception as unreadable:
                assert type(unreadable).__name__ == "Unreadable", (name, at)  # noqa: PT017 - either will do
                continue
            assert found, (name, at, whole[max(at - 9, 0) : at + 9])
        file.write_bytes(whole)
    assert verify(folder, [note], key=None).wrong == []
