"""What Chromium keeps of a visit, on the screen and on the disk: an ordinary profile, not a private window."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser.kit import CHROMIUM, FLAGS, browser  # noqa: F401 (a fixture)
from tests.journeys.test_firefox import TELLTALE
from tests.journeys.test_reporter_journey import WORDS, site  # noqa: F401 (a fixture)

pytestmark = [pytest.mark.browser, pytest.mark.django_db]
#: A part of what was typed: no page, tab or file of the browser may have it afterwards.
PART = "to the market on Fridays"


@pytest.fixture
def profile(tmp_path: Path) -> Path:
    """A person's own folder of the browser."""
    return tmp_path / "profile"


def opened(browser: Browser, profile: Path, *, scripts: bool) -> BrowserContext:  # noqa: F811
    """The browser with that folder, which opens again what was open when it was closed."""
    return browser.browser_type.launch_persistent_context(
        profile,
        executable_path=CHROMIUM,
        args=[*FLAGS, "--restore-last-session", "--hide-crash-restore-bubble"],
        java_script_enabled=scripts,
    )


def tells(page: Page, site: str) -> str:  # noqa: F811
    """The shortest anonymous way; the code."""
    page.goto(f"{site}/tell/")
    page.get_by_label("No", exact=True).check()
    _press(page, "Start")
    page.locator("[name=narrative]").fill(WORDS)
    _press(page, "Skip the other questions")
    page.get_by_label("No, stay anonymous", exact=True).check()
    _press(page, "Continue")
    assert PART in page.content()
    _press(page, "Send your report")
    return "-".join(page.locator(".hl-code span").all_inner_texts())


def _brings_its_tabs_back(again: BrowserContext, site: str) -> None:  # noqa: F811
    """Wait until the browser has opened again what was open: it does that after it has started."""
    for _ in range(300):
        if any(tab.url.startswith(site) for tab in again.pages):
            return
        again.pages[0].wait_for_timeout(100)
    pytest.fail("the browser brings no tab back")


def _press(page: Page, name: str) -> None:
    button = page.get_by_role("button", name=name, exact=True)
    button.or_(page.get_by_role("link", name=name, exact=True)).first.click()
    page.wait_for_load_state()


def _shown(page: Page) -> Iterator[str]:
    yield page.content()
    yield from (box.input_value() for box in page.locator("textarea, input[type=text]").all())


def _shows_nothing(page: Page, *secrets: str) -> None:
    for shown in _shown(page):
        for secret in secrets:
            assert secret not in shown, page.url


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_nothing_of_what_was_sent_comes_back(
    site: str,  # noqa: F811
    browser: Browser,  # noqa: F811
    profile: Path,
    scripts: bool,
) -> None:
    mine = opened(browser, profile, scripts=scripts)
    page = mine.pages[0]
    code = tells(page, site)
    for _ in range(4):
        page.go_back()
        _shows_nothing(page, PART)
    page.reload()
    _shows_nothing(page, PART)
    page.goto(f"{site}/code/")
    _press(page, "Check that I have written my code down correctly")
    page.locator("[name=code]").fill(code)
    _press(page, "Check")
    for _ in range(3):
        page.go_back()
        _shows_nothing(page, PART, code)
    mine.close()

    again = opened(browser, profile, scripts=scripts)
    _brings_its_tabs_back(again, site)
    for tab in again.pages:
        _shows_nothing(tab, PART, code)
    again.close()
    with closing(sqlite3.connect(profile / "Default" / "History")) as history:
        visited = history.execute("SELECT url, title FROM urls").fetchall()
    assert any(url.startswith(site) for url, _ in visited)
    for url, title in visited:
        assert code not in url + title
        told = url if " – " in title else url + title  # guidance that search engines list names the service
        assert not [word for word in TELLTALE if word in told.casefold()], (url, title)
    _is_not_on_the_disk(profile, PART, code)


def test_after_the_exit_nothing_of_a_half_written_report_is_left(
    site: str,  # noqa: F811
    browser: Browser,  # noqa: F811
    profile: Path,
) -> None:
    mine = opened(browser, profile, scripts=False)
    page = mine.pages[0]
    page.goto(f"{site}/tell/")
    page.get_by_label("No", exact=True).check()
    _press(page, "Start")
    page.locator("[name=narrative]").fill(WORDS)
    _press(page, "Continue")
    page.route("**/weather*", lambda route: route.fulfill(body="sunny"))
    page.locator(".govuk-exit-this-page__button").click()
    page.wait_for_load_state()
    for _ in range(2):
        page.go_back()
        _shows_nothing(page, PART)
    mine.close()
    again = opened(browser, profile, scripts=False)
    _brings_its_tabs_back(again, site)
    for tab in again.pages:
        _shows_nothing(tab, PART)
    again.close()
    _is_not_on_the_disk(profile, PART)


def _is_not_on_the_disk(profile: Path, *secrets: str) -> None:
    """Neither as UTF-8 nor as the UTF-16 in which the browser keeps the contents of forms."""
    for file in profile.rglob("*"):
        if file.is_file():
            kept = file.read_bytes()
            for secret in secrets:
                assert secret.encode() not in kept, file
                assert secret.encode("utf-16-le") not in kept, file
