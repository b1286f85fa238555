"""A visit of a site: planned, held, reported and followed up, or not held; its deadlines, and what is refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from django.conf import settings

from heedline.casework.errors import Changed, NotHere
from heedline.casework.records import clock, open_records
from heedline.dispatch.models import Alarm
from heedline.packs import load_pack
from heedline.reports.lifecycle import NotNow
from heedline.reports.models import DeskRecord, RecordStep
from heedline.specialist_desks.protection import sites, timing, visits
from heedline.specialist_desks.protection.visit_content import FAR_DAY, NO_ATTENDEES, NO_SEEN, NO_VISITORS
from tests.support import advice_scene
from tests.support.acting import acting
from tests.support.scene_people import People, logged
from tests.support.site_scene import a_site, a_visit, moved, version_of, visited, written

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(people: People) -> People:
    """Otto and Oren are national advisers. Oren leads them."""
    return advice_scene.adviser_desk(people)


def row(ref: UUID) -> DeskRecord:
    return DeskRecord.objects.get(id=ref)


def test_a_visit_is_planned_held_reported_and_followed_up(people: People) -> None:
    site = a_site(people)
    ref = a_visit(people, site)
    planned, today = row(ref), timing.today(people.at)
    assert (planned.owner_id, planned.state) == (people.house.officers["Otto"].id, "planned")
    assert planned.due_at == timing.closing_of(today)
    with people.sitting("Otto") as otto:
        assert [one.ref for one in open_records.mine(by=otto, at=people.at)] == [ref]
        facts = sites.opened(site, by=otto, at=people.at).facts
        [line] = visits.of_site(facts, by=otto, at=people.at)
    assert (line.ref, line.state, line.day) == (ref, "planned", today)

    visited(people, ref, "hold")
    pack = load_pack(settings.PACK)
    days = pack.working_days
    assert row(ref).due_at == days.close_of(timing.closing_of(today), 10, calendar=days.usual)
    for texts, missing in (({"attendees": "", "seen": ""}, NO_ATTENDEES), ({"seen": ""}, NO_SEEN)):
        written(people, ref, **texts)
        with pytest.raises(NotNow, match=missing):
            visited(people, ref, "report")
    written(people, ref)
    visited(people, ref, "report", "Oren")
    due = row(ref).due_at
    assert due is not None
    assert timedelta(88) < due - people.at < timedelta(94)
    visited(people, ref, "finish")
    assert (row(ref).state, row(ref).due_at) == ("followed-up", None)
    moves = RecordStep.objects.filter(record=ref).order_by("number").values_list("move", flat=True)
    assert list(moves) == ["begin", "hold", "save", "save", "save", "report", "finish"]
    assert len(logged("protection-visit-moved", thing=ref)) == 7
    with people.sitting("Otto") as otto:
        assert visits.opened(ref, by=otto, at=people.at).facts.texts["seen"] == "The stage door stood open."


def test_a_visit_is_not_held_before_its_day(people: People) -> None:
    ref = a_visit(people, a_site(people), days=5)
    with pytest.raises(NotNow, match="has not come yet"):
        visited(people, ref, "hold")
    with people.sitting("Otto") as otto:
        facts = visits.opened(ref, by=otto, at=people.at).facts
        earlier = replace(facts, day=facts.day - timedelta(days=6))
        visits.save(ref, earlier, version=1, by=otto, at=people.at)
    assert row(ref).due_at == timing.closing_of(earlier.day)
    visited(people, ref, "hold")
    with people.sitting("Otto") as otto, pytest.raises(NotNow) as no:
        visits.save(ref, facts, version=version_of(ref), by=otto, at=people.at)
    assert no.value.about == "day"


def test_the_report_is_due_from_the_day_of_the_visit_however_late_it_is_recorded(people: People) -> None:
    ref = a_visit(people, a_site(people), days=-40)
    visited(people, ref, "hold")
    due = row(ref).due_at
    assert due is not None
    assert due < people.at
    with acting("worker"):
        clock.watch(people.at)
    assert Alarm.objects.get(about_id=ref).kind == "record-overdue"


def test_a_visit_that_is_not_held_says_why_and_ends(people: People) -> None:
    ref = a_visit(people, a_site(people))
    visited(people, ref, "cancel", reason="The theatre called it off")
    with people.sitting("Oren") as oren:
        told = visits.opened(ref, by=oren, at=people.at)
    assert (told.record.state, told.record.steps[0].reason) == ("not-held", "The theatre called it off")
    with pytest.raises(NotNow):
        visited(people, ref, "hold")


def test_a_site_is_not_closed_while_a_visit_is_open(people: People) -> None:
    site = a_site(people)
    ref = a_visit(people, site)
    with pytest.raises(NotNow, match="visit of this site is open"):
        moved(people, site, "close")
    visited(people, ref, "cancel")
    moved(people, site, "close")
    with pytest.raises(NotNow):
        a_visit(people, site)
    assert DeskRecord.objects.filter(kind="protection-visit").count() == 1


def test_a_colleague_takes_a_visit_over(people: People) -> None:
    ref = a_visit(people, a_site(people))
    due = row(ref).due_at
    visited(people, ref, "take-over", "Oren")
    assert (row(ref).owner_id, row(ref).due_at) == (people.house.officers["Oren"].id, due)


def test_a_visit_says_when_and_who(people: People) -> None:
    site = a_site(people)
    for days, texts, missing in (
        (400, {}, FAR_DAY),
        (-400, {}, FAR_DAY),
        (0, {"visitors": " "}, NO_VISITORS),
    ):
        with pytest.raises(NotNow, match=missing):
            a_visit(people, site, days=days, **texts)
    with pytest.raises(NotNow) as no:
        a_visit(people, site, seen="x" * 10_001)
    assert no.value.about == "seen"
    assert row(site).version == 1, "nothing of a refused visit is stored"


def test_two_advisers_do_not_overwrite_each_other(people: People) -> None:
    ref = a_visit(people, a_site(people))
    visited(people, ref, "take-over", "Oren")
    with people.sitting("Otto") as otto:
        facts = visits.opened(ref, by=otto, at=people.at).facts
        with pytest.raises(Changed):
            visits.save(ref, facts, version=1, by=otto, at=people.at)
        with pytest.raises(Changed):
            visits.move(ref, "hold", version=1, by=otto, at=people.at)


def test_officers_of_other_desks_see_and_plan_no_visit(people: People) -> None:
    site = a_site(people)
    ref = a_visit(people, site)
    with people.sitting("Odile") as odile:
        for attempt in (
            lambda: visits.opened(ref, by=odile, at=people.at),
            lambda: visits.move(ref, "hold", version=1, by=odile, at=people.at),
        ):
            with pytest.raises(NotHere):
                attempt()
    with pytest.raises(NotHere):
        a_visit(people, site, "Odile")
    assert row(ref).version == 1
