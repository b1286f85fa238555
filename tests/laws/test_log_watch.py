"""Law 6: the log is watched. Old events are read again, another past is never signed, and somebody is called."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from django.conf import settings

from heedline.audit import sequence
from heedline.casework.log import keeping as log_keeping
from heedline.dispatch.letters import AlarmKind
from tests.laws.log_scene import SLOT, Log, committed_log
from tests.support import database
from tests.support.acting import acting


@pytest.fixture
def log(django_db_blocker: Any) -> Iterator[Log]:
    with committed_log(django_db_blocker) as made:
        yield made


def look_back(log: Log, patrol: sequence.Patrol, rounds: int = 1) -> bool:
    with acting("worker"):
        return {log_keeping.look_back(log.at, patrol) for _ in range(rounds)} == {True}


def alarms(log: Log) -> set[str]:
    return {kind for (kind,) in log.rows("SELECT kind FROM dispatch_alarm WHERE cleared_at IS NULL")}


def with_a_desk(log: Log) -> None:
    organisation = uuid4()
    log.db.execute("INSERT INTO desks_organisation (id, code, name) VALUES (%s, 'u', 'Unit')", [organisation])
    log.db.execute(
        "INSERT INTO desks_desk (id, code, name, organisation_id, kind, round_the_clock)"
        " VALUES (%s, 'd', 'Desk', %s, 'activity', true)",
        [uuid4(), organisation],
    )


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ("UPDATE audit_event SET actor = gen_random_uuid() WHERE id = {id}", 7),
        ("DELETE FROM audit_event WHERE id = {id}", 7),
        ("DELETE FROM audit_event WHERE id > {id}", 8),
        ("UPDATE audit_event SET xid = xid + 1 WHERE id = {id}", 7),
        (
            "INSERT INTO audit_event (id, act, thing, outcome, detail, xid) SELECT -1, 'queue-read', '', 'done', '{{}}',"
            " xid FROM audit_event WHERE id = {id}",
            7,
        ),
        ("UPDATE audit_tile SET hashes = hashes || decode(repeat('00', 32), 'hex') WHERE level = 9", None),
    ],
)
def test_old_events_are_read_again_and_a_change_is_found(log: Log, change: str, where: int | None) -> None:
    with_a_desk(log)
    log.write(20)
    log.keep()
    patrol = sequence.Patrol()
    assert look_back(log, patrol, 3)
    assert patrol.position == 20
    number = log.rows("SELECT id FROM audit_event ORDER BY generation, xid, id")[7][0]
    log.as_superuser(change.format(id=number))
    assert look_back(log, patrol) is (where is None)
    assert alarms(log) == ({AlarmKind.LOG_BROKEN} if where is not None else set())
    if where is not None:
        with pytest.raises(sequence.Broken, match=f"vent {where} "):
            sequence.recheck(sequence.Patrol())


def test_reading_again_goes_on_where_it_stopped_while_the_log_grows(log: Log) -> None:
    log.write(10)
    log.keep()
    patrol = sequence.Patrol()
    for expected in (4, 8, 10, 4):
        with acting("worker"):
            sequence.recheck(patrol, 4)
        assert patrol.position == expected
    log.write(3)
    log.keep()
    for expected in (8, 12, 13):
        sequence.recheck(patrol, 4)
        assert patrol.position == expected


def test_another_past_is_never_signed(log: Log) -> None:
    """Events and tree may agree with each other: what was signed before stands against both."""
    with_a_desk(log)
    log.write(5)
    log.sign()
    log.as_superuser(
        "UPDATE audit_event SET outcome = 'refused' WHERE id = (SELECT min(id) FROM audit_event)",
        "DELETE FROM audit_tile",
        "DELETE FROM audit_mark",
    )
    log.write(1)
    log.keep()
    log.at += SLOT
    with acting("worker"):
        assert log_keeping.publish(log.at) == 0
    assert alarms(log) == {AlarmKind.LOG_BROKEN}
    assert log.rows("SELECT max(size) FROM audit_checkpoint") == [(5,)]


def test_a_log_that_shrank_is_never_signed(log: Log) -> None:
    with_a_desk(log)
    log.write(5)
    log.sign()
    log.as_superuser("DELETE FROM audit_event", "DELETE FROM audit_tile", "DELETE FROM audit_mark")
    log.at += SLOT
    with acting("worker"):
        assert log_keeping.publish(log.at) == 0
    assert alarms(log) == {AlarmKind.LOG_BROKEN}


def test_somebody_is_called_when_checkpoints_stop(log: Log) -> None:
    with_a_desk(log)
    unsigned = log_keeping.Unsigned()

    def watch(seconds: float) -> set[str]:
        with acting("worker"):
            log_keeping.watch(log.at, seconds, unsigned)
        return alarms(log)

    log.write(1)
    log.keep()
    assert watch(0.0) == set(), "never signed yet"
    assert watch(1800.0) == set()
    assert watch(1801.0) == {AlarmKind.LOG_STANDS}
    log.db.execute("DELETE FROM dispatch_alarm")
    log.sign()
    assert watch(1900.0) == set()
    assert watch(90_000.0) == set(), "nothing has happened since"
    log.write(1)
    log.keep()
    assert watch(90_060.0) == set()
    log.sign()
    log.write(1)
    log.keep()
    assert watch(91_800.0) == set(), "another one waits"
    assert watch(93_601.0) == {AlarmKind.LOG_STANDS}


def test_somebody_is_called_when_the_sequencer_cannot_keep_up(
    log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It works all the time, and what was written six minutes ago is still not in the tree."""
    with_a_desk(log)
    monkeypatch.setattr(sequence, "BATCH", 1)
    monkeypatch.setattr(sequence.extend, "__defaults__", (1,))
    waiting = log_keeping.Waiting()
    log.write(22)
    with acting("worker"):
        for seconds in (0.0, 100.0, 200.0):
            assert log_keeping.keep(log.at, seconds, waiting) == 5
        assert alarms(log) == set()
        assert log_keeping.keep(log.at, 301.0, waiting) == 5
        assert alarms(log) == {AlarmKind.LOG_STANDS}
    log.db.execute("DELETE FROM dispatch_alarm")
    log.write(2)
    with acting("worker"):
        assert log_keeping.keep(log.at, 400.0, waiting) == 4
        log_keeping.keep(log.at, 900.0, waiting)
    assert alarms(log) == set(), "it has caught up"


def test_somebody_is_called_when_the_log_stands_or_does_not_add_up(log: Log) -> None:
    with_a_desk(log)
    waiting = log_keeping.Waiting()
    log.write(2)
    url = database.cluster().url("office", database.database())
    with psycopg.connect(url) as hanging:  # a transaction that never ends holds the horizon
        hanging.execute(
            "INSERT INTO audit_event (act, thing, outcome, detail) VALUES ('queue-read', '', 'done', '{}')"
        )
        log.write(1)
        with acting("worker"):
            assert log_keeping.keep(log.at, 100.0, waiting) == 2
            assert log_keeping.keep(log.at, 115.0, waiting) == 0
            assert log_keeping.keep(log.at, 399.0, waiting) == 0
            assert alarms(log) == set()
            log_keeping.keep(log.at, 401.0, waiting)
        assert alarms(log) == {AlarmKind.LOG_STANDS}
        hanging.rollback()
    log.db.execute("DELETE FROM dispatch_alarm")
    settings.LOG_KEY = ""
    with acting("worker"):
        log_keeping.keep(log.at, 430.0, waiting)
        assert log_keeping.publish(log.at) == 0
    assert alarms(log) == {AlarmKind.LOG_STANDS}, "nobody to sign is as bad"
    log.db.execute("DELETE FROM dispatch_alarm")
    log.as_superuser(
        "INSERT INTO audit_event (act, thing, outcome, detail, xid) VALUES ('queue-read', '', 'done', '{}', 1)"
    )
    log.keep()
    assert alarms(log) == {AlarmKind.LOG_BROKEN}
