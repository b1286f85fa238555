"""A site in Chromium: opened from a request, visited, its report sent and followed up, on a phone and at a usual width."""

from __future__ import annotations

import pytest

from tests.browser.kit import browser, person  # noqa: F401 (fixtures)
from tests.journeys.arriving import at_work
from tests.journeys.test_officer_day import Open, office  # noqa: F401
from tests.support import advice_scene
from tests.support.cast import House, now
from tests.support.scene_people import People

pytestmark = [pytest.mark.browser, pytest.mark.django_db]


@pytest.mark.parametrize("width", [360, 1280])
def test_a_site_is_visited_and_followed_up(
    house: House,
    office: str,  # noqa: F811
    person: Open,  # noqa: F811
    *,
    width: int,
) -> None:
    people = advice_scene.adviser_desk(People(house, now()))
    request, _ = advice_scene.a_request(people)
    people.take(request, "Otto")
    otto = person()
    at_work(otto, office, house, "Otto")
    otto.play.set_viewport_size({"width": width, "height": 900})

    def looked_at(name: str) -> None:
        otto.assert_fits()
        otto.axe()
        otto.screenshot(f"site-{name}-{width}")

    def press(name: str) -> None:
        otto.play.get_by_role("button", name=name, exact=True).click()

    def follow(name: str) -> None:
        otto.play.get_by_role("link", name=name).first.click()

    def day_of(name: str) -> None:
        for part, number in (("day", people.at.day), ("month", people.at.month), ("year", people.at.year)):
            otto.play.locator(f"#{name}-{part}").fill(str(number))

    otto.visit(f"{office}/w/r/{request}/site/")
    otto.play.locator("#weak_spots").fill("The stage door does not close by itself.")
    looked_at("form")
    press("Open the record")
    otto.play.get_by_role("heading", name="Corner Theatre").wait_for()
    looked_at("record")
    follow("Plan a visit")
    day_of("day")
    looked_at("plan")
    press("Save")
    press("The visit was held")
    follow("Change the record")
    otto.play.locator("#attendees").fill("Rosa, house manager")
    otto.play.locator("#seen").fill("The stage door stood open.")
    looked_at("seen")
    press("Save")
    follow("Add a recommendation")
    otto.play.locator("#what").fill("Let the stage door close by itself.")
    otto.play.get_by_label("High").check()
    otto.play.locator("#owner").fill("Rosa")
    day_of("by")
    looked_at("recommend")
    press("Save")
    looked_at("held")
    follow("Send the report to the organisation")
    otto.play.locator("#summary").fill("Thank you for showing us round.")
    otto.play.locator("#number").fill("01632 960 417")
    looked_at("report")
    press("Preview")
    looked_at("preview")
    press("Send")
    otto.play.get_by_text("Report as sent").wait_for()
    looked_at("sent")
    follow("Record what became of it")
    otto.play.get_by_label("It was done").check()
    looked_at("became")
    press("Save")
    follow("End the follow-up")
    otto.play.locator("#reason").fill("Rosa, by phone")
    press("End the follow-up")
    otto.play.get_by_text("Followed up").first.wait_for()
    otto.visit(f"{office}/w/sites/")
    otto.play.get_by_text("Corner Theatre, SW1A 1AA").wait_for()
    looked_at("list")
