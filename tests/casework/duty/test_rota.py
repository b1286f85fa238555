"""Duty on the real path: sealed reports through the door, keys that are believed, verbs of the journey."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from pytest_django import Settings

from heedline.casework.duty import alarm_board, alarms, paging, rota
from heedline.casework.intake import settle_arrivals
from heedline.casework.journey import transitions
from heedline.casework.keys import directory as key_directory
from heedline.casework.setup import stewardship
from heedline.dispatch.chain import PagerMemory
from heedline.dispatch.clocks import SLOT, slot_of
from heedline.dispatch.models import Alarm, Outbox
from heedline.permits.roles import Role
from tests.support import stories
from tests.support.acting import acting
from tests.support.cast import House, now
from tests.support.duty_scene import events

pytestmark = pytest.mark.django_db
DANGER = {"now": {"danger": "yes"}, "where": {"postcode": stories.NORTH_EAST}}


@pytest.fixture
def folder(settings: Settings, tmp_path: Path) -> Path:
    settings.MAILERS = {"default": {"BACKEND": "heedline.dispatch.folder.FolderMail"}}
    settings.PAGES_DIR = tmp_path
    settings.DEMO = False
    return tmp_path


def paged(folder: Path) -> set[str]:
    return {
        line.removeprefix("To: ").partition("@")[0]
        for path in folder.glob("*.eml")
        for line in path.read_text().splitlines()
        if line.startswith("To: ")
    }


def open_kinds() -> list[str]:
    return sorted(Alarm.objects.filter(cleared_at=None).values_list("kind", flat=True))


def test_danger_is_paged_within_a_minute_and_taking_it_ends_the_alarm(house: House, folder: Path) -> None:
    at = now()
    memory = PagerMemory()
    with acting("office"):
        odile = house.sign_in("Odile", at=at)
        rota.come_on(by=odile, desk=house.desks["north-east"].id, until=at + timedelta(hours=8), at=at)
    report, _ = stories.a_report(at=at, **DANGER)
    assert Outbox.objects.count() == 1
    with acting("worker"):
        assert paging.drain(at + timedelta(seconds=55)) == 1
        assert paging.page_round(at + timedelta(seconds=55), 55.0, memory) == 1
    assert "odile" in paged(folder)
    assert open_kinds() == ["danger"]
    with acting("office"):
        (line,) = alarm_board.open_now(by=odile, at=at)
        assert line.ref == report
        transitions.take(report, by=odile, at=at)
        assert alarm_board.open_now(by=odile, at=at) == ()
    with acting("worker"):
        assert paging.page_round(at + timedelta(minutes=3), 180.0, memory) == 0
    assert [event["detail"] for event in events("alarm-cleared")] == [{"kind": "danger", "because": "taken"}]


def test_a_hand_over_ends_the_alarm_here_and_calls_the_other_desk(house: House, folder: Path) -> None:
    at = now()
    report, _ = stories.a_report(at=at, **DANGER)
    with acting("worker"):
        paging.drain(at)
    assert open_kinds() == ["danger", "nobody-on-duty"]
    with acting("office"):
        nadia = house.sign_in("Nadia", at=at)
        transitions.hand_over(report, "south-west", "It happened in Bristol", version=1, by=nadia, at=at)
    assert open_kinds() == []
    with acting("worker"):
        assert paging.drain(at) == 1
    assert open_kinds() == ["danger", "nobody-on-duty"]
    assert set(Alarm.objects.filter(cleared_at=None).values_list("desk", flat=True)) == {
        house.desks["south-west"].id
    }


def test_alarms_are_settled_with_the_arrivals(house: House, folder: Path) -> None:
    at = now()
    stories.a_report(at=at, **DANGER)
    with acting("worker"):
        paging.drain(at)
        paging.page_round(at, 0.0, PagerMemory())
        later = slot_of(at) + 2 * SLOT
        assert paging.settle_alarms(later) == 2
        assert settle_arrivals.settle(later) == 1
    assert {event["at"] for event in events("duty-paged")} == {slot_of(at)}
    assert not Alarm.objects.filter(settled=False).exists()


def test_a_sound_house_has_no_alarm_about_its_keys(house: House) -> None:
    with acting("worker"):
        key_directory.forget()
        paging.watch_keys(now())
    assert open_kinds() == []


def test_keys_that_run_out_alarm_until_an_officer_has_made_new_ones(house: House) -> None:
    later = now() + timedelta(days=45)
    with acting("worker"):
        paging.watch_keys(later)
    assert open_kinds() == ["epoch-ending"] * 4
    alarm = Alarm.objects.get(desk=house.desks["north-east"])
    with acting("office"):
        odile = house.sign_in("Odile", at=now())
        with pytest.raises(rota.NotNow, match="unlock their keys"):
            alarms.clear(alarm.id, "put-right", by=odile, at=later)
        stewardship.make_epochs_ahead(house.desks["north-east"], by=house.keys["Odile"].hand, at=later)
        key_directory.forget()
        alarms.clear(alarm.id, "put-right", by=odile, at=later)
    with acting("worker"):
        paging.watch_keys(later)
    assert not Alarm.objects.filter(desk=house.desks["north-east"], cleared_at=None).exists()


def test_keys_of_a_far_future_are_not_keys_of_the_next_months(house: House) -> None:
    far = now() + timedelta(days=3000)
    with acting("office"):
        stewardship.make_epochs_ahead(house.desks["north-east"], by=house.keys["Odile"].hand, at=far)
        key_directory.forget()
    with acting("worker"):
        paging.watch_keys(now() + timedelta(days=45))
    assert Alarm.objects.get(desk=house.desks["north-east"]).kind == "epoch-ending"


def test_a_desk_that_only_one_person_can_open_alarms(house: House) -> None:
    at = now()
    with acting("office"):
        desk = stewardship.make_desk(
            code="small",
            name="Small desk",
            organisation=house.desks["north-east"].organisation,
            kind="activity",
            round_the_clock=False,
            authoriser=house.desks["identity"],
            hands=house.hands,
            at=at,
        )
        stewardship.appoint(house.officers["Odile"], Role.OFFICER, desk, hands=house.hands, at=at)
        stewardship.make_epochs_ahead(desk, by=house.keys["Odile"].hand, at=at)
        key_directory.forget()
    with acting("worker"):
        paging.watch_keys(at)
    alarm = Alarm.objects.get(cleared_at=None)
    assert (alarm.kind, alarm.desk_id) == ("thin-desk", desk.id)


def test_a_statement_that_somebody_took_away_is_an_alarm(house: House) -> None:
    from heedline.desks.models import KeyStatement

    with connection.cursor() as cursor:  # as the superuser, past the trigger that keeps statements
        cursor.execute("SET LOCAL session_replication_role = replica")
        KeyStatement.objects.order_by("-serial")[3].delete()
        cursor.execute("SET LOCAL session_replication_role = origin")
    key_directory.forget()
    with acting("worker"):
        paging.watch_keys(now())
    assert "keys-doubted" in open_kinds()
