"""The log's key is changed: whoever trusts the old one goes on, and nobody gets more out of it than that."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from heedline.casework.log import keeping as log_keeping
from heedline.casework.log import rekeying as log_rekeying
from heedline.casework.log import witnessing
from heedline.casework.log.keys import TITLE, KeyChange, LogKeys, change
from heedline.casework.log.proofs import Unreadable
from heedline.casework.log.verifying import Kept, verify
from heedline.casework.log.witnessing import DoesNotFit, Witness
from heedline.vault.notes import Note, NoteSigner, TreeHead, signed_note
from tests.laws.log_scene import KEY, Command, Log, committed_log
from tests.laws.test_log_export import heedline
from tests.laws.test_witness import BY, OTHER, STRANGER, growth, note, tree
from tests.support import database
from tests.support.acting import acting

AT = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
NEW_SEED, THIRD_SEED = b"\3" * 32, b"\4" * 32
NEW, THIRD = NoteSigner(BY.name, NEW_SEED), NoteSigner(BY.name, THIRD_SEED)


def written(size: int, old: NoteSigner = BY, new: NoteSigner = NEW, mark: bytes = b"") -> str:
    return change(TreeHead(old.name, size, tree(size, mark).root()), old.seed, new.seed)


def paper(size: int, old: NoteSigner = BY, new: NoteSigner = NEW) -> KeyChange:
    return KeyChange.from_text(written(size, old, new))


# --- papers ----------------------------------------------------------------------------------------------------------


def test_a_key_counts_up_to_its_last_checkpoint_and_the_next_from_there() -> None:
    for known in (BY.key, NEW.key, THIRD.key):  # whichever of them somebody trusts
        for papers in ([paper(5), paper(9, NEW, THIRD)], [paper(9, NEW, THIRD), paper(5)]):
            keys = LogKeys.known(known, papers)
            assert keys.keys == (BY.key, NEW.key, THIRD.key)
            said = {
                size: [
                    by.seed[0] for by in (BY, NEW, THIRD) if by.key in keys.of(TreeHead(BY.name, size, b""))
                ]
                for size in (4, 5, 6, 9, 10)
            }
            assert said == {4: [1], 5: [1, 3], 6: [3], 9: [3, 4], 10: [4]}
    assert LogKeys.known(BY.key, []).of(TreeHead(OTHER.name, 4, b"")) == ()


def test_what_is_no_paper_of_both_keys_is_refused() -> None:
    right = change(TreeHead(BY.name, 5, tree(5).root()), BY.seed, NEW.seed)
    text = KeyChange.from_text(right).text
    wrong = [
        right.replace("\n5\n", "\n6\n"),
        signed_note(text, [BY.line(text)]),
        signed_note(text, [NEW.line(text)]),
        signed_note(text, [STRANGER.line(text), NEW.line(text)]),
        note(5),
        change(TreeHead(BY.name, 5, tree(5).root()), BY.seed, BY.seed),
        change(TreeHead(BY.name, -5, tree(5).root()), BY.seed, NEW.seed),
        "",
    ]
    for one in wrong:
        with pytest.raises(Unreadable):
            KeyChange.from_text(one)
    assert text.startswith(f"{TITLE}\n{BY.key}\n"), "no checkpoint can be read out of it"
    with pytest.raises(Exception, match="not a checkpoint"):
        TreeHead.from_text(text)


@pytest.mark.parametrize(
    "papers",
    [
        [paper(5, STRANGER)],
        [paper(5, OTHER, NoteSigner(OTHER.name, NEW_SEED))],
        [paper(5), paper(4, NEW, THIRD)],
        [paper(5), paper(7, BY, THIRD)],
    ],
    ids=["another key", "another log", "backwards", "two heirs"],
)
def test_papers_that_make_no_chain_are_refused(papers: list[KeyChange]) -> None:
    with pytest.raises(Unreadable, match="does not belong"):
        LogKeys.known(BY.key, papers)


# --- a witness -------------------------------------------------------------------------------------------------------


@pytest.fixture
def witness(tmp_path: Path) -> Witness:
    witnessing.new(tmp_path / "witness", "council.example/witness")
    return Witness(tmp_path / "witness")


def test_a_witness_goes_on_under_the_new_key(witness: Witness) -> None:
    witness.see(note(5), BY.key, AT)
    assert witness.follow(written(9)) == 5
    again = witness.see(note(5), NEW.key, AT)
    assert (again.new, again.size) == (False, 5)
    assert BY.line(Note.from_text(note(5)).text) in again.note
    assert witness.see(growth(5, 9), NEW.key, AT).size == 9, (
        "what the old key signed last, and was not seen yet"
    )
    with pytest.raises(DoesNotFit):  # another past, signed by the new key
        witness.see(growth(9, 12, NEW, b"x"), NEW.key, AT, latest=True)
    seen = witness.see(growth(9, 12, NEW), NEW.key, AT)
    assert (seen.size, seen.first) == (12, False)
    assert witness.follow(written(9)) == 12, "a second time changes nothing"
    assert witness.follow(written(12, NEW, THIRD)) == 12
    for key in (BY.key, NEW.key, THIRD.key):
        assert witness.size_held(key) == 12
    assert witness.see(growth(12, 13, THIRD), THIRD.key, AT).size == 13


def test_a_former_key_gets_no_second_past_signed(witness: Witness) -> None:
    """Whoever finds it later is one that the witness has known: the memory of both keys is one."""
    witness.see(note(5), BY.key, AT)
    witness.follow(written(9))
    for asked in (BY.key, NEW.key):
        for shown in (
            growth(5, 12),  # true, and beyond the paper
            growth(5, 12, BY, b"x"),
            growth(5, 9, BY, b"x"),  # as long as the paper says, and another past
            growth(5, 7, NEW),  # the new one before it was handed over
        ):
            with pytest.raises(Unreadable, match="not signed by the log's key"):
                witness.see(shown, asked, AT)
    witness.see(growth(5, 12, NEW), NEW.key, AT)
    with pytest.raises(Unreadable, match="older than the last"):
        witness.see(growth(5, 8, BY, b"x"), BY.key, AT)
    assert witness.size_held(BY.key) == 12


def test_a_witness_follows_no_paper_that_contradicts_what_it_signed(witness: Witness, tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="Nothing of the old key"):
        witness.follow(written(9))
    witness.see(note(9), BY.key, AT)
    with pytest.raises(DoesNotFit):
        witness.follow(written(5))
    with pytest.raises(DoesNotFit):
        witness.follow(written(9, mark=b"x"))
    assert witness.held(NEW.key) is None
    witness.follow(written(9))
    with pytest.raises(DoesNotFit, match="followed here before"):  # two heirs
        witness.follow(written(10, BY, THIRD))
    assert len(list((tmp_path / "witness" / "evidence").iterdir())) == 3
    assert witness.held(THIRD.key) is None


def test_a_proof_by_a_former_key_of_another_past_is_not_believed() -> None:
    keys = LogKeys.known(NEW.key, [paper(9)])
    for mark, believed in ((b"", True), (b"x", False)):
        shown = Note.from_text(note(9, BY, mark))
        assert keys.signed(shown, TreeHead.from_text(shown.text)) is believed


# --- the log of an installation --------------------------------------------------------------------------------------


@pytest.fixture
def log(django_db_blocker: Any) -> Iterator[Log]:
    with committed_log(django_db_blocker) as made:
        yield made


def test_a_verifier_with_an_old_checkpoint_goes_on(log: Log, tmp_path: Path) -> None:
    log.write(20)
    kept = Kept.from_text("kept", log.sign())
    old = log_keeping.signer(1)
    assert old is not None
    with acting("backup"):
        made = log_rekeying.paper(bytes.fromhex(KEY), NEW_SEED, at=log.at)
    settings.LOG_KEY = NEW_SEED.hex()
    log.write(5)
    latest = Kept.from_text("latest", log.sign())
    folder, by = log.export(tmp_path / "export"), KeyChange.from_text(made)
    for key in (old.key, by.new):
        assert verify(folder, [kept, latest], key=key, changes=[by]).wrong == []
    assert "no valid signature" in verify(folder, [kept], key=old.key).wrong[0]
    assert verify(folder, [kept], key=by.new).wrong, "nor with the new key and no paper"
    # whoever has stolen the old key signs on with it
    text = latest.note.text
    stolen = Kept.from_text("stolen", signed_note(text, [old.line(text)]))
    assert "no valid signature" in verify(folder, [stolen], key=old.key, changes=[by]).wrong[0]
    # the paper remembers the log of then, like a checkpoint
    log.as_superuser("DELETE FROM audit_event WHERE id = (SELECT min(id) FROM audit_event)")
    (tmp_path / "export" / "events.jsonl").write_bytes(
        (tmp_path / "export" / "events.jsonl").read_bytes().partition(b"\n")[2]
    )
    wrong = verify(folder, [], key=old.key, changes=[by]).wrong
    assert any("behind the change of the log's key" in words for words in wrong)


def test_the_command_makes_a_key_and_a_paper_once_the_worker_stands(
    log: Log, tmp_path: Path, here: Command
) -> None:
    (tmp_path / "old").write_text(f"{KEY}\n")
    (tmp_path / "other").write_text("00" * 32)

    def words(old: str, new: str) -> tuple[str, ...]:
        return ("audit", "new-key", "--old", str(tmp_path / old), "--new", str(tmp_path / new))

    def refused(old: str) -> str:
        done = here(*words(old, "a"))
        assert (done.returncode == 0, done.stdout) == (False, "")
        return done.stderr

    assert "Nothing was signed yet" in refused("old")
    log.write(20)
    log.sign()
    log.as_superuser("INSERT INTO dispatch_worker_beat (id, minute) VALUES (1, now())")
    assert "The worker runs" in refused("old")
    log.as_superuser("UPDATE dispatch_worker_beat SET minute = now() - interval '4 minutes'")
    assert "not the key that signed" in refused("other")
    assert "cannot be read" in refused("nothing")
    assert not (tmp_path / "a").exists()
    url = database.cluster().url("backup", database.database())
    done = heedline(*words("old", "a"), HEEDLINE_DATABASE_URL_BACKUP=url)
    assert done.returncode == 0, done.stderr
    made = KeyChange.from_text(done.stdout)
    assert made.size == 20
    seed = bytes.fromhex((tmp_path / "a").read_text())
    assert (NoteSigner(made.new.name, seed).key, (tmp_path / "a").stat().st_mode & 0o777) == (made.new, 0o600)
    assert seed.hex() not in done.stdout + done.stderr
    assert "never written over" in refused("old")
