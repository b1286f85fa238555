"""Which advisers get a request, and what they are told if they are not those of the site."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from heedline.casework.duty import alarm_kinds, paging
from heedline.casework.pages.queues.queue import queue
from heedline.casework.pages.queues.queue_view import QueueView
from heedline.dispatch.letters import AlarmKind
from heedline.dispatch.models import Alarm
from tests.support import advice_scene, stories
from tests.support.acting import acting
from tests.support.cast import House, now
from tests.support.scene_people import People, row

NORTHERN_IRELAND = "advice-northern-ireland"
TOO_FEW = "Fewer than two people could open it at the desk of its place"


@pytest.fixture
def people(house: House) -> People:
    return advice_scene.adviser_desk(People(house, now()))


def from_site(people: People, postcode: str, **told: Any) -> UUID:
    """A request from a site with this postcode."""
    return advice_scene.a_request(
        people, organisation={"name": "The Mill Hall", "postcode": postcode}, **told
    )[0]


def flags(people: People, ref: UUID, name: str = "Otto") -> tuple[str, ...]:
    with people.sitting(name) as here:
        return next(
            one.flags for one in queue(by=here, at=people.at, view=QueueView()).lines if one.ref == ref
        )


def test_a_site_in_northern_ireland_has_its_own_advisers(people: People) -> None:
    advice_scene.adviser_desk(people, NORTHERN_IRELAND, ("Odile", "Olga"))
    ref = from_site(people, "BT1 5GS")
    assert row(ref).desk_id == people.house.desks[NORTHERN_IRELAND].id
    assert people.read(ref, "Odile").answers.routed_words == ""


@pytest.mark.parametrize("postcode", ["BT1 5GS", stories.NORTH_EAST])
def test_without_two_people_there_the_national_advisers_get_it_and_read_why(
    people: People, postcode: str
) -> None:
    ref = from_site(people, postcode)
    assert row(ref).desk_id == people.house.desks[advice_scene.NATIONAL].id
    people.take(ref, "Otto")
    assert people.read(ref, "Otto").answers.routed_words.startswith(TOO_FEW)
    assert "Area not known" not in flags(people, ref)


def test_without_national_advisers_the_desk_that_never_closes_gets_it(house: House) -> None:
    people = People(house, now())
    ref = from_site(people, stories.NORTH_EAST)
    assert row(ref).desk_id == house.desks["national"].id
    assert people.read(ref, "Nadia").answers.routed_words.startswith(TOO_FEW)


def test_a_report_whose_desk_has_too_few_people_says_so_too(people: People) -> None:
    ref, _ = stories.a_report(at=people.at, kind="person", **stories.NEEDED.get("person", {}))
    assert row(ref).desk_id == people.house.desks["national"].id
    assert people.read(ref, "Nadia").answers.routed_words.startswith(TOO_FEW)


@pytest.mark.parametrize(("postcode", "why"), [("ZZ9 9ZZ", "no area"), ("TD15", "more than one area")])
def test_a_postcode_that_leads_nowhere_is_flagged(people: People, postcode: str, why: str) -> None:
    ref = from_site(people, postcode)
    assert row(ref).desk_id == people.house.desks[advice_scene.NATIONAL].id
    assert "Area not known" in flags(people, ref)
    people.take(ref, "Otto")
    assert why in people.read(ref, "Otto").answers.routed_words


def test_the_place_of_a_confidential_report_is_no_flag(people: People) -> None:
    ref, _ = stories.a_report(at=people.at)
    assert row(ref).area == "unknown"
    assert "Area not known" not in flags(people, ref, "Nadia")
    assert people.read(ref, "Nadia").answers.routed_words == ""


def test_a_desk_with_too_few_people_alarms_the_stewards(people: People) -> None:
    advice_scene.adviser_desk(people, NORTHERN_IRELAND, ("Odile",))
    with acting("worker"):
        paging.watch_keys(people.at)
        alarm = Alarm.objects.get(kind=AlarmKind.THIN_DESK, desk_id=people.house.desks[NORTHERN_IRELAND].id)
        called = alarm_kinds.called(alarm, 0, people.at)
    assert {people.house.officers[name].email for name in ("Stella", "Sten")} <= called
