"""Tests for the register of data subject requests: deadlines, no names, and answers that neither confirm nor deny."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.conf import settings

from heedline.casework.errors import Locked, NotHere
from heedline.casework.report.opening import short_name
from heedline.casework.retention import clock as retention_clock
from heedline.casework.retention import subject_requests
from heedline.casework.setup import readdressing
from heedline.dispatch.models import Alarm
from heedline.packs import load_pack
from heedline.permits.gate import Refused
from heedline.reports.lifecycle import NotNow
from heedline.reports.models import SubjectRequest
from tests.support.acting import acting
from tests.support.leaving_scene import a_third_officer, leaves, present
from tests.support.scene_people import SOUTH_WEST, People, logged, quarter_hour_over

pytestmark = pytest.mark.django_db


def opened(people: People, *, days_ago: int = 0, reference: str = "DPO-2026-041") -> UUID:
    with people.sitting("Odile") as odile:
        return subject_requests.open_one(
            reference,
            "access",
            people.at.date() - timedelta(days=days_ago),
            desk=people.house.desks["north-east"].id,
            by=odile,
            at=people.at,
        )


def test_a_request_has_a_clock_of_less_than_a_month(people: People) -> None:
    opened(people, days_ago=3)
    with people.sitting("Olga") as olga:
        (line,) = subject_requests.all_of(by=olga, at=people.at)
    assert line.days == load_pack(settings.PACK).retention.answer_days - 3 <= 28
    assert line.reference == "DPO-2026-041"
    assert [e.detail for e in logged("subject-request-opened")] == [{"right": "access"}]


@pytest.mark.parametrize(
    "reference", ["Rosa Quillfeather", "rosa", "", "DPO 1 Rosa", "DPO-2026-041-Rosa", "A" * 30]
)
def test_no_name_finds_its_way_into_the_register(people: People, reference: str) -> None:
    with pytest.raises(NotNow, match="Never a name"):
        opened(people, reference=reference)
    assert not SubjectRequest.objects.exists()


def test_the_same_number_is_one_request(people: People) -> None:
    opened(people)
    with pytest.raises(NotNow, match="already"):
        opened(people)


def test_an_officer_with_keys_finds_reports_by_their_short_name(people: People) -> None:
    request = opened(people)
    ref, _ = people.closed()
    with people.sitting("Odile") as odile:
        for _ in range(2):
            assert (
                subject_requests.found(request, f" {short_name(ref).lower()} ", by=odile, at=people.at) == ref
            )
        assert [one for one, _ in subject_requests.one(request, by=odile, at=people.at).found or ()] == [ref]
        for wrong in ("", "AAAA-AAAA", "AAAA", "1111-1111"):
            with pytest.raises(NotNow, match="No report"):
                subject_requests.found(request, wrong, by=odile, at=people.at)


def test_what_was_found_is_readdressed_with_the_reports_and_needs_keys(people: People) -> None:
    request = opened(people)
    ref, _ = people.closed()
    with people.sitting("Odile") as odile:
        subject_requests.found(request, short_name(ref), by=odile, at=people.at)
    before = SubjectRequest.objects.get()
    quarter_hour_over(people.at)
    a_third_officer(people)
    leaves(people, "Olga")
    people.tokens.clear()
    with people.sitting("Odile") as odile:
        assert readdressing.readdress(before.desk_id, by=odile, at=people.at).left == 0
        assert subject_requests.one(request, by=odile, at=people.at).found == ((ref, short_name(ref)),)
    now = SubjectRequest.objects.get()
    assert [str(one) for one in now.epochs] == [present(people)] != [str(one) for one in before.epochs]
    assert bytes(now.payload) == bytes(before.payload), "only its header"
    with people.sitting("Orsolya", unlocked=False) as here:
        assert subject_requests.one(request, by=here, at=people.at).found is None
        with pytest.raises(Locked):
            subject_requests.answer(request, "given", by=here, at=people.at)


def test_a_request_has_room_for_so_many_reports_that_its_size_stays_the_same(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = opened(people)
    row = SubjectRequest.objects.get()
    size = len(bytes(row.payload))
    with acting("office"):
        subject_requests._sealed([uuid4() for _ in range(subject_requests.MOST_FOUND)], row, people.at)
    assert len(bytes(row.payload)) == size
    monkeypatch.setattr(subject_requests, "MOST_FOUND", 0)
    ref, _ = people.closed()
    with people.sitting("Odile") as odile, pytest.raises(NotNow, match="has room for"):
        subject_requests.found(request, short_name(ref), by=odile, at=people.at)


def test_without_keys_nothing_is_looked_for(people: People) -> None:
    request = opened(people)
    with people.sitting("Olga", unlocked=False) as olga, pytest.raises(Locked):
        subject_requests.found(request, "AAAA-AAAA", by=olga, at=people.at)


def test_a_report_of_another_desk_looks_like_none(people: People) -> None:
    request = opened(people)
    ref, _ = people.send(**SOUTH_WEST)
    with people.sitting("Odile") as odile, pytest.raises(NotNow, match="No report at your desks"):
        subject_requests.found(request, short_name(ref), by=odile, at=people.at)


def test_neither_confirming_nor_denying_is_the_same_answer_whatever_was_found(people: People) -> None:
    first, second = opened(people), opened(people, reference="DPO-2026-042")
    ref, _ = people.closed()
    with people.sitting("Odile") as odile:
        subject_requests.found(first, short_name(ref), by=odile, at=people.at)
        for request in (first, second):
            subject_requests.answer(request, "neither", by=odile, at=people.at)
    rows = SubjectRequest.objects.order_by("reference")
    assert [row.answer for row in rows] == ["neither", "neither"]
    assert {row.answered_on for row in rows} == {people.at.date()}


def test_an_answer_that_admits_something_needs_something(people: People) -> None:
    request = opened(people)
    with people.sitting("Odile") as odile:
        with pytest.raises(NotNow, match="no report has been recorded"):
            subject_requests.answer(request, "given", by=odile, at=people.at)
        subject_requests.answer(request, "neither", by=odile, at=people.at)
        with pytest.raises(NotNow, match="answered"):
            subject_requests.answer(request, "neither", by=odile, at=people.at)
        with pytest.raises(NotNow, match="answered"):
            subject_requests.found(request, "AAAA-AAAA", by=odile, at=people.at)


def test_other_desks_do_not_see_the_register(people: People) -> None:
    request = opened(people)
    for name in ("Otto", "Nadia"):
        with people.sitting(name) as by:
            assert subject_requests.all_of(by=by, at=people.at) == ()
            with pytest.raises(NotHere):
                subject_requests.one(request, by=by, at=people.at)
    with people.sitting("Stella", unlocked=False) as stella, pytest.raises(Refused):
        subject_requests.all_of(by=stella, at=people.at)


def test_an_answer_that_comes_due_raises_an_alarm(people: People) -> None:
    opened(people, days_ago=10)
    with acting("worker"):
        retention_clock.watch(people.at)
    assert not Alarm.objects.exists()
    opened(people, days_ago=22, reference="DPO-2026-042")
    with acting("worker"):
        retention_clock.watch(people.at)
        retention_clock.watch(people.at)
    assert [one.kind for one in Alarm.objects.all()] == ["subject-late"]
