"""Nadia calls somebody back who asked for it, in Chromium: the list, the closed number, the attempt."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.browser.kit import Visitor, browser, person  # noqa: F401 (fixtures)
from tests.journeys.arriving import at_work
from tests.journeys.test_call import _at, _seen, office  # noqa: F401 (a fixture)
from tests.support.call_scene import NUMBER, asks_for_a_call
from tests.support.cast import House, now

pytestmark = [pytest.mark.browser, pytest.mark.django_db]
Open = Callable[..., Visitor]


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_a_call_back(house: House, office: str, person: Open, scripts: bool) -> None:  # noqa: F811
    ref = asks_for_a_call(now(), times="only when the lights are on")
    page = person(scripts=scripts)
    at_work(page, office, house, "Nadia")
    page.visit(f"{office}/w/")
    page.play.get_by_role("link", name="Call backs").click()
    _at(page, "Call backs")
    assert "No call backs are due" in page.play.content()
    page.visit(f"{office}/w/r/{ref}/")
    page.press("Take this report")
    page.play.get_by_role("heading", name="Call back requested").wait_for()
    _seen(page, "report-with-call")
    page.play.get_by_role("link", name="Call back", exact=True).first.click()
    _at(page, "Call back")
    _seen(page, "call-back")
    page.press("Open the number")
    page.play.locator(".govuk-error-summary:focus").wait_for()
    _seen(page, "call-back-why", reloads=False)
    assert NUMBER not in page.play.content()
    page.play.get_by_label("What they wrote about when to call").check()
    page.press("Open the number")
    page.play.get_by_text(NUMBER).wait_for()
    _seen(page, "call-back-number", reloads=False)
    page.play.get_by_label("Somebody else answered").check()
    page.play.get_by_label("What was said").fill("A man picked up. Said the agreed words, rang off.")
    page.press("Keep this")
    _at(page, "Call back")
    assert NUMBER not in page.play.content()
    page.visit(f"{office}/w/calls/")
    _seen(page, "calls")
    assert NUMBER not in page.play.content()
