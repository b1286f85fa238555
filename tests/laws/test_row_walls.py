"""Law 7, in the database: a session's wall shows the rows of its desks, whatever a query forgot to say."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from django.db import DatabaseError, connection, transaction

from heedline.casework.access import session
from heedline.casework.access.session_store import keys_of, row_of
from heedline.desks.models import Appointment
from heedline.permits import functions
from heedline.permits.models import OfficeSession
from heedline.reports.models import Report
from tests.support import furnished
from tests.support.acting import acting
from tests.support.cast import House, now
from tests.support.scene_people import People, row

pytestmark = pytest.mark.django_db
#: Every table with rows of reports, and the column that names the report.
OF_REPORTS = {
    "reports_report": "id",
    "reports_sealed_header": "report_id",
    "reports_sealed_payload": "report_id",
    "reports_message": "report_id",
    "reports_step": "report_id",
    "reports_dissemination": "report_id",
    "reports_earlier_answer": "report_id",
    "reports_translation": "report_id",
    "reports_hand_over": "report_id",
    "reports_translation_text": "report_id",
    "reports_note_revision": "report_id",
    "reports_owner_notice": "report_id",
    "reports_task": "report_id",
    "reports_file": "report_id",
    "reports_derivative": "report_id",
    "reports_receipt": "report_id",
    "dispatch_alarm": "about_id",
    "audit_event": "thing_id",
}
NOBODY: frozenset[UUID] = frozenset()


@pytest.fixture
def people(full_desks: House) -> People:
    tokens, _ = furnished.built("full_desks")
    return People(full_desks, now(), tokens)


@pytest.fixture
def reports(people: People) -> dict[str, UUID]:
    """One report at each desk, with everything that hangs on a report: tests/laws/row_wall_scene.py."""
    _, made = furnished.built("full_desks")
    return dict(made)


def seen(table: str) -> frozenset[UUID]:
    """What a query without any scope sees, by report."""
    column = OF_REPORTS[table]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM {table} WHERE {column} IS NOT NULL")
        return frozenset(found for (found,) in cursor.fetchall())


def all_seen() -> dict[str, frozenset[UUID]]:
    return {table: seen(table) for table in OF_REPORTS}


@pytest.mark.parametrize(
    ("name", "desks", "alarms"),
    [
        ("Odile", {"north-east"}, {"north-east"}),
        ("Otto", {"south-west"}, {"south-west"}),
        ("Ada", set(), set()),
        ("Stella", set(), set()),
        ("Ned", set(), set()),
    ],
)
def test_a_session_sees_the_rows_of_its_desks(
    people: People, reports: dict[str, UUID], name: str, desks: set[str], alarms: set[str]
) -> None:
    with people.sitting(name, unlocked=False):
        found = all_seen()
    theirs = frozenset(reports[desk] for desk in desks)
    assert {t: refs & set(reports.values()) for t, refs in found.items()} == {
        t: frozenset(reports[desk] for desk in alarms) if t == "dispatch_alarm" else theirs
        for t in OF_REPORTS
    }


def test_the_desk_that_never_closes_sees_what_it_watches_too(
    people: People, reports: dict[str, UUID]
) -> None:
    everything = frozenset(reports.values())
    assert row(reports["north-east"]).watch == people.house.desks["national"]
    with people.sitting("Nadia", unlocked=False):
        found = all_seen()
    for table in set(OF_REPORTS) - {"audit_event"}:
        assert found[table] == everything
    # the log of another desk's acts is that desk's
    assert found["audit_event"] & everything == {reports["national"]}


def test_without_a_wall_there_is_nothing(people: People, reports: dict[str, UUID]) -> None:
    with acting("office"):
        functions.leave_session()
        assert set(all_seen().values()) == {NOBODY}


@pytest.mark.parametrize(
    "value", ["00" * 32, "", "ff", "not hex", "' OR true --", "\\x", "g" * 64, "0" * 63], ids=repr
)
def test_a_made_up_wall_shows_nothing(people: People, reports: dict[str, UUID], value: str) -> None:
    with acting("office"), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('heedline.session_secret', %s, false)", [value])
        try:
            with transaction.atomic():
                found = set(all_seen().values())
        except DatabaseError:  # a wall that is no hex is an error: also nothing
            found = {NOBODY}
        functions.leave_session()
    assert found == {NOBODY}


def test_what_stands_in_the_tables_is_no_wall(people: People, reports: dict[str, UUID]) -> None:
    """A copy of the session table, or an officer's id, opens no rows: the wall is the pre-image of the row's key."""
    with people.sitting("Odile"):
        pass
    token = people.tokens["Odile"]
    with acting("office"):
        for guess in (row_of(token), people.house.officers["Odile"].id.bytes, token.encode()[:32]):
            functions.enter_session(guess)
            assert set(all_seen().values()) == {NOBODY}
        functions.enter_session(keys_of(token).row_id)
        assert seen("reports_report") == {reports["north-east"]}
        functions.leave_session()


def test_a_wall_ends_with_the_session_and_with_the_appointment(
    people: People, reports: dict[str, UUID]
) -> None:
    with people.sitting("Odile"):
        assert seen("reports_report")
        token = people.tokens["Odile"]
    OfficeSession.objects.filter(row=row_of(token)).update(expires_at=datetime.now(UTC) - timedelta(hours=1))
    with people.sitting("Odile"):
        assert set(all_seen().values()) == {NOBODY}
    OfficeSession.objects.filter(row=row_of(token)).update(expires_at=datetime.now(UTC) + timedelta(hours=1))
    with people.sitting("Odile"):
        assert seen("reports_report")
    officer = people.house.officers["Odile"]
    Appointment.objects.filter(officer=officer).update(ended_on=people.at.date())
    with people.sitting("Odile"):
        assert seen("reports_report") == NOBODY
    Appointment.objects.filter(officer=officer).update(ended_on=None, role="authoriser")
    with people.sitting("Odile"):  # an authoriser reads no reports
        assert seen("reports_report") == NOBODY


def test_an_officer_whose_account_is_closed_sees_nothing(people: People, reports: dict[str, UUID]) -> None:
    with people.sitting("Odile"):
        assert seen("reports_report")
    officer = people.house.officers["Odile"]
    officer.is_active = False
    officer.save(update_fields=["is_active"])
    with people.sitting("Odile"):
        assert seen("reports_report") == NOBODY


def test_leaving_takes_the_wall_from_the_connection(people: People, reports: dict[str, UUID]) -> None:
    """The next request on this connection is somebody else's."""
    with acting("office"):
        here = people.house.sign_in("Odile", at=people.at, unlocked=False)
        session.enter(here.token, people.house.officers["Odile"], at=people.at)
        assert seen("reports_report")
        session.leave()
        assert set(all_seen().values()) == {NOBODY}


def test_writing_stays_within_the_wall(people: People, reports: dict[str, UUID]) -> None:
    mine, theirs = reports["north-east"], reports["south-west"]
    before = row(theirs).lease_until
    with people.sitting("Odile"), connection.cursor() as cursor:
        cursor.execute("UPDATE reports_report SET lease_until = '2099-01-01'")
        assert cursor.rowcount == 1
        cursor.execute("UPDATE reports_sealed_header SET epochs = epochs WHERE report_id = %s", [theirs])
        assert cursor.rowcount == 0
        cursor.execute("UPDATE dispatch_alarm SET because = 'x' WHERE about_id = %s", [theirs])
        assert cursor.rowcount == 0
        for statement in (
            "INSERT INTO reports_sealed_payload (container, report_id, payload, sha256)"
            " VALUES (gen_random_uuid(), %s, '', '')",
            "INSERT INTO reports_sealed_header (container, report_id, part, header, epochs)"
            " VALUES (gen_random_uuid(), %s, 'note', '', '{}')",
            "INSERT INTO reports_message (id, report_id, from_us, container, sent_on, position, seen, settled)"
            " VALUES (gen_random_uuid(), %s, true, gen_random_uuid(), now(), 99, false, true)",
        ):
            with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
                cursor.execute(statement, [theirs])
            with transaction.atomic():
                cursor.execute(statement, [mine])
    assert Report.objects.get(pk=theirs).lease_until == before


@pytest.mark.parametrize("letter", ["report-arrived", "reporter-wrote", "anything", ""])
def test_the_office_posts_only_its_own_letters(people: People, letter: str) -> None:
    with (
        people.sitting("Odile"),
        connection.cursor() as cursor,
        pytest.raises(DatabaseError, match="row-level"),
    ):
        with transaction.atomic():
            cursor.execute(
                "INSERT INTO dispatch_outbox (id, letter, slot) VALUES (gen_random_uuid(), %s, now())",
                [letter],
            )


def test_every_table_of_reports_stands_behind_walls_that_bind_its_owner_too() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname, c.relrowsecurity AND c.relforcerowsecurity FROM pg_class c JOIN pg_attribute a"
            " ON a.attrelid = c.oid WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace"
            " AND (a.attname = 'report_id' OR c.relname IN ('reports_report', 'audit_event', 'dispatch_outbox', 'dispatch_alarm'))"
        )
        found = dict(cursor.fetchall())
    assert set(OF_REPORTS) <= set(found)
    assert all(found.values()), [table for table, walled in found.items() if not walled]


def test_no_wall_lets_the_tables_owner_by() -> None:
    """Wherever rows are walled for officers, they are for whoever updates the installation too. (Between the office and
    the partners' site walls stand as well, on tables that are open to everybody else.)"""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname, relforcerowsecurity FROM pg_class WHERE relrowsecurity AND relname NOT IN"
            " (SELECT tablename FROM pg_policies WHERE policyname = 'everybody_else')"
        )
        found = dict(cursor.fetchall())
    assert {"desks_exercise", "keys_own_term", "audit_waiting"} <= set(found)
    assert all(found.values()), [table for table, forced in found.items() if not forced]


def test_the_owner_of_the_tables_sees_no_report(people: People, reports: dict[str, UUID]) -> None:
    with acting("owner"):
        assert seen("reports_report") == NOBODY


def test_no_wall_reads_every_report_of_a_desk_for_each_statement() -> None:
    """`IN (SELECT r.id FROM reports_report r)` is hashed: opening one report of 100,000 took 80 ms more."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tablename, policyname FROM pg_policies"
            r" WHERE concat_ws(' ', qual, with_check) ~ 'IN \( SELECT (\w+\.)?id\s+FROM (public\.)?reports_report( \w+)?\)'"
        )
        assert cursor.fetchall() == []
