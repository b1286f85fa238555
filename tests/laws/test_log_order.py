"""Law 6: the log has one order that nobody waits for, in a tree that survives whatever happens to the sequencer."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.db import transaction

from heedline.audit import journal, sequence
from heedline.audit.acts import Act
from heedline.audit.tree import Forest, Growing, is_included, leaf_hash
from heedline.casework.duty import paging
from heedline.casework.log import checkpoints
from heedline.casework.log import keeping as log_keeping
from heedline.casework.log.proofs import note_of_mail
from heedline.vault.notes import NotBelieved, Note, NoteKey, TreeHead
from tests.laws.log_scene import SLOT, Log, committed_log
from tests.support import database
from tests.support.acting import acting


@pytest.fixture
def log(django_db_blocker: Any) -> Iterator[Log]:
    with committed_log(django_db_blocker) as made:
        yield made


def root_of_everything(log: Log) -> tuple[int, bytes]:
    """The tree over all events, made anew from the table."""
    grown = Growing()
    with transaction.atomic():
        for event in sequence.in_order(10**9):
            grown.add(leaf_hash(event.leaf()))
    return grown.size, grown.root()


def test_every_event_gets_its_place_and_the_checkpoint_says_so(log: Log) -> None:
    log.write(5)
    first = log.sign()
    log.write(600)  # more than a tile
    second = log.sign()
    size, root = root_of_everything(log)
    assert size == 605
    key = NoteKey.from_text(log.rows("SELECT key FROM audit_checkpoint LIMIT 1")[0][0])
    for note, leaves in ((first, 5), (second, 605)):
        Note.from_text(note).believe(key)
        assert TreeHead.from_text(Note.from_text(note).text).size == leaves
    assert TreeHead.from_text(Note.from_text(second).text).root == root
    assert TreeHead.from_text(Note.from_text(second).text).origin == key.name
    with acting("worker"):
        tree: Forest = sequence.forest()
        events = list(sequence.in_order(605))
        for position in (0, 4, 255, 256, 604):
            leaf = leaf_hash(events[position].leaf())
            assert is_included(leaf, position, 605, tree.inclusion(position, 605), root)


def test_an_event_of_a_transaction_that_still_runs_is_waited_for(log: Log) -> None:
    """Whoever began earlier and commits later comes first: nothing may be sequenced past them."""
    log.write(2)
    url = database.cluster().url("office", database.database())
    with psycopg.connect(url) as slow:
        slow.execute("SELECT set_config('heedline.session_secret', '', false)")
        slow.execute(
            "INSERT INTO audit_event (act, thing, outcome, detail) VALUES ('queue-read', 'slow', 'done', '{}')"
        )
        log.write(3)
        assert log.keep() == 2, "only what lies below the horizon"
        assert log.keep() == 0
        slow.commit()
    log.write(1)
    assert log.keep() == 5
    things = log.rows("SELECT thing FROM audit_event ORDER BY generation, xid, id")
    assert [one for (one,) in things].index("slow") == 2
    assert (
        root_of_everything(log) == (sequence.head().size, sequence.head().root) == (7, sequence.head().root)
    )


def test_what_was_undone_leaves_no_gap(log: Log) -> None:
    log.write(1)
    with acting("office"), transaction.atomic():
        journal.record(Act.QUEUE_READ, actor=None)
        transaction.set_rollback(True)
    log.write(1)
    assert log.keep() == 2
    assert root_of_everything(log)[0] == 2


def test_batches_are_bounded_and_a_round_ends(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    log.write(23)
    monkeypatch.setattr(sequence, "BATCH", 2)
    monkeypatch.setattr(sequence.extend, "__defaults__", (2,))
    assert log.keep() == 2 * log_keeping.BATCHES_A_ROUND
    while log.keep():
        pass
    assert root_of_everything(log) == (23, sequence.head().root)


#: Loads Django once, as the worker. For a number, starts a process that sequences in batches of that size, and for a
#: negative one, one that does so until it is killed; for an empty line, waits until one has ended and says its exit code.
SEQUENCERS = """
import os, sys
import django
django.setup()
from heedline.audit import sequence
def say(words):
    os.write(1, f"{words}\\n".encode())  # whole lines, whoever else writes
for line in iter(sys.stdin.readline, ""):
    if not line.strip():
        say(os.waitstatus_to_exitcode(os.wait()[1]))
    elif os.fork() == 0:
        say(os.getpid())
        while sequence.extend(abs(int(line))) or int(line) < 0:
            pass
        os._exit(0)
"""


class Sequencers:
    """Processes that sequence the log, started and ended by a test."""

    def __init__(self, mother: subprocess.Popen[str]) -> None:
        assert mother.stdin is not None
        assert mother.stdout is not None
        self._ask, self._answers = mother.stdin, mother.stdout

    def start(self, batch: int) -> int:
        """Start one, which ends by itself unless `batch` is negative, and return its process id once it begins."""
        print(batch, file=self._ask, flush=True)
        return int(self._answers.readline())

    def ended(self) -> int:
        """Wait until one has ended, and return its exit code."""
        print(file=self._ask, flush=True)
        return int(self._answers.readline())


@pytest.fixture
def sequencers(log: Log) -> Iterator[Sequencers]:
    url = database.cluster().url("worker", database.database())
    with subprocess.Popen(
        [sys.executable, "-c", SEQUENCERS],
        env={**os.environ, "HEEDLINE_DATABASE_URL": url, "HEEDLINE_PROCESS": "worker"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as mother:
        yield Sequencers(mother)


def test_two_sequencers_at_once_make_one_tree(log: Log, sequencers: Sequencers) -> None:
    log.write(300)
    for _ in range(2):
        sequencers.start(7)
    assert [sequencers.ended() for _ in range(2)] == [0, 0]
    assert root_of_everything(log) == (300, sequence.head().root)


def test_a_sequencer_that_is_killed_is_carried_on_by_the_next(log: Log, sequencers: Sequencers) -> None:
    """`kill -9` again and again, at any moment: the tree is always the tree of the events."""
    log.write(400)
    for delay in (0.0, 0.02, 0.05):
        child = sequencers.start(-3)
        time.sleep(delay)
        os.kill(child, signal.SIGKILL)
        assert sequencers.ended() == -signal.SIGKILL
        head = sequence.head()
        grown = Growing()
        with transaction.atomic():
            for event in sequence.in_order(head.size):
                grown.add(leaf_hash(event.leaf()))
        assert (grown.size, grown.root()) == (head.size, head.root)
    while log.keep():
        pass
    assert root_of_everything(log) == (400, sequence.head().root)


def test_each_quarter_hour_and_each_day_is_signed_once(log: Log) -> None:
    # At noon, whatever the time is: the log goes by the quarter hours that it is told.
    log.at = log.at.replace(hour=12, minute=0)
    log.write(1)
    log.sign()
    with acting("worker"):
        assert log_keeping.publish(log.at, alarm=paging.raise_for_all) == 0
    for _ in range(2):
        log.write(1)
        log.sign()
    found = log.rows("SELECT feed, old, size FROM audit_checkpoint ORDER BY 1, 3")
    assert found == [("day", 0, 1), ("slot", 0, 1), ("slot", 1, 2), ("slot", 2, 3)]
    with acting("worker"):
        later = log_keeping.publish(log.at + 4 * SLOT, alarm=paging.raise_for_all)
        assert later == 0, "nothing new, nothing signed"
        next_day = log_keeping.publish(log.at + 48 * SLOT, alarm=paging.raise_for_all)
        assert next_day == 1, "the day's, of what the last day's checkpoint did not hold yet"
    found = log.rows("SELECT feed, old, size FROM audit_checkpoint ORDER BY 1, 3")
    assert found == [
        ("day", 0, 1),
        ("day", 1, 3),
        ("slot", 0, 1),
        ("slot", 1, 2),
        ("slot", 2, 3),
    ]


def test_everyone_sees_one_checkpoint_a_day_and_the_office_each(log: Log) -> None:
    """The number of leaves counts what the office does: a live counter would tell when reports come in."""
    log.write(1)
    log.sign()
    for _ in range(3):
        log.write(1)
        log.sign()
    with acting("public"):
        assert checkpoints.latest(checkpoints.SLOT) is None
        assert checkpoints.latest() is not None
        assert len(checkpoints.chain(checkpoints.SLOT)) == 0
    with acting("office"):
        assert len(checkpoints.chain(checkpoints.SLOT)) == 4


def test_mails_of_a_quarter_hour_carry_the_same_checkpoint(log: Log) -> None:
    """The one that was signed before it: that of the moment would date the mail more finely than its date does."""
    with acting("worker"):
        assert checkpoints.mail_words(log.at) == ""
    log.write(1)
    first = log.sign()
    with acting("worker"):
        assert checkpoints.mail_words(log.at) == "", "signed in this quarter hour: not for its mails"
        log.write(1)
        early = checkpoints.mail_words(log.at + SLOT)
        log.sign()
        late = checkpoints.mail_words(log.at)
    assert early == late
    assert note_of_mail(f"Subject: Heedline\n\nSomeone …\n\n{late}   \n\n") == first
    assert late.isascii()
    assert max(len(line) for line in late.splitlines()) <= 76
    assert note_of_mail("Log checkpoint\nof nothing\n") is None


def test_an_event_slipped_in_before_others_stops_the_sequencer(log: Log) -> None:
    log.write(3)
    log.keep()
    log.as_superuser(
        "INSERT INTO audit_event (act, thing, outcome, detail, xid) VALUES ('queue-read', '', 'done', '{}', 1)"
    )
    with pytest.raises(sequence.Broken):
        sequence.extend()
    log.write(1)
    assert log.keep() == 0


def test_a_tree_whose_tiles_are_gone_stops_the_sequencer(log: Log) -> None:
    log.write(3)
    log.keep()
    log.as_superuser("DELETE FROM audit_tile")
    log.write(1)
    with pytest.raises(sequence.Broken):
        sequence.extend()
    with pytest.raises(sequence.Broken):
        sequence.head()


def test_what_cannot_be_written_down_never_gets_into_the_log(log: Log) -> None:
    """One event that has no canonical form would stop the log for ever: whoever may write could do that."""
    log.write(1)
    deep: object = "x"
    for _ in range(3):
        deep = {"a": deep}
    for detail in (
        '{"n": 1e400}',
        '{"n": 1.5}',
        '{"n": ' + "9" * 5000 + "}",
        '{"n": 9007199254740993}',
        json.dumps(deep),
        '{"a": [[1]]}',
        '{"a": [{"b": 1}]}',
        '"words"',
        "[1]",
        json.dumps({"a": "x" * 9000}),
    ):
        url = database.cluster().url("office", database.database())
        with psycopg.connect(url, autocommit=True) as office, pytest.raises(psycopg.errors.CheckViolation):
            office.execute(
                "INSERT INTO audit_event (act, thing, outcome, detail) VALUES ('queue-read', '', 'done', %s)",
                [detail],
            )
    worker = database.cluster().url("worker", database.database())
    for moment in ("infinity", "-infinity", "1999-12-31", "10000-01-01"):
        with psycopg.connect(worker, autocommit=True) as db, pytest.raises(psycopg.errors.CheckViolation):
            db.execute(
                "INSERT INTO audit_event (act, thing, outcome, detail, at) VALUES ('duty-paged', '', 'done', '{}', %s)",
                [moment],
            )
    with acting("office"):
        journal.record(Act.QUEUE_READ, actor=None, detail={"a": ["x", "y"], "n": -3, "yes": True, "ö": "😀"})
    assert log.keep() == 2


def test_an_event_that_has_no_form_is_a_broken_log_and_not_a_crash(log: Log) -> None:
    log.write(1)
    log.as_superuser(
        "ALTER TABLE audit_event DROP CONSTRAINT what_an_event_may_say",
        "INSERT INTO audit_event (act, thing, outcome, detail) VALUES ('queue-read', '', 'done', '{\"n\": 1e9999}')",
    )
    with pytest.raises(sequence.Broken, match="no event can say"):
        sequence.extend()


def test_a_restore_advances_the_generation_and_the_log_goes_on(log: Log) -> None:
    """In another cluster transactions are counted from the start: what was not sequenced before the restore would never
    lie below the horizon, and what comes after it would stand before everything."""
    log.write(3)
    first = log.sign()
    log.write(2)  # not sequenced when the copy was made
    log.as_superuser(
        "UPDATE audit_event SET xid = xid + 1000000000000", "UPDATE audit_mark SET xid = xid + 1000000000000"
    )
    assert log.keep() == 0, "that is what would happen"
    with acting("owner"):
        assert log_keeping.begin_generation() == 2
    log.write(1)
    assert log.keep() == 4
    found = log.rows("SELECT generation, act FROM audit_event ORDER BY generation, xid, id")
    assert [g for g, _ in found] == [1, 1, 1, 1, 1, 2, 2]
    assert found[5] == (2, "log-restored")
    second = Note.from_text(log.sign())
    key = log_keeping.signer(2)
    assert key is not None
    second.believe(key.key)
    with pytest.raises(NotBelieved):
        second.believe(log_keeping.signer(1).key)  # type: ignore[union-attr]
    assert TreeHead.from_text(second.text).origin.endswith("/2")
    assert TreeHead.from_text(Note.from_text(first).text).origin.endswith("/1")


def test_only_the_owner_begins_a_generation() -> None:
    for process in ("worker", "office", "backup"):
        url = database.cluster().url(process, database.database())
        with psycopg.connect(url) as db, pytest.raises(psycopg.Error):
            db.execute("ALTER TABLE audit_event ALTER COLUMN generation SET DEFAULT 9")
