"""The attack of planted reports, on records of specialist desks: a thief of the database learns no pair of record and report.

The thief has planted reports, knows their ids and texts, and steals every row. Some visits of the example desk were asked for
because of a planted report, which only their sealed text says.
"""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from django.db import connection

from heedline.casework.duty import paging
from heedline.casework.records import clock
from heedline.dispatch.chain import PagerMemory
from heedline.reports.models import DeskPartPayload, DeskRecord
from tests.laws import thief
from tests.support.acting import acting
from tests.support.cast import House, now
from tests.support.example_desk import visits
from tests.support.keeping_scene import with_leads
from tests.support.scene_people import People
from tests.support.visit_scene import made

pytestmark = pytest.mark.django_db
PLANTED = 200
#: Tables whose rows are about one record.
OF_RECORDS = (
    "reports_record",
    "reports_record_step",
    "reports_desk_part_header",
    "reports_desk_part_payload",
)


@pytest.fixture
def people(house: House) -> People:
    """Olga leads the north-east desk."""
    return with_leads(People(house, now()))


def ask(sql: str) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return list(cursor.fetchall())


def forms(ref: UUID) -> tuple[bytes, bytes, bytes]:
    return str(ref).encode(), ref.hex.encode(), ref.bytes


def test_no_row_and_no_alarm_says_which_report_a_record_comes_from(people: People) -> None:
    reports = [people.send(narrative=f"A van of the colour {n} stood there.")[0] for n in range(PLANTED)]
    records, desk = [], people.house.desks["north-east"].id
    for n, ref in enumerate(reports[::4]):
        people.read(ref)
        with people.sitting("Odile") as odile:
            records.append(visits.ask(desk, f"Quagga, see report {ref}", by=odile, at=people.at))
        if n % 2:
            made(people, records[-1], "Odile", "take")
            made(people, records[-1], "Odile", "propose-drop", reason=f"Quagga, as report {ref} says")
        if n % 4 == 1:
            made(people, records[-1], "Olga", "agree")
    late = people.at + timedelta(days=9)
    with acting("worker"):
        clock.watch(late)
        paging.page_round(late, 0.0, PagerMemory())
    alarmed = {
        row["about_id"]
        for row in thief.tables(ask)['public."dispatch_alarm"']
        if row["kind"] == "record-overdue"
    }
    assert alarmed == set(DeskRecord.objects.exclude(due_at=None).values_list("id", flat=True))
    assert set(records) > alarmed
    assert alarmed

    with_records, with_reports = set(), set()
    for table, rows in thief.tables(ask).items():
        for row in rows:
            text = b"|".join(leaf for value in row.values() for leaf in thief.leaves(value))
            assert b"Quagga" not in text, table
            of_record = [one for one in records if any(form in text for form in forms(one))]
            of_report = [one for one in reports if any(form in text for form in forms(one))]
            assert not (of_record and of_report), f"a row of {table} names a record and a report"
            with_records |= {table.split('"')[1]} if of_record else set()
            with_reports |= {table.split('"')[1]} if of_report else set()
    assert with_records == {*OF_RECORDS, "audit_event", "dispatch_alarm"}
    assert {"reports_report", "audit_event"} <= with_reports
    assert not with_reports & {*OF_RECORDS}


def test_a_record_that_names_a_report_looks_like_one_that_does_not(people: People) -> None:
    ref, _ = people.send()
    desk = people.house.desks["north-east"].id
    with people.sitting("Odile") as odile:
        for where in ("The theatre", f"The theatre, see report {ref}"):
            visits.ask(desk, where, by=odile, at=people.at)
    assert len({len(bytes(row.payload)) for row in DeskPartPayload.objects.all()}) == 1
