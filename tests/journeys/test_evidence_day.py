"""A page of the small internet in Chromium: captured on a click, seen in the viewer, removed, and found to be gone."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings

from heedline.casework.report.opening import short_name
from heedline.reports.models import DeskFile
from heedline.specialist_desks.material.capture.running import capture_missing
from heedline.specialist_desks.material.evidence import vantages
from tests.browser.kit import Visitor, browser, person  # noqa: F401 (fixtures)
from tests.journeys.arriving import at_work
from tests.journeys.test_officer_day import _at
from tests.sites.office.office_server import sites_serving
from tests.support.cast import House, now
from tests.support.derivatives import sandbox
from tests.support.files_scene import files_kept
from tests.support.material_scene import PAGE, the_item
from tests.support.scene_people import People
from tests.support.small_internet import small_internet

__all__ = ["sandbox"]
pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db,
    pytest.mark.usefixtures("sandbox"),
    pytest.mark.skipif(bool(capture_missing()), reason="nothing can be captured here"),
]


@pytest.fixture
def sites(house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, str]]:
    """The addresses of the office and of the files site."""
    monkeypatch.setitem(os.environ, "DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    monkeypatch.setattr(settings, "DEMO", True)
    monkeypatch.setattr(settings, "ALLOWED_HOSTS", ["localhost", "127.0.0.2"])
    with files_kept(tmp_path, monkeypatch), sites_serving("office", "files") as found:
        yield found


def test_a_page_is_captured_seen_and_later_gone(
    material: House,
    sites: dict[str, str],
    person: Callable[..., Visitor],  # noqa: F811
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    people = People(material, now())
    item = the_item(people, PAGE)
    with small_internet(tmp_path / "net") as net:
        assert net.authority is not None
        # the servers of both sites override settings for each request, so one that is set here would not last
        monkeypatch.setattr(vantages, "_small_internet", lambda: net.server_port)
        monkeypatch.setattr(settings, "TIME_STAMPS_URL", f"http://127.0.0.1:{net.server_port}/tsa")
        monkeypatch.setattr(settings, "TIME_STAMPS_ROOTS", str(net.authority.root))
        page = person(scripts=False)
        page.may_ask = {sites["files"].removeprefix("http://")}
        page.play.set_default_timeout(60_000)
        at_work(page, sites["office"], material, "Odile")
        where = f"{sites['office']}/w/items/{item}/"
        page.visit(where)
        _at(page, f"Item {short_name(item)}")
        assert net.sites.asked == [], "nothing is captured without a click"
        page.press("Capture the page")
        page.play.get_by_text("Recorded as entry 1. It is there.").wait_for()
        page.play.get_by_text("Timestamp:").first.wait_for()
        page.assert_fits_at(1280, 320, name="office-evidence")
        page.axe()
        beside = page.play.frame_locator(".hl-bench .hl-file__frame")
        beside.get_by_role("link", name="Show it").wait_for()
        page.play.get_by_role("button", name="Record as lawful and open the next").wait_for()
        page.play.get_by_role("link", name="Picture of the page").click()
        frame = page.play.frame_locator(".hl-file__frame")
        frame.locator("img.picture").first.wait_for()
        page.screenshot("office-evidence-file-1280")
        assert DeskFile.objects.filter(made_from__isnull=False).count() == 1, "the copy was kept"
        page.visit(where)
        page.play.get_by_role("link", name="Picture of the page").click()
        frame.locator("img.picture").first.wait_for()  # from the copy
        net.sites.remove(PAGE)
        page.visit(where)
        page.press("Check whether it is still there")
        page.play.get_by_text("Recorded as entry 2. It is gone").wait_for()
