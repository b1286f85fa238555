"""Tests for the evidence pages (capture, due checks, export and disposal) as examiners and outsiders see them."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from pytest_django import Settings

from heedline.dispatch.models import Alarm
from heedline.packs.slots import slot_of
from heedline.specialist_desks.material.capture import running
from heedline.specialist_desks.material.capture.running import CapturedPage, CaptureLimits
from heedline.specialist_desks.material.evidence import entries, referring
from heedline.specialist_desks.material.examination import examining
from heedline.specialist_desks.material.models import EvidenceEntry, LivenessWatch, MaterialItem
from heedline.specialist_desks.material.pages.evidence import evidence
from tests.sites.conftest import office_site  # noqa: F401
from tests.sites.office.conftest import demo, hand  # noqa: F401
from tests.sites.office.desk_hand import Hand
from tests.support.acting import acting
from tests.support.cast import House, now
from tests.support.files_scene import picture
from tests.support.material_scene import an_item_of, examined, taken, the_item, unlawful
from tests.support.scene_people import People
from tests.support.small_internet import captured
from tests.support.uploads import body_of, send_file

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]


def test_evidence_from_the_capture_to_the_export(
    people: People,
    house: House,
    hand: Callable[[], Hand],  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
    settings: Settings,
    tmp_path: Path,
) -> None:
    settings.FILES, settings.FILES_KEEP_FREE = tmp_path / "files", 0

    def capture(address: str, limits: CaptureLimits, *, control: str = "") -> CapturedPage:
        return captured(address, notes=("popup",))

    monkeypatch.setattr(running, "capture", capture)
    monkeypatch.setattr(evidence, "capture_missing", lambda: "")
    ref = taken(people)
    examined(people, ref, "Odile", unlawful("ta2006-s1"))
    examined(people, ref, "Otto", unlawful("ta2006-s1"))
    where = f"/w/items/{ref}/"
    odile = hand().at_work(house, "Odile")
    odile.get(where)
    assert "There is no evidence for this item yet." in odile.html
    odile.send(f"{where}capture/", do="capture")
    assert "Recorded as entry 1. It is there." in odile.html
    assert "The page tried to open another page" in odile.html
    assert "No timestamp yet" in odile.html
    odile.send(f"{where}capture/", do="watch")
    odile.get("/w/items/checks/")
    assert "No checks are due" in odile.html
    LivenessWatch.objects.update(due_at=now() - timedelta(hours=1))
    odile.get("/w/items/checks/")
    assert "Items to check now: 1" in odile.html
    odile.send("/w/items/checks/")
    assert "It is there." in odile.html
    assert "No checks are due" in odile.html
    Alarm.objects.create(
        desk=house.desks["material"],
        slot=slot_of(now()),
        kind="material-evidence-damaged",
        about_kind="material-item",
        about_id=ref,
    )
    odile.get("/w/alarms/")
    assert f'href="{where}">Item ' in odile.html
    odile.get(f"{where}evidence/1/picture/")
    assert re.search(r'src="http://[^"]+/t/[\w-]{43}/"', odile.html)
    assert odile.get(f"{where}evidence/export/").status_code == 403
    olga = hand().at_work(house, "Olga")
    olga.get(f"{where}evidence/export/")
    olga.send(f"{where}evidence/export/")
    assert "Download the bundle" in olga.html
    olga.get(f"{where}dispose/")
    olga.send(f"{where}dispose/", do="propose")
    assert "A report still refers to this item" in olga.html
    assert MaterialItem.objects.filter(id=ref).exists()
    with people.sitting("Odile") as by:
        alone = an_item_of("material", people, "https://third.example/x")
        examining.check(alone, [], gone=True, by=by, at=people.at)
    odile.get(f"/w/items/{alone}/dispose/")
    odile.send(f"/w/items/{alone}/dispose/", do="propose")
    assert "A supervisor other than you must make the decision" in odile.html
    assert "Keep the item" in odile.html
    olga.get("/w/")
    assert f'href="/w/items/{alone}/dispose/"' in olga.html
    olga.get(f"/w/items/{alone}/dispose/")
    assert "Proposed by" in olga.html
    olga.send(f"/w/items/{alone}/dispose/", do="dispose")
    assert "Certificate of disposal" in olga.html
    assert not MaterialItem.objects.filter(id=alone).exists()
    oren = hand().at_work(house, "Oren")
    for path in ("", "evidence/1/picture/", "evidence/export/", "dispose/"):
        assert oren.get(f"{where}{path}").status_code in (403, 404), path


def test_a_file_that_was_captured_elsewhere_is_uploaded(
    people: People,
    house: House,
    hand: Callable[[], Hand],  # noqa: F811
    settings: Settings,
    tmp_path: Path,
) -> None:
    settings.FILES, settings.FILES_KEEP_FREE = tmp_path / "files", 0
    ref = the_item(people)
    add = f"/w/items/{ref}/evidence/upload/"

    def upload(page: Hand, name: str | None, data: bytes, how: str = "Saved by A. Sample") -> Any:
        body = body_of({**form, "how": how}, name, data)
        with acting("office"):
            answer = send_file(page.client, add, body)
        return answer.status_code, answer.content.decode()

    odile = hand().at_work(house, "Odile")
    odile.get(f"/w/items/{ref}/")
    assert f'href="{add}"' in odile.html
    odile.get(add)
    form = odile.form(add)
    for name, data, how, words in (
        (None, b"", "Saved", "Choose a file"),
        ("empty.png", b"", "Saved", "The file is empty"),
        ("page.png", picture(), " ", "Say how, when and by whom the file was captured"),
    ):
        status, shown = upload(odile, name, data, how)
        assert (status, words in shown) == (422, True), words
    oren = hand().at_work(house, "Oren")
    assert oren.get(add).status_code == 404
    assert not EvidenceEntry.objects.exists()
    assert not any(one.is_file() for one in (tmp_path / "files").rglob("*")), "what was refused is deleted"

    assert upload(odile, "page.txt", picture())[0] == 302
    odile.get(f"/w/items/{ref}/")
    assert "Recorded as entry 1." in odile.html
    assert "Uploaded evidence" in odile.html
    with people.sitting("Odile") as by:
        (entry,) = entries.opened(MaterialItem.objects.get(), by.keys())
        assert (entry.files[0].kind, entry.files[0].media) == ("image", "image/jpeg"), (
            "by content, not by name"
        )
        referring.refer(ref, by=by, at=people.at)
    odile.get(add)
    assert "A referred item cannot be captured." in odile.html
    upload(odile, "again.txt", b"placeholder")
    assert EvidenceEntry.objects.count() == 1


def test_no_stranger_sends_a_file_to_an_item(
    people: People,
    house: House,
    hand: Callable[[], Hand],  # noqa: F811
    settings: Settings,
    tmp_path: Path,
) -> None:
    settings.FILES, settings.FILES_KEEP_FREE = tmp_path / "files", 0
    ref = the_item(people)
    told = []
    for page, path in ((hand().at_work(house, "Oren"), "/w/me/"), (hand(), "/sign-in/")):
        page.get(path)
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.html)
        assert token, page.path
        body = body_of({"how": "Saved", "csrfmiddlewaretoken": token[1]}, "page.png", picture())
        for one in (ref, uuid4()):
            with acting("office"):
                answer = send_file(page.client, f"/w/items/{one}/evidence/upload/", body)
            told.append((answer.status_code, answer.content.decode().replace(str(one), "")))
    assert [status for status, _ in told] == [404, 404, 302, 302]
    assert not (tmp_path / "files").exists() or not any(
        one.is_file() for one in (tmp_path / "files").rglob("*")
    )
    assert not EvidenceEntry.objects.exists()
