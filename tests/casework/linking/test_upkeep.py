"""Notices, values and entries over time: re-addressing and disposal."""

from __future__ import annotations

import pytest

from heedline.casework.linking import desk_notices
from heedline.casework.setup import readdressing
from heedline.reports.models import DeskNotice, Interest, InterestHit, SealedValues
from tests.support.keeping_scene import disposed, with_leads
from tests.support.leaving_scene import a_third_officer, leaves, present
from tests.support.linking_scene import BOY, compared, interest, matched, noticed
from tests.support.scene_people import SOUTH_WEST, People

pytestmark = pytest.mark.django_db


def test_notices_entries_and_hits_are_readdressed_like_reports(people: People) -> None:
    a_third_officer(people)
    interest(people, "Odile")
    ref, _ = people.send(narrative=BOY[0])
    people.send(narrative=BOY[1], **SOUTH_WEST)
    compared(people, "Odile", "Otto")
    assert InterestHit.objects.count() == 2
    desk = people.house.desks["north-east"].id
    leaves(people, "Olga")
    people.tokens.clear()
    with people.sitting("Odile") as here:
        assert readdressing.readdress(desk, by=here, at=people.at).left == 0
    now = present(people)
    assert {str(one) for row in DeskNotice.objects.filter(desk_id=desk) for one in row.epochs} == {now}
    for model in (Interest, InterestHit):
        assert all(now in map(str, row.epochs) for row in model.objects.all())  # type: ignore[attr-defined]
    assert [one.report for one in matched(people, "Odile")] == [ref]


def test_what_a_disposed_report_left_at_its_desk_goes_with_it(people: People) -> None:
    with_leads(people)
    interest(people)
    people.send(narrative=BOY[1], **SOUTH_WEST)
    compared(people, "Otto")
    before = SealedValues.objects.count()
    ref, _ = people.closed(narrative=BOY[0])
    compared(people, "Odile")
    assert {str(one.kind) for one in noticed(people, "Odile", ref)} == {"match", "contact"}
    with people.sitting("Olga") as here:
        desk_notices.forget(ref, by=here, at=people.at)
    assert not noticed(people, "Odile", ref)
    assert SealedValues.objects.count() == before + 1


def test_disposal_removes_values_and_notices(people: People) -> None:
    with_leads(people)
    people.send(narrative=BOY[1], **SOUTH_WEST)
    compared(people, "Odile", "Otto")
    ref, _ = disposed(people, narrative=BOY[0])
    assert not SealedValues.objects.filter(report=ref).exists()
    assert not noticed(people, "Odile", ref)
