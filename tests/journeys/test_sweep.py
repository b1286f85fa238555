"""Odile sweeps spam away and back, and Stella looks where people stop, in Chromium: with and without scripts, with axe."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from heedline.reports.models import Report
from tests.browser.kit import Visitor, browser, person  # noqa: F401 (fixtures)
from tests.casework.intake.test_drop_off import counted
from tests.journeys.arriving import at_work
from tests.journeys.test_call import _at, _seen, office  # noqa: F401 (a fixture)
from tests.sites.office.test_sweep_pages import adverts
from tests.support.cast import House, now
from tests.support.stories import a_report

pytestmark = [pytest.mark.browser, pytest.mark.django_db]
Open = Callable[..., Visitor]


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_a_sweep_and_its_undoing(house: House, office: str, person: Open, scripts: bool) -> None:  # noqa: F811
    refs = adverts(5)
    a_report(at=now(), where={"postcode": "NE1 4ST"}, now={"danger": "yes"})
    page = person(scripts=scripts)
    at_work(page, office, house, "Odile")
    page.visit(f"{office}/w/q/north-east/")
    boxes = page.play.locator("input[form=bulk]")
    assert boxes.count() == len(refs) + 1, "always there, without a mode"
    _seen(page, "queue-with-boxes")
    page.play.get_by_role("link", name="Find look-alike reports").click()
    _at(page, "Look-alike reports")
    _seen(page, "look-alikes")
    page.play.get_by_role("link", name="5 similar reports").click()
    _at(page, "5 similar reports")
    assert page.play.get_by_role("checkbox", checked=True).count() == 0, "none beforehand"
    for box in page.play.get_by_role("checkbox").all():
        box.check()
    _seen(page, "look-alike-group", reloads=False)
    page.press("Continue with the selected reports")
    _at(page, "Close 5 reports")
    _seen(page, "sweep", reloads=False)
    page.press("Close them")
    page.play.locator(".govuk-error-summary:focus").wait_for()
    _seen(page, "sweep-wrong", reloads=False)
    page.play.get_by_role("checkbox").first.check()
    page.play.get_by_label("Not a report (advertising, test, abuse)").check()
    page.play.get_by_label("Why?").fill("One advertisement, many times")
    page.press("Close them")
    _at(page, "4 reports closed in bulk")
    assert Report.objects.filter(stage="closed").count() == 4
    _seen(page, "sweep-made")
    page.press("Undo")
    page.play.get_by_text("Undone. 4 reports wait again as before.").wait_for()
    assert not Report.objects.filter(stage="closed").exists()


def test_where_people_stop(house: House, office: str, person: Open) -> None:  # noqa: F811
    page = person(scripts=True)
    at_work(page, office, house, "Stella", unlocked=False)
    page.visit(f"{office}/w/")
    page.play.get_by_text("More", exact=True).click()
    page.play.get_by_role("link", name="Figures").click()
    _at(page, "Public site: where people drop out")
    _seen(page, "figures-empty")
    counted(
        now__entered=130, now__continued=120, what__entered=100, what__continued=60, what__error__missing=10
    )
    page.visit(f"{office}/w/figures/")
    page.play.get_by_role("cell", name="100").wait_for()
    _seen(page, "figures")
