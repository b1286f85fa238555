"""Tests for a report's page in Chromium at four widths: report and messages beside the work, no sideways scrolling."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from heedline.casework.contact import messages
from tests.browser.kit import browser, person  # noqa: F401 (fixtures)
from tests.journeys.arriving import at_work
from tests.journeys.test_officer_day import Open, office  # noqa: F401
from tests.support.acting import acting
from tests.support.cast import House, now
from tests.support.stories import a_report

pytestmark = [pytest.mark.browser, pytest.mark.django_db]
NORTH_EAST = {"postcode": "NE1 4ST"}


def _place(found: Any) -> dict[str, float]:
    box: dict[str, float] = found.bounding_box()
    return box


def _box(page: Any, selector: str) -> dict[str, float]:
    return _place(page.play.locator(selector))


@pytest.mark.parametrize("scripts", [True, False])
def test_the_report_stays_beside_the_work_at_every_width(
    house: House,
    office: str,  # noqa: F811
    person: Open,  # noqa: F811
    *,
    scripts: bool,
) -> None:
    ref, code = a_report(at=now(), where=NORTH_EAST)
    with acting("public"):
        messages.say(code, "He has gone out. He took the bag with him.", message_id=uuid4(), at=now())
    odile = person(scripts=scripts)
    at_work(odile, office, house, "Odile")
    odile.visit(f"{office}/w/r/{ref}/")
    odile.press("Take this report")
    for tab in ("", "notes/", "timeline/", "close/", "ask/"):
        odile.visit(f"{office}/w/r/{ref}/{tab}")
        for width in (360, 768, 1280, 1920):
            odile.play.set_viewport_size({"width": width, "height": 900})
            if scripts:
                odile.screenshot(f"report-{tab.strip('/') or 'page'}-{width}")
            odile.assert_fits()
            left, work = _box(odile, ".hl-case__left"), _box(odile, ".hl-case__work")
            if width == 360:
                assert work["y"] >= left["y"] + left["height"]
            else:
                assert work["x"] >= left["x"] + left["width"]
            if width == 1920 and not tab:
                side = _box(odile, ".hl-case__side")
                assert side["x"] >= work["x"] + work["width"]
                assert side["x"] + side["width"] > 1800
            if width in {360, 1920} and not tab:
                choices = odile.play.locator(".govuk-radios__item:has([name=priority])").all()
                columns = len({round(_place(one)["x"]) for one in choices})
                assert columns == (3 if width == 1920 else 1), f"{columns} columns of priorities at {width}"
        odile.axe()
    for width in (360, 1280):
        odile.play.set_viewport_size({"width": width, "height": 600})
        odile.visit(f"{office}/w/r/{ref}/")
        assert odile.play.evaluate("window.scrollY") == 0, f"the report is read first at {width}"
        odile.play.keyboard.press("ArrowDown")
        assert odile.play.locator("[name=danger]:checked").count() == 0, "a key that scrolls answers nothing"
        for key in ("Tab", "Tab", "Enter"):
            odile.play.keyboard.press(key)
        assert odile.play.locator("#danger:focus").count() == 1, "three keys lead to the first question"
    odile.play.evaluate("window.scrollTo(0, document.body.scrollHeight)")
    assert _box(odile, ".hl-case__left")["y"] < 600, "it stays in sight"
    odile.press("Mark as read")
    assert odile.play.url.split("?")[0].endswith(f"/w/r/{ref}/")
    odile.visit(f"{office}/w/r/{ref}/print/")
    odile.play.emulate_media(media="print")
    if scripts:
        odile.screenshot("report-printed")
