"""What a screen reader is told of every public page, in English and from right to left: compared with what was reviewed.

The trees lie in `tests/trees/`, one file for each language and part of the site. After a change that is meant:
`make trees`, read the difference, and commit it.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page

from heedline.packs import load_pack
from tests.browser import reach
from tests.browser.kit import browser, person  # noqa: F401 (fixtures)
from tests.journeys.looking import every_page
from tests.journeys.test_reporter_journey import Open, site  # noqa: F401 (a fixture)
from tests.support.cast import House

pytestmark = [pytest.mark.browser, pytest.mark.django_db]
TREES = Path(__file__).resolve().parents[1] / "trees"
WRITE = bool(os.environ.get("HEEDLINE_TREES"))
#: What is called the same in every language.
NAMES = [
    "Heedline", "English", "Cymraeg", "Polski", "Soomaali", "ProtectUK", "Relay UK", "Crimestoppers", "NaCTSO", "Chrome",
    "Safari", "Firefox", "Clear-Site-Data", "BSL", "Tor Browser", "Tor",
]  # fmt: skip
#: A code, an id and a day differ from run to run.
_CHANGING = [
    (re.compile(r"\b[0-9A-Z]{2,6}([ -][0-9A-Z]{2,6}){3,}\b"), "CODE"),
    (re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|/person/[0-9a-f]{8,}"), "ID"),
    (re.compile(r"\b\d{1,2} [^\s\"]+ 20\d\d"), "DAY"),
]


@pytest.mark.parametrize("language", ["en", "ar"])
def test_every_page_is_told_as_it_was_reviewed(
    site: str,  # noqa: F811
    person: Open,  # noqa: F811
    house: House,
    language: str,
) -> None:
    told: dict[str, list[str]] = {}
    wrong: list[str] = []
    for stage, _, address, page in every_page(person(scripts=False), site, house, language):
        told.setdefault(stage, []).append(f"== /{_steady(address)}\n{_tree(page, frame=address == '')}")
        found = reach.heard(page)
        if load_pack("uk").languages[language].direction == "rtl":
            found += [
                f"not marked as another language: {one}" for one in reach.language_of_parts(page, NAMES)
            ]
        wrong += [f"{stage}: /{address}: {one}" for one in found]
    assert not wrong, "\n".join(wrong)
    for stage, pages in told.items():
        file = TREES / language / f"{stage.replace(' ', '-')}.txt"
        now = "\n\n".join(pages) + "\n"
        if WRITE:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(now, encoding="utf-8")
        assert file.read_text(encoding="utf-8") == now, f"{file.name}: make trees, and read the difference"
    kept = {file.stem for file in (TREES / language).glob("*.txt")}
    assert kept == {stage.replace(" ", "-") for stage in told}


def _tree(page: Page, *, frame: bool) -> str:
    """Title and main part; of the first page all that stands around it too."""
    tree = page.locator("body" if frame else "main").aria_snapshot()
    address = urlsplit(page.url)
    return _steady(f"title: {page.title()}\n{tree}".replace(f"{address.scheme}://{address.netloc}", ""))


def _steady(text: str) -> str:
    for what, name in _CHANGING:
        text = what.sub(name, text)
    return text
