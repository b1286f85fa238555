"""Two people at one desk: versions, leases, the count of new reports, duty and alarms."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from heedline.casework.duty import paging
from tests.sites.office.desk_hand import Hand
from tests.sites.office.test_report_walk import NORTH_EAST, VAGUE
from tests.support.acting import acting
from tests.support.cast import House, now
from tests.support.stories import a_report

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]


def test_a_conflict_shows_both_texts_and_loses_neither(house: House, hand: Callable[[], Hand]) -> None:
    ref, _ = a_report(at=now(), where=NORTH_EAST)
    here = hand().at_work(house, "Odile")
    here.get("/w/q/north-east/")
    here.send(f"/w/r/{ref}/take/")
    there = hand().at_work(house, "Odile")
    there.get(f"/w/r/{ref}/")
    answers = {**VAGUE, "close_as": ""}
    there.send(f"/w/r/{ref}/", do="save-stay", **{**answers, "done_what": "Theirs: he took pictures"})
    here.send(f"/w/r/{ref}/", do="save-stay", **{**answers, "done_what": "Mine: he filmed the doors"})
    assert here.page.status_code == 409
    assert here.heading == "A colleague saved changes"
    assert "Mine: he filmed the doors" in here.html
    assert "Theirs: he took pictures" in here.html
    here.send(f"/w/r/{ref}/", do="save-stay")
    assert "Assessed." in here.html
    assert "Mine: he filmed the doors" in here.html
    assert "Theirs: he took pictures" in here.html


@pytest.mark.parametrize("late", ["close", "hand-over", "ask"])
def test_every_other_form_meets_a_conflict_in_the_same_way(
    house: House, hand: Callable[[], Hand], late: str
) -> None:
    ref, _ = a_report(at=now(), where=NORTH_EAST)
    here = hand().at_work(house, "Odile")
    here.get("/w/q/north-east/")
    here.send(f"/w/r/{ref}/take/")
    answers = {**VAGUE, "close_as": ""}
    here.send(f"/w/r/{ref}/", do="save-stay", **answers)
    here.get(f"/w/r/{ref}/{late}/")
    old = here.page
    here.get(f"/w/r/{ref}/")
    here.send(f"/w/r/{ref}/", do="save-stay", **{**answers, "reason": "Second thoughts"})
    here.page, here.path = old, f"/w/r/{ref}/{late}/"
    filled = {
        "close": {"outcome": "new-lead", "reason": "My late words", "tell": "finished"},
        "hand-over": {"to": "south-west", "because": "My late words", "do": "hand-over"},
        "ask": {"text": "My late words", "do": "send", "safe": ["no-names", "no-task", "no-case"]},
    }[late]
    here.send(f"/w/r/{ref}/{late}/", **filled)
    assert here.heading == "A colleague saved changes"
    assert "My late words" in here.html
    assert "Second thoughts" in here.html


def test_the_line_of_new_reports(house: House, hand: Callable[[], Hand]) -> None:
    a_report(at=now(), where=NORTH_EAST)
    odile = hand().at_work(house, "Odile")
    odile.get("/w/q/north-east/")
    assert "Updated " in odile.html
    assert 'data-hx-get="/w/q/north-east/new/?mark=1"' in odile.html
    odile.get("/w/q/north-east/new/?mark=1", **{"HX-Request": "true"})
    assert "new report" not in odile.html
    a_report(at=now(), where=NORTH_EAST)
    a_report(at=now(), where=NORTH_EAST)
    odile.get("/w/q/north-east/new/?mark=1", **{"HX-Request": "true"})
    assert "2 new reports at your desks." in odile.html
    assert ">Show them</a>" in odile.html
    assert "<html" not in odile.html


def test_a_polled_line_of_a_stranger_is_empty(house: House, hand: Callable[[], Hand]) -> None:
    page = hand()
    page.get("/w/q/north-east/new/?mark=1", **{"HX-Request": "true"})
    assert page.page.status_code == 204


def test_coming_on_and_going_off_duty(house: House, hand: Callable[[], Hand]) -> None:
    odile = hand()
    odile.sign_in("Odile")
    assert "<strong>Nobody</strong>" in odile.html
    odile.get("/w/duty/north-east/on/")
    odile.send("", hours="4")
    assert "You are on the North East desk rota until" in odile.html
    assert "Not on duty: locked." in odile.html
    assert "<strong>Nobody</strong>" in odile.html, "the rota says who should be there"
    odile.get("/w/duty/")
    assert "You are not on duty until you unlock your keys." in odile.html
    assert "On the rota now, but not on duty" in odile.html
    odile.unlock(house, "Odile")
    odile.get("/w/")
    assert "On duty. <a" in odile.html
    odile.get("/w/duty/")
    assert "You are on duty." in odile.html
    assert "You are on the rota until" in odile.html
    assert "On the rota now, but not on duty" not in odile.html
    odile.get("/w/duty/north-east/off/")
    assert "Nobody else is on duty here" in odile.html
    odile.send("")
    assert "You are off duty" in odile.html
    odile.get("/w/duty/north-east/on/")
    odile.send("", hours="99")
    assert "Choose for how long" in odile.html


def test_an_alarm_is_acknowledged_and_put_away_by_name(house: House, hand: Callable[[], Hand]) -> None:
    at = now()
    ref, _ = a_report(at=at, where=NORTH_EAST, now={"danger": "yes"})
    with acting("worker"):
        paging.drain(at)
    odile = hand()
    odile.sign_in("Odile")
    assert "unacknowledged alarm" in odile.html
    odile.get("/w/alarms/")
    assert "Not acknowledged." in odile.html
    actions = [line for line in odile.html.split('"') if line.endswith("/acknowledge/")]
    odile.send(actions[0])
    assert "Acknowledged in your name" in odile.html
    assert "Odile O." in odile.html
    odile.unlock(house, "Odile")
    odile.get(f"/w/r/{ref}/")
    odile.send(f"/w/r/{ref}/take/")
    odile.get("/w/alarms/")
    assert "No open alarms" in odile.html


def test_the_watch_sees_what_nobody_is_there_for_and_hands_it_over(
    house: House, hand: Callable[[], Hand]
) -> None:
    ref, _ = a_report(at=now(), where=NORTH_EAST, now={"danger": "yes"})
    nadia = hand().at_work(house, "Nadia")
    nadia.get("/w/q/national/")
    assert "Danger to life at North East desk, not yet taken, nobody on duty there" in nadia.html
    nadia.send(f"/w/r/{ref}/take/")
    assert "filmed the side doors" in nadia.html
    nadia.get(f"/w/r/{ref}/hand-over/")
    nadia.send(f"/w/r/{ref}/hand-over/", to="south-west", because="Otto is there", do="check")
    nadia.send(f"/w/r/{ref}/hand-over/", do="hand-over")
    assert "Handed over to South West desk, who accept or return it." in nadia.html
