"""Files of a report in Chromium: covered, shown, turned, enlarged, a film from its second second, and a break.

With scripts and without any. The office and the files site are two servers on two hosts, as in production.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import expect

from heedline.desks.models import ViewingMinutes
from heedline.files.derivatives import documents
from heedline.permits.models import ViewToken
from heedline.web.viewer import viewer_pages
from tests.browser.kit import Visitor, browser, person  # noqa: F401 (fixtures)
from tests.journeys.arriving import at_work
from tests.journeys.test_officer_day import Open, _at
from tests.sites.office.office_server import sites_serving
from tests.support.cast import House, now
from tests.support.derivatives import needs, sandbox
from tests.support.files_scene import add_file, files_kept, picture
from tests.support.keeping_scene import with_leads
from tests.support.office_documents import text_with_macro
from tests.support.recordings import recording
from tests.support.scene_people import People

__all__ = ["sandbox"]
OPEN_DOCUMENT = "application/vnd.oasis.opendocument.text"
pytestmark = [pytest.mark.browser, pytest.mark.django_db, pytest.mark.usefixtures("sandbox"), needs("ffmpeg")]


@pytest.fixture
def sites(house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, str]]:
    """The addresses of the office and of the files site."""
    # Playwright's loop runs in this thread while the test talks to the database.
    monkeypatch.setitem(os.environ, "DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    monkeypatch.setattr(settings, "DEMO", True)
    monkeypatch.setattr(settings, "ALLOWED_HOSTS", ["localhost", "127.0.0.2"])
    # a film comes in many short ranges, as a long one does
    monkeypatch.setattr(viewer_pages, "_MOST_AT_ONCE", 16 * 1024)
    with files_kept(tmp_path, monkeypatch), sites_serving("office", "files") as found:
        yield found


def _frame(page: Visitor) -> Any:
    return page.play.frame_locator(".hl-file__frame")


def _until(page: Visitor, one: Any, holds: str) -> None:
    """Wait until an expression holds of an element. (A page without scripts hears no events.)"""
    for _ in range(300):
        if one.evaluate(holds):
            return
        page.play.wait_for_timeout(100)
    raise AssertionError(holds)


def _screens(page: Visitor, name: str) -> None:
    page.assert_fits_at(1280, 768, 320, name=f"files-{name}")


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_files_of_a_report(
    house: House,
    sites: dict[str, str],
    person: Open,  # noqa: F811
    tmp_path: Path,
    scripts: bool,
) -> None:
    people = People(house, now())
    with_leads(people)
    ref, _ = people.taken("Odile")
    add_file(ref, picture((1200, 800)), at=people.at)
    add_file(ref, recording("mp4", seconds=4), at=people.at, name="VID_2.mp4", kind="film", media="video/mp4")
    words = "A plan.\n<script>document.title = 'ran'</script>\n" + "Line\n" * 200
    add_file(ref, words.encode(), at=people.at, name="notes.txt", kind="text", media="text/plain")
    with_macro = documents.office_missing() is None
    if with_macro:
        macro = text_with_macro("Meet at the old mill", tmp_path / "ran", 9)
        add_file(ref, macro, at=people.at, name="plan.odt", kind="office", media=OPEN_DOCUMENT)
    page = person(scripts=scripts)
    page.may_ask = {sites["files"].removeprefix("http://")}
    at_work(page, sites["office"], house, "Olga")
    page.visit(f"{sites['office']}/w/r/{ref}/files/")
    _at(page, "Files")
    if scripts:
        page.axe()
        _screens(page, "list")

    page.play.get_by_role("link", name="IMG_0001.jpg").click()
    frame = _frame(page)
    image = frame.locator("img.picture").first
    image.wait_for()
    expect(image).to_have_css("filter", re.compile("blur"))  # when the frame's style sheet has come
    if scripts:
        page.axe()
        _screens(page, "covered")
        _one_part_at_a_time(page)
    assert ViewingMinutes.objects.count() == (1 if scripts else 0)
    frame.get_by_role("link", name="Show it", exact=True).click()
    frame.get_by_role("link", name="Turn right").wait_for()
    expect(image).to_have_css("filter", "none")
    expect(image).to_have_js_property("naturalWidth", 1200)  # when the picture has come
    if scripts:
        _screens(page, "shown")
    frame.get_by_role("link", name="Turn right").click()
    frame.locator("img.turn-90").wait_for()
    expect(image).to_have_css("rotate", "90deg")
    expect(image).to_have_js_property("naturalWidth", 1200)
    if scripts:
        _screens(page, "turned")
    before = image.bounding_box()
    frame.get_by_role("link", name="Larger").click()
    frame.locator(".zoom-2").wait_for()
    expect(image).to_have_js_property("naturalWidth", 1200)
    after = image.bounding_box()
    assert after["width"] > before["width"] * 1.4
    frame.get_by_role("link", name="In grey").click()
    frame.locator("img.grey").first.wait_for()
    page.axe()
    if scripts:
        frame.locator("[data-frame]").press("Escape")
    else:
        frame.get_by_role("link", name="Cover").click()
    frame.locator("img.covered").wait_for()
    assert ViewingMinutes.objects.get(officer=house.officers["Olga"]).minutes >= 1

    page.press("Next file")
    frame.get_by_role("link", name="Show it", exact=True).wait_for()
    assert frame.locator("video").count() == 0
    if scripts:
        _screens(page, "film-covered")
    frame.get_by_role("link", name="Show it", exact=True).click()
    film = frame.locator("video")
    film.wait_for()
    assert film.evaluate("one => one.muted && one.paused && !one.autoplay")
    frame.get_by_label("Start at second").fill("2")
    frame.get_by_role("button", name="Go").click()
    frame.locator("video[src$='#t=2']").wait_for()
    _until(page, film, "one => one.readyState >= 2")
    assert film.evaluate("one => Math.abs(one.currentTime - 2) < 0.3")
    if scripts:
        page.axe()
        _screens(page, "film")
    film.evaluate("one => one.play()")
    _until(page, film, "one => one.currentTime > 2.3")

    page.press("Next file")
    frame.get_by_role("link", name="Show it", exact=True).click()
    frame.get_by_text("Page 1 of 2").wait_for()
    assert "<script>document.title" in frame.locator("pre").inner_text()
    frame.get_by_role("link", name="Next page").click()
    frame.get_by_text("Page 2 of 2").wait_for()
    if scripts:
        page.axe()
        _screens(page, "text")

    if with_macro:
        page.press("Next file")
        frame.get_by_role("link", name="Show it", exact=True).click()
        expect(frame.locator("img.picture:not(.covered)")).not_to_have_js_property("naturalWidth", 0)
        assert not (tmp_path / "ran").exists()
        page.press("Previous file")

    page.press("Export the original")
    _at(page, "Export the original")
    page.axe()
    page.press("Export the original")
    page.play.get_by_label("It is needed as evidence").check()
    page.play.get_by_label("Say more").fill("For the investigation of the unit")
    page.press("Export the original")
    with page.play.expect_download() as download:
        page.press("Download the original")
    assert Path(download.value.path()).read_bytes() == words.encode()
    assert download.value.suggested_filename.endswith(".original")
    if scripts:
        _screens(page, "original")

    page.visit(f"{sites['office']}/w/r/{ref}/files/")
    page.play.get_by_role("link", name="IMG_0001.jpg").click()
    frame.locator("img.covered").first.wait_for()
    page.press("I need a break")
    page.play.wait_for_url("**/w/")
    assert not ViewToken.objects.exists()


def _one_part_at_a_time(page: Visitor) -> None:
    """A circle of the picture under the pointer or the arrow keys is shown, and nothing round it."""
    frame = _frame(page)
    lens, region = frame.locator("img.lens"), frame.locator("[data-frame]")
    _until(page, lens, "one => one.style.clipPath.startsWith('circle(0')")
    region.hover(position={"x": 60, "y": 60})
    _until(page, lens, "one => one.style.clipPath.includes('70px at')")
    page.screenshot("files-part")
    page.play.mouse.move(1, 1)
    region.focus()
    region.press("ArrowRight")
    _until(page, lens, "one => one.style.clipPath.includes('70px at')")
