"""Pages of the files of a report: the frame, the original's reason, and the break."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from django.conf import settings
from django.db import transaction

from heedline.casework.contact import messages
from heedline.casework.report.verb import find
from heedline.permits.models import ViewToken
from tests.laws.test_routes import Person
from tests.support.cast import House, now
from tests.support.files_scene import add_file, files_kept, with_file
from tests.support.keeping_scene import with_leads
from tests.support.scene_people import People, logged

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with files_kept(tmp_path, monkeypatch):
        yield


@pytest.fixture
def scene(house: House) -> tuple[People, UUID, UUID]:
    people = People(house, now())
    with_leads(people)
    ref, container = with_file(people, name='<b>x</b>\u202egpj.exe"')
    return people, ref, container


def test_only_the_page_of_a_file_frames_the_files_site(scene: tuple[People, UUID, UUID]) -> None:
    people, ref, container = scene
    odile = Person(people.house, "Odile")
    page = odile.get(f"/w/r/{ref}/files/")
    assert "frame-src" not in page["Content-Security-Policy"]
    html = page.content.decode()
    assert "&lt;b&gt;x&lt;/b&gt;" in html
    assert "Not checked for malware" in html
    assert not logged("file-viewed"), "the list opens none"
    page = odile.get(f"/w/r/{ref}/files/{container}/")
    assert page["Content-Security-Policy"].endswith(f"frame-src {settings.FILES_URL}")
    (frame,) = re.findall(r'<iframe[^>]* src="([^"]+)"', page.content.decode())
    assert re.fullmatch(re.escape(settings.FILES_URL) + r"/t/[\w-]{43}/", frame)
    assert len(logged("file-viewed", thing=ref)) == 1
    assert "Files" in odile.get(f"/w/r/{ref}/").content.decode()


def test_files_are_listed_after_the_desk_wrote_to_the_reporter(scene: tuple[People, UUID, UUID]) -> None:
    people, ref, container = scene
    with people.sitting("Odile") as by, transaction.atomic():
        messages.inform(find(ref, by=by, at=people.at), "We have looked at it.")
    odile = Person(people.house, "Odile")
    for page in ("", f"{container}/"):
        assert odile.get(f"/w/r/{ref}/files/{page}").status_code == 200


def test_foreign_files_look_like_files_that_never_were(scene: tuple[People, UUID, UUID]) -> None:
    people, ref, container = scene
    other, _ = people.taken("Odile")
    add_file(other, b"other", at=people.at, kind="text", media="text/plain", name="o.txt")
    odile = Person(people.house, "Odile")
    never = odile.get(f"/w/r/{ref}/files/{uuid4()}/")
    foreign = odile.get(f"/w/r/{other}/files/{container}/")
    assert never.status_code == foreign.status_code == 404
    assert not ViewToken.objects.exists()


def test_an_original_needs_a_supervisor_and_a_reason(scene: tuple[People, UUID, UUID]) -> None:
    people, ref, container = scene
    address = f"/w/r/{ref}/files/{container}/original/"
    odile, olga = Person(people.house, "Odile"), Person(people.house, "Olga")
    assert "Only a supervisor of the desk" in odile.get(address).content.decode()
    filled = {"reason": "evidence", "words": "For the case"}
    assert odile.post(address, {**filled, "csrfmiddlewaretoken": odile.token}).status_code == 409
    assert olga.post(address, filled).status_code in {302, 403}, "without the token of a form nothing happens"
    assert olga.post(address, {"csrfmiddlewaretoken": olga.token}).status_code == 422
    assert (
        olga.post(address, {"reason": "x", "words": "x", "csrfmiddlewaretoken": olga.token}).status_code
        == 422
    )
    assert not logged("original-taken")
    page = olga.post(address, {**filled, "csrfmiddlewaretoken": olga.token})
    assert re.search(re.escape(settings.FILES_URL) + r"/o/[\w-]{43}/", page.content.decode())
    assert "frame-src" not in page["Content-Security-Policy"]
    assert len(logged("original-taken", thing=ref)) == 1


def test_a_break_closes_what_is_open_and_leaves_no_mark(scene: tuple[People, UUID, UUID]) -> None:
    people, ref, container = scene
    odile, olga = Person(people.house, "Odile"), Person(people.house, "Olga")
    for one in (odile, olga):
        one.get(f"/w/r/{ref}/files/{container}/")
    before = len(logged("file-viewed"))
    assert odile.get("/w/break/").status_code == 405
    answer = odile.post("/w/break/", {"csrfmiddlewaretoken": odile.token})
    assert (answer.status_code, answer["Location"]) == (302, "/w/")
    assert ViewToken.objects.count() == 1, "those of others stay"
    assert len(logged("file-viewed")) == before
