"""A request for advice in Chromium, from its queue to its end, at the narrowest and a usual width."""

from __future__ import annotations

import pytest

from heedline.casework.report.opening import short_name
from tests.browser.kit import browser, person  # noqa: F401 (fixtures)
from tests.journeys.arriving import at_work
from tests.journeys.test_officer_day import Open, office  # noqa: F401
from tests.support import advice_scene
from tests.support.cast import House, now
from tests.support.scene_people import People, row

pytestmark = [pytest.mark.browser, pytest.mark.django_db]


@pytest.mark.parametrize("scripts", [True, False])
@pytest.mark.parametrize("width", [360, 1280])
def test_an_adviser_answers_settles_what_was_odd_and_closes(
    house: House,
    office: str,  # noqa: F811
    person: Open,  # noqa: F811
    *,
    width: int,
    scripts: bool,
) -> None:
    people = advice_scene.adviser_desk(People(house, now()))
    ref, _ = advice_scene.a_request(people, odd=True)
    otto = person(scripts=scripts)
    at_work(otto, office, house, "Otto")
    otto.play.set_viewport_size({"width": width, "height": 900})

    def at(tab: str) -> None:
        otto.visit(f"{office}/w/r/{ref}/{tab}")
        otto.assert_fits()
        otto.screenshot(f"advice-{tab.strip('/').replace('/', '-') or 'page'}-{width}")

    otto.visit(f"{office}/w/q/{advice_scene.NATIONAL}/")
    assert "Something odd" in otto.play.content()
    assert short_name(ref) in otto.play.content()
    otto.assert_fits()
    at("")
    otto.press("Take this report")
    at("answer/")
    otto.play.get_by_label("They were reached").check()
    otto.play.get_by_label("With whom?").fill("Rosa, house manager")
    otto.play.get_by_label("What was agreed?").fill("A visit on Tuesday at ten")
    otto.play.get_by_role("radio", name="No", exact=True).check()
    otto.press("Save")
    assert "The organisation has its first answer" in otto.play.content()
    at("tasks/")
    otto.play.get_by_role("link", name="Complete or reassign").click()
    otto.assert_fits()
    otto.play.get_by_label("It is done").check()
    otto.play.get_by_label("It is not suspicious").check()
    otto.play.get_by_label("What was done, or why is it cancelled?").fill(
        "The window cleaner whom they had booked."
    )
    otto.press("Save")
    assert "Task done." in otto.play.content()
    at("")
    otto.play.get_by_text("Someone may be in danger", exact=True).click()
    assert otto.play.get_by_role("button", name="Pass to the round-the-clock desk").is_visible()
    otto.assert_fits()
    assert not row(ref).danger_to_life
