"""Tests that reporters' pictures are compared with known material in an unlocked session and decide nothing."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable
from uuid import UUID

import numpy as np
import pytest
from django.db import connection, transaction
from PIL import Image

from heedline.casework.attachments import pixels
from heedline.casework.contact import messages
from heedline.casework.errors import NotHere
from heedline.casework.report.verb import find
from heedline.casework.retention import keeping
from heedline.reports.models import DeskPartHeader
from heedline.specialist_desks.material.evidence import capturing
from heedline.specialist_desks.material.hashes import Band, PictureHash, hash_picture
from heedline.specialist_desks.material.models import HashBankPage, MaterialItem
from heedline.specialist_desks.material.queue import pictures, reading
from heedline.specialist_desks.material.queue.pictures import PicturesCompared
from heedline.specialist_desks.material.rules import ItemState
from tests.sites.conftest import office_site  # noqa: F401
from tests.sites.office.conftest import demo, hand  # noqa: F401
from tests.sites.office.desk_hand import Hand
from tests.support.cast import House
from tests.support.files_scene import add_file
from tests.support.material_scene import PAGE, reported, the_item
from tests.support.scene_people import People, logged
from tests.support.small_internet import Internet, captured, pdq

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stored")]


def a_picture(seed: int) -> Image.Image:
    """An invented picture with enough detail for a hash: blurred noise."""
    small = np.random.default_rng(seed).integers(0, 256, (24, 32, 3), np.uint8)
    return Image.fromarray(small).resize((640, 480), Image.Resampling.BICUBIC)


def as_file(picture: Image.Image, kind: str = "JPEG") -> bytes:
    stored = io.BytesIO()
    picture.save(stored, kind, quality=70)
    return stored.getvalue()


def told_of(picture: Image.Image) -> dict[str, object]:
    hashed = hash_picture(np.asarray(picture))
    assert isinstance(hashed, PictureHash)
    assert hashed.claims
    return pdq() | {"quality": hashed.quality, "forms": [one.hex() for one in hashed.forms]}


def test_pictures_of_a_report_are_compared_with_what_is_known(
    people: People, internet: Internet, monkeypatch: pytest.MonkeyPatch
) -> None:
    item, known = the_item(people), a_picture(1)
    with people.sitting("Odile") as odile:
        internet.page = captured(PAGE, pdq=told_of(known))
        capturing.capture(item, by=odile, at=people.at)
    (report,) = reported(people, "https://board.example/t/90210")
    add_file(report, as_file(a_picture(2)), at=people.at)
    add_file(report, as_file(known.transpose(Image.Transpose.ROTATE_90).resize((300, 400))), at=people.at)
    add_file(report, b"no picture at all", at=people.at)
    with people.sitting("Odile") as odile, transaction.atomic():
        messages.inform(find(report, by=odile, at=people.at), "We have looked at it.")
    parts, pages = DeskPartHeader.objects.count(), list(HashBankPage.objects.values())
    with people.sitting("Otto") as otto:
        found = pictures.compare(report, by=otto, at=people.at)
        (match,) = found.matches
        assert (match.number, match.line.ref) == (2, item)
        assert (found.compared, found.pictures, found.unreadable) == (2, 3, 1)
        assert not found.is_whole
        assert match.band in {Band.SAME, Band.RE_ENCODED, Band.EDITED}
        assert logged("material-pictures-compared", thing=report)
        monkeypatch.setattr(pictures, "MOST_PICTURES", 1)
        found = pictures.compare(report, by=otto, at=people.at)
        assert (found.matches, found.compared, found.pictures, found.beyond) == ((), 1, 3, 2)
        assert not found.is_whole
    with people.sitting("Oren") as elsewhere, pytest.raises(NotHere):
        pictures.compare(report, by=elsewhere, at=people.at)
    assert MaterialItem.objects.get(id=item).state == ItemState.NEW, "a match decides nothing"
    assert (DeskPartHeader.objects.count(), list(HashBankPage.objects.values())) == (parts, pages)


def test_nothing_is_decoded_where_nothing_is_known(
    people: People, internet: Internet, monkeypatch: pytest.MonkeyPatch
) -> None:
    (report,) = reported(people, PAGE)
    add_file(report, as_file(a_picture(1)), at=people.at)
    decoded: list[int] = []
    monkeypatch.setattr(pixels, "first_picture", lambda _: decoded.append(1))
    with people.sitting("Odile") as odile:
        found = pictures.compare(report, by=odile, at=people.at)
    assert (found.pictures, found.compared, found.nothing_known) == (1, 0, True)
    assert decoded == []


@pytest.fixture
def pictured(people: People, internet: Internet) -> tuple[UUID, Image.Image]:
    """An item that the desk has captured, and the picture on its page."""
    item, known = the_item(people), a_picture(1)
    with people.sitting("Odile") as odile:
        internet.page = captured(PAGE, pdq=told_of(known))
        capturing.capture(item, by=odile, at=people.at)
    return item, known


def test_a_restricted_report_is_compared_in_danger_only(
    people: People, pictured: tuple[UUID, Image.Image]
) -> None:
    item, known = pictured
    (calm,) = reported(people, "https://board.example/t/90210")
    (urgent,) = reported(people, "https://board.example/t/90211", danger="yes")
    for report in (calm, urgent):
        add_file(report, as_file(known), at=people.at)
        with people.sitting("Olga") as olga:
            keeping.hold(report, "restriction", "Accuracy disputed", by=olga, at=people.at)
    with people.sitting("Otto") as otto:
        assert pictures.compare(calm, by=otto, at=people.at) == PicturesCompared(restricted=True)
        (match,) = pictures.compare(urgent, by=otto, at=people.at).matches
    assert match.line.ref == item
    assert logged("material-pictures-compared", thing=urgent)
    assert not logged("material-pictures-compared", thing=calm), "nothing was decrypted"


def test_files_of_a_restricted_report_find_items_in_danger_only(people: People, internet: Internet) -> None:
    item, same = the_item(people), as_file(a_picture(3))
    with people.sitting("Odile") as odile:
        internet.page = captured(PAGE, sums=(hashlib.sha256(same).hexdigest(),))
        capturing.capture(item, by=odile, at=people.at)
    (calm,) = reported(people, "https://board.example/t/90210")
    (urgent,) = reported(people, "https://board.example/t/90211", danger="yes")
    for report in (calm, urgent):
        add_file(report, same, at=people.at)
    with people.sitting("Otto") as otto:
        assert [one.ref for one in reading.items_with_files_of(calm, by=otto, at=people.at) or ()] == [item]
    for report in (calm, urgent):
        with people.sitting("Olga") as olga:
            keeping.hold(report, "restriction", "Accuracy disputed", by=olga, at=people.at)
    with people.sitting("Otto") as otto:
        assert reading.items_with_files_of(calm, by=otto, at=people.at) is None
        assert [one.ref for one in reading.items_with_files_of(urgent, by=otto, at=people.at) or ()] == [item]


def test_known_material_that_does_not_open_is_mentioned(
    people: People, internet: Internet, pictured: tuple[UUID, Image.Image]
) -> None:
    other = the_item(people, "https://third.example/x")
    (report,) = reported(people, "https://board.example/t/90210")
    add_file(report, as_file(pictured[1]), at=people.at)
    with connection.cursor() as cursor:  # as a page that is sealed to a key which this session has not
        cursor.execute(
            "UPDATE reports_desk_part_payload SET payload = %s WHERE container = %s",
            [bytes(200), HashBankPage.objects.get().container],
        )
    with people.sitting("Odile") as odile:
        internet.page = captured("https://third.example/x", pdq=told_of(a_picture(7)))
        capturing.capture(other, by=odile, at=people.at)
        found = pictures.compare(report, by=odile, at=people.at)
    assert (found.matches, found.compared, found.closed_pages) == ((), 1, 1)
    assert not found.is_whole


@pytest.mark.usefixtures("demo")
def test_the_page_says_what_was_not_compared(
    people: People,
    house: House,
    pictured: tuple[UUID, Image.Image],
    hand: Callable[[], Hand],  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (report,) = reported(people, "https://board.example/t/90210")
    otto, nothing = hand().at_work(house, "Otto"), "No pictures in this report look like known material"

    def compared() -> str:
        otto.get(f"/w/r/{report}/items/?pictures")
        assert otto.page.status_code == 200
        return otto.html

    assert "This report has no pictures" in compared()
    add_file(report, as_file(a_picture(100)), at=people.at)
    assert nothing in compared()
    add_file(report, as_file(pictured[1]), at=people.at)
    monkeypatch.setattr(pictures, "MOST_PICTURES", 1)
    page = compared()
    assert nothing not in page
    assert "Pictures compared: 1 of 2" in page
    assert "Only the first 1 pictures are compared" in page
    with people.sitting("Olga") as olga:
        keeping.hold(report, "restriction", "Accuracy disputed", by=olga, at=people.at)
    page = compared()
    assert nothing not in page
    assert "because processing of the report is restricted" in page
    assert "This report’s files were not compared" in page
