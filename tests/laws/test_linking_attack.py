"""The attack for which linking is sealed: a thief of the database learns no pair of reports, across desks and from the register.

The thief has planted a report at one desk and knows its text, its id and those of all other reports, and steals every row.
Some reports match the planted one or an entry of the register, others do not.
"""

from __future__ import annotations

import hashlib
from itertools import combinations
from uuid import UUID

import pytest
from django.db import connection

from heedline.casework.duty import paging
from heedline.casework.linking import questions
from heedline.reports.models import DeskNotice, SealedValues
from tests.laws import thief
from tests.support.acting import acting
from tests.support.cast import House, now
from tests.support.linking_scene import BOY, compared, interest, matched
from tests.support.scene_people import SOUTH_WEST, People

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(house: House) -> People:
    return People(house, now())


def ask(sql: str) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return list(cursor.fetchall())


def test_no_row_says_that_two_reports_concern_one_person(people: People) -> None:
    interest(people, names="Keevin Tierney", ground="Operation quillon")
    planted, _ = people.send(narrative=BOY[0])
    refs = [planted, people.send(narrative=BOY[1], **SOUTH_WEST)[0]]
    refs += [
        people.send(narrative=f"A van of the colour {n} stood there.", **SOUTH_WEST)[0] for n in range(4)
    ]
    compared(people, "Odile", "Otto")
    with people.sitting("Odile") as here:
        [line] = [one for one in questions.matches(by=here) if one.report == planted]
        questions.ask(line.id, "Is it the pupil?", by=here, at=people.at)
    assert matched(people, "Otto")
    with acting("worker"):
        paging.drain(people.at)

    everything = thief.tables(ask)
    stolen = {
        table: [b"|".join(leaf for value in row.values() for leaf in thief.leaves(value)) for row in rows]
        for table, rows in everything.items()
    }
    names = [form for ref in refs for form in (str(ref).encode(), ref.bytes)]
    for table, rows in stolen.items():
        for text in rows:
            named = {ref for ref in refs if str(ref).encode() in text or ref.bytes in text}
            assert len(named) <= 1, f"a row of {table} names two reports"
            if table in ("reports_desk_notice", "reports_interest", "reports_interest_hit", "dispatch_alarm"):
                assert not [name for name in names if name in text], f"a row of {table} names a report"
            for word in (b"Tierney", b"tierney", b"quillon", b"Is it the pupil"):
                assert word not in text, table
    # what both desks call a match can be worked out from two ids, so it stands nowhere in the clear
    together = b"".join(text for rows in stolen.values() for text in rows)
    for one, other in combinations(refs, 2):
        match = UUID(bytes=hashlib.sha256(b"".join(sorted((one.bytes, other.bytes)))).digest()[:16])
        assert str(match).encode() not in together
        assert match.bytes not in together


def test_a_report_with_a_match_looks_like_one_without(people: People) -> None:
    interest(people, names="Keevin Tierney")
    people.send(narrative=BOY[0])
    people.send(narrative=BOY[1], **SOUTH_WEST)
    people.send(narrative="A van stood there.", **SOUTH_WEST)
    compared(people, "Odile", "Otto")
    rows = list(SealedValues.objects.all())
    assert {(row.indexed, row.matched_at, len(bytes(row.payload))) for row in rows} == {
        (True, rows[0].matched_at, len(bytes(rows[0].payload)))
    }
    lengths = {len(bytes(row.payload)) for row in DeskNotice.objects.all()}
    assert len(lengths) == 1, "whether a notice to a desk holds anything is not to be seen"
    by_desk = [row.desk_id for row in DeskNotice.objects.all()]
    assert len({by_desk.count(desk) for desk in by_desk}) == 1, "each desk gets as many as every other"
