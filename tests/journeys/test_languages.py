"""The public site in other languages in Chromium: the way to the code from right to left, and what each page looks like."""

from __future__ import annotations

import re
from itertools import product

import pytest

from heedline.packs import load_pack
from tests.browser.kit import Visitor, browser, person  # noqa: F401 (fixtures)
from tests.journeys.test_reporter_journey import Open, seen, shown_code, site  # noqa: F401 (a fixture)

pytestmark = [pytest.mark.browser, pytest.mark.django_db]
PACK = load_pack("uk")
BOTH = pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
WORDS = PACK.words("ar")
ACCOUNT = "شاحنة بيضاء عند البوابة ثلاث ليال."


def press(rosa: Visitor, words: str) -> None:
    """The button or link that begins with these words; the English stands under them."""
    name = re.compile(rf"^{re.escape(words)}")
    button = rosa.play.get_by_role("button", name=name)
    button.or_(rosa.play.get_by_role("link", name=name)).first.click()


def places(rosa: Visitor, selector: str) -> dict[str, float]:
    """Where the first of these stands."""
    found: dict[str, float] = rosa.play.locator(selector).first.evaluate(
        "one => { const at = one.getBoundingClientRect(); return {left: at.left, right: at.right} }"
    )
    return found


@BOTH
def test_the_way_to_the_code_in_arabic(site: str, person: Open, scripts: bool) -> None:  # noqa: F811
    rosa = person(scripts=scripts)
    rosa.visit(f"{site}/ar/")
    seen(rosa, "ar-front")
    press(rosa, WORDS["doors.activity.title"])
    seen(rosa, "ar-start")
    press(rosa, WORDS["safety.button"])
    rosa.play.locator(".govuk-error-summary:focus").wait_for()
    seen(rosa, "ar-now-error", reloads=False)
    assert places(rosa, ".govuk-radios__input")["right"] > places(rosa, ".govuk-radios__label")["right"]
    rosa.play.locator("[name=danger][value=no]").check()
    press(rosa, WORDS["shared.continue"])
    press(rosa, WORDS["shared.continue"])
    rosa.play.locator("[name=narrative]").fill(ACCOUNT)
    assert rosa.play.locator("[name=narrative]").evaluate("one => getComputedStyle(one).direction") == "rtl"
    seen(rosa, "ar-what", reloads=False)
    press(rosa, WORDS["shared.skip_to_sending"])
    rosa.play.locator("[name=who][value=anonymous]").check()
    press(rosa, WORDS["shared.continue"])
    seen(rosa, "ar-check")
    assert ACCOUNT in rosa.play.locator("main").inner_text()
    press(rosa, WORDS["check.button"])
    seen(rosa, "ar-code")
    code = shown_code(rosa)
    groups = rosa.play.locator(".hl-code span")
    first, second = (groups.nth(at).bounding_box() for at in (0, 1))
    assert first
    assert second
    assert first["x"] < second["x"], "a code reads from left to right on every page"
    press(rosa, WORDS["code.check_link"])
    rosa.play.locator("[name=code]").fill(code)
    press(rosa, WORDS["code_check.button"])
    seen(rosa, "ar-finished")
    rosa.visit(f"{site}/ar/messages/")
    rosa.play.locator("[name=code]").fill(code)
    press(rosa, WORDS["visit.button"])
    seen(rosa, "ar-messages")
    assert WORDS["status.received"] in rosa.play.locator("main").inner_text()


def test_a_few_pages_of_each_language(site: str, person: Open) -> None:  # noqa: F811
    rosa = person()
    for language, address in product(
        list(PACK.languages)[1:], ("", "emergency/", "stay-safe/now/", "languages/")
    ):
        rosa.visit(f"{site}/{language}/{address}")
        seen(rosa, f"{language}-{address or 'front'}")
        beside = rosa.play.locator("main .hl-beside")
        assert (
            beside.count() == 0 or beside.first.evaluate("one => getComputedStyle(one).direction") == "ltr"
        ), rosa.play.url


def test_a_number_to_call_is_in_order_on_a_page_from_right_to_left(site: str, person: Open) -> None:  # noqa: F811
    rosa = person()
    rosa.visit(f"{site}/ar/")
    where = """() => {
        const text = [...document.querySelectorAll('a.hl-number')].find(a => a.textContent === '0800 789 321').firstChild
        const at = (from, to) => { const r = document.createRange(); r.setStart(text, from); r.setEnd(text, to)
                                   return r.getBoundingClientRect().left }
        return [at(0, 4), at(5, 8), at(9, 12)]
    }"""
    found = rosa.play.evaluate(where)
    assert found == sorted(found)


@BOTH
def test_a_change_of_language_in_the_middle_of_a_page_keeps_what_was_typed(
    site: str,  # noqa: F811
    person: Open,  # noqa: F811
    scripts: bool,
) -> None:
    rosa = person(scripts=scripts)

    rosa.visit(f"{site}/tell/")
    rosa.press("Start")
    rosa.play.locator("[name=danger][value=no]").check()
    rosa.press("العربية")
    assert rosa.play.url == f"{site}/ar/r/now/"
    assert rosa.play.locator("[name=danger][value=no]").is_checked()
    rosa.press("English")
    rosa.press("Continue")
    rosa.play.locator("[name=narrative]").fill(ACCOUNT)
    rosa.press("Cymraeg")
    assert rosa.play.url == f"{site}/cy/r/what/"
    assert rosa.play.locator("[name=narrative]").input_value() == ACCOUNT
    assert rosa.play.locator(".govuk-error-summary").count() == 0
    seen(rosa, "cy-what-kept")
    rosa.press("English")
    rosa.press("Continue")
    rosa.visit(f"{site}/r/where/")
    rosa.play.locator("[name=place]").fill("By the mill")
    rosa.play.keyboard.press("Enter")
    rosa.play.wait_for_url(f"{site}/r/person/new/")
    rosa.visit(f"{site}/r/where/")
    assert rosa.play.locator("[name=place]").input_value() == "By the mill", (
        "Enter is Continue, not a language"
    )
