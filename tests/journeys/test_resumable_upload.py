"""A large file in Chromium: the connection breaks twice, the page says so, and the file arrives as it was."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Route, expect

from heedline.casework.attachments import taking
from tests.browser.kit import browser, person  # noqa: F401 (fixtures)
from tests.journeys.test_reporter_journey import WORDS, Open, seen, site  # noqa: F401 (a fixture)
from tests.support.uploads import JPEG

pytestmark = [pytest.mark.browser, pytest.mark.django_db]
#: Three parts of the script's.
FILM = JPEG + bytes(range(256)) * 36_000


class BrokenConnection:
    """Lets so many parts through and then none, until it is mended."""

    def __init__(self, through: int) -> None:
        self.through, self.taken = through, 0

    def __call__(self, route: Route) -> None:
        if route.request.method == "PATCH":
            if not self.through:
                route.abort("connectionreset")
                return
            self.through -= 1
            self.taken += 1
        route.continue_()


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, settings: Any) -> list[str]:
    """The hashes of files that arrived whole."""
    settings.FILES = tmp_path / "files"
    hashes: list[str] = []
    add = taking.add

    def noted(draft: Any, file: Any) -> None:
        hashes.append(file.sha256)
        add(draft, file)

    monkeypatch.setattr(taking, "add", noted)
    return hashes


def test_an_upload_that_is_cut_off_twice_is_finished(
    site: str,  # noqa: F811
    person: Open,  # noqa: F811
    kept: list[str],
    tmp_path: Path,
) -> None:
    film = tmp_path / "van at the gate.mp4"
    film.write_bytes(FILM)
    page = person(scripts=True)
    page.visit(site)
    page.play.get_by_role("link", name="Something you saw or heard").click()
    page.play.get_by_label("No", exact=True).check()
    page.press("Start")
    page.play.locator("[name=narrative]").fill(WORDS)
    page.press("Skip the other questions")
    page.play.locator("[name=who][value=anonymous]").check()
    page.press("Continue")
    page.play.get_by_role("link", name="Add photos, videos or documents").click()
    broken = BrokenConnection(1)
    page.play.route("**/resumable/**", broken)
    page.play.get_by_label("Choose a file").set_input_files(film)
    page.press("Add this file")
    lost = "The connection was lost. We will try again and carry on from where it stopped."
    expect(page.play.locator("#progress-status")).to_have_text(lost)
    seen(page, "file-on-its-way", reloads=False)
    broken.through = 1
    with page.play.expect_response(lambda answer: answer.request.method == "PATCH"):
        page.play.evaluate("window.dispatchEvent(new Event('online'))")
    expect(page.play.locator("#progress-status")).to_have_text(lost)
    broken.through = 1
    expect(page.play.get_by_role("heading", name="Files you have added")).to_be_visible(timeout=30_000)
    assert broken.taken == 3
    assert kept == [hashlib.sha256(FILM).hexdigest()]
    assert "?" not in page.play.url
    expect(page.play.get_by_text("van at the gate.mp4").first).to_be_visible()
    assert page.play.evaluate("() => localStorage.length + sessionStorage.length") == 0
    page.play.get_by_role("button", name="Continue").click()
    page.press("Send your report")
    expect(page.play).to_have_url(f"{site}/code/")


def test_an_upload_goes_on_after_the_page_was_left(
    site: str,  # noqa: F811
    person: Open,  # noqa: F811
    kept: list[str],
    tmp_path: Path,
) -> None:
    film = tmp_path / "van.mp4"
    film.write_bytes(FILM)
    page = person(scripts=True)
    page.visit(site)
    page.play.get_by_role("link", name="Something you saw or heard").click()
    page.play.get_by_label("No", exact=True).check()
    page.press("Start")
    page.play.locator("[name=narrative]").fill(WORDS)
    page.press("Skip the other questions")
    page.play.goto(f"{site}/r/files/")
    broken = BrokenConnection(1)
    page.play.route("**/resumable/**", broken)
    page.play.on("dialog", lambda dialog: dialog.accept())
    page.play.get_by_label("Choose a file").set_input_files(film)
    page.press("Add this file")
    expect(page.play.locator("#progress-status")).to_contain_text("The connection was lost")
    page.play.goto(f"{site}/r/files/")
    expect(page.play.get_by_text("We received only part of these files")).to_be_visible()
    broken.through = 2
    page.play.get_by_label("Choose a file").set_input_files(film)
    page.press("Add this file")
    expect(page.play.get_by_role("heading", name="Files you have added")).to_be_visible(timeout=30_000)
    assert broken.taken == 3, "the first part was not sent again"
    assert kept == [hashlib.sha256(FILM).hexdigest()]
