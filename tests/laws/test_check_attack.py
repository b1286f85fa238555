"""The attack for which results of checks are sealed: a thief of the database wants to learn which report has a trace.

The thief has every row with its size, and the order in which the rows came, before and after an officer recorded results.
"""

from __future__ import annotations

from uuid import UUID

import pytest
from django.db import transaction

from heedline.casework.checks.recording import NewResult
from tests.laws import thief
from tests.laws.test_subject_attack import _Over, _rows, _shape
from tests.support.cast import House, now
from tests.support.check_scene import NO_TRACE, NOT_DONE, TRACE, one, recorded
from tests.support.scene_people import People

pytestmark = pytest.mark.django_db
#: As long as a text can be, in letters of three bytes.
LONG = "Żąńć ౿౿ " * 50


def test_a_report_with_a_trace_looks_like_one_without(house: House) -> None:
    people = People(house, now())
    ref, _ = people.taken()
    found: list[tuple[NewResult, ...]] = [
        (one(people, result=NO_TRACE),),
        (one(people, result=TRACE),),
        tuple(
            one(people, system, TRACE, text=LONG[:400]) for system in ("national-records", "local-records")
        ),
        (one(people, result=TRACE), one(people, "open-sources", NOT_DONE)),
    ]
    seen = []
    for results in found:
        try:
            with transaction.atomic():
                before = _rows()
                recorded(people, ref, *results)
                seen.append(_shape(before, _rows(), [ref], house))
                raise _Over
        except _Over:
            pass
    assert sum(map(len, seen[0].values())) > 3, "there is something to compare"
    for other in seen[1:]:
        assert other == seen[0]


def test_no_row_says_what_was_checked_or_found(house: House) -> None:
    people = People(house, now())
    ref: UUID = people.taken()[0]
    recorded(people, ref, one(people, result=TRACE), one(people, "open-sources", NOT_DONE))
    for table, rows in _rows().items():
        for row in rows:
            text = b"|".join(leaf for value in row.values() for leaf in thief.leaves(value))
            for word in (b"Zinnober", b"national-records", b"not-done", b"trace"):
                assert word not in text, table
