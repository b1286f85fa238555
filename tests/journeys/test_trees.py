"""What a screen reader is told of every public page, in English and from right to left: compared with what was reviewed.
Every other question to these pages is asked in the same visit.

The trees lie in `tests/trees/`, one file for each language and part of the site. After a change that is meant:
`make trees`, read the difference, and commit it.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, ViewportSize

from heedline.packs import load_pack
from tests.browser import reach
from tests.browser.kit import Visitor, browser, person  # noqa: F401 (fixtures)
from tests.journeys.looking import every_page
from tests.journeys.test_reporter_journey import Open, site  # noqa: F401 (a fixture)
from tests.support.cast import House

pytestmark = [pytest.mark.browser, pytest.mark.django_db]
TREES = Path(__file__).resolve().parents[1] / "trees"
WRITE = bool(os.environ.get("HEEDLINE_TREES"))
REVIEWED = ("en", "ar")
LARGE: ViewportSize = {"width": 1280, "height": 900}
#: What is called the same in every language.
NAMES = [
    "Heedline", "English", "Cymraeg", "Polski", "Soomaali", "ProtectUK", "Relay UK", "Crimestoppers", "NaCTSO", "Chrome",
    "Safari", "Firefox", "Clear-Site-Data", "BSL", "Tor Browser", "Tor",
]  # fmt: skip
#: A code, an id, a day and a promised time differ from run to run.
_CHANGING = [
    (re.compile(r"\b[0-9A-Z]{2,6}([ -][0-9A-Z]{2,6}){3,}\b"), "CODE"),
    (re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|/person/[0-9a-f]{8,}"), "ID"),
    (re.compile(r"\b\d{1,2} [^\s\"]+ 20\d\d"), "DAY"),
    *(
        (re.compile(load_pack("uk").words(language).say(key, time=r"\d\d:\d\d", **day)), "WHEN")
        for language in REVIEWED
        for key, day in (("when.today", {}), ("when.tomorrow", {}), ("when.day", {"day": "DAY"}))
    ),
]


def test_every_page_is_told_as_it_was_reviewed(
    site: str,  # noqa: F811
    person: Open,  # noqa: F811
    leads: House,
) -> None:
    """And as in every language, it fits (test_reach.py). In English, Tab goes through it: each stop shows that it has the
    focus and lies under nothing; the last one leads out of the page: no trap.
    The Arabic responses are put into a tab (looking.py)."""
    tabs = {language: person(scripts=False) for language in REVIEWED}
    told: dict[tuple[str, str], list[str]] = {}
    wrong: list[str] = []
    for stage, language, address, tab in every_page(site, leads, tabs, visited=("en",)):
        page = tab.play
        # A page comes in the size that the tab had last: each is made larger or smaller once.
        small = page.viewport_size == reach.SMALL
        found = reach.fits_small(tab) if small else []
        if small:
            page.set_viewport_size(LARGE)
        tree = _tree(page, frame=address == "")
        told.setdefault((language, stage), []).append(f"== /{_steady(address)}\n{tree}")
        found += reach.heard(page)
        if load_pack("uk").languages[language].direction == "rtl":
            found += [
                f"not marked as another language: {one}" for one in reach.language_of_parts(page, NAMES)
            ]
        found += stops(tab) if language == "en" else []
        found += reach.fits_small(tab) if not small else []
        wrong += [f"{language} {stage}: /{address}: {one}" for one in found]
    assert not wrong, "\n".join(wrong)
    files = {
        f"{language}/{stage.replace(' ', '-')}.txt": "\n\n".join(pages) + "\n"
        for (language, stage), pages in told.items()
    }
    for name, now in files.items():
        file = TREES / name
        if WRITE:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(now, encoding="utf-8")
        assert file.read_text(encoding="utf-8") == now, f"{name}: make trees, and read the difference"
    assert {f"{file.parent.name}/{file.name}" for file in TREES.glob("*/*.txt")} == set(files)


def stops(tab: Visitor) -> list[str]:
    """What is wrong on the way of Tab through a page."""
    wrong, names = [], []
    page = tab.play
    wrong_here = page.locator(".govuk-error-summary").count()
    if wrong_here:
        page.locator(
            ".govuk-error-summary:focus"
        ).wait_for()  # the browser goes there by itself, and on from there
    want = reach.reachable(page)
    found = reach.stops(tab)
    if found is None:
        return ["Tab does not leave the page"]
    for at in found:
        if wrong_here and names and at["skips"]:
            break  # from an error in the middle of the page, the browser has gone round to its beginning
        name = f"{at['role']} {at['name'][:40]!r}"
        names.append(name)
        wrong += [
            f"{name} {what}"
            for what, bad in {
                "does not show that it has the focus": not at["seen"],
                "comes after what follows it": not at["onward"],
                "lies under something": at["covered"],
                "has no name": not at["name"],
                "has an order of its own": at["tabindex"] > 0,
            }.items()
            if bad
        ]
    if len(names) < want and not wrong_here:
        wrong.append(f"Tab reaches {len(names)} of {want}")
    return wrong


@pytest.mark.parametrize(
    ("html", "found"),
    [
        ("<a href='#' style='outline:0'>Quiet</a>", "a 'Quiet' does not show that it has the focus"),
        ("<a href='#'>One</a><a href='#' tabindex='1'>Two</a>", "a 'One' comes after what follows it"),
        ("<a href='#' tabindex='1'>First</a>", "a 'First' has an order of its own"),
        ("<a href='#'><svg width='9' height='9'></svg></a>", "a '' has no name"),
        (
            "<a href='#'>Under</a><p style='position:fixed;inset:0;margin:0;background:white'>Over</p>",
            "a 'Under' lies under something",
        ),
        ("<a href='#'>Stay</a><a href='#'>Never</a>", "Tab reaches 1 of 2"),
    ],
)
def test_the_way_of_tab_finds_what_is_wrong(person: Open, html: str, found: str) -> None:  # noqa: F811
    tab = person(scripts=False)
    tab.play.set_content("<a href='#'>Well</a><input aria-label='Box'>")
    assert stops(tab) == []
    tab.play.set_content(html)
    if found.endswith("1 of 2"):
        tab.play.evaluate("() => { document.querySelector('a').onkeydown = (key) => key.preventDefault() }")
    assert any(one.startswith(found) for one in stops(tab)), stops(tab)


def _tree(page: Page, *, frame: bool) -> str:
    """Title and main part; of the first page all that stands around it too."""
    tree = page.locator("body" if frame else "main").aria_snapshot()
    address = urlsplit(page.url)
    return _steady(f"title: {page.title()}\n{tree}".replace(f"{address.scheme}://{address.netloc}", ""))


def _steady(text: str) -> str:
    for what, name in _CHANGING:
        text = what.sub(name, text)
    return text
