"""A threat to life in Chromium, from the first look to the discharge, with an owner who goes home in the middle."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.conf import settings

from heedline.casework.duty import dangers, paging, rota
from tests.browser.kit import Visitor, browser, person  # noqa: F401 (fixtures)
from tests.journeys.arriving import at_work
from tests.sites.office.office_server import office_serving
from tests.support import danger_scene
from tests.support.acting import acting
from tests.support.cast import House, now
from tests.support.danger_scene import CALLED, OVER, RISK
from tests.support.scene_people import NORTH_EAST, People
from tests.support.stories import NARRATIVE, a_report

pytestmark = [pytest.mark.browser, pytest.mark.django_db]
Open = Callable[..., Visitor]


@pytest.fixture
def led(house: House, monkeypatch: pytest.MonkeyPatch) -> People:
    """Olga leads the north-east desk and Nadia the national one. Odile is on duty."""
    monkeypatch.setitem(os.environ, "DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    monkeypatch.setattr(settings, "DEMO", True)
    people = danger_scene.with_leads(People(house, now()))
    with people.sitting("Odile", unlocked=False) as odile:
        desk = house.desks["north-east"].id
        rota.come_on(by=odile, desk=desk, until=people.at + timedelta(hours=8), at=people.at)
    return people


@pytest.fixture
def office(led: People) -> Iterator[str]:
    with office_serving() as address:
        yield address


def _open(page: Visitor, summary: str) -> None:
    page.play.locator("summary", has_text=summary).click()


def _banner(page: Visitor) -> str:
    return page.play.get_by_role("region", name="Danger to life").inner_text()


def _worker() -> None:
    with acting("worker"):
        paging.drain(now())
        dangers.watch_dangers(now())


def test_a_threat_to_life_whose_owner_goes_home_in_the_middle(
    led: People,
    office: str,
    person: Open,  # noqa: F811
) -> None:
    ref, _ = a_report(at=now(), **NORTH_EAST)
    a_report(at=now(), **NORTH_EAST)
    odile, olga, nadia = (person(scripts=True) for _ in range(3))
    # first look: danger opens its own page, never the next report
    at_work(odile, office, led.house, "Odile")
    odile.visit(f"{office}/w/q/north-east/")
    odile.play.locator(f"form[action='/w/r/{ref}/take/'] button").click()
    odile.play.get_by_role("group", name="Is there danger to anybody").get_by_label("Yes", exact=True).check()
    odile.play.get_by_label("Behaviour reported").fill("Spoke of doing it today")
    odile.play.get_by_label("High").check()
    odile.play.get_by_label("Why this priority?").fill("Their words, and the time")
    odile.press("Save and open next")
    odile.play.get_by_role("heading", level=1, name="Danger to life").wait_for()
    assert NARRATIVE in odile.play.locator("main").inner_text()
    odile.look_everywhere("office-threat-to-life")
    odile.axe()
    # the control room is told, and the risk recorded
    _open(odile, "Add: Control room told")
    odile.play.get_by_label("Control room log number").fill(CALLED["log_number"])
    odile.play.get_by_label("Time told").fill(CALLED["when"])
    odile.play.get_by_label("Told by").fill(CALLED["who"])
    odile.play.locator("[id='control-room_how']").fill(CALLED["how"])
    odile.play.locator("details[open] button", has_text="Save").click()
    odile.play.get_by_text("Control room told: saved.").wait_for()
    _open(odile, "Add: Interim risk and safeguards")
    odile.play.get_by_label("Interim risk").fill(RISK["risk"])
    odile.play.get_by_label("Avoid").fill(RISK["avoid"])
    odile.play.locator("details[open] button", has_text="Save").click()
    odile.play.get_by_text("Interim risk and safeguards: saved.").wait_for()
    # it prints on one sheet
    odile.play.emulate_media(media="print")
    pdf = odile.play.pdf(format="A4")
    assert len(re.findall(rb"/Type\s*/Page[^s]", pdf)) == 1
    odile.play.emulate_media(media="screen")
    # its owner goes home: nobody holds her back, and the page says what happens
    odile.visit(f"{office}/w/duty/north-east/off/")
    odile.play.get_by_text("You own an open danger to life.").wait_for()
    odile.play.get_by_label("The desk").check()
    odile.press("Go off duty")
    odile.play.get_by_text("is still yours.").wait_for()
    odile.press("Sign out")
    odile.play.get_by_text("If you sign out now").wait_for()
    odile.press("Sign out")
    odile.play.wait_for_url("**/sign-in/**")
    _worker()
    # both supervisors see it on every page; the alarm names it and leads there
    at_work(nadia, office, led.house, "Nadia")
    nadia.visit(f"{office}/w/")
    assert "No supervisor has acknowledged it." in _banner(nadia)
    at_work(olga, office, led.house, "Olga")
    olga.visit(f"{office}/w/alarms/")
    olga.play.get_by_text("the owner is not on duty").wait_for()
    olga.axe()
    olga.play.locator("main th[scope=row] a").first.click()
    olga.press("Acknowledge")
    olga.play.get_by_text("Acknowledged in your name.").wait_for()
    _open(olga, "Take over as supervisor")
    olga.play.locator("[id='take_reason']").fill("Odile has gone home")
    olga.press("Take over")
    olga.play.get_by_text("You are the owner now.").wait_for()
    nadia.visit(f"{office}/w/")
    assert "Olga O." in _banner(nadia)
    assert "No supervisor" not in _banner(nadia)
    # its owner asks for the discharge, and another supervisor confirms it
    _open(olga, "Ask for the discharge of the danger to life")
    olga.play.get_by_label("The danger is over").check()
    olga.play.locator("[id='discharge_reason']").fill(OVER)
    olga.press("Ask for the discharge")
    olga.play.get_by_text("You have asked for the discharge.").wait_for()
    olga.axe()
    nadia.visit(f"{office}/w/r/{ref}/danger/")
    nadia.press("Confirm the discharge")
    nadia.play.get_by_text("You confirmed it in your name.").wait_for()
    nadia.axe()
    for page in (olga, nadia):
        page.visit(f"{office}/w/")
        assert page.play.get_by_role("region", name="Danger to life").count() == 0
