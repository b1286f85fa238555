"""A photo taken on a phone, in Chromium with scripts and without: sent with a report, and viewed at the desk.

The photo says where it was taken. What the officer's browser is given does not.
"""

from __future__ import annotations

import io
import os
from collections.abc import Callable

import pytest
from django.conf import settings
from PIL import Image
from playwright.sync_api import expect

from heedline.reports.models import Report
from tests.browser.kit import Visitor, browser, person  # noqa: F401 (fixtures)
from tests.journeys.arriving import at_work
from tests.journeys.test_reporter_journey import choose, seen, shown_code
from tests.sites.office.office_server import sites_serving
from tests.sites.public.public_server import public_serving
from tests.support.cast import House
from tests.support.derivatives import exif, sandbox
from tests.support.files_scene import files_kept, picture

__all__ = ["sandbox"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db, pytest.mark.usefixtures("sandbox")]
Open = Callable[..., Visitor]
#: The tag of a photo under which its place is kept.
GPS = 0x8825


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_a_photo_goes_with_a_report_and_is_viewed_without_its_place(
    house: House,
    person: Open,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
    tmp_path,  # type: ignore[no-untyped-def]
    scripts: bool,
) -> None:
    # Playwright's loop runs in this thread while the test talks to the database.
    monkeypatch.setitem(os.environ, "DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    monkeypatch.setattr(settings, "DEMO", True)
    monkeypatch.setattr(settings, "ALLOWED_HOSTS", ["localhost", "127.0.0.1", "127.0.0.2"])
    photo = picture(exif=exif())
    assert Image.open(io.BytesIO(photo)).getexif().get_ifd(GPS)
    with files_kept(tmp_path, monkeypatch), public_serving() as site:
        rosa = person(scripts=scripts)
        rosa.visit(f"{site}/tell/")
        choose_and_start(rosa)
        rosa.press("Add photos, videos or documents")
        seen(rosa, "files")
        rosa.press("Add this file")
        rosa.play.get_by_text("Choose a file before you press").first.wait_for()
        seen(rosa, "files-error", reloads=False)
        choose_file(rosa, "van at the gate.jpg", photo)
        rosa.play.get_by_text("Files you have added").wait_for()
        seen(rosa, "files-added")
        choose_file(rosa, "\u202egpj.exe", b"MZ" + bytes(70_000))
        rosa.play.get_by_role("button", name="Remove gpj.exe").click()
        rosa.press("Continue")
        assert "van at the gate.jpg" in rosa.play.locator("main").inner_text()
        rosa.play.get_by_role("button", name="Send your report").first.click()
        assert len(shown_code(rosa)) > 20
    with files_kept(tmp_path, monkeypatch), sites_serving("office", "files") as sites:
        office = sites["office"]
        nadia = person(scripts=scripts)
        nadia.may_ask = {sites["files"].removeprefix("http://")}
        at_work(nadia, office, house, "Nadia")
        nadia.visit(f"{office}/w/r/{Report.objects.get().id}/")
        listed = nadia.play.locator("ul", has_text="van at the gate.jpg")
        assert f"Image, {len(photo) / 1000:.0f} KB." in listed.inner_text()
        assert "gpj" not in nadia.play.locator("body").inner_text()
        if scripts:
            nadia.axe()
        frame = nadia.play.frame_locator(".hl-file__frame")
        with nadia.play.expect_response("**/page/1/") as covered:
            nadia.press("van at the gate.jpg")
        without_place(covered.value.body())
        with nadia.play.expect_response("**/page/1/") as uncovered:
            frame.get_by_role("link", name="Show it", exact=True).click()
        expect(frame.locator("img.picture:not(.covered)").first).to_have_js_property("naturalWidth", 400)
        without_place(uncovered.value.body())


def without_place(given: bytes) -> None:
    """Check that a picture says nothing about the phone or the place."""
    assert not Image.open(io.BytesIO(given)).getexif()
    for told in (b"Exif", b"GPS", b"Telltale"):
        assert told not in given


def choose_and_start(page: Visitor) -> None:
    """From the page before the questions to the check page, by the shortest way."""
    page.play.get_by_label("No", exact=True).check()
    page.press("Start")
    page.play.locator("[name=narrative]").fill("A van stood at the gate three nights in a row.")
    page.press("Skip the other questions")
    choose(page, "No, stay anonymous")


def choose_file(page: Visitor, name: str, data: bytes) -> None:
    """Choose a file as with the browser's own dialog, and add it."""
    page.play.locator("[name=file]").set_input_files({"name": name, "mimeType": "image/jpeg", "buffer": data})
    page.press("Add this file")
