"""Attacks on an open danger: SQL as the office's role, and as nobody's report."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError, connection, transaction

from heedline.casework.danger.action_log import DangerNoteKind
from heedline.reports.models import DangerEntry, DangerEpisode, SealedHeader, SealedPayload
from tests.support import danger_scene
from tests.support.cast import House
from tests.support.danger_scene import CALLED, DECISION, OVER, RISK
from tests.support.scene_people import People, logged, row

pytestmark = pytest.mark.django_db


@pytest.fixture
def led(leads: House, people: People) -> People:
    return people


def tried(sql: str, params: list[Any]) -> int:
    """How many rows the statement changed; nothing of it stays. -1: the database refused it."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql, params)
            changed = int(cursor.rowcount)
            transaction.set_rollback(True)
            return changed
    except DatabaseError:
        return -1


def asked(sql: str, params: list[Any]) -> Any:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, params)
        found = cursor.fetchone()
        transaction.set_rollback(True)
        return found[0]


DISCHARGE = "UPDATE reports_danger SET discharged_by_id = %s, discharged_at = now() WHERE report_id = %s"
ACKNOWLEDGE = (
    "UPDATE reports_danger SET acknowledged_by_id = %s, acknowledged_at = now() WHERE report_id = %s"
)


@pytest.mark.parametrize("statement", [DISCHARGE, ACKNOWLEDGE])
def test_sql_as_office_discharges_and_acknowledges_in_no_other_name(led: People, statement: str) -> None:
    ref, officers = danger_scene.opened(led), led.house.officers
    danger_scene.asked(led, ref)
    for who, names in (
        ("Odile", ("Odile", "Olga")),
        ("Nils", ("Nils", "Nadia")),
        ("Olga", ("Odile", "Nadia")),
    ):
        with led.sitting(who):
            for name in names:
                assert tried(statement, [officers[name].id, ref]) == -1, (who, name)
    with led.sitting("Otto"):
        assert tried(statement, [officers["Otto"].id, ref]) == 0, "another desk does not even see it"
    for who in ("Olga", "Nadia"):
        with led.sitting(who):
            assert tried(statement, [officers[who].id, ref]) == 1, "a supervisor, in their own name"


def test_sql_as_office_does_not_end_a_danger_by_the_report(led: People) -> None:
    ref = danger_scene.opened(led)
    with led.sitting("Odile"):
        for change in (
            "danger_to_life = false",
            "rank = 3",
            "stage = 'waiting', owner_id = NULL, lease_until = NULL",
            "stage = 'closed', owner_id = NULL, lease_until = NULL, due_at = NULL",
        ):
            assert tried(f"UPDATE reports_report SET {change} WHERE id = %s", [ref]) == -1, change
        assert tried("DELETE FROM reports_danger WHERE report_id = %s", [ref]) == -1
        assert tried("UPDATE reports_danger SET opened_at = now() WHERE report_id = %s", [ref]) == -1
        assert tried("UPDATE reports_danger SET watch_added = false WHERE report_id = %s", [ref]) == -1


def test_the_log_is_neither_changed_nor_written_in_another_name(led: People) -> None:
    ref = danger_scene.opened(led)
    danger_scene.add(led, ref, DangerNoteKind.RISK, RISK)
    entry, episode = DangerEntry.objects.get(), danger_scene.episode(ref)
    add = (
        "INSERT INTO reports_danger_entry (id, danger_id, report_id, number, by_id, at, told, note)"
        " VALUES (gen_random_uuid(), %s, %s, 99, %s, now(), false, %s)"
    )
    officers = led.house.officers
    with led.sitting("Odile"):
        assert tried("UPDATE reports_danger_entry SET at = now() WHERE id = %s", [entry.id]) == -1
        assert tried("DELETE FROM reports_danger_entry WHERE id = %s", [entry.id]) == -1
        assert tried(add, [episode.id, ref, officers["Olga"].id, entry.note]) == -1
        assert tried(add, [episode.id, ref, officers["Odile"].id, entry.note]) == 1
    with led.sitting("Otto"):
        assert tried(add, [episode.id, ref, officers["Otto"].id, entry.note]) == -1
        assert asked("SELECT count(*) FROM reports_danger_entry", []) == 0
    with connection.cursor() as cursor, pytest.raises(DatabaseError), transaction.atomic():
        cursor.execute("UPDATE reports_danger_entry SET number = 7")  # not even the owner of the table
    danger_scene.end(led, ref)
    with led.sitting("Odile"):
        assert tried(add, [episode.id, ref, officers["Odile"].id, entry.note]) == -1, "the danger is over"


def test_a_discharge_stays(led: People) -> None:
    ref = danger_scene.opened(led)
    danger_scene.end(led, ref)
    with led.sitting("Olga"):
        again = "UPDATE reports_danger SET review_at = now() WHERE report_id = %s"
        assert tried(again, [ref]) == -1
        undo = (
            "UPDATE reports_danger SET discharged_by_id = NULL, discharged_at = NULL, discharge_note = NULL"
        )
        assert tried(f"{undo} WHERE report_id = %s", [ref]) == -1
    made = (
        "INSERT INTO reports_danger (id, report_id, opened_by_id, opened_at, watch_added, review_at, discharged_by_id,"
        " discharged_at, discharge_note) VALUES (gen_random_uuid(), %s, %s, now(), false, now(), %s, now(), %s)"
    )
    officers = led.house.officers
    with led.sitting("Odile"):  # a discharge in a supervisor's name that never was
        assert tried(made, [ref, officers["Odile"].id, officers["Olga"].id, uuid4()]) == -1


def test_the_round_the_clock_desk_is_added_to_nothing_but_danger(led: People) -> None:
    """The function of the database looks for itself: no danger, no other desk, no foreign report, no lost part."""
    danger_scene.material_desk(led)
    quiet = danger_scene.an_item(led)
    national = led.house.desks["national"].id
    with led.sitting("Odile") as odile:
        epoch = next(iter(_epochs(national)))
        parts = list(SealedHeader.objects.filter(report_id=quiet).exclude(part="identity"))
        columns = [
            [p.container for p in parts],
            [bytes(p.header) for p in parts],
            [bytes(p.header) for p in parts],
        ]
        watch = "SELECT permits.watch_danger(%s, %s, %s, %s, %s::uuid[], %s::bytea[], %s::bytea[])"
        assert odile.unlocked
        assert asked(watch, [quiet, national, epoch, None, *columns]) is False, "no danger"
    danger_scene.tick(led, quiet)
    danger_scene.end(led, quiet)
    danger_scene.tick(led, quiet)
    end = "SELECT permits.end_danger_watch(%s, %s::uuid[], %s::bytea[], %s::bytea[])"
    with led.sitting("Olga"):
        assert asked(end, [quiet, *columns]) is False, "the danger is open"
    danger_scene.end(led, quiet)
    with led.sitting("Odile"):
        assert asked(end, [quiet, *columns]) is False, "nobody watches it, and she leads nobody"
    other, _ = led.taken()
    with led.sitting("Otto"):
        assert asked(watch, [other, national, epoch, None, *columns]) is False, "not theirs"
    assert row(quiet).watch is None


def _epochs(desk: UUID) -> set[UUID]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM keys_epoch WHERE desk_id = %s", [desk])
        return {found[0] for found in cursor.fetchall()}


def test_a_thief_of_the_database_reads_no_word_of_it(led: People) -> None:
    ref = danger_scene.opened(led)
    danger_scene.add(led, ref, DangerNoteKind.CONTROL_ROOM, CALLED)
    danger_scene.add(led, ref, DangerNoteKind.RISK, RISK)
    danger_scene.add(led, ref, DangerNoteKind.DECISION, DECISION)
    danger_scene.end(led, ref)
    told = [str(list(model.objects.values())) for model in (DangerEpisode, DangerEntry)]
    told += [bytes(p.payload).decode("latin-1") for p in SealedPayload.objects.filter(report_id=ref)]
    told += [str(event.detail) for event in logged("danger-noted") + logged("danger-discharged")]
    for secret in (CALLED["log_number"], RISK["risk"], DECISION["reason"], OVER, "control-room", "never-was"):
        assert not any(secret in one for one in told), secret
