"""The first page in Chromium: what a phone shows without scrolling, the typeface, the dark colours, and paper.

Also the box for a code, which must show everything that was typed, and what is printed of a code.
"""

from __future__ import annotations

import re

import pytest

from heedline.packs import load_pack
from heedline.vault.codes import new_code
from heedline.web.public.shell.languages import prefix
from tests.browser.kit import browser, person  # noqa: F401 (fixtures)
from tests.journeys.looking import visit_as
from tests.journeys.test_reporter_journey import Open, site  # noqa: F401 (a fixture)
from tests.sites.public.walker import Walker

pytestmark = [pytest.mark.browser, pytest.mark.django_db]


def test_a_phone_shows_999_and_the_first_three_ways_to_report(site: str, person: Open) -> None:  # noqa: F811
    tab = person(scripts=False, width=360, height=740)
    too_low = {}
    for code in load_pack("uk").languages:
        tab.visit(f"{site}{prefix(code)}")
        for one in [".hl-emergency a", *(f".hl-doors li:nth-child({number})" for number in (1, 2, 3))]:
            box = tab.play.locator(one).first.bounding_box()
            assert box is not None
            # A real service has no demonstration banner. In English there is room even with the banner.
            banner = 0 if code == "en" else tab.play.locator(".hl-demo").evaluate("it => it.offsetHeight")
            if (bottom := box["y"] + box["height"] - banner) > 740:
                too_low[code, one] = bottom
    assert not too_low


def test_two_columns_on_a_desktop(site: str, person: Open) -> None:  # noqa: F811
    tab = person(scripts=False, width=1280, height=900)
    tab.visit(f"{site}/")
    first, second = (tab.play.locator(f".hl-doors li:nth-child({n})").bounding_box() for n in (1, 2))
    assert first is not None
    assert second is not None
    assert first["y"] == second["y"]
    assert second["x"] + second["width"] > 1000, "the right third is used"


def test_the_page_is_the_same_without_its_typeface_and_dark_at_night(site: str, person: Open) -> None:  # noqa: F811
    tab = person(scripts=True, width=360, height=740)
    tab.play.route("**/*.woff2", lambda route: route.abort())
    tab.visit(f"{site}/")
    assert tab.play.locator("h1").inner_text().startswith("Report something")
    ground = "getComputedStyle(document.body).backgroundColor"
    by_day = tab.play.evaluate(ground)
    tab.play.emulate_media(color_scheme="dark")
    assert tab.play.evaluate(ground) != by_day
    tab.axe()


@pytest.mark.parametrize("width", [320, 360, 1280])
def test_a_code_that_is_wrong_is_shown_whole(site: str, person: Open, width: int) -> None:  # noqa: F811
    tab = person(scripts=False, width=width, height=740)
    tab.visit(f"{site}/messages/")
    tab.play.fill("[name=code]", new_code().grouped())
    tab.press("Open")
    box = tab.play.locator("[name=code]")
    assert len(box.input_value()) == 27
    assert "error" in str(box.get_attribute("class"))
    wide, room = box.evaluate("box => [box.scrollWidth, box.clientWidth]")
    assert wide <= room


def test_what_is_printed_of_a_code_says_nothing_about_us(site: str, person: Open) -> None:  # noqa: F811
    tab, rosa = person(scripts=False, width=800), Walker()
    code = rosa.send()
    for page, words in (("/code/", 0), ("/code/print/", 25)):
        visit_as(tab, rosa, site, page)
        tab.play.emulate_media(media="print")
        paper = tab.play.locator("body").inner_text()
        assert "-".join(re.findall(r"\b[0-9A-Z]{2,4}\b", paper)).startswith(code)
        assert not re.search(r"Heedline|police|report|officer|999|0800", paper), paper
        assert len(paper.split()) <= len(code.split("-")) + words


def test_a_printed_page_shows_no_bare_path(site: str, person: Open) -> None:  # noqa: F811
    tab = person(scripts=False, width=800)
    tab.visit(f"{site}/")
    tab.play.emulate_media(media="print")
    after = tab.play.locator("a").evaluate_all(
        "all => all.map(one => getComputedStyle(one, '::after').content)"
    )
    assert len(after) > 15
    assert set(after) <= {"none", '""', "normal"}
