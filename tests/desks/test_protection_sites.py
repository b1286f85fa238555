"""The record of a site that asked for advice: opened, changed, reviewed, closed; who sees it, and what is sealed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection

from heedline.casework.errors import Changed, NotHere
from heedline.casework.records import clock
from heedline.dispatch.models import Alarm
from heedline.jobs.demonstration.desks import DemoScene
from heedline.reports.lifecycle import NotNow
from heedline.reports.models import DeskRecord, RecordStep
from heedline.specialist_desks.protection import demo, sites
from heedline.specialist_desks.protection.content import SiteFacts
from tests.laws import thief
from tests.support import advice_scene
from tests.support.acting import acting
from tests.support.scene_people import People, logged
from tests.support.site_scene import TEXTS, THEATRE, a_site, changed, moved, version_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(people: People) -> People:
    """Otto and Oren are national advisers. Oren leads them."""
    return advice_scene.adviser_desk(people)


def facts_of(people: People, ref: object, name: str = "Otto") -> SiteFacts:
    with people.sitting(name) as by:
        return sites.opened(ref, by=by, at=people.at).facts  # type: ignore[arg-type]


def test_a_site_is_opened_changed_and_kept_by_its_desk(people: People) -> None:
    ref = a_site(people)
    row = DeskRecord.objects.get(id=ref)
    assert (row.desk.code, row.state, row.owner_id) == (advice_scene.NATIONAL, "current", None)
    assert row.due_at is not None
    assert timedelta(364) < row.due_at - people.at < timedelta(368)
    with people.sitting("Oren") as oren:
        sites.save(ref, changed(name="Corner Playhouse"), version=1, by=oren, at=people.at)
    told = facts_of(people, ref)
    assert told.texts == {**TEXTS, "name": "Corner Playhouse"}
    assert told.codes == THEATRE.codes
    assert DeskRecord.objects.get(id=ref).due_at == row.due_at, "a change is no review"
    assert len(logged("protection-site-moved", thing=ref)) == 2


def test_a_site_has_a_name_and_a_full_postcode(people: People) -> None:
    for texts, about in (
        ({"name": " "}, "name"),
        ({"postcode": "SW1A"}, "postcode"),
        ({"address": "x" * 501}, "address"),
    ):
        with pytest.raises(NotNow) as no:
            a_site(people, facts=changed(**texts))
        assert no.value.about == about
    assert not DeskRecord.objects.exists()
    ref = a_site(people, facts=changed(postcode="sw1a1aa"))
    assert facts_of(people, ref).texts["postcode"] == "SW1A 1AA"


def test_a_request_and_its_site_know_each_other(people: People) -> None:
    request, _ = advice_scene.a_request(people)
    people.take(request, "Otto")
    with people.sitting("Otto") as otto:
        told = sites.of_request(request, by=otto, at=people.at)
        assert told.site is None
        assert told.facts.texts["name"] == "Corner Theatre"
        assert told.facts.texts["contacts"] == "Rosa, rosa@theatre.example"
        ref = sites.begin_from(request, told.facts, by=otto, at=people.at)
        assert sites.begin_from(request, told.facts, by=otto, at=people.at) == ref, "it is opened once"
        assert sites.of_request(request, by=otto, at=people.at).site == ref
    assert facts_of(people, ref).requests == (str(request),)
    assert DeskRecord.objects.count() == 1


def test_a_site_is_reviewed_closed_and_reopened_with_reasons(people: People) -> None:
    ref = a_site(people)
    first = DeskRecord.objects.get(id=ref).due_at
    people.at += timedelta(days=30)
    people.tokens.clear()
    moved(people, ref, "review", "Oren")
    row = DeskRecord.objects.get(id=ref)
    assert row.due_at is not None
    assert first is not None
    assert row.due_at > first + timedelta(days=20)
    moved(people, ref, "close")
    row = DeskRecord.objects.get(id=ref)
    assert (row.state, row.due_at) == ("closed", None)
    with people.sitting("Otto") as otto, pytest.raises(NotNow):
        sites.save(ref, THEATRE, version=version_of(ref), by=otto, at=people.at)
    moved(people, ref, "reopen")
    assert DeskRecord.objects.get(id=ref).due_at is not None
    assert [one.move for one in RecordStep.objects.order_by("number")] == [
        "begin",
        "review",
        "close",
        "reopen",
    ]
    with people.sitting("Otto") as otto, pytest.raises(NotHere):
        sites.move(ref, "save", version=version_of(ref), by=otto, at=people.at)


def test_a_site_that_nobody_reviews_raises_an_alarm_and_its_review_ends_it(people: People) -> None:
    ref = a_site(people)
    with acting("worker"):
        clock.watch(people.at + timedelta(days=370))
    assert Alarm.objects.get(about_id=ref).kind == "record-overdue"
    moved(people, ref, "review")
    assert Alarm.objects.get(about_id=ref).cleared_at is not None


def test_two_advisers_do_not_overwrite_each_other(people: People) -> None:
    ref = a_site(people)
    with people.sitting("Oren") as oren:
        sites.save(ref, changed(name="First"), version=1, by=oren, at=people.at)
    with people.sitting("Otto") as otto, pytest.raises(Changed):
        sites.save(ref, changed(name="Second"), version=1, by=otto, at=people.at)
    assert facts_of(people, ref).texts["name"] == "First"


def test_officers_of_other_desks_see_no_site_and_open_none(people: People) -> None:
    ref = a_site(people)
    request, _ = advice_scene.a_request(people)
    report, _ = people.taken()
    with people.sitting("Odile") as odile:
        for attempt in (
            lambda: sites.opened(ref, by=odile, at=people.at),
            lambda: sites.begin(THEATRE, by=odile, at=people.at),
            lambda: sites.of_request(request, by=odile, at=people.at),
            lambda: sites.of_request(report, by=odile, at=people.at),
            lambda: sites.save(ref, THEATRE, version=1, by=odile, at=people.at),
            lambda: sites.move(ref, "close", version=1, reason="x", by=odile, at=people.at),
            lambda: sites.join(request, ref, by=odile, at=people.at),
        ):
            with pytest.raises(NotHere):
                attempt()
    assert DeskRecord.objects.get(id=ref).version == 1


def test_a_thief_reads_nothing_of_a_site(people: People) -> None:
    request, _ = advice_scene.a_request(people)
    with people.sitting("Otto") as otto:
        ref = sites.begin_from(request, THEATRE, by=otto, at=people.at)
    moved(people, ref, "review", reason="Walked round with the house manager")

    def ask(sql: str) -> list[tuple[object, ...]]:
        with connection.cursor() as cursor:
            cursor.execute(sql)
            return list(cursor.fetchall())

    leaves = [leaf for rows in thief.tables(ask).values() for row in rows for leaf in thief.leaves(row)]
    for secret in (*TEXTS.values(), "Walked round with"):
        wanted = thief.spellings(secret)
        assert not [leaf for leaf in leaves if any(one in leaf for one in wanted)], secret


def test_the_demonstration_has_a_site_of_its_first_request(people: People) -> None:
    code = "advice-north-east"
    advice_scene.adviser_desk(people, code, ("Odile", "Olga"))
    request, _ = advice_scene.a_request(
        people, organisation={"name": "Mill Lane Hall", "postcode": "NE1 4ST"}
    )
    scene = DemoScene(
        at=people.at, reports={code: [request]}, officers={code: ["Odile"]}, sitting=people.sitting
    )
    demo.load(scene)
    facts = facts_of(people, DeskRecord.objects.get(kind="protection-site").id, "Odile")
    assert facts.texts["name"] == "Mill Lane Hall"
    assert facts.texts["weak_spots"].startswith("Invented")
    assert facts.visits == (str(DeskRecord.objects.get(kind="protection-visit").id),)
    demo.load(DemoScene(at=people.at, reports={}, officers={}, sitting=people.sitting))
    assert DeskRecord.objects.count() == 2
