"""Odile works through vague reports by keyboard, in Chromium: one page load and at most four keys each, beyond reading."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from heedline.desks.models import Officer
from heedline.reports.models import Report
from tests.browser.kit import Visitor, browser, person  # noqa: F401 (fixtures)
from tests.journeys.arriving import at_work
from tests.journeys.test_call import _seen, office  # noqa: F401 (a fixture)
from tests.support.cast import House, now
from tests.support.stories import a_report

pytestmark = [pytest.mark.browser, pytest.mark.django_db]
Open = Callable[..., Visitor]
#: Danger is answered by hand: the question has the focus, and its first answer is No.
KEYS = ("Space", "2", "n")


def test_vague_reports_one_after_another_by_keyboard(house: House, office: str, person: Open) -> None:  # noqa: F811
    refs = [a_report(at=now(), where={"postcode": "NE1 4ST"})[0] for _ in range(3)]
    Officer.objects.filter(name="Odile O.").update(single_keys=True)
    page = person(scripts=True)
    at_work(page, office, house, "Odile")
    page.visit(f"{office}/w/q/north-east/")
    other_keys_of_the_queue(page)
    page.visit(f"{office}/w/q/north-east/")
    loads: list[str] = []
    page.play.on("load", lambda one: loads.append(one.url))
    keyboard = page.play.keyboard
    keyboard.press("/")
    page.play.locator("#site-search:focus").wait_for()
    keyboard.press("Tab")
    keyboard.press("j")
    with page.play.expect_navigation():
        keyboard.press("a")
    assert len(KEYS) <= 4
    for n, _ in enumerate(refs):
        page.play.locator("#danger:focus").wait_for()
        assert page.play.evaluate("window.scrollY") == 0, "the report is read first"
        if n == 0:
            _seen(page, "presets")
        loads.clear()
        for key in KEYS[:-1]:
            keyboard.press(key)
        assert page.play.get_by_label("Low").is_checked()
        assert page.play.locator("#reason").input_value().startswith("No person, place")
        assert page.play.get_by_role("radio", name="No", exact=True).is_checked()
        with page.play.expect_navigation():
            keyboard.press(KEYS[-1])
        page.play.wait_for_load_state("load")
        assert len(loads) == 1
    page.play.get_by_text("Nothing else is waiting").wait_for()
    assert Report.objects.filter(stage="closed", outcome="insufficient").count() == len(refs)


def other_keys_of_the_queue(page: Visitor) -> None:
    """Test j, k, x, ?, / and o on the queue, then the last skip link of the report opened with o."""
    keyboard, second = page.play.keyboard, page.play.locator(".hl-queue tbody tr.govuk-table__row").nth(1)
    for width in (1024, 1280):
        page.play.set_viewport_size({"width": width, "height": 900})
        button = second.get_by_role("button", name="Take and open").bounding_box()
        assert button is not None
        assert button["x"] + button["width"] <= width, (
            f"the button to take a report is out of sight at {width}"
        )
    for key in "jjkj":
        keyboard.press(key)
    assert second.locator("th a").evaluate("one => one === document.activeElement")
    for ticked in (True, False):
        keyboard.press("x")
        assert second.get_by_role("checkbox").is_checked() is ticked
    for shown in (True, False):
        keyboard.press("?")
        assert page.play.get_by_text("Tick the report").is_visible() is shown
    reference = second.locator("th a").inner_text()
    keyboard.press("/")
    keyboard.type("x?o")
    assert page.play.get_by_role("searchbox", name="Search reports").input_value() == "x?o", (
        "no keys in a box"
    )
    keyboard.press("Tab")
    keyboard.press("j")
    keyboard.press("j")
    with page.play.expect_navigation():
        keyboard.press("o")
    assert reference in page.play.title()
    for _ in range(4):
        keyboard.press("Tab")
    assert page.play.locator(":focus").inner_text() == "Skip to actions on this report"
    keyboard.press("Enter")
    keyboard.press("Tab")
    assert page.play.locator("#work :focus").count() == 1


def test_keys_do_nothing_while_somebody_types_or_has_them_off(
    house: House,
    office: str,  # noqa: F811
    person: Open,  # noqa: F811
) -> None:
    ref, _ = a_report(at=now(), where={"postcode": "NE1 4ST"})
    page = person(scripts=True)
    at_work(page, office, house, "Odile")
    page.visit(f"{office}/w/q/north-east/")
    page.play.keyboard.press("a")  # off
    page.play.get_by_role("button", name="Take and open").click()
    page.play.locator("#danger").wait_for()
    assert page.play.locator(":focus").count() == 0, "a key that scrolls answers nothing"
    page.play.keyboard.press("1")
    assert page.play.locator("#reason").input_value() == ""
    page.play.get_by_role("button", name="Not enough to act on").click()  # with a mouse, in place
    assert page.play.locator("#reason").input_value().startswith("No person, place")
    assert "preset" not in page.play.url
    assert page.play.locator("#danger:focus").count() == 1, "what is left to answer"
    Officer.objects.filter(name="Odile O.").update(single_keys=True)
    page.visit(f"{office}/w/r/{ref}/")
    page.play.locator("#reason").press_sequentially("n1d?")
    assert page.play.locator("#reason").input_value() == "n1d?"
    assert Report.objects.get(pk=ref).stage == "taken"
