"""Files with a call or a letter: added to its draft, sent with it, and gone with a draft that is left."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from heedline.reports.models import Report, ReportFile
from tests.sites.office.desk_hand import Hand
from tests.support.acting import acting
from tests.support.cast import House
from tests.support.files_scene import files_kept, picture
from tests.support.uploads import JPEG, body_of, send_file, send_part

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]
TOLD = {"what.narrative": "Two men carried drums into the mill by night.", "where.postcode": "NE1 4ST"}
FILES, ADD = "/w/call/1/files/", "/w/call/1/files/add/"


@pytest.fixture
def stored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    with files_kept(tmp_path, monkeypatch):
        yield tmp_path / "files"


@pytest.fixture
def odile(house: House, hand: Callable[[], Hand], stored: Path) -> Hand:
    """Odile, who has typed a letter in and asked for the page of its files."""
    page = hand().at_work(house, "Odile")
    page.get("/w/call/")
    page.send("/w/call/", do="files", **TOLD, channel="letter", **{"now.danger": "no"})
    assert page.heading == "Files for this report"
    return page


def objects(folder: Path) -> list[Path]:
    return [one for one in folder.rglob("*") if one.is_file()]


def add(page: Hand, name: str | None, data: bytes = JPEG, *, path: str = ADD, **fields: str) -> Any:
    """Send a file with the page's form, without scripts, and follow to the list."""
    given = {**page.form(ADD), **fields}
    with acting("office"):
        answer = send_file(page.client, path, body_of(given, name, data))
    if answer.status_code in {302, 303}:
        page.get(answer["Location"])
    return answer


def test_a_letter_is_sent_with_its_scan(house: House, odile: Hand, stored: Path) -> None:
    add(odile, "letter-page-1.jpg", picture())
    add(odile, "letter-page-2.jpg", JPEG)
    assert "letter-page-2.jpg" in odile.html
    kept = [one.read_bytes() for one in objects(stored)]
    assert len(kept) == 2
    assert not any(b"placeholder" in one for one in kept), "sealed before it is on the disk"
    odile.get("/w/call/?line=1")
    assert "letter-page-1.jpg" in odile.html
    assert TOLD["what.narrative"] in odile.html
    odile.send("/w/call/", do="finish")
    assert odile.heading == "Check the report before sending"
    assert "letter-page-2.jpg" in odile.html
    odile.send("/w/call/check/", do="send")
    assert odile.heading == "Report sent. Read out the code"
    report = Report.objects.get()
    assert report.channel == "letter"
    assert ReportFile.objects.filter(report=report).count() == 2
    assert odile.get(FILES).status_code == 404, "what was sent takes no more files"


def test_a_file_is_removed_and_a_discarded_draft_leaves_none(odile: Hand, stored: Path) -> None:
    add(odile, "wrong.jpg", picture())
    add(odile, "letter.jpg", JPEG)
    ids = re.findall(r'name="remove" value="([0-9a-f-]{36})"', odile.html)
    odile.send("/w/call/1/files/remove/", remove=ids[0])
    assert "wrong.jpg" not in odile.html
    assert len(objects(stored)) == 1
    odile.get("/w/call/?line=1")
    odile.send("/w/call/", do="throw-away")
    assert objects(stored) == []


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        (None, b"", "Choose a file"),
        ("empty.jpg", b"", "The file is empty"),
        ("again.jpg", JPEG, "already added"),
    ],
)
def test_a_file_that_is_not_taken_is_explained_and_loses_nothing(
    odile: Hand, name: str | None, data: bytes, words: str
) -> None:
    add(odile, "letter.jpg", JPEG)
    add(odile, name, data)
    assert words in odile.html
    assert "letter.jpg" in odile.html


def test_nobody_else_adds_a_file(house: House, odile: Hand, hand: Callable[[], Hand], stored: Path) -> None:
    """Not without a session, not without the form's token, not another officer with the same browser's draft cookie."""
    form = odile.form(ADD)
    olga = hand().at_work(house, "Olga")
    olga.get("/w/call/")
    olga.client.cookies[settings.CALL_COOKIE] = odile.client.cookies[settings.CALL_COOKIE].value
    token = {"csrfmiddlewaretoken": olga.form("/w/call/")["csrfmiddlewaretoken"]}
    with acting("office"):
        assert send_file(olga.client, ADD, body_of(token, "x.jpg", JPEG)).status_code == 404
        assert send_file(odile.client, ADD, body_of({}, "x.jpg", JPEG)).status_code == 403
    assert objects(stored) == []
    session = odile.client.cookies.pop(settings.SESSION_COOKIE_NAME)
    with acting("office"):
        answer = send_file(odile.client, ADD, body_of(form, "x.jpg", JPEG))
    assert answer.status_code in {302, 303, 403}
    odile.client.cookies[settings.SESSION_COOKIE_NAME] = session.value
    assert objects(stored) == []


def test_a_film_that_is_cut_off_goes_on_with_scripts(odile: Hand, stored: Path) -> None:
    film = JPEG + bytes(range(256)) * 600
    given = {"HTTP_TUS_RESUMABLE": "1.0.0", "HTTP_X_CSRFTOKEN": odile.form(ADD)["csrfmiddlewaretoken"]}
    name = f"filename {base64.b64encode(b'walk-in.mp4').decode()}"
    with acting("office"):
        made = odile.client.generic(
            "POST",
            f"{FILES}resumable/",
            **given,
            HTTP_UPLOAD_LENGTH=str(len(film)),
            HTTP_UPLOAD_METADATA=name,
        )
        where = made["Location"]
        assert send_part(odile.client, where, film, 0, headers=given, sent=90_000)["Upload-Offset"] == "90000"
        last = send_part(odile.client, where, film[90_000:], 90_000, headers=given)
    assert (last.status_code, last["Upload-Offset"]) == (204, str(len(film)))
    assert "walk-in.mp4" in odile.get(FILES).content.decode()
    assert len(objects(stored)) == 1


def test_a_file_that_was_lost_is_not_sent_in_silence(
    odile: Hand, stored: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(odile, "letter.jpg", JPEG)
    objects(stored)[0].unlink()
    odile.get("/w/call/?line=1")
    odile.send("/w/call/", do="finish")
    odile.send("/w/call/check/", do="send")
    assert "Nothing was sent. These files were no longer complete" in odile.html
    assert not Report.objects.exists()
    odile.send("/w/call/", do="finish")
    odile.send("/w/call/check/", do="send")
    assert Report.objects.get()


def test_a_dropped_call_is_sent_with_its_files_and_the_next_has_none(odile: Hand, stored: Path) -> None:
    add(odile, "letter.jpg", JPEG)
    odile.get("/w/call/?line=1")
    odile.send("/w/call/", do="dropped")
    assert ReportFile.objects.count() == 1
    assert len(objects(stored)) == 1
