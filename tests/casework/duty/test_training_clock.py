"""The clock of trainings: too few at a desk, and each person reminded of one that ends."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from heedline.casework.duty import alarm_board, alarm_kinds, alarms, training_clock
from heedline.casework.setup import leavers
from heedline.dispatch.models import Alarm
from tests.support.acting import acting
from tests.support.scene_people import People
from tests.support.training_scene import DAY, again, lapse

pytestmark = pytest.mark.django_db


def open_alarms(kind: str) -> list[str]:
    rows = Alarm.objects.filter(kind=kind, cleared_at=None).select_related("desk")
    return sorted(alarm.desk.code for alarm in rows)


def watch(people: People, after: timedelta = timedelta(0)) -> None:
    with acting("worker"):
        training_clock.watch(people.at + after)


def test_a_desk_with_fewer_than_two_raises_an_alarm_that_comes_back(people: People) -> None:
    watch(people)
    assert not Alarm.objects.exists()
    lapse(people, "Ada", "authorising")
    lapse(people, "Odile", "call-taking")
    watch(people)
    watch(people)
    assert open_alarms("too-few-trained") == ["identity", "north-east"]
    with people.sitting("Odile") as odile:
        (line,) = alarm_board.open_now(by=odile, at=people.at)
        alarms.clear(line.id, "being-dealt-with", by=odile, at=people.at)
    watch(people, timedelta(hours=23))
    assert open_alarms("too-few-trained") == ["identity"]
    watch(people, timedelta(hours=25))
    assert open_alarms("too-few-trained") == ["identity", "north-east"]


def test_a_reminder_goes_to_whose_training_ends_and_says_nothing(people: People) -> None:
    watch(people, 300 * DAY)
    assert not Alarm.objects.exists()
    watch(people, 340 * DAY)
    assert set(open_alarms("training-ends")) == set(people.house.desks)
    house, at = people.house, people.at + 340 * DAY
    odile = house.officers["Odile"].id
    with acting("worker"):
        here = training_clock.called(house.desks["north-east"].id, odile, at)
        assert here == {"odile@unit.example"}, "and nobody whose own does not end"
        alarm = Alarm.objects.get(desk=house.desks["north-east"], about_id=odile)
        assert alarm_kinds.called(alarm, 0, at) == here
    assert not open_alarms("too-few-trained")
    watch(people, 367 * DAY)
    assert open_alarms("too-few-trained") == sorted(people.house.desks)


def test_each_is_reminded_once_also_while_a_colleagues_reminder_stands(people: People) -> None:
    """Odile's month begins while Olga's alarm is open; and what was put away does not come back before the next end."""
    desk, odile = people.house.desks["north-east"], people.house.officers["Odile"].id

    def about(day: int) -> set[UUID | None]:
        watch(people, day * DAY)
        rows = Alarm.objects.filter(kind="training-ends", desk=desk, cleared_at=None)
        return set(rows.values_list("about_id", flat=True))

    for code in ("call-taking", "identity"):
        again(people, "Odile", code, at=people.at + 100 * DAY)
    assert about(340) == {people.house.officers["Olga"].id}
    assert about(440) == {people.house.officers["Olga"].id, odile}
    at = people.at + 441 * DAY
    with people.sitting("Odile", at=at) as here:
        (line,) = [
            one
            for one in alarm_board.open_now(by=here, at=at)
            if Alarm.objects.filter(id=one.id, about_id=odile).exists()
        ]
        assert line.words.startswith("Accreditation expiring: Odile O., ")
        assert line.words.endswith(f"{training_clock.ending(at)[desk.id, odile]:%-d %B %Y}")
        alarms.clear(line.id, "being-dealt-with", by=here, at=at)
    assert odile not in about(450)
    again(people, "Odile", "identity", at=people.at + 450 * DAY)
    assert odile in about(790), "a year later it ends again"


def test_somebody_who_left_is_neither_counted_nor_reminded(people: People) -> None:
    assert uuid4() not in training_clock.too_few(people.at)
    house = people.house
    with people.sitting("Stella", unlocked=False) as stella:
        leavers.suspend(house.officers["Odile"].id, by=stella, at=people.at)
    watch(people)
    assert open_alarms("too-few-trained") == ["north-east"]
