"""The page Checks of a report in Chromium, with and without scripts, at the narrowest and a usual width, by keyboard."""

from __future__ import annotations

from dataclasses import replace

import pytest

from heedline.casework.journey import transitions
from tests.browser.kit import browser, person  # noqa: F401 (fixtures)
from tests.journeys.arriving import at_work
from tests.journeys.test_officer_day import Open, office  # noqa: F401
from tests.support import stories
from tests.support.cast import House, now
from tests.support.check_scene import FOUND
from tests.support.scene_people import People, row
from tests.support.subject_scene import BOY, linked

pytestmark = [pytest.mark.browser, pytest.mark.django_db]


@pytest.mark.parametrize("scripts", [True, False])
@pytest.mark.parametrize("width", [360, 1280])
def test_results_are_recorded_by_keyboard_in_one_save(
    house: House,
    office: str,  # noqa: F811
    person: Open,  # noqa: F811
    *,
    width: int,
    scripts: bool,
) -> None:
    people = People(house, now())
    ref, _ = people.taken(narrative=BOY[0])
    with people.sitting("Odile") as here:
        high = replace(stories.VAGUE, priority="high")
        transitions.assess(ref, high, version=row(ref).version, by=here, at=people.at)
    link = linked(people, ref)
    odile = person(scripts=scripts)
    at_work(odile, office, house, "Odile")
    odile.play.set_viewport_size({"width": width, "height": 900})
    odile.visit(f"{office}/w/r/{ref}/checks/")
    odile.assert_fits()
    odile.axe()
    if scripts:
        odile.screenshot(f"checks-{width}")
    keys = odile.play.keyboard
    odile.play.locator(f"#result-national-records-{link.hex}").focus()
    for key in ("n", "Tab", "Tab"):
        keys.press(key)
    keys.type("Surname and date of birth")
    for key in ("Tab", "t", "Tab", "Tab"):
        keys.press(key)
    keys.type(FOUND)
    keys.press("Enter")
    odile.play.get_by_text("Recorded.").wait_for()
    shown = odile.play.content()
    assert FOUND in shown
    assert "Surname and date of birth" in shown
    odile.assert_fits()
    if scripts:
        odile.screenshot(f"checks-recorded-{width}")
