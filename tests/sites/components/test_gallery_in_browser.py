"""The gallery in Chromium: accessible with and without scripts, narrow, right to left, printed, in high contrast."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.browser.kit import Visitor

from heedline.web.components.gallery import PAGES

pytestmark = [pytest.mark.browser, pytest.mark.enable_socket]
Person = Callable[..., Visitor]


def _address(base: str, page: str) -> str:
    return f"{base}{page}/" if page else base


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_is_accessible_and_fits(person: Person, gallery_url: str, scripts: bool) -> None:
    one = person(scripts=scripts)
    for page in PAGES:
        one.visit(_address(gallery_url, page))
        one.axe(anew=True)
        one.look_everywhere(f"gallery-{page or 'index'}-{'js' if scripts else 'no-js'}")


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_error_summary_takes_the_focus(person: Person, gallery_url: str, scripts: bool) -> None:
    one = person(scripts=scripts)
    one.visit(_address(gallery_url, "question-error"))
    assert "govuk-error-summary" in one.play.locator(":focus").get_attribute("class")  # type: ignore[operator]
    one.press("Choose yes, no or “I do not know”")
    assert one.play.locator(":focus").get_attribute("id") == "now"
    assert one.play.title().startswith("Error: ")


def test_exit_is_reached_early_and_stays_in_sight(person: Person, gallery_url: str) -> None:
    one = person(scripts=False, width=320)
    one.visit(_address(gallery_url, "fields"))
    one.play.keyboard.press("Tab")
    assert one.play.locator(":focus").inner_text() == "Skip to main content"
    one.play.keyboard.press("Tab")
    assert one.play.locator(":focus").get_attribute("href") == "/exit/"
    exit_link = one.play.get_by_role("button", name="Exit this page")
    one.play.mouse.wheel(0, 3000)
    for _ in range(300):  # a page without scripts hears no events
        if one.play.evaluate("window.scrollY") > 500:
            break
        one.play.wait_for_timeout(100)
    assert one.play.evaluate("window.scrollY") > 500, "it was scrolled"
    assert exit_link.is_visible()
    box = exit_link.bounding_box()
    assert box is not None
    assert 0 <= box["y"] < 40
    assert exit_link.get_attribute("href") == "/exit/"


def test_the_exit_key_leaves_where_scripts_run(person: Person, gallery_url: str) -> None:
    one = person()
    one.visit(_address(gallery_url, "question"))
    for _ in range(3):
        one.play.keyboard.press("Shift")
    one.play.wait_for_url("**/exit/")


def test_keyboard_walks_in_the_order_of_the_page(person: Person, gallery_url: str) -> None:
    one = person(scripts=False)
    one.visit(_address(gallery_url, "fields"))
    seen: list[float] = []
    for _ in range(30):
        one.play.keyboard.press("Tab")
        at = one.play.evaluate(
            "[...document.querySelectorAll('a,button,input,select,textarea,summary')].indexOf(document.activeElement)"
        )
        if at < 0:
            break
        seen.append(at)
    assert len(seen) > 15
    assert seen == sorted(seen)


def test_none_of_these_clears_the_others_where_scripts_run(person: Person, gallery_url: str) -> None:
    one = person()
    one.visit(_address(gallery_url, "fields"))
    one.play.get_by_label("I saw it").check()
    one.play.get_by_label("I would rather not say").check()
    assert not one.play.get_by_label("I saw it").is_checked()


def test_arabic_stands_on_the_right(person: Person, gallery_url: str) -> None:
    one = person(locale="ar")
    one.visit(_address(gallery_url, "arabic"))
    radio = one.play.locator("#now").bounding_box()
    label = one.play.locator("label[for=now]").bounding_box()
    assert radio is not None
    assert label is not None
    assert radio["x"] + radio["width"] > label["x"] + label["width"] - 45
    assert one.play.locator("h1").evaluate("e => getComputedStyle(e).textAlign") in {"start", "right"}


@pytest.mark.parametrize(
    ("page", "options"),
    [
        ("office", {"dark": True}),
        ("question", {"contrast": True}),
        ("office", {"contrast": True}),
        ("", {"contrast": True}),
    ],
    ids=["office dark", "question in high contrast", "office in high contrast", "start in high contrast"],
)
def test_other_colours_are_accessible(
    person: Person, gallery_url: str, page: str, options: dict[str, bool]
) -> None:
    one = person(**options)
    one.visit(_address(gallery_url, page))
    # With forced colours the contrast is the reader's own system's; axe still reads the colours of our file.
    one.axe(allow={"color-contrast": "forced colours"} if "contrast" in options else None)
    one.screenshot(f"gallery-{page or 'index'}-{'-'.join(options)}")


def test_print_leaves_out_what_paper_cannot_do(person: Person, gallery_url: str) -> None:
    one = person()
    one.visit(_address(gallery_url, "question"))
    one.play.emulate_media(media="print")
    assert not one.play.get_by_role("button", name="Exit this page").is_visible()
    assert one.play.locator("h1").is_visible()
    one.visit(_address(gallery_url, ""))
    one.screenshot("gallery-index-print")
