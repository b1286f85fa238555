"""The files site: what it sends and with which headers, to whoever asks, and that nothing of a stranger's ever runs there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from threading import BoundedSemaphore
from typing import Any
from uuid import UUID

import pytest
from django.conf import settings
from django.core.signals import request_finished
from django.db import close_old_connections

from heedline.casework.attachments import viewing
from heedline.desks.models import ViewingMinutes
from heedline.permits.models import ViewToken
from heedline.web.viewer import viewer_pages
from heedline.web.viewer.ranges import Unsatisfiable, range_of
from tests.support.cast import House, now
from tests.support.derivatives import needs, sandbox
from tests.support.files_scene import add_file, files_kept, picture, with_file
from tests.support.keeping_scene import with_leads
from tests.support.recordings import recording
from tests.support.scene_people import People
from tests.support.site_client import SiteClient

__all__ = ["sandbox"]
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with files_kept(tmp_path, monkeypatch):
        yield


@pytest.fixture
def people(house: House) -> People:
    return People(house, now())


@pytest.fixture
def browser() -> SiteClient:
    return SiteClient("files")


def token(people: People, ref: UUID, container: UUID, name: str = "Odile") -> str:
    with people.sitting(name) as by:
        return viewing.open_file(ref, container, by=by, at=people.at)


def opened(people: People, browser: SiteClient, ref: UUID, container: UUID) -> str:
    """The address of the viewer's page."""
    answer = browser.get(f"/t/{token(people, ref, container)}/", headers={"Sec-Fetch-Dest": "iframe"})
    assert answer.status_code == 303
    address = str(answer.headers["Location"])
    assert re.fullmatch(r"/v/[\w-]{43}/", address)
    return address


def body(answer: Any) -> bytes:
    return b"".join(answer.streaming_content) if answer.streaming else bytes(answer.content)


def guarded(answer: Any) -> None:
    """What every response says."""
    assert not answer.cookies
    assert answer["Cache-Control"] == "no-store"
    assert answer["Referrer-Policy"] == "no-referrer"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Cross-Origin-Resource-Policy"] == "same-origin"
    policy = answer["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "sandbox" in policy
    assert "unsafe" not in policy
    assert "*" not in policy


def test_a_stranger_gets_the_same_page_at_every_address(browser: SiteClient) -> None:
    secret = "A" * 43
    pages = set()
    for path in (
        f"/t/{secret}/",
        f"/o/{secret}/",
        f"/v/{secret}/",
        f"/v/{secret}/?show=1",
        f"/v/{secret}/minute/",
        f"/v/{secret}/page/1/",
        f"/v/{secret}/film/1/",
        "/v/short/",
        "/w/",
        "/nothing/",
    ):
        answer = browser.get(path)
        assert answer.status_code == 404, path
        guarded(answer)
        pages.add(answer.content)
        for method in ("post", "put", "delete", "options"):
            assert getattr(browser, method)(path).status_code == 405, path
    assert len(pages) == 1
    answer = browser.get("/")
    assert answer.status_code == 200
    guarded(answer)


@pytest.mark.usefixtures("sandbox")
def test_a_picture_is_covered_until_asked_and_its_content_can_run_nothing(
    people: People, browser: SiteClient
) -> None:
    ref, container = with_file(people)
    address = opened(people, browser, ref, container)
    page = browser.get(address)
    guarded(page)
    assert f"frame-ancestors {settings.OFFICE_URL}" in page["Content-Security-Policy"]
    html = page.content.decode()
    assert 'class="picture turn-0 covered"' in html
    assert not ViewingMinutes.objects.exists()
    (source,) = re.findall(r'<img[^>]* src="([^"]+)"', html)
    sent = browser.get(source)
    guarded(sent)
    assert sent["Content-Type"] in {"image/png", "image/jpeg"}
    assert sent["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'; sandbox"
    assert body(sent).startswith((b"\x89PNG", b"\xff\xd8"))
    assert not ViewingMinutes.objects.exists()
    html = browser.get(f"{address}?show=1&turn=90&zoom=2&grey=1").content.decode()
    assert 'class="picture turn-90 grey"' in html
    assert "zoom-2 turned" in html
    assert ViewingMinutes.objects.get().minutes == 1
    for silly in ("turn=91", "zoom=9", "page=99", "page=-1", "begin=x", "turn=" + "9" * 400):
        assert browser.get(f"{address}?show=1&{silly}").status_code == 200
    for other in ("page/2", "film/1", "poster/1", "text/1", "page/0"):
        assert browser.get(f"{address}{other}/").status_code == 404


def test_a_token_is_used_up_only_by_a_frame_that_is_shown(people: People, browser: SiteClient) -> None:
    ref, container = with_file(people)
    made = token(people, ref, container)
    for headers in (
        {"Sec-Purpose": "prefetch"},
        {"Purpose": "prefetch"},
        {"Sec-Fetch-Dest": "document"},
        {"Sec-Fetch-Dest": "image"},
    ):
        assert browser.get(f"/t/{made}/", headers=headers).status_code == 404
    assert browser.head(f"/t/{made}/", headers={"Sec-Fetch-Dest": "iframe"}).status_code == 404
    assert browser.get(f"/t/{made}/", headers={"Sec-Fetch-Dest": "iframe"}).status_code == 303
    assert browser.get(f"/t/{made}/", headers={"Sec-Fetch-Dest": "iframe"}).status_code == 404


@pytest.mark.usefixtures("sandbox")
@pytest.mark.parametrize(
    ("kind", "media", "data"),
    [
        ("unknown", "text/html", b"<!doctype html><script>document.title='ran'</script>"),
        ("unknown", "image/svg+xml", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"),
        ("image", "image/jpeg", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"),
        ("archive", "application/zip", b"PK\x03\x04" + bytes(64)),
    ],
)
def test_what_is_no_picture_is_not_shown(
    people: People, browser: SiteClient, kind: str, media: str, data: bytes
) -> None:
    ref, container = with_file(people, data, kind=kind, media=media, name="<b>x</b>.html")
    address = opened(people, browser, ref, container)
    page = browser.get(f"{address}?show=1")
    guarded(page)
    html = page.content.decode()
    assert "This file cannot be shown" in html
    assert "<svg" not in html
    assert "alert" not in html


@pytest.mark.usefixtures("sandbox")
def test_text_is_shown_as_text(people: People, browser: SiteClient) -> None:
    words = "\n".join(f"<script>alert({n})</script>" for n in range(300))
    ref, container = with_file(people, words.encode(), kind="text", media="text/plain", name="a.txt")
    address = opened(people, browser, ref, container)
    covered = browser.get(address).content.decode()
    assert "alert(0)" not in covered
    html = browser.get(f"{address}?show=1").content.decode()
    assert "&lt;script&gt;alert(0)" in html
    assert "<script>alert" not in html
    assert "Page 1 of 3" in html
    assert "alert(299)" in browser.get(f"{address}?show=1&page=3").content.decode()


@pytest.mark.usefixtures("sandbox")
@needs("ffmpeg")
def test_a_film_is_sent_by_range_and_never_plays_by_itself(
    people: People, browser: SiteClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    ref, container = with_file(people, recording("mp4"), kind="film", media="video/mp4", name="a.mp4")
    address = opened(people, browser, ref, container)
    assert "<video" not in browser.get(address).content.decode(), "covered: only the poster, blurred"
    html = browser.get(f"{address}?show=1&begin=1").content.decode()
    assert re.search(r"<video[^>]* muted", html)
    assert "autoplay" not in html
    (source,) = re.findall(r'<video[^>]* src="([^"]+)"', html)
    assert source.endswith("#t=1")
    source = source.partition("#")[0]
    whole = browser.get(source)
    assert whole["Accept-Ranges"] == "bytes"
    everything = body(whole)
    part = browser.get(source, headers={"Range": "bytes=100-299"})
    assert part.status_code == 206
    assert part["Content-Range"] == f"bytes 100-299/{len(everything)}"
    assert body(part) == everything[100:300]
    assert body(browser.get(source, headers={"Range": "bytes=-50"})) == everything[-50:]
    monkeypatch.setattr(viewer_pages, "_MOST_AT_ONCE", 1000)
    short = browser.get(source, headers={"Range": "bytes=5-"})
    assert short["Content-Range"] == f"bytes 5-1004/{len(everything)}"
    assert body(short) == everything[5:1005]
    beyond = browser.get(source, headers={"Range": f"bytes={len(everything)}-"})
    assert beyond.status_code == 416
    other = add_file(ref, picture(), at=people.at, name="b.jpg")
    elsewhere = opened(people, browser, ref, other)
    assert browser.get(f"{elsewhere}film/1/").status_code == 404, "a capability opens its own file"


def test_an_original_comes_as_a_download_once(
    people: People, browser: SiteClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(viewer_pages, "_HANDING_OUT", BoundedSemaphore(2))  # nobody closes it here
    with_leads(people)
    data = b"<!doctype html><script>alert(1)</script>"
    ref, container = with_file(people, data, kind="unknown", media="text/html", name='a"\r\nX: y.html')
    with people.sitting("Olga") as by:
        made = viewing.take_original(
            ref, container, viewing.OriginalReason.EVIDENCE, "For the case", by=by, at=people.at
        )
    assert browser.head(f"/o/{made}/").status_code == 404
    assert browser.get(f"/o/{made}/", headers={"Sec-Purpose": "prefetch"}).status_code == 404
    answer = browser.get(f"/o/{made}/")
    guarded(answer)
    assert answer["Content-Type"] == "application/octet-stream"
    assert re.fullmatch(
        r'attachment; filename="[A-Z0-9-]+-[0-9a-f]{8}\.original"', answer["Content-Disposition"]
    )
    assert "X" not in answer.headers
    assert body(answer) == data
    assert browser.get(f"/o/{made}/").status_code == 404


def test_originals_are_handed_out_few_at_a_time(
    people: People, browser: SiteClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(viewer_pages, "_HANDING_OUT", BoundedSemaphore(2))
    with_leads(people)
    ref, container = with_file(people)

    def made() -> str:
        with people.sitting("Olga") as by:
            return viewing.take_original(
                ref, container, viewing.OriginalReason.EVIDENCE, "For the case", by=by, at=people.at
            )

    first, second = (browser.get(f"/o/{made()}/") for _ in range(2))
    third = made()
    assert browser.get(f"/o/{third}/").status_code == 503
    request_finished.disconnect(close_old_connections)  # it would close the test's connection
    try:
        first.close()
        answer = browser.get(f"/o/{third}/")
        assert answer.status_code == 200, "its token still counted"
        request_finished.disconnect(close_old_connections)
        for one in (second, answer):
            one.close()
    finally:
        request_finished.connect(close_old_connections)
    assert browser.get(f"/o/{'A' * 43}/").status_code == 404


def test_no_cookie_counts_here(people: People, browser: SiteClient) -> None:
    ref, container = with_file(people)
    address = opened(people, browser, ref, container)
    browser.cookies[settings.SESSION_COOKIE_NAME] = people.tokens["Odile"]
    ViewToken.objects.all().delete()
    assert browser.get(address).status_code == 404


@pytest.mark.parametrize(
    ("header", "found"),
    [
        ("", None),
        ("bytes=0-", (0, 10)),
        ("bytes=3-5", (3, 3)),
        ("bytes=3-99", (3, 7)),
        ("bytes=-4", (6, 4)),
        ("bytes=-99", (0, 10)),
        ("bytes=5-3", None),
        ("bytes=-", None),
        ("bytes=0-1,4-5", None),
        ("lines=1-2", None),
        ("bytes=" + "9" * 40 + "-", None),
    ],
)
def test_ranges(header: str, found: tuple[int, int] | None) -> None:
    assert range_of(header, 10) == found


@pytest.mark.parametrize("header", ["bytes=10-", "bytes=99-100", "bytes=-0"])
def test_ranges_that_are_not_there(header: str) -> None:
    with pytest.raises(Unsatisfiable):
        range_of(header, 10)
