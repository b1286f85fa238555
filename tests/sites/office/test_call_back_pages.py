"""Calling somebody back at the screen: the list, the closed number, the reason, the attempt."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings

from heedline.dispatch.safe_times import DAYS
from tests.sites.office.desk_hand import Hand
from tests.support.call_scene import NUMBER, asks_for_a_call
from tests.support.cast import House, now
from tests.support.stories import a_report

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]


def in_three_days() -> str:
    return DAYS[(now().astimezone(ZoneInfo(settings.OFFICE_ZONE)) + timedelta(days=3)).weekday()]


def test_the_number_is_on_no_page_until_its_button_is_pressed(house: House, hand: Callable[[], Hand]) -> None:
    ref = asks_for_a_call(now(), days=[in_three_days()])
    nadia = hand().at_work(house, "Nadia")
    nadia.get("/w/q/national/")
    nadia.send(f"/w/r/{ref}/take/")
    assert NUMBER not in nadia.html
    assert "Call back requested" in nadia.html
    here = f"/w/r/{ref}/call/"
    for page in (f"/w/r/{ref}/", f"/w/r/{ref}/history/", "/w/calls/", here):
        nadia.get(page)
        assert NUMBER not in nadia.html, page
    assert "Closed until " in nadia.html
    nadia.send(here, do="number")
    assert nadia.page.status_code == 422
    assert "Say why the number has to be opened now" in nadia.html
    assert NUMBER not in nadia.html
    nadia.send(here, do="number", because="life")
    assert NUMBER in nadia.html
    nadia.get(f"/w/r/{ref}/history/")
    assert "Opened the reporter’s number" in nadia.html


def test_an_attempt_is_kept_with_the_report(house: House, hand: Callable[[], Hand]) -> None:
    ref = asks_for_a_call(now())
    nadia = hand().at_work(house, "Nadia")
    nadia.get("/w/q/national/")
    nadia.send(f"/w/r/{ref}/take/")
    here = f"/w/r/{ref}/call/"
    nadia.get(here)
    nadia.send(here, do="tried", how="not-made")
    assert "Say why no call will be made" in nadia.html
    nadia.send(here, do="tried", how="no-answer", said="Rang ten times")
    nadia.get(f"/w/r/{ref}/")
    assert "Nobody answered" in nadia.html
    assert "Rang ten times" in nadia.html
    nadia.get("/w/calls/")
    assert str(ref) in nadia.html
    nadia.get(here)
    nadia.send(here, do="tried", how="reached", said="", danger="no")
    nadia.get("/w/calls/")
    assert "No call backs are due" in nadia.html


def test_a_report_that_asks_for_no_call_has_no_such_page(house: House, hand: Callable[[], Hand]) -> None:
    ref, _ = a_report(at=now(), where={"postcode": "NE1 4ST"})
    odile = hand().at_work(house, "Odile")
    odile.get(f"/w/r/{ref}/")
    assert f"/w/r/{ref}/call/" not in odile.html
    assert odile.get(f"/w/r/{ref}/call/").status_code == 404


def test_an_end_without_a_call_is_not_shown_as_a_call(house: House, hand: Callable[[], Hand]) -> None:
    ref = asks_for_a_call(now())
    nadia = hand().at_work(house, "Nadia")
    nadia.get("/w/q/national/")
    nadia.send(f"/w/r/{ref}/take/")
    here = f"/w/r/{ref}/call/"
    for how, said in (("no-answer", "Rang ten times"), ("not-made", "They wrote that they are safe")):
        nadia.get(here)
        nadia.send(here, do="tried", how=how, said=said)
    for page in (f"/w/r/{ref}/", f"/w/r/{ref}/timeline/"):
        nadia.get(page)
        assert "Call tried: nobody answered" in nadia.html, page
        assert "No call will be made" in nadia.html, page
        assert "Reporter called" not in nadia.html, page
