"""Earlier reports in Chromium without scripts: three about one boy found together, and a wrong link made and undone."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from heedline.casework.report.opening import short_name
from tests.browser.kit import Visitor, browser, person  # noqa: F401 (fixtures)
from tests.casework.search.test_seen_before import BOY
from tests.journeys.arriving import at_work
from tests.journeys.test_officer_day import _at, office  # noqa: F401 (fixture)
from tests.support.cast import House, now
from tests.support.scene_people import People
from tests.support.search_scene import indexed

pytestmark = [pytest.mark.browser, pytest.mark.django_db]
#: The number of the third report, written by somebody else.
NUMBER = "A man sells phones at the market, ring +44 1632 960455 for a list."


def _fits(page: Visitor, name: str) -> None:
    """Nothing is cut off, from a small phone to a wide screen, and a screen reader finds its way."""
    page.assert_fits_at(320, 360, 1280, 1920, name=f"office-{name}")
    page.axe()


def test_earlier_reports_are_found_and_a_wrong_link_is_undone(
    house: House,
    office: str,  # noqa: F811
    person: Callable[..., Visitor],  # noqa: F811
) -> None:
    people = People(house, now())
    refs = [people.send(narrative=text)[0] for text in (*BOY, NUMBER)]
    indexed(people)
    pupil, nephew, _, phones = map(short_name, refs)
    odile = person(scripts=False)
    at_work(odile, office, house, "Odile")
    odile.visit(f"{office}/w/r/{refs[2]}/")
    beside = odile.play.locator(".hl-seen")
    for short in (pupil, nephew, phones):
        beside.get_by_role("link", name=short, exact=True).wait_for()
    assert (
        beside.get_by_text("Names that sound alike").count()
        + beside.get_by_text("Similar spelling of a name").count()
        >= 1
    )
    assert not beside.get_by_text("Decided to be the same").count(), "nobody has decided anything"
    _fits(odile, "seen-beside")

    beside.get_by_role("link", name=f"Compare and decide about {phones}").click()
    _at(odile, f"This report and {phones}")
    _fits(odile, "seen-decide")
    option = odile.play.locator(".govuk-radios__item").first
    label, hint = option.locator("label").bounding_box(), option.locator(".govuk-hint").bounding_box()
    assert label is not None
    assert hint is not None
    assert hint["y"] > label["y"], "the hint stands under its option"
    odile.press("Record the decision")
    odile.play.get_by_text("Choose whether they belong together").first.wait_for()
    odile.play.get_by_label("Same", exact=True).check()
    odile.play.get_by_label("Why?").fill("The same number, so the same boy")
    odile.press("Record the decision")
    odile.play.get_by_text("Decision recorded.").wait_for()
    _at(odile, "Seen before")
    _fits(odile, "seen-all")

    odile.play.get_by_role("link", name=f"Change or undo the decision about {phones}").click()
    odile.play.get_by_label("Undo the decision").check()
    odile.play.get_by_label("Why?").fill("The phone was stolen and sold")
    odile.press("Record the decision")
    odile.play.get_by_text("Decision undone").wait_for()
    odile.play.get_by_text("The same number, so the same boy").wait_for()
    odile.visit(f"{office}/w/r/{refs[3]}/")
    odile.play.locator(".hl-seen").get_by_text("Nobody has decided yet").wait_for()
