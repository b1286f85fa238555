"""Odile goes on typing when her time to write is over, in Chromium: she is warned, her text stays, and Olga can write."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from heedline.reports.models import Report
from tests.browser.kit import Visitor, browser, person  # noqa: F401 (fixtures)
from tests.journeys.arriving import at_work
from tests.journeys.test_call import _seen, office  # noqa: F401 (a fixture)
from tests.support.cast import House, now
from tests.support.stories import a_report

pytestmark = [pytest.mark.browser, pytest.mark.django_db]
Open = Callable[..., Visitor]
WORDS = "The van comes every Thursday at about six"
HERS = "The landlord knows the van"


def _answered(page: Visitor) -> None:
    page.play.get_by_role("radio", name="No", exact=True).check()
    page.play.get_by_label("Behaviour reported").fill("Filmed the side doors")
    page.play.get_by_label("Low").check()


def test_a_lease_that_lapses_while_somebody_types(house: House, office: str, person: Open) -> None:  # noqa: F811
    ref, _ = a_report(at=now(), where={"postcode": "NE1 4ST"})
    page = person(scripts=True)
    at_work(page, office, house, "Odile")
    page.visit(f"{office}/w/q/north-east/")
    page.play.clock.install()
    page.play.get_by_role("button", name="Take and open").click()
    line = page.play.locator("#writing")
    expect(line).to_contain_text("You can edit this report until")
    asked: list[str] = []
    page.play.on("request", lambda one: asked.append(one.url) if one.url.endswith("/writing/") else None)
    before = Report.objects.get(pk=ref).lease_until
    with page.play.expect_response(lambda one: one.url.endswith("/writing/")):
        page.play.locator("#reason").press_sequentially(WORDS)
    assert len(asked) == 1, "once a minute, however fast somebody types"
    with page.play.expect_response(lambda one: one.url.endswith("/writing/")):
        page.play.clock.fast_forward("01:01")  # for what was typed since
    after = Report.objects.get(pk=ref).lease_until
    assert before is not None
    assert after is not None
    assert after > before

    page.play.clock.fast_forward("17:30")
    assert len(asked) == 2
    expect(line).to_contain_text("Your time to write ends at")
    _seen(page, "lease-ends", reloads=False)
    Report.objects.filter(pk=ref).update(lease_until=now() - timedelta(seconds=1))  # the time goes by
    page.play.clock.fast_forward("03:00")
    expect(line).to_contain_text("Your text is still here")

    colleague = person(scripts=False)
    at_work(colleague, office, house, "Olga")
    colleague.visit(f"{office}/w/r/{ref}/")
    expect(colleague.play.locator(".hl-bar")).to_contain_text("Also opened by")
    expect(colleague.play.locator(".hl-bar")).to_contain_text("Odile O.")
    _answered(colleague)
    colleague.play.locator("#reason").fill(HERS)
    colleague.press("Save and stay")
    expect(colleague.play.get_by_text("Assessed.")).to_be_visible()
    assert Report.objects.get(pk=ref).owner == house.officers["Odile"], "the owner stays"

    assert page.play.locator("#reason").input_value() == WORDS
    _answered(page)
    page.press("Save and stay")
    expect(page.play.get_by_text("Olga O. assessed this report").first).to_be_visible()
    assert WORDS in page.play.content()
    assert HERS in page.play.content()
