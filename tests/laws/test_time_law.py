"""Law 5: nothing ties a report to anything finer than its quarter hour: no column, no row's transaction number, no order.

The tests look at all tables as the superuser does, through no list of ours: a new column with a time fails here.
"""

from __future__ import annotations

import json
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from django.db import DatabaseError, connection
from django.db.transaction import atomic
from psycopg import sql

from heedline.casework.contact import messages
from heedline.casework.duty import paging
from heedline.casework.intake import page_counts, settle_arrivals
from heedline.casework.journey import call_ending, call_taking, transitions
from heedline.casework.journey.call_ending import WrapUp
from heedline.casework.journey.call_taking import Contact
from heedline.casework.pages.queues import queue
from heedline.dispatch import clockwork
from heedline.dispatch.clocks import slot_of
from heedline.jobs import worker
from heedline.permits.gate import Refused
from heedline.vault.codes import ReceiptCode
from tests.laws.committed import committed_house, superuser
from tests.laws.time_columns import EXACT, SLOTTED
from tests.support import stories
from tests.support.acting import acting
from tests.support.cast import House, now
from tests.support.scene_people import NORTH_EAST, People

SLOT = timedelta(minutes=15)
REPORTS = 24
#: Reports that come in the same moment, in one transaction. They are among the others.
GROUP = 4


@dataclass
class Slot:
    """A quarter hour in which reporters sent and came back, one after another, and nothing else happened to them."""

    people: People
    codes: dict[UUID, ReceiptCode]
    db: psycopg.Connection[tuple[Any, ...]]
    began: datetime

    @property
    def refs(self) -> list[UUID]:
        return list(self.codes)

    def rows(self, table: str, columns: str) -> list[tuple[Any, ...]]:
        return self.db.execute(f"SELECT {columns} FROM {table}").fetchall()

    def tables(self) -> dict[str, str]:
        """Every table with rows of reports, and its column that names the report."""
        found = self.db.execute(
            "SELECT c.relname, a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid"
            " WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace"
            " AND (a.attname IN ('report_id', 'thing_id', 'about_id') OR (c.relname, a.attname) = ('reports_report', 'id'))"
        ).fetchall()
        return dict(found)


@pytest.fixture
def slot(django_db_blocker: Any) -> Iterator[Slot]:
    with committed_house(django_db_blocker) as house:
        wait = (slot_of(now()) + SLOT - now()).total_seconds()
        if wait < 20:  # everything has to happen within one quarter hour
            time.sleep(wait + 0.1)
        at = now()
        people = People(house, at)
        codes = {}
        with people.sitting("Odile"):  # an officer works meanwhile, and the log dates the transaction numbers
            pass
        for number in range(REPORTS - 2 * (GROUP - 1)):
            several = [stories.new_report(**NORTH_EAST) for _ in range(GROUP if number in (6, 12) else 1)]
            if len(several) == 1:
                stories.send(several[0], at=now())
            else:
                assert stories.send_together(several, at=now()) == [True] * GROUP
            codes.update({new.report_id: new.code for new in several})
            with people.sitting("Odile") as odile:
                queue.queue(by=odile, at=now(), view=queue.QueueView(size=1))
        first, second, third = list(codes.values())[:3]
        with acting("public"):
            messages.say(first, "one more thing", message_id=uuid4(), at=now())
            messages.ask_to_withdraw(second, at=now())
            messages.delete_messages(third, at=now())
        with superuser() as db:
            yield Slot(people, codes, db, at)


def settle(slot: Slot, reports: int = REPORTS) -> None:
    """What the worker does when the quarter hour is over."""
    with acting("worker"):
        paging.drain(slot.began)
        paging.settle_alarms(slot.began + SLOT)
        assert settle_arrivals.settle(slot.began + SLOT) == reports


def time_columns(db: psycopg.Connection[Any]) -> list[tuple[str, str]]:
    return db.execute(
        "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'"
        " AND data_type IN ('timestamp with time zone', 'timestamp without time zone', 'time without time zone', 'interval')"
    ).fetchall()


@pytest.mark.django_db
def test_every_column_with_a_time_is_declared() -> None:
    """A new one fails until somebody has said whose time it keeps."""
    with superuser() as db:
        found = {f"{table}.{column}" for table, column in time_columns(db)}
        assert found == set(EXACT) | SLOTTED
        # `commit_timestamp` would keep the exact time of every transaction
        assert db.execute("SHOW track_commit_timestamp").fetchone() == ("off",)


def nothing_is_exact(slot: Slot) -> None:
    """No column but of the log, of hours and of sessions has a time between two quarter hours."""
    for table, column in time_columns(slot.db):
        if table in {"audit_event", "desks_shift"} or f"{table}.{column}" not in EXACT | dict.fromkeys(
            SLOTTED
        ):
            continue
        if table.startswith(("permits_", "django_", "procrastinate_")):
            continue
        for (value,) in slot.rows(table, f'"{column}"'):
            if value is not None:
                assert value == slot_of(value), f"{table}.{column}"


def test_before_settling_no_column_has_an_exact_time_of_a_report(slot: Slot) -> None:
    nothing_is_exact(slot)
    assert not slot.db.execute(
        "SELECT 1 FROM audit_event WHERE thing_id = ANY (%s)", [slot.refs]
    ).fetchall(), "the log has nothing of a report before its quarter hour is over"


def test_after_settling_rows_of_a_slot_have_one_transaction_number(slot: Slot) -> None:
    """The number of a row's transaction lies between those of two events of the log whose times are exact."""
    before = {x for (x,) in slot.rows("reports_report", "xmin::text")}
    assert len(before) > REPORTS / 2, "the test would see it"
    settle(slot)
    numbers: dict[str, set[str]] = {}
    for table, column in slot.tables().items():
        found = slot.db.execute(
            sql.SQL("SELECT xmin::text, xmax::text FROM {} WHERE {} = ANY (%s)").format(
                sql.Identifier(table), sql.Identifier(column)
            ),
            [slot.refs],
        ).fetchall()
        numbers[table] = {x for x, _ in found} | {
            lock for _, lock in found if lock != "0"
        }  # a lock dates, too
    overflow = slot.db.execute(
        "SELECT t.relname, o.oid::regclass::text FROM pg_class t JOIN pg_class o ON o.oid = t.reltoastrelid"
        " WHERE t.relname = ANY (%s)",
        [[t for t in slot.tables() if t.startswith("reports_")]],
    ).fetchall()
    assert overflow
    for table, toast in overflow:
        found = {x for (x,) in slot.rows(toast, "xmin::text")}
        assert len(found) <= 1, f"overflow of {table}: one number for all, of whoever wrote the file anew"
    settled = numbers.pop("reports_report")
    assert len(settled) == 1
    alarms = numbers.pop("dispatch_alarm")
    assert len(alarms) <= 1
    assert {table: found - settled for table, found in numbers.items()} == {table: set() for table in numbers}


def test_after_settling_no_order_tells_who_came_first(slot: Slot) -> None:
    """Neither where rows lie nor how the log counts them follows the order of arrival."""
    settle(slot)
    place = {ref: n for n, ref in enumerate(slot.refs)}
    orders = {"audit_event by id": [r for (r,) in slot.rows("audit_event", "thing_id") if r in place]}
    counted = slot.db.execute(
        "SELECT thing_id FROM audit_event WHERE act = 'report-arrived' ORDER BY id"
    ).fetchall()
    orders["the log"] = [ref for (ref,) in counted]
    for table, column in slot.tables().items():
        if table.startswith("reports_"):
            lying = slot.db.execute(
                sql.SQL("SELECT {0} FROM {1} WHERE {0} = ANY (%s) ORDER BY ctid").format(
                    sql.Identifier(column), sql.Identifier(table)
                ),
                [slot.refs],
            ).fetchall()
            orders[table] = list(dict.fromkeys(ref for (ref,) in lying))
    for name, order in orders.items():
        if len(order) < REPORTS:
            continue
        places = [place[ref] for ref in order]
        assert places not in (sorted(places), sorted(places, reverse=True)), name
        follows = sum(b == a + 1 for a, b in pairwise(places))
        assert follows < REPORTS / 2, f"{name} keeps the order of arrival"


def test_where_rows_lie_does_not_follow_the_order_of_arrival(django_db_blocker: Any) -> None:
    """Measured: the rank correlation of arrival and place in rounds of a hundred and twenty, in standard deviations of chance.

    Every reporter comes back at once, so that each row was written twice: settling then finds room for the new row on the
    very page where the old one lies, and pages are filled in the order of arrival.
    """
    with committed_house(django_db_blocker) as house, superuser() as db:
        with People(house, now()).sitting("Odile"):
            pass
        rounds: list[list[UUID]] = []
        for _ in range(3):
            rounds.append([])
            for _ in range(120):
                new = stories.new_report(**NORTH_EAST)
                stories.send(new, at=now())
                with acting("public"):
                    messages.ask_to_withdraw(new.code, at=now())
                rounds[-1].append(new.report_id)
            with acting("worker"):
                assert settle_arrivals.settle(now() + SLOT) == 120
        for number, sent in enumerate(rounds):
            for table, column in (("reports_report", "id"), ("reports_receipt", "report_id")):
                found = db.execute(
                    f"SELECT {column} FROM {table} WHERE {column} = ANY (%s) ORDER BY ctid", [sent]
                ).fetchall()
                lying = [ref for (ref,) in found]
                assert abs(deviations(sent, lying)) < 4.5, f"{table} in round {number}"
                assert lying == sorted(sent), (
                    f"{table} in round {number}: in the order of the keys, which are random"
                )
        # nothing else counts how a table grows: its counters are reset, as they would tell when a report came
        known = db.execute("SELECT count(*) FROM pg_stats WHERE tablename = 'reports_report'").fetchall()
        assert known[0][0] > 10, "the planner knows nothing of the reports"


def deviations(one: list[UUID], other: list[UUID]) -> float:
    """Spearman's rank correlation of two orders of the same things, in the standard deviations that chance would give."""
    n, place = len(one), {ref: k for k, ref in enumerate(other)}
    apart = sum((k - place[ref]) ** 2 for k, ref in enumerate(one))
    return (1 - 6 * apart / (n * (n * n - 1))) * (n - 1) ** 0.5


def test_the_log_dates_arrivals_to_the_quarter_hour(slot: Slot) -> None:
    settle(slot)
    found = slot.db.execute(
        "SELECT at, thing_id, actor, xmin::text, detail FROM audit_event WHERE act = 'report-arrived'"
    ).fetchall()
    assert {ref for _, ref, *_ in found} == set(slot.refs)
    assert {at for at, *_ in found} == {slot_of(slot.began)}
    assert {actor for _, _, actor, *_ in found} == {None}
    assert len({number for *_, number, _ in found}) == 1
    assert all(set(detail) == {"sha256"} for *_, detail in found)


def take_a_call(slot: Slot) -> UUID:
    """Odile on the telephone, from the first word to the note after the call."""
    new = stories.new_report(**NORTH_EAST)
    with slot.people.sitting("Odile") as odile:
        draft = call_taking.for_danger(call_taking.begin(None, by=odile), at=now())
        call_taking.keep(draft, {"what.narrative": ["words"]}, at=now())
        call_taking.send(draft, Contact("phone"), new.record, new.question_set, by=odile, at=now())
        call_ending.settle_code(draft, "kept", at=now())
        call_ending.wrap_up(draft, WrapUp(mood="Afraid"), by=odile, at=now())
        queue.queue(by=odile, at=now(), view=queue.QueueView(size=1))
        call_taking.end(draft, at=now())
    return draft.report_id


def test_taking_a_report_down_leaves_no_exact_time(slot: Slot) -> None:
    """A telephone company knows who rang when. So what says that Odile took something down says the quarter hour, and
    what she does by the way says nothing of it: before it is settled, afterwards, and where her training had run out."""
    acts = {act for (act,) in slot.rows("audit_event", "DISTINCT act")}
    refs = [take_a_call(slot), take_a_call(slot)]
    slot.db.execute("DELETE FROM desks_completed_training WHERE training = 'call-taking'")
    with slot.people.sitting("Odile") as odile, pytest.raises(Refused):
        call_taking.may_begin(odile)  # and a moment later because somebody is in danger
    refs.append(take_a_call(slot))
    nothing_is_exact(slot)
    assert {act for (act,) in slot.rows("audit_event", "DISTINCT act")} == acts, "not even being refused"
    settle(slot, REPORTS + len(refs))
    told = slot.rows(
        "audit_event WHERE act IN ('call-taken-down', 'without-training')",
        "act, outcome, actor, at, thing_id, xmin::text",
    )
    assert sorted(row[:2] for row in told) == [
        *[("call-taken-down", "done")] * 3,
        ("call-taken-down", "refused"),
        ("without-training", "done"),
    ]
    who = slot.people.house.officers["Odile"].id
    assert {row[2:5] for row in told} == {(who, slot_of(slot.began), None)}, "she answers for it"
    arrived = {x for (x,) in slot.rows("audit_event WHERE act = 'report-arrived'", "xmin::text")}
    assert {row[5] for row in told} == arrived, "written with the arrivals, and in no order"
    assert not slot.rows("audit_waiting", "id")
    note = slot.db.execute(
        "SELECT xmin::text, at FROM reports_step WHERE report_id = ANY (%s)", [refs]
    ).fetchall()
    assert set(note) == {(arrived.pop(), None)}


@pytest.mark.django_db
def test_the_database_takes_no_exact_time_of_a_call_from_the_office(house: House) -> None:
    """Whoever gets the office process to write it the old way, or in a colleague's name, or to read what waits."""
    people = People(house, now())
    me, other = (house.officers[name].id for name in ("Odile", "Olga"))
    statements = (
        "INSERT INTO audit_event (act, actor, outcome, thing, detail) VALUES ('call-taken-down', %s, 'done', '', '{}')",
        "INSERT INTO audit_event (act, actor, outcome, thing, detail)"
        """ VALUES ('without-training', %s, 'done', '', '{"capability": "take-down"}')""",
        "INSERT INTO audit_waiting (id, act, actor, outcome, detail, slot)"
        " VALUES (gen_random_uuid(), 'call-taken-down', %s, 'done', '{}', now())",
        "SELECT 1 FROM audit_waiting WHERE actor = %s",
        "DELETE FROM audit_waiting WHERE actor = %s",
    )
    waiting = "INSERT INTO audit_waiting (id, act, actor, outcome, detail) VALUES (gen_random_uuid(), %s, %s, 'done', '{}')"
    with people.sitting("Odile"), connection.cursor() as cursor:
        for statement in statements:
            with pytest.raises(DatabaseError, match=r"permission denied|row-level security"), atomic():
                cursor.execute(statement, [me])
        for act, actor in (("call-taken-down", other), ("report-read", me)):
            with pytest.raises(DatabaseError, match="row-level security"), atomic():
                cursor.execute(waiting, [act, actor])
        cursor.execute(waiting, ["call-taken-down", me])


def test_neither_a_batch_nor_its_log_entries_tell_who_came_first(
    slot: Slot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A row's transaction number leads to the log entries of its batch. Reports are put into batches by their random ids."""
    monkeypatch.setattr(clockwork, "_REPORTS_AT_ONCE", 5)
    with slot.people.sitting("Odile") as odile:
        queue.queue(by=odile, at=now(), view=queue.QueueView(size=1))
    settle(slot)
    joined = slot.db.execute(
        "SELECT r.id, r.xmin::text, e.xmin::text, e.at, e.id FROM reports_report r"
        " JOIN audit_event e ON e.thing_id = r.id AND e.act = 'report-arrived' ORDER BY e.id"
    ).fetchall()
    numbers: dict[str, list[UUID]] = defaultdict(list)
    for ref, number, logged, at, _ in joined:
        assert number == logged
        assert at == slot_of(slot.began)
        numbers[number].append(ref)
    by_id = sorted(slot.refs)
    assert [sorted(batch) for batch in numbers.values()] == [by_id[n : n + 5] for n in range(0, REPORTS, 5)]
    assert any(batch != sorted(batch) for batch in numbers.values()), "shuffled in the log"
    for table in (
        "reports_receipt",
        "reports_sealed_header",
        "reports_sealed_payload",
        "reports_identity_share",
    ):
        found = slot.rows(table, "report_id, xmin::text")
        assert all(ref in numbers[number] for ref, number in found if ref in slot.codes), table
    nothing_is_exact(slot)


def test_a_worker_whose_clock_is_ahead_settles_no_running_quarter_hour(slot: Slot) -> None:
    """What arrived after its first batch would stand in a later one."""
    with acting("worker"):
        worker.settle(slot.began + SLOT)
    assert slot.rows("reports_report WHERE settled", "count(*)") == [(0,)]


def test_settling_again_logs_nothing_twice(slot: Slot) -> None:
    settle(slot)
    with acting("worker"):
        assert settle_arrivals.settle(slot.began + SLOT) == 0
        assert settle_arrivals.settle(slot.began + 4 * SLOT) == 0
    assert slot.rows("audit_event WHERE act = 'report-arrived'", "count(*)") == [(REPORTS,)]


def test_what_a_reporter_does_later_is_settled_too(slot: Slot) -> None:
    settle(slot)
    ref, code = next(iter(slot.codes.items()))
    with slot.people.sitting("Odile") as odile:
        transitions.take(ref, by=odile, at=now())
        transitions.assess_and_close(ref, stories.VAGUE, stories.NOTHING, version=2, by=odile, at=now())
    with acting("public"):
        messages.say(code, "and another", message_id=uuid4(), at=now())  # reopens it
        messages.ask_to_withdraw(code, at=now())
    with acting("worker"):
        assert settle_arrivals.settle(now() + SLOT) == 0
    numbers = defaultdict(set)
    for table, where in (
        ("reports_report", "id = %s"),
        ("reports_receipt", "report_id = %s"),
        ("reports_message", "report_id = %s"),
        ("reports_step", "report_id = %s AND by_id IS NULL"),
    ):
        for number, lock in slot.db.execute(
            f"SELECT xmin::text, xmax::text FROM {table} WHERE {where}",
            [ref],
        ).fetchall():
            numbers[number].add(table)
            if lock != "0":
                numbers[lock].add(f"a lock on {table}")
    assert len(numbers) == 1, dict(numbers)
    assert slot.rows("reports_receipt WHERE touched IS NOT NULL", "count(*)") == [(0,)]


def test_a_report_that_was_taken_keeps_only_its_day(slot: Slot) -> None:
    ref = slot.refs[0]
    slot.people.take(ref, at=now())
    settle(slot)
    (found,) = slot.db.execute(
        "SELECT to_jsonb(r) - 'lease_until' - 'due_at' FROM reports_report r WHERE id = %s", [ref]
    ).fetchall()
    told = json.dumps(found[0])
    assert "T" not in json.dumps([v for v in found[0].values() if isinstance(v, str) and v[:4].isdecimal()])
    assert found[0]["slot"] is None
    assert slot.began.date().isoformat() in told
    ((at,),) = slot.db.execute(
        "SELECT at FROM audit_event WHERE act = 'report-arrived' AND thing_id = %s", [ref]
    ).fetchall()
    assert at == datetime(at.year, at.month, at.day, tzinfo=UTC)


def test_what_is_counted_of_visits_is_dated_by_the_clock_and_not_by_them(slot: Slot) -> None:
    """One transaction for everything, at a moment of the clock's choosing; to the hour, which is coarser than the slot."""
    assert not slot.rows("intake_count", "number"), "a slot full of visits has written nothing of them"
    counts = page_counts.Counts()
    for n in range(40):
        counts.add("activity", ("what", "where", "person")[n % 3], "entered")
    with acting("public"):
        assert page_counts.flush(counts) == 3
    rows = slot.rows("intake_count", "hour, number, xmin::text")
    assert {hour.minute for hour, _, _ in rows} == {0}
    assert {number % 5 for _, number, _ in rows} == {0}
    assert all(hour <= slot.began for hour, _, _ in rows)
    assert len({number for *_, number in rows}) == 1, "one transaction"
