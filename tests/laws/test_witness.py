"""Law 6: a partner's witness signs what has grown and nothing else, forgets nothing, and follows the public page."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest

from heedline.audit.tree import Forest, Memory, leaf_hash
from heedline.casework.log import checkpoints, witnessing
from heedline.casework.log import keeping as log_keeping
from heedline.casework.log.proofs import Growth, Unreadable
from heedline.casework.log.verifying import Kept, verify
from heedline.casework.log.witnessing import DoesNotFit, Witness
from heedline.vault.notes import Note, NoteSigner, TreeHead, signed_note
from tests.laws.log_scene import Log, committed_log, saved
from tests.support.acting import acting
from tests.support.site_client import SiteClient

AT = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
BY = NoteSigner("heedline-log/elsewhere/1", b"\1" * 32)
NEXT = NoteSigner("heedline-log/elsewhere/2", b"\1" * 32)
OTHER = NoteSigner("heedline-log/other/1", b"\1" * 32)
STRANGER = NoteSigner("heedline-log/elsewhere/1", b"\2" * 32)


def tree(size: int, mark: bytes = b"") -> Forest:
    made = Forest(Memory(), 0)
    made.append([leaf_hash(b"%d" % n + (mark if n > 3 else b"")) for n in range(size)])
    return made


def note(size: int, by: NoteSigner = BY, mark: bytes = b"") -> str:
    text = TreeHead(by.name, size, tree(size, mark).root()).text
    return signed_note(text, [by.line(text)])


def growth(old: int, size: int, by: NoteSigner = BY, mark: bytes = b"") -> str:
    return Growth(old, tuple(tree(size, mark).consistency(old, size)), note(size, by, mark)).text


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    witnessing.new(tmp_path / "witness", "council.example/witness")
    return tmp_path / "witness"


def test_it_signs_what_has_grown_and_says_when(folder: Path) -> None:
    witness = Witness(folder)
    first = witness.see(note(5), BY.key, AT)
    assert (first.size, first.new, first.first) == (5, True, True)
    later = Witness(folder).see(growth(5, 9), BY.key, AT + timedelta(hours=1))
    assert (later.size, later.new, later.first) == (9, True, False)
    for seen, when in ((first, AT), (later, AT + timedelta(hours=1))):
        signed = Note.from_text(seen.note)
        signed.believe(BY.key)
        assert signed.believe(witness.key).seconds == int(when.timestamp())
    assert str(witness.key).startswith("council.example/witness+")
    again = witness.see(note(9), BY.key, AT + timedelta(days=1))
    assert (again.new, again.note) == (False, later.note), "the same signature, not another"


def test_it_signs_nothing_that_does_not_fit_and_keeps_the_evidence(folder: Path) -> None:
    witness = Witness(folder)
    witness.see(note(9), BY.key, AT)
    before = witness.held(BY.key)
    for shown, words in (
        (note(9, mark=b"x"), "two different logs"),
        (growth(9, 12, mark=b"x"), "did not grow"),
        (growth(9, 12).replace("old 9", "old 9\n" + "A" * 43 + "="), "did not grow"),
    ):
        with pytest.raises(DoesNotFit, match=words):
            witness.see(shown, BY.key, AT)
        kept = [p.read_text() for p in (folder / "evidence").iterdir()]
        assert any(shown in one and str(before.text if before else "") in one for one in kept)
    with pytest.raises(DoesNotFit, match="put back"):
        witness.see(note(5), BY.key, AT, latest=True)
    with pytest.raises(DoesNotFit, match="prove growth 9 12"):
        witness.see(note(12), BY.key, AT, latest=True)
    assert witness.held(BY.key) == before


def test_it_says_nothing_where_nothing_can_be_said(folder: Path) -> None:
    witness = Witness(folder)
    witness.see(note(9), BY.key, AT)
    for shown, words in (
        (note(5), "older"),
        (note(12), "proof .* is missing"),
        (growth(5, 12), "proof .* is missing"),
        (note(12, OTHER), "another log"),
        (growth(9, 12, STRANGER), "not signed by the log"),
        ("old 9\nxx\n\n" + note(12), "hashes"),
        ("hello", "no signed checkpoint"),
        ("", "no signed checkpoint"),
    ):
        with pytest.raises(Unreadable, match=words):
            witness.see(shown, BY.key, AT)
    assert not (folder / "evidence").exists()


def test_a_restored_log_must_have_grown_out_of_the_one_before(folder: Path) -> None:
    """Its name has another number, so a careless witness would begin anew."""
    witness = Witness(folder)
    witness.see(note(9), BY.key, AT)
    with pytest.raises(DoesNotFit, match="did not grow"):
        witness.see(growth(9, 12, NEXT, b"x"), BY.key, AT)
    with pytest.raises(Unreadable, match="missing"):
        witness.see(note(12, NEXT), NEXT.key, AT)
    with pytest.raises(DoesNotFit, match="put back"):
        witness.see(note(5, NEXT), NEXT.key, AT, latest=True)
    assert witness.see(growth(9, 12, NEXT), BY.key, AT).new
    assert witness.see(growth(12, 14, NEXT), NEXT.key, AT).new


def test_it_never_signs_past_a_damaged_memory(folder: Path) -> None:
    witness = Witness(folder)
    witness.see(note(9), BY.key, AT)
    held = next(folder.glob("held-*"))
    for damage in ("", note(9), note(5), "x"):
        held.write_text(damage)
        with pytest.raises(Unreadable, match="damaged"):
            witness.see(growth(9, 12), BY.key, AT)
        assert held.read_text() == damage


def test_its_key_is_its_own_and_made_once(folder: Path) -> None:
    assert all(not p.stat().st_mode & 0o077 for p in (folder, *folder.iterdir()))
    with pytest.raises(Unreadable, match="already"):
        witnessing.new(folder, "again.example")
    with pytest.raises(Unreadable, match="no blanks"):
        witnessing.new(folder.parent / "other", "two words")
    with pytest.raises(Unreadable, match="no witness"):
        Witness(folder.parent)


def test_what_was_signed_is_on_the_disk_first(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    witness = Witness(folder)
    witness.see(note(9), BY.key, AT)

    def full(*_: object) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr(witnessing, "write_whole", full)
    with pytest.raises(OSError, match="full"):
        witness.see(growth(9, 12), BY.key, AT)
    assert witness.size_held(BY.key) == 9


# --- with the log of a house, and its public page --------------------------------------------------------------------


class Site(BaseHTTPRequestHandler):
    """What the public site says, as it was when somebody looked."""

    pages: ClassVar[dict[str, str]] = {}

    def do_GET(self) -> None:
        """A page, or 404."""
        found = self.pages.get(self.path)
        self.send_response(404 if found is None else 200)
        self.end_headers()
        self.wfile.write((found or "").encode())

    def log_message(self, *_: object) -> None:
        """Quietly."""


@pytest.fixture
def address() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/log/"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def log(django_db_blocker: Any) -> Iterator[Log]:
    with committed_log(django_db_blocker) as made:
        yield made


def heedline(*words: str, given: str = "") -> subprocess.CompletedProcess[str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("HEEDLINE_", "DJANGO_", "PG"))}
    return subprocess.run(
        [sys.executable, "-m", "heedline.jobs.cli", *words],
        env=kept,
        input=given,
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )


def look_at_the_site() -> None:
    """Ask the real pages, as the public process, and keep their answers for the server."""
    browser = SiteClient("public")
    Site.pages = {}
    with acting("public"):
        chain = checkpoints.chain(checkpoints.DAY)
    for path in ("/log/checkpoint", *(f"/log/after/{one.size}" for one in chain)):
        answer = browser.get(path)
        if answer.status_code == 200:
            assert answer["Content-Type"] == "text/plain; charset=utf-8"
            Site.pages[path] = answer.content.decode()


def a_day_later(log: Log, events: int) -> None:
    log.at += timedelta(days=1)
    log.write(events)
    log.sign_all()


def test_a_partner_follows_the_public_page_and_an_auditor_asks_for_their_signature(
    log: Log, tmp_path: Path, address: str
) -> None:
    key = log_keeping.signer(1)
    assert key is not None
    folder = str(tmp_path / "witness")
    made = heedline("witness", "new", folder, "--name", "council.example/witness")
    assert made.returncode == 0
    whose = saved(tmp_path, "witness.key", made.stdout)
    see = ("witness", "see", folder, address, "--key", str(key.key))
    Site.pages = {}
    assert heedline(*see).returncode == 3, "the site shows nothing yet"
    a_day_later(log, 4)
    look_at_the_site()
    done = heedline(*see)
    assert (done.returncode, "taken on trust" in done.stderr) == (0, True), done.stderr
    for events in (300, 2, 1):  # three days pass before the partner looks again
        a_day_later(log, events)
    look_at_the_site()
    done = heedline(*see)
    assert (done.returncode, "307 events: the log has grown" in done.stderr) == (0, True), done.stderr
    cosigned = saved(tmp_path, "cosigned", done.stdout)
    assert "Nothing new" in heedline(*see).stderr
    shown = heedline("witness", "show", folder, "--key", str(key.key))
    assert (shown.returncode, shown.stdout.startswith(whose.read_text())) == (0, True)

    export = str(log.export(tmp_path / "export").path)
    audit = ("audit", "verify", export, "--key", str(key.key), "--witness", str(whose), "--checkpoint")
    assert heedline(*audit, str(cosigned)).returncode == 0
    plain = saved(tmp_path, "plain", Site.pages["/log/checkpoint"])
    done = heedline(*audit, str(plain))
    assert (done.returncode, "no valid signature of the witness council.example" in done.stdout) == (1, True)

    log.as_superuser(
        "DELETE FROM audit_event WHERE id < 100",
        "DELETE FROM audit_tile",
        "DELETE FROM audit_mark",
        "DELETE FROM audit_checkpoint",
    )
    for events in (3, 200):
        a_day_later(log, events)
    look_at_the_site()
    done = heedline(*see)
    assert (done.returncode, "The proof" in done.stderr) == (1, True), "a site that proves nothing is as bad"
    assert done.stdout == "", "nothing is signed for a log with another past"
    kept = Kept.from_text("cosigned", cosigned.read_text())
    assert verify(log.export(tmp_path / "again"), [kept], key=key.key).wrong


def test_a_log_that_went_back_is_named_on_the_spot(log: Log, tmp_path: Path, address: str) -> None:
    key = log_keeping.signer(1)
    assert key is not None
    folder = str(tmp_path / "witness")
    heedline("witness", "new", folder, "--name", "council.example")
    see = ("witness", "see", folder, address, "--key", str(key.key))
    a_day_later(log, 4)
    look_at_the_site()
    old = dict(Site.pages)
    a_day_later(log, 4)
    look_at_the_site()
    assert heedline(*see).returncode == 0
    Site.pages = old
    done = heedline(*see)
    assert (done.returncode, done.stdout) == (1, "")
    assert "it was put back" in done.stderr
    assert list((tmp_path / "witness" / "evidence").iterdir())
    assert heedline("witness", "see", folder, address, "--key", "x").returncode == 3
    assert heedline("witness", "see", folder).returncode == 2
    assert heedline("witness", "see", folder, "http://127.0.0.1:1/", "--key", str(key.key)).returncode == 3


def test_the_page_shows_the_checkpoint_and_says_when_it_is_old(log: Log) -> None:
    assert "We have not published a fingerprint yet" in SiteClient("public").get("/log/").content.decode()
    log.at -= timedelta(days=5)
    log.write(3)
    log.sign()
    with acting("public"):
        found = checkpoints.latest()
    assert found is not None
    page = SiteClient("public").get("/log/").content.decode()
    assert found.note.split("\n")[2] in page
    assert "We should have published a new one by now" in page
    log.at += timedelta(days=5)
    log.write(1)
    log.sign()
    page = SiteClient("public").get("/log/").content.decode()
    assert "We should have published a new one by now" not in page
    assert "<script" not in page.partition("<main")[2].partition("</main>")[0]
    for path in ("/log/after/0", "/log/after/4", "/log/after/99999999999999999999"):
        assert SiteClient("public").get(path).status_code == 404
