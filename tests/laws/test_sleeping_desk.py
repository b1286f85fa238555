"""On duty means signed in and unlocked: the rota says who should be, and no page, alarm or queue goes by it.

What is urgent at a desk where nobody is on duty is on the national desk's queue and banner at once.
"""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest

from heedline.casework.access import session
from heedline.casework.duty import paging, reports_clock, rota
from heedline.casework.errors import NotHere
from heedline.casework.journey import owners, transitions
from heedline.casework.pages import danger_page, hand_overs, home
from heedline.casework.pages.board import board as pages_board
from heedline.casework.pages.queues import queue as pages_queue
from heedline.casework.pages.queues.queue_view import QueueView
from heedline.desks.duty_hours import staffed_desks
from heedline.desks.models import Desk
from heedline.dispatch.letters import AlarmKind
from heedline.dispatch.models import Alarm
from heedline.reports.models import HandOver
from tests.support import danger_scene, stories
from tests.support.acting import acting
from tests.support.cast import House
from tests.support.scene_people import People, row

pytestmark = pytest.mark.django_db
PLANNED, PRESENT = "on the rota", "signed in and unlocked"


def at_work(people: People, *how: str) -> None:
    """Bring Odile to the state: on the rota, signed in and unlocked, both, or only signed in."""
    with people.sitting("Odile", unlocked=PRESENT in how) as odile:
        if PLANNED in how:
            until = people.at + timedelta(hours=8)
            rota.come_on(by=odile, desk=odile.desk_ids[0], until=until, at=people.at)


def who_sees_her(people: People) -> dict[str, bool]:
    """Return what each page, rule and alarm says about Odile, as her supervisor and the watch see it."""
    at, odile = people.at, people.house.officers["Odile"].id
    desk = people.house.desks["north-east"].id
    with people.sitting("Olga", unlocked=False) as olga:
        (mine,) = home.my_desks(by=olga, at=at)
        (duty,) = rota.rota(by=olga, at=at)
        on_board = {one.id: one.on_duty for one in pages_board.board(olga.desks[0], by=olga, at=at).officers}
        found = {
            "my work": "Odile O." in mine.on_duty,
            "duty": odile in {one.officer_id for one in duty.on_duty},
            "board": on_board[odile],
            "hand over": odile in {one.id for one in owners.colleagues_on_duty(desk, by=olga, at=at)},
        }
    with people.sitting("Nadia") as nadia:
        watched = pages_queue.queue(by=nadia, at=at, view=QueueView()).lines
    found["watch"] = not any(line.watch_reason == "Nobody is on duty at North East desk" for line in watched)
    with acting("worker"):
        paging.watch_clocks(at)
        found["worker"] = desk in staffed_desks(at)
    found["alarm"] = not Alarm.objects.filter(kind=AlarmKind.NOBODY_ON_DUTY, cleared_at=None).exists()
    return found


@pytest.mark.parametrize(
    ("how", "there"), [((), False), ((PLANNED,), False), ((PRESENT,), True), ((PLANNED, PRESENT), True)]
)
def test_every_page_and_rule_says_the_same(leads: House, how: tuple[str, ...], there: bool) -> None:
    people = People(leads, session.now())
    people.send()
    at_work(people, *how)
    assert set(who_sees_her(people).values()) == {there}, who_sees_her(people)


def test_keys_that_lock_or_are_locked_end_duty(leads: House) -> None:
    people = People(leads, session.now())
    at_work(people, PLANNED, PRESENT)
    desk: UUID = people.house.desks["north-east"].id
    assert desk in staffed_desks(people.at + timedelta(minutes=14))
    assert desk not in staffed_desks(people.at + timedelta(minutes=15))
    with people.sitting("Odile") as odile:
        session.lock(odile)
    assert desk not in staffed_desks(people.at)


def test_the_rota_says_who_is_missing(leads: House) -> None:
    people = People(leads, session.now())
    at_work(people, PLANNED)
    with people.sitting("Olga", unlocked=False) as olga:
        (duty,) = rota.rota(by=olga, at=people.at)
    assert [one.name for one in duty.missing] == ["Odile O."]


def test_a_hand_over_to_a_sleeping_desk_is_watched_by_both(leads: House) -> None:
    people = People(leads, session.now())
    ref, _ = people.taken()
    with people.sitting("Odile") as odile:
        assert "south-west" in hand_overs.unstaffed(people.at)
        transitions.hand_over(ref, "south-west", "Theirs", version=row(ref).version, by=odile, at=people.at)
    due = HandOver.objects.get(report=ref).due_at
    with acting("worker"):
        paging.drain(people.at)
        assert set(alarms_about(ref)) == {("South West desk", AlarmKind.NOBODY_ON_DUTY)}
        reports_clock.watch_hand_overs(due + timedelta(minutes=1))
    assert ("North East desk", AlarmKind.HAND_OVER_WAITING) in alarms_about(ref)
    with people.sitting("Otto"):
        assert "south-west" not in hand_overs.unstaffed(people.at)
    people.take(ref, "Otto")
    assert alarms_about(ref) == [("North East desk", AlarmKind.HAND_OVER_WAITING)], "somebody there clears it"


def alarms_about(ref: UUID) -> list[tuple[str, str]]:
    """Return the desk and kind of each open alarm about a report."""
    names = dict(Desk.objects.values_list("id", "name"))
    standing = Alarm.objects.filter(about_id=ref, cleared_at=None).values_list("desk_id", "kind")
    return [(names[desk], kind) for desk, kind in standing]


@pytest.mark.parametrize("danger", ["planned", "not_sure"])
def test_the_watch_sees_what_is_urgent_at_a_sleeping_desk_at_once(leads: House, danger: str) -> None:
    people = People(leads, session.now())
    at_work(people, PLANNED)
    ref, _ = people.send(now={"danger": danger})
    people.send()
    with people.sitting("Nadia") as nadia:
        said = danger_page.banner(by=nadia, at=people.at).asleep
        lines = pages_queue.queue(by=nadia, at=people.at, view=QueueView()).lines
    assert said is not None
    assert (said.number, said.ref, said.desk_name, said.watched) == (1, ref, "North East desk", True)
    assert (lines[0].ref, lines[0].watch_reason) == (ref, "Nobody is on duty at North East desk")
    assert not lines[0].overdue
    with people.sitting("Otto") as otto:
        assert danger_page.banner(by=otto, at=people.at).asleep is None, "another desk that sleeps itself"
    with people.sitting("Olga"), people.sitting("Nadia") as nadia:
        assert danger_page.banner(by=nadia, at=people.at).asleep is None, "Olga is there"


def test_the_banner_alone_names_what_the_watch_cannot_open(leads: House) -> None:
    people = People(leads, session.now())
    danger_scene.material_desk(people)
    ref = stories.an_item(at=people.at, danger="not_sure")
    with people.sitting("Nadia") as nadia:
        said = danger_page.banner(by=nadia, at=people.at).asleep
        assert pages_queue.queue(by=nadia, at=people.at, view=QueueView()).lines == ()
    assert said is not None
    assert (said.ref, said.desk_name, said.watched) == (ref, "Material desk", False)
    with pytest.raises(NotHere):
        people.read(ref, "Nadia")
