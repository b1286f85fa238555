"""A life at risk, in Chromium: Odile asks that the sender be traced, Ada decides, Odile prints what is held."""

from __future__ import annotations

import pytest

from tests.browser.kit import browser, person  # noqa: F401 (fixtures)
from tests.journeys.arriving import at_work
from tests.journeys.test_identity_release import Open, office  # noqa: F401 (fixture)
from tests.journeys.test_officer_day import _at, _pictures, _seen
from tests.support.cast import House, now
from tests.support.scene_people import DANGER
from tests.support.stories import a_report

pytestmark = [pytest.mark.browser, pytest.mark.django_db]


def test_a_life_at_risk(house: House, office: str, person: Open) -> None:  # noqa: F811
    ref, _ = a_report(at=now(), where={"postcode": "NE1 4ST"}, **DANGER)
    odile = person(scripts=True)
    at_work(odile, office, house, "Odile")
    odile.visit(f"{office}/w/q/north-east/")
    odile.play.locator(f"form[action='/w/r/{ref}/take/'] button").click()
    odile.visit(f"{office}/w/r/{ref}/")
    odile.play.locator("input[name=danger][value=yes]").check()
    odile.play.locator("input[name=priority][value=high]").check()
    odile.play.locator("textarea[name=done_what]").fill("Somebody is held in a house")
    odile.play.locator("textarea[name=reason]").fill("As told")
    odile.press("Save and stay")
    odile.press("Request communications data: threat to life")
    _at(odile, "Request to trace the reporter")
    _seen(odile, "trace-ask")
    odile.play.get_by_label("The life of another person is at risk").check()
    odile.play.get_by_label("Why is it necessary now?").fill("Nobody else knows the house.")
    odile.play.get_by_label("What was tried first?").fill(
        "Two questions through the code, unread since noon."
    )
    odile.play.get_by_label("Why is it proportionate?").fill("One life, and nothing of them is kept.")
    odile.press("Continue")
    _at(odile, "Request communications data: threat to life?")
    _seen(odile, "trace-sure", reloads=False)
    odile.press("Ask")
    odile.play.get_by_text("The authorisers on duty are being paged").wait_for()

    ada = person(scripts=False)
    at_work(ada, office, house, "Ada", unlocked=False)
    ada.visit(f"{office}/w/")
    ada.press("See and decide")
    _at(ada, "Identity requests")
    _seen(ada, "trace-requests")
    ada.play.locator("tbody a").first.click()
    ada.play.get_by_label("Passphrase").fill(house.keys["Ada"].passphrase)
    ada.press("Unlock")
    ada.play.get_by_text("Nobody else knows the house.").wait_for()
    _seen(ada, "trace-decide")
    ada.play.get_by_label("Yes", exact=True).check()
    ada.play.get_by_label("Why?").fill("A life first.")
    ada.press("Decide")
    ada.play.get_by_text("Agreed. They can print the statement.").wait_for()

    odile.visit(f"{office}/w/r/{ref}/trace/")
    _seen(odile, "trace-agreed")
    odile.press("Print the statement of data held in Heedline")
    odile.play.get_by_text("Heedline holds nothing that could be used to trace a reporter").wait_for()
    _seen(odile, "trace-statement")
    _pictures(odile, "office-trace-statement")
    odile.play.emulate_media(media="print")
    assert odile.play.get_by_role("heading", level=1).is_visible()
    assert not odile.play.get_by_text("Back to the report").is_visible()
    odile.screenshot("office-trace-statement-printed")
