"""Law 6: the log can be taken out of the house, in bounded memory and however often it is interrupted, and whoever has it
needs neither our database nor our settings, nor even our program, to check it.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from heedline.audit import sequence
from heedline.audit.tree import EMPTY_ROOT, Growing, leaf_hash
from heedline.casework.log import export as log_export
from heedline.casework.log import keeping as log_keeping
from heedline.casework.log import proving as log_proving
from heedline.casework.log.folder import Folder, tile_path, tiles_of
from heedline.casework.log.proofs import EventProof, Growth, Unreadable, read_note
from heedline.casework.log.verifying import Kept, verify
from heedline.vault.notes import Note, TreeHead
from tests.laws.log_scene import Command, Log, committed_log, saved
from tests.support.acting import acting
from tests.support.database import cluster, database


@pytest.fixture
def log(django_db_blocker: Any) -> Iterator[Log]:
    with committed_log(django_db_blocker) as made:
        yield made


def key() -> str:
    found = log_keeping.signer(1)
    assert found is not None
    return str(found.key)


def heedline(*words: str, given: str = "", **variables: str) -> subprocess.CompletedProcess[str]:
    """The command, as somebody runs it who has nothing of ours but the program."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("HEEDLINE_", "DJANGO_", "PG"))}
    return subprocess.run(
        [sys.executable, "-m", "heedline.jobs.cli", *words],
        env=kept | variables,
        input=given,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def files_of(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_an_export_can_be_checked_with_nothing_but_a_hash_and_a_signature(log: Log, tmp_path: Path) -> None:
    """By the formats alone: lines, RFC 6962, a signed note. Written here without any function of ours."""
    log.write(11)
    log.sign()
    folder = log.export(tmp_path / "export").path
    lines = (folder / "events.jsonl").read_bytes().splitlines()
    assert len(lines) == 11

    def root(leaves: list[bytes]) -> bytes:
        if len(leaves) == 1:
            return hashlib.sha256(b"\0" + leaves[0]).digest()
        half = 1 << (len(leaves) - 1).bit_length() - 1
        return hashlib.sha256(b"\1" + root(leaves[:half]) + root(leaves[half:])).digest()

    text, _, below = (folder / "checkpoint").read_text().partition("\n\n")
    name, size, hashed = text.split("\n")
    assert (int(size), b64decode(hashed)) == (11, root(lines))
    material = b64decode(key().split("+", 2)[2])
    signature = b64decode(below.split(" ")[2])
    Ed25519PublicKey.from_public_bytes(material[1:]).verify(signature[4:], f"{text}\n".encode())
    assert key().startswith(f"{name}+")
    for line in lines:
        event = json.loads(line)
        assert set(event) == {"v", "generation", "xid", "id", "at", "act", "actor", "desk", "thing", "thing_id", "outcome", "detail"}  # fmt: skip
    tile = (folder / "tile/0/000.p/11").read_bytes()
    assert tile == b"".join(hashlib.sha256(b"\0" + line).digest() for line in lines)


def test_only_their_owner_may_read_what_was_exported(log: Log, tmp_path: Path) -> None:
    log.write(300)
    log.sign()
    folder = log.export(tmp_path / "export").path
    assert all(not p.stat().st_mode & 0o077 for p in [folder, *folder.rglob("*")])


def test_an_export_carries_on_where_it_ended_however_that_was(
    log: Log, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log.write(300)
    log.sign()
    folder = log.export(tmp_path / "export").path
    log.write(600)
    log.sign_all()
    # it was killed in the middle of a line, with a file half made
    whole = (folder / "events.jsonl").read_bytes()
    (folder / "events.jsonl").write_bytes(whole[:-30])
    (folder / ".checkpoint.new").write_bytes(b"half")
    (folder / ".checkpoints.jsonl.new").write_bytes(b"half")
    with acting("backup"):
        done = log_export.export(folder, lambda *_: None)
    assert (done.events, done.new, done.sequenced) == (900, 601, 900)
    fresh = log.export(tmp_path / "fresh").path
    carried, new = files_of(folder), files_of(fresh)
    assert new.items() <= carried.items()
    assert carried.keys() - new.keys() == {"tile/0/001.p/44", "tile/1/000.p/1"}, (
        "shorter tiles of before stay"
    )
    with acting("backup"):
        again = log_export.export(folder, lambda *_: None)
    assert (again.events, again.new) == (900, 0)


@pytest.mark.parametrize(
    "deed",
    [
        "UPDATE audit_event SET outcome = 'refused' WHERE id = (SELECT max(id) FROM audit_event)",
        "DELETE FROM audit_event WHERE id = (SELECT min(id) FROM audit_event)",
    ],
)
def test_an_export_is_never_carried_on_with_another_past(log: Log, tmp_path: Path, deed: str) -> None:
    """The folder is evidence: nothing in it is changed."""
    log.write(20)
    log.sign()
    folder = log.export(tmp_path / "export").path
    before = files_of(folder)
    log.as_superuser(deed, "DELETE FROM audit_tile", "DELETE FROM audit_mark", "DELETE FROM audit_checkpoint")
    log.write(20)
    log.sign_all()
    with acting("backup"), pytest.raises(log_export.AnotherLog):
        log_export.export(folder, lambda *_: None)
    assert files_of(folder) == before


def test_what_is_signed_meanwhile_is_for_the_next_export(
    log: Log, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else the export would hold a checkpoint of events that are not in it, and look as if they had been cut off."""
    log.write(20)
    note = Kept.from_text("kept", log.sign())
    real = log_export._write_tiles

    def slowly(*given: Any) -> None:
        real(*given)
        with acting("worker"):
            log.write(5)
            log.sign()

    monkeypatch.setattr(log_export, "_write_tiles", slowly)
    first = log.export(tmp_path / "export")
    assert verify(first, [note], key=None).wrong == []
    monkeypatch.undo()
    with acting("backup"):
        log_export.export(first.path, lambda *_: None)
    verdict = verify(first, [note], key=None)
    assert (verdict.wrong, verdict.events) == ([], 25)


def test_a_list_of_checkpoints_that_is_none_is_said_to_be_unreadable(log: Log, tmp_path: Path) -> None:
    log.write(2)
    log.sign()
    folder = log.export(tmp_path / "export")
    for line in (
        "[]",
        "1",
        "{}",
        '{"size":1,"feed":"day","key":1,"note":1}',
        '{"size":1,"feed":"day","key":"","note":""}',
        "x",
    ):
        (folder.path / "checkpoints.jsonl").write_text(f"{line}\n")
        with pytest.raises(Unreadable):
            verify(folder, [], key=None)


def test_an_export_says_when_fewer_events_are_there_than_were_put_into_the_tree(
    log: Log, tmp_path: Path, here: Command
) -> None:
    log.write(20)
    log.sign()
    log.as_superuser("DELETE FROM audit_event WHERE id = (SELECT min(id) FROM audit_event)")
    done = here("audit", "export", str(tmp_path / "export"))
    assert done.returncode == 1
    assert "20 events were put into the tree, 19 are there" in done.stdout


def test_tiles_lie_where_others_look_for_them() -> None:
    assert tile_path(0, 0, 256) == "tile/0/000"
    assert tile_path(1, 1234067, 256) == "tile/1/x001/x234/067"
    assert tile_path(0, 273, 112) == "tile/0/273.p/112"
    assert list(tiles_of(70_000)) == [
        *((0, n, 256) for n in range(273)),
        (0, 273, 112),
        (1, 0, 256),
        (1, 1, 17),
        (2, 0, 1),
    ]
    assert list(tiles_of(0)) == []


# --- the command -----------------------------------------------------------------------------------------------------


def test_the_command_from_end_to_end_and_its_exit_codes(log: Log, tmp_path: Path) -> None:
    log.write(25)
    note = saved(tmp_path, "kept.txt", log.sign())
    log.write(5)
    log.sign()
    folder = tmp_path / "export"
    url = cluster().url("backup", database())
    done = heedline("audit", "export", str(folder), HEEDLINE_DATABASE_URL_BACKUP=url)
    assert (done.returncode, done.stdout.splitlines()[0]) == (
        0,
        "ok     30 events (30 of them new) and 3 signed checkpoints",
    )
    assert "exported 30 of 30 events" in done.stderr
    assert "WRONG" not in done.stdout

    done = heedline("audit", "verify", str(folder), "--checkpoint", str(note), "--key", key())
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"ok     The first 25 events are those behind the checkpoint {note}." in done.stdout
    assert "taken from the export" not in done.stdout
    done = heedline("audit", "verify", str(folder), "--checkpoint", "-", given=note.read_text())
    assert done.returncode == 0
    assert "taken from the export" in done.stdout

    lines = (folder / "events.jsonl").read_bytes().splitlines(keepends=True)
    (folder / "events.jsonl").write_bytes(b"".join(lines[:9] + lines[10:]))
    done = heedline("audit", "verify", str(folder), "--checkpoint", str(note))
    assert done.returncode == 1
    assert "WRONG  Line 10: this is not the event that was put into the tree there." in done.stdout
    assert done.stderr == ""
    (folder / "events.jsonl").write_bytes(b"".join(lines))

    assert heedline("audit", "verify", str(folder)).returncode == 2
    assert heedline("audit", "verify").returncode == 2
    assert heedline("audit").returncode == 2
    assert heedline("audit", "prove", "event", "x").returncode == 2
    for words in (
        ["verify", str(tmp_path / "nowhere"), "--checkpoint", str(note)],
        ["verify", str(folder), "--checkpoint", str(tmp_path / "nowhere")],
        ["verify", str(folder), "--checkpoint", str(folder / "events.jsonl")],
        ["verify", str(folder), "--checkpoint", str(note), "--key", "no+key+here"],
    ):
        done = heedline("audit", *words)
        assert (done.returncode, done.stdout) == (3, ""), words
        assert done.stderr.startswith("heedline audit: ")
        assert "Traceback" not in done.stderr
    done = heedline("audit", "export", str(tmp_path), HEEDLINE_DATABASE_URL_BACKUP=url)
    assert done.returncode == 3, "a folder with other things in it is not written into"
    assert heedline("audit", "export", str(folder), HEEDLINE_HOME=str(tmp_path)).returncode == 1


def test_proofs_from_the_database_and_from_an_export_are_the_same_and_hold(
    log: Log, tmp_path: Path, here: Command
) -> None:
    log.write(300)
    old = saved(tmp_path, "old.txt", log.sign())
    log.write(250)
    new = saved(tmp_path, "new.txt", log.sign())
    folder = log.export(tmp_path / "export").path
    url = {"HEEDLINE_DATABASE_URL_BACKUP": cluster().url("backup", database())}
    live = heedline("audit", "prove", "event", "271", **url)
    out = here("audit", "prove", "event", "271", "--from", str(folder))
    assert live.stdout == out.stdout
    assert live.returncode == out.returncode == 0
    number = json.loads((folder / "events.jsonl").read_bytes().splitlines()[271])["id"]
    assert here("audit", "prove", "event", str(number), "--by-id").stdout == live.stdout
    assert (
        here("audit", "prove", "event", str(number), "--by-id", "--from", str(folder)).stdout == live.stdout
    )
    proof = saved(tmp_path, "event.tlog-proof", live.stdout)
    done = here("audit", "check", str(proof), "--key", key(), "--checkpoint", str(new))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "number 271 (from 0) of 550" in done.stdout
    assert here("audit", "check", "-", "--key", key(), given=live.stdout).returncode == 0
    done = here("audit", "check", str(proof), "--key", key(), "--checkpoint", str(old))
    assert (done.returncode, "another checkpoint" in done.stdout) == (1, True)
    bent = EventProof.from_text(live.stdout)
    moved = EventProof(bent.event, bent.position - 1, bent.hashes, bent.note)
    assert here("audit", "check", "-", "--key", key(), given=moved.text).returncode == 1

    live = heedline("audit", "prove", "growth", "300", **url)
    assert live.stdout == here("audit", "prove", "growth", "300", "550", "--from", str(folder)).stdout
    grown = saved(tmp_path, "growth", live.stdout)
    done = here("audit", "check", str(grown), "--key", key(), "--checkpoint", str(old))
    assert (done.returncode, "begins with that of 300" in done.stdout) == (0, True), done
    assert here("audit", "check", str(grown), "--key", key()).returncode == 3
    assert here("audit", "check", str(grown), "--key", key(), "--checkpoint", str(new)).returncode == 1
    for words in (["event", "550"], ["growth", "551"], ["growth", "0"], ["growth", "3", "4"]):
        assert here("audit", "prove", *words, "--from", str(folder)).returncode == 3, words
        assert here("audit", "prove", *words).returncode == 3, words


def test_proofs_as_text_are_read_strictly(log: Log) -> None:
    log.write(5)
    log.sign()
    with acting("backup"):
        event = log_proving.of_event(log_export.LiveLog(), 2)
        growth = log_proving.of_growth(log_export.LiveLog(), 3, None)
    assert EventProof.from_text(event.text) == event
    assert event.holds
    assert Growth.from_text(growth.text) == growth
    for text, kind in ((event.text, EventProof), (growth.text, Growth)):
        lines = text.split("\n")
        for at in range(len(lines) - 1):
            for spoiled in (lines[:at] + lines[at + 1 :], [*lines[:at], "x" + lines[at], *lines[at + 1 :]]):
                try:
                    found = kind.from_text("\n".join(spoiled))
                except Unreadable:
                    continue
                if isinstance(found, EventProof):
                    believed = found.holds and read_note(found.note) == read_note(event.note)
                else:
                    before = TreeHead("x", 3, sequence.forest().root(3))
                    believed = found.holds_from(before) and read_note(found.note) == read_note(growth.note)
                assert not believed, spoiled


def test_nothing_of_django_is_needed_to_verify() -> None:
    program = (
        "import sys; from heedline.casework.log import proving, verifying; from heedline.jobs import audit, cli;"
        " cli.parser(); sys.exit(any(name.partition('.')[0] in ('django', 'psycopg') for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False, timeout=60).returncode == 0


def test_an_empty_log_fits_nothing_that_was_kept(log: Log, tmp_path: Path) -> None:
    folder = log.export(tmp_path / "export")
    verdict = verify(folder, [], key=None)
    assert (verdict.events, verdict.root, verdict.wrong) == (0, EMPTY_ROOT, [])
    log.write(3)
    kept = Kept.from_text("kept", log.sign())
    assert verify(folder, [kept], key=None).wrong


def test_a_long_log_is_read_in_little_memory(tmp_path: Path) -> None:
    """Fifty thousand events, made up here; a million take the same (`make bench`)."""
    from scripts.bench.made_up_log import make_up

    made = make_up(tmp_path / "export", 50_000)
    program = (
        "import resource, sys; from pathlib import Path; from heedline.casework.log import verifying as v;"
        "from heedline.casework.log.folder import Folder;"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss;"
        "kept = [v.Kept.from_text('kept', Path(sys.argv[2]).read_text())];"
        "found = v.verify(Folder(Path(sys.argv[1])), kept, key=None);"
        "grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before;"
        "print(found.events, len(found.wrong), grown)"
    )
    kept = saved(tmp_path, "kept", made)
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "export"), str(kept)],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    events, wrong, kilobytes = map(int, done.stdout.split())
    assert (events, wrong) == (50_000, 0)
    assert kilobytes < 8_000, "the events alone are 15 MB"


def test_every_published_checkpoint_says_what_the_events_say(log: Log, tmp_path: Path) -> None:
    for count in (3, 260, 1):
        log.write(count)
        log.sign()
    folder: Folder = log.export(tmp_path / "export")
    roots = {}
    grown = Growing()
    for line in folder.lines():
        grown.add(leaf_hash(line))
        roots[grown.size] = grown.root()
    signed = list(folder.checkpoints())
    assert [one.tree.size for one in signed] == sorted(one.tree.size for one in signed)
    assert {one.tree.size for one in signed} == {3, 263, 264}
    for one in signed:
        assert one.tree.root == roots[one.tree.size]
        Note.from_text(one.text).believe(one.key)
