"""Law 6: the log only grows, knows a closed list of acts, and holds no words and no names."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError, connection, transaction

import heedline
from heedline.audit import journal
from heedline.audit.acts import Act
from heedline.audit.models import Event
from heedline.casework.access import session
from heedline.casework.contact import messages
from heedline.casework.duty import paging, rota
from heedline.casework.journey import transitions
from heedline.casework.journey.closing import Closing
from heedline.casework.pages import access_history, case_file
from heedline.casework.pages.queues import queue
from heedline.casework.pages.queues.queue import QueueView
from tests.support.acting import PROCESSES, acting
from tests.support.cast import House, now
from tests.support.scene_people import DANGER, NAMED, People, row

pytestmark = pytest.mark.django_db
PACKAGE = Path(heedline.__file__).parent
#: Written by SQL, not by name in Python.
IN_SQL = {
    Act.DANGER_TOLD,
    Act.DERIVATIVE_MADE,
    Act.REPORT_ARRIVED,
    Act.BACKUP_BEGUN,
    Act.RECEIVED_BY_PARTNER,
}
MARK = "Zinnober-Quinquereme"


@pytest.fixture
def people(house: House) -> People:
    return People(house, now())


def settled(people: People) -> None:
    """A taken report, whose foreign keys have been looked at: TRUNCATE would stumble over that first."""
    people.taken()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def refused(statement: str, match: str) -> None:
    with pytest.raises(DatabaseError, match=match), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.parametrize("process", PROCESSES)
def test_no_process_changes_or_removes_an_event_or_a_step(people: People, process: str) -> None:
    settled(people)
    for table in ("public.audit_event", "public.reports_step"):
        column = "act" if table == "public.audit_event" else "move"
        with acting(process):
            for statement in (
                f"UPDATE {table} SET {column} = 'x'",
                f"DELETE FROM {table}",
                f"TRUNCATE {table} CASCADE",
                f"ALTER TABLE {table} DISABLE TRIGGER ALL" if process != "owner" else f"TRUNCATE {table}",
                "SET session_replication_role = replica",
            ):
                if (process, table) == ("owner", "public.reports_step") and not statement.startswith(
                    ("TRUNC", "SET")
                ):
                    continue  # the owner sees no step at all: the walls bind it, see below
                refused(statement, "permission denied|only grows|stays as it is|must be owner")
    assert Event.objects.exclude(act="x").count() == Event.objects.count()


def test_the_triggers_stop_the_superuser_too(people: People) -> None:
    """Who can switch them off can do anything; whoever merely forgets, cannot."""
    settled(people)
    for table, column in (("audit_event", "act"), ("reports_step", "move")):
        for statement in (
            f"UPDATE {table} SET {column} = 'x'",
            f"UPDATE {table} SET {column} = {column}",
            f"DELETE FROM {table}",
            f"TRUNCATE {table} CASCADE",
        ):
            refused(statement, "only grows|stays as it is")


def test_clockwork_may_change_a_steps_age_and_nothing_else(people: People) -> None:
    people.taken()
    with acting("settler"), connection.cursor() as cursor:
        cursor.execute("UPDATE reports_step SET note = note")
        assert cursor.rowcount == 1
        refused("UPDATE reports_step SET note = gen_random_uuid()", "stays as it is")
        refused("UPDATE reports_step SET move = 'close'", "permission denied")
        refused("DELETE FROM reports_step", "permission denied")


def test_no_process_sets_an_events_time_or_number_but_the_worker_its_slot() -> None:
    for process in ("public", "office", "door", "usher", "backup"):
        with acting(process):
            refused("INSERT INTO audit_event (act, at) VALUES ('x', now())", "permission denied")
            refused("INSERT INTO audit_event (act, id) VALUES ('x', 1)", "permission denied")
    with acting("worker"):
        refused("INSERT INTO audit_event (act, id) VALUES ('x', 1)", "permission denied")
        journal.record(Act.DUTY_PAGED, actor=None, at_slot=now().replace(minute=0, second=0, microsecond=0))
    with acting("public"):
        refused("INSERT INTO audit_event (act) VALUES ('x')", "permission denied")


def test_every_act_is_written_somewhere_and_nothing_else_is() -> None:
    named: set[str] = set()
    for path in PACKAGE.rglob("*.py"):
        if path.name in {"acts.py", "dissemination_states.py"}:  # the latter knows acts of its own
            continue
        named |= set(re.findall(r"(?<!states\.)\bAct\.([A-Z_]+)", path.read_text(encoding="utf-8")))
    written = {act for act in Act if act in IN_SQL or act.name in named}
    assert written == set(Act)
    assert named <= set(Act.__members__)
    sql = "\n".join(p.read_text(encoding="utf-8") for p in (PACKAGE / "database").glob("**/*.sql"))
    for act in IN_SQL:
        assert f"'{act}'" in sql
    # nobody writes to the table past the journal
    for path in PACKAGE.rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        if path.parts[-2:] not in {("audit", "journal.py"), ("audit", "models.py")}:
            assert "Event.objects.create" not in text, path.name
            assert "INTO audit_event" not in text, path.name


def test_a_whole_day_leaves_only_known_acts_without_words_or_names(people: People) -> None:
    ref, code = people.send(narrative=f"{MARK} was seen at the gate for hours.", **NAMED)
    with people.sitting("Odile") as odile:
        queue.queue(by=odile, at=people.at, view=QueueView())
        rota.come_on(by=odile, desk=odile.desk_ids[0], until=people.at + timedelta(hours=1), at=people.at)
        transitions.take(ref, by=odile, at=people.at)
        transitions.release(ref, by=odile, at=people.at)
        transitions.take(ref, by=odile, at=people.at)
        messages.ask(ref, MARK, version=row(ref).version, by=odile, at=people.at)
        finding = transitions.Assessment(False, MARK, "low", MARK)
        transitions.assess(ref, finding, version=row(ref).version, by=odile, at=people.at)
        transitions.close(
            ref,
            Closing("insufficient", MARK, "finished"),
            version=row(ref).version,
            by=odile,
            at=people.at,
        )
        transitions.reopen(ref, MARK, by=odile, at=people.at)
        transitions.hand_over(ref, "south-west", MARK, version=row(ref).version, by=odile, at=people.at)
        session.lock(odile)
        session.signed_out(odile)
        session.sign_in_refused(f"{MARK}@unit.example")
    with acting("public"):
        messages.say(code, MARK, message_id=uuid4(), at=people.at)
    urgent, _ = people.send(**DANGER)
    with acting("worker"):
        paging.drain(people.at)
        paging.watch_clocks(people.at)
    people.read(ref, "Otto")
    with people.sitting("Otto") as otto:
        access_history.history(ref, by=otto, at=people.at)
    assert row(urgent).stage == "waiting"

    events = list(Event.objects.all())
    acts = {event.act for event in events}
    assert acts <= set(Act)
    assert len(acts) > 15
    names = [o.name for o in people.house.officers.values()]
    for event in events:
        told = json.dumps([event.act, event.thing, event.outcome, event.detail])
        assert event.outcome in {"done", "refused"}
        for secret in (MARK, code.symbols, code.grouped(), "@", "Rosa", *names):
            assert secret not in told
        for value in event.detail.values():
            assert _is_code(value), value


def _is_code(value: object) -> bool:
    """A number, a flag, an id, a time that an officer chose, or a word of a pack: never a sentence."""
    if isinstance(value, list):
        return all(_is_code(one) for one in value)
    if isinstance(value, bool | int):
        return True
    return isinstance(value, str) and re.fullmatch(r"[a-z0-9_:.+T-]{0,64}", value) is not None


def test_a_read_is_logged_before_its_first_byte_leaves(people: People) -> None:
    """When the log does not take the event, nothing is shown."""
    with connection.cursor() as cursor:
        cursor.execute("REVOKE INSERT ON audit_event FROM heedline_office")
        for column in ("act", "actor", "desk", "thing", "thing_id", "outcome", "detail"):
            cursor.execute(f"REVOKE INSERT ({column}) ON audit_event FROM heedline_office")
    with acting("office"):
        with pytest.raises(DatabaseError), transaction.atomic():
            people.house.sign_in("Odile", at=people.at)  # not even unlocking
    for look in (
        lambda here: queue.queue(by=here, at=people.at, view=QueueView()),
        lambda here: case_file.case_file(uuid4(), by=here, at=people.at),
    ):
        with acting("office"):
            here = people.house.sign_in("Odile", at=people.at, unlocked=False)
            with pytest.raises(DatabaseError), transaction.atomic():
                look(here)
            session.leave()


def test_events_have_no_foreign_keys_so_that_nothing_can_take_history_with_it() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_constraint WHERE conrelid = 'audit_event'::regclass AND contype = 'f'"
        )
        assert cursor.fetchone() == (0,)
        cursor.execute(
            "SELECT conrelid::regclass::text FROM pg_constraint WHERE contype = 'f' AND confdeltype <> 'a'"
            " AND conrelid::regclass::text LIKE 'reports_%'"
        )
        assert cursor.fetchall() == []  # no report goes because something else went


def test_an_event_keeps_ids_as_ids(people: People) -> None:
    thing = uuid4()
    with acting("office"):
        journal.record(Act.QUEUE_READ, actor=None, thing="report", thing_id=thing, detail={"n": 1})
    event = Event.objects.get(thing_id=thing)
    assert isinstance(event.thing_id, UUID)
    assert event.detail == {"n": 1}
    assert abs((event.at - now()).total_seconds()) < 3600
