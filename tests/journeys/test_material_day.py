"""A day of the online material desk in Chromium: ten reports of one page, examined once, confirmed by a second person."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from heedline.casework.report.opening import short_name
from heedline.specialist_desks.material.models import MaterialItem
from tests.browser.kit import Visitor, browser, person  # noqa: F401 (fixtures)
from tests.journeys.test_officer_day import _at, _sign_in, _unlock, office  # noqa: F401 (fixture)
from tests.support.cast import House, now
from tests.support.material_scene import PAGE, material_desk, reported
from tests.support.scene_people import People
from tests.support.search_scene import indexed

pytestmark = [pytest.mark.browser, pytest.mark.django_db]


def _fits(page: Visitor, name: str) -> None:
    """Nothing is cut off, from a small phone to a wide screen, and a screen reader finds its way."""
    for width in (320, 1280):
        page.play.set_viewport_size({"width": width, "height": 900})
        page.assert_fits()
        page.screenshot(f"office-{name}-{width}")
    page.axe()


def _examines(page: Visitor, reason: str) -> None:
    """Fill in an examination that finds section 1 of the Terrorism Act 2006 met, and send it."""
    page.play.get_by_label("Propaganda or recruitment").check()
    page.play.get_by_label("Anybody on the internet").check()
    page.play.get_by_label("No", exact=True).first.check()
    test = page.play.get_by_role("group", name="Terrorism Act 2006, section 1")
    for box in test.get_by_role("checkbox").all():
        box.check()
    page.play.get_by_label("Reasons for Terrorism Act 2006, section 1").fill(reason)
    page.play.get_by_role("group", name="Is this journalism").get_by_label("No", exact=True).check()
    page.press("Record the examination")


def test_ten_reports_of_one_page_are_one_item_examined_once(
    house: House,
    office: str,  # noqa: F811
    person: Callable[..., Visitor],  # noqa: F811
) -> None:
    people = material_desk(People(house, now()))
    sent = reported(people, *([PAGE, "hxxps://films[.]example/watch/7781"] * 5))
    indexed(people)
    item = MaterialItem.objects.get().id
    odile = person(scripts=False)
    _sign_in(odile, office, "Odile")
    _at(odile, "My work")
    _unlock(odile, office, house, "Odile")
    odile.visit(f"{office}/w/items/")
    _at(odile, "Items of the Online material desk")
    _fits(odile, "items")
    odile.play.get_by_role("link", name=short_name(item), exact=True).click()
    _at(odile, f"Item {short_name(item)}")
    assert odile.play.get_by_role("link", name=short_name(sent[0]), exact=True).count() == 1
    _fits(odile, "item")
    odile.press("Examine this item")
    _at(odile, "First examination")
    _fits(odile, "examination")
    _examines(odile, "Quagga: it praises an attack")
    odile.play.get_by_text("Your examination is recorded. Waiting for a second reviewer.").wait_for()

    otto = person(scripts=False)
    _sign_in(otto, office, "Otto")
    _at(otto, "My work")
    _unlock(otto, office, house, "Otto")
    otto.visit(f"{office}/w/items/?list=second")
    otto.play.get_by_role("link", name=short_name(item), exact=True).click()
    assert not otto.play.get_by_text("Quagga").count(), "the first reasons are not shown"
    otto.play.get_by_role("button", name="Second review").click()
    _at(otto, "Second review")
    _examines(otto, "Zinnober: a call to do the same")
    otto.play.get_by_text("Your examination is recorded. Unlawful.").wait_for()
    otto.play.get_by_text("Quagga: it praises an attack").wait_for()
    _fits(otto, "item-decided")

    odile.visit(f"{office}/w/r/{sent[3]}/items/")
    odile.play.get_by_text("Unlawful, named by 10 reports").wait_for()
    _fits(odile, "report-items")
