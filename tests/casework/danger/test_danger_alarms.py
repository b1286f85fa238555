"""Tests that a supervisor is paged when a danger opens, when its owner leaves and when its review is late."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from django.db import transaction

from heedline.casework.danger import action_log, discharge
from heedline.casework.danger.action_log import DangerNoteKind
from heedline.casework.duty import alarm_board, alarm_kinds, alarms, dangers, paging, rota
from heedline.casework.duty.alarm_board import AlarmLine
from heedline.casework.errors import NotHere
from heedline.casework.journey import danger_ownership
from heedline.casework.report.opening import short_name
from heedline.dispatch.letters import AlarmKind
from heedline.dispatch.models import Alarm, Outbox
from heedline.permits.gate import Refused
from heedline.reports.lifecycle import NotNow
from tests.casework.journey.test_hand_over import give
from tests.support import danger_scene
from tests.support.acting import acting
from tests.support.cast import House
from tests.support.danger_scene import CALLED
from tests.support.scene_people import MINUTE, People, row

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
SUPERVISORS = {"olga@unit.example", "nadia@unit.example"}


@pytest.fixture
def led(leads: House, people: People) -> People:
    return people


def worker(people: People, after: timedelta = timedelta(0)) -> None:
    """Run the worker's paging and danger checks."""
    with acting("worker"):
        paging.drain(people.at + after)
        dangers.watch_dangers(people.at + after)


def alarm(kind: AlarmKind, ref: UUID) -> Alarm | None:
    return Alarm.objects.filter(kind=kind, about_id=ref, cleared_at=None).first()


def called(one: Alarm | None, step: int, people: People) -> set[str]:
    assert one is not None
    with acting("worker"):
        return set(alarm_kinds.called(one, step, people.at))


def lines(people: People, name: str) -> tuple[AlarmLine, ...]:
    with people.sitting(name) as here:
        return alarm_board.open_now(by=here, at=people.at)


# --- a supervisor is paged at once and acknowledges by name -------------------------------------------------------


def test_opening_calls_the_supervisors_of_both_desks(led: People) -> None:
    ref = danger_scene.opened(led)
    worker(led)
    assert called(alarm(AlarmKind.DANGER_OPENED, ref), 0, led) == SUPERVISORS
    assert called(alarm(AlarmKind.DANGER_OPENED, ref), 1, led) > SUPERVISORS


def test_without_supervisors_the_chain_is_called(people: People) -> None:
    ref = danger_scene.opened(people)
    worker(people)
    assert called(alarm(AlarmKind.DANGER_OPENED, ref), 0, people) == {
        "nadia@unit.example",
        "nils@unit.example",
        "odile@unit.example",
    }, "and Odile, who is on duty without being on the rota"


def test_no_officer_stops_the_paging(led: People) -> None:
    ref = danger_scene.opened(led)
    worker(led)
    one = alarm(AlarmKind.DANGER_OPENED, ref)
    assert one is not None
    other = Alarm.objects.create(
        kind="overdue", desk=row(ref).desk, about_kind="report", about_id=ref, slot=led.at
    )
    with led.sitting("Odile") as odile:
        with pytest.raises(Refused):
            alarms.acknowledge(one.id, by=odile, at=led.at)
        alarms.acknowledge(other.id, by=odile, at=led.at)
        with pytest.raises(Refused):
            alarms.clear(one.id, "false-alarm", by=odile, at=led.at)
    with led.sitting("Olga") as olga:  # a supervisor answers it where it can be read, not in the list
        with pytest.raises(NotNow, match="Danger to life"):
            alarms.acknowledge(one.id, by=olga, at=led.at)
        with pytest.raises(NotNow, match="Danger to life"):
            alarms.clear(one.id, "false-alarm", by=olga, at=led.at)
    one.refresh_from_db()
    assert (one.acknowledged_at, one.cleared_at) == (None, None)


def test_taking_the_report_does_not_stop_the_paging(led: People) -> None:
    """What an officer does with the report acknowledges its other alarms, never those about danger."""
    ref = danger_scene.opened(led)
    worker(led)
    with led.sitting("Odile") as odile, transaction.atomic():
        alarms.resolve_for(ref, by=odile, at=led.at)
    one = alarm(AlarmKind.DANGER_OPENED, ref)
    assert one is not None
    assert one.acknowledged_at is None


def test_a_supervisor_acknowledges_by_name(led: People) -> None:
    ref = danger_scene.opened(led)
    worker(led)
    with led.sitting("Nadia") as nadia:
        discharge.acknowledge(ref, by=nadia, at=led.at)
    assert alarm(AlarmKind.DANGER_OPENED, ref) is None
    assert danger_scene.episode(ref).acknowledged_by == led.house.officers["Nadia"]
    worker(led)
    assert alarm(AlarmKind.DANGER_OPENED, ref) is None


def test_a_lost_letter_loses_no_call(led: People) -> None:
    ref = danger_scene.opened(led)
    Outbox.objects.all().delete()
    worker(led)
    assert alarm(AlarmKind.DANGER_OPENED, ref) is not None


# --- an owner who leaves ------------------------------------------------------------------------------------------


def on_duty(people: People, name: str, hours: float = 8) -> None:
    with people.sitting(name) as here:
        desk = people.house.desks["north-east"].id
        rota.come_on(by=here, desk=desk, until=people.at + timedelta(hours=hours), at=people.at)


def go_off(people: People, name: str) -> None:
    """`name` goes off duty, which locks their keys: they sign in anew when they sit down again."""
    with people.sitting(name) as here:
        rota.go_off(by=here, desk=people.house.desks["north-east"].id, at=people.at + MINUTE)
    del people.tokens[name]


def test_an_owner_who_goes_off_duty_calls_the_supervisors(led: People) -> None:
    on_duty(led, "Odile")
    on_duty(led, "Olga")
    ref = danger_scene.opened(led)
    go_off(led, "Olga")
    worker(led, MINUTE)
    assert alarm(AlarmKind.DANGER_OWNER_AWAY, ref) is None, "she does not own it"
    go_off(led, "Odile")
    worker(led, MINUTE)
    assert called(alarm(AlarmKind.DANGER_OWNER_AWAY, ref), 0, led) == SUPERVISORS
    assert row(ref).owner == led.house.officers["Odile"], "until somebody has taken it"


def test_keys_that_lock_call_them_too_whatever_the_rota_says(led: People) -> None:
    on_duty(led, "Odile", hours=8)
    ref = danger_scene.opened(led)
    worker(led, timedelta(minutes=14))
    assert alarm(AlarmKind.DANGER_OWNER_AWAY, ref) is None
    worker(led, timedelta(minutes=16))
    assert alarm(AlarmKind.DANGER_OWNER_AWAY, ref) is not None


def test_the_end_of_a_shift_calls_nobody_while_the_owner_works_on(led: People) -> None:
    on_duty(led, "Odile", hours=1)
    ref = danger_scene.opened(led)
    for minutes in (14, 28, 42, 56):
        with led.sitting("Odile", at=led.at + timedelta(minutes=minutes)):
            pass  # each request keeps her keys unlocked
    worker(led, timedelta(minutes=61))
    assert alarm(AlarmKind.DANGER_OWNER_AWAY, ref) is None


def test_a_supervisor_who_takes_it_ends_the_alarm(led: People) -> None:
    on_duty(led, "Odile")
    ref = danger_scene.opened(led)
    go_off(led, "Odile")
    worker(led, MINUTE)
    with led.sitting("Olga") as olga:
        danger_ownership.take_over(ref, "Odile has gone home", by=olga, at=led.at)
    assert alarm(AlarmKind.DANGER_OWNER_AWAY, ref) is None


def test_an_owner_who_is_back_ends_the_alarm(led: People) -> None:
    on_duty(led, "Odile")
    ref = danger_scene.opened(led)
    go_off(led, "Odile")
    worker(led, MINUTE)
    danger_scene.add(led, ref, DangerNoteKind.CONTROL_ROOM, CALLED)
    assert alarm(AlarmKind.DANGER_OWNER_AWAY, ref) is None
    worker(led, 2 * MINUTE)
    assert alarm(AlarmKind.DANGER_OWNER_AWAY, ref) is None, "not called away from the work again at once"


# --- the review ---------------------------------------------------------------------------------------------------


def test_a_review_that_is_late_calls_owner_and_supervisors(led: People) -> None:
    ref = danger_scene.opened(led)
    worker(led, timedelta(minutes=59))
    assert alarm(AlarmKind.DANGER_REVIEW_LATE, ref) is None
    worker(led, timedelta(minutes=61))
    assert called(alarm(AlarmKind.DANGER_REVIEW_LATE, ref), 0, led) == SUPERVISORS | {"odile@unit.example"}
    with led.sitting("Odile") as odile:
        at = led.at + timedelta(minutes=62)
        action_log.set_review(ref, at + timedelta(hours=1), "Police are there", by=odile, at=at)
    assert alarm(AlarmKind.DANGER_REVIEW_LATE, ref) is None


# --- from desk to desk, and the end -------------------------------------------------------------------------------


def test_after_a_hand_over_the_other_desk_is_called(led: People) -> None:
    ref = danger_scene.opened(led)
    worker(led)
    give(led, ref)
    assert alarm(AlarmKind.DANGER_OPENED, ref) is None
    worker(led, MINUTE)
    one = alarm(AlarmKind.DANGER_OPENED, ref)
    assert one is not None
    assert one.desk == led.house.desks["south-west"]
    assert alarm(AlarmKind.DANGER, ref) is not None, "and it waits for an owner"


def test_the_discharge_ends_every_alarm_of_the_danger(led: People) -> None:
    on_duty(led, "Odile")
    ref = danger_scene.opened(led)
    go_off(led, "Odile")
    worker(led, timedelta(hours=2))
    assert Alarm.objects.filter(about_id=ref, kind__startswith="danger-", cleared_at=None).count() == 3
    danger_scene.end(led, ref)
    assert not Alarm.objects.filter(about_id=ref, kind__startswith="danger-", cleared_at=None).exists()


# --- the page Alarms ----------------------------------------------------------------------------------------------


def test_alarms_name_the_report_and_what_to_do_one_per_thing(led: People) -> None:
    ref = danger_scene.opened(led)
    worker(led, timedelta(hours=2))
    (thing,) = alarm_board.by_thing(lines(led, "Olga"))
    assert thing.first.title == f"Report {short_name(ref)}"
    assert [line.kind for line in thing.lines] == ["danger-opened", "danger-owner-away", "danger-review-late"]
    assert all(line.do for line in thing.lines)
    assert thing.acknowledge is None
    assert {line.page for line in thing.lines} == {"report-danger"}


def test_every_alarm_says_what_to_do() -> None:
    for kind, rule in alarm_kinds.ALARM_KINDS.items():
        assert rule.what_to_do, kind


def test_another_desk_sees_no_alarm_of_it(led: People) -> None:
    ref = danger_scene.opened(led)
    worker(led)
    assert lines(led, "Otto") == ()
    one = alarm(AlarmKind.DANGER_OPENED, ref)
    assert one is not None
    with led.sitting("Otto") as otto, pytest.raises(NotHere):
        alarms.acknowledge(one.id, by=otto, at=led.at)
