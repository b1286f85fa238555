"""An intelligence product in Chromium, from the tab of a report to its approval, on a phone and at a usual width."""

from __future__ import annotations

import pytest

from tests.browser.kit import browser, person  # noqa: F401 (fixtures)
from tests.journeys.arriving import at_work
from tests.journeys.test_officer_day import Open, office  # noqa: F401
from tests.support.cast import House, now
from tests.support.keeping_scene import with_leads
from tests.support.product_scene import ACCOUNT
from tests.support.scene_people import People

pytestmark = [pytest.mark.browser, pytest.mark.django_db]
TYPED = {
    "title": "Invented placeholder at a site",
    "subject": "EXAMPLE Sam",
    "dated": "November",
    "purpose": "To assess the risk at the site",
    "item1": "The safeguarding lead knows of something in a locker.",
    "provenance": "Told by a person in a position to know.",
    "risk": "Acting on it openly could point to the source.",
}
CHOSEN = {
    "item1_source": "2",
    "item1_assessment": "D",
    "provenance_source": "2",
    "provenance_assessment": "C",
}


@pytest.mark.parametrize("width", [390, 1280])
def test_a_product_is_written_checked_and_approved(
    house: House,
    office: str,  # noqa: F811
    person: Open,  # noqa: F811
    *,
    width: int,
) -> None:
    people = with_leads(People(house, now()))
    report, _ = people.taken(narrative=ACCOUNT)
    odile = person()
    at_work(odile, office, house, "Odile")
    odile.play.set_viewport_size({"width": width, "height": 900})

    def looked_at(name: str) -> None:
        odile.assert_fits()
        odile.axe()
        odile.screenshot(f"product-{name}-{width}")

    odile.visit(f"{office}/w/r/{report}/product/")
    looked_at("report")
    odile.play.get_by_role("button", name="Write a product").click()
    for name, text in TYPED.items():
        odile.play.locator(f"#{name}").fill(text)
    for name, code in CHOSEN.items():
        odile.play.locator(f"#{name}").select_option(code)
    for name, code in (("marking", "official"), ("confidence", "low"), ("handling", "P")):
        odile.play.locator(f"input[name={name}][value={code}]").check()
    looked_at("write")
    odile.play.get_by_role("button", name="Save and check").click()
    odile.play.get_by_role("heading", name="Could it identify the source?").wait_for()
    looked_at("check")
    for box in odile.play.locator("textarea").all():
        box.fill("Everybody at the site knows this already")
    odile.play.get_by_role("button", name="Propose for approval").click()
    odile.play.get_by_text("Waiting for approval").wait_for()
    looked_at("proposed")
    product = odile.play.url

    olga = person()
    at_work(olga, office, house, "Olga")
    olga.visit(product)
    olga.axe()
    olga.play.get_by_role("button", name="Approve").click()
    olga.play.get_by_text("Approved").first.wait_for()
    assert "Everybody at the site knows this already" in olga.play.content()
