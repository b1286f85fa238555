"""Tests that reporters' pictures are compared with known material in an unlocked session and decide nothing."""

from __future__ import annotations

import io

import numpy as np
import pytest
from django.db import transaction
from PIL import Image

from heedline.casework.attachments import pixels
from heedline.casework.contact import messages
from heedline.casework.report.verb import find
from heedline.reports.models import DeskPartHeader
from heedline.specialist_desks.material.evidence import capturing
from heedline.specialist_desks.material.hashes import Band, PictureHash, hash_picture
from heedline.specialist_desks.material.models import HashBankPage, MaterialItem
from heedline.specialist_desks.material.queue import reading
from heedline.specialist_desks.material.rules import ItemState
from tests.support.files_scene import add_file
from tests.support.material_scene import PAGE, reported, the_item
from tests.support.scene_people import People
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
        ((number, line, band),) = reading.items_like_pictures_of(report, by=otto, at=people.at)
        assert (number, line.ref) == (2, item)
        assert band in {Band.SAME, Band.RE_ENCODED, Band.EDITED}
        monkeypatch.setattr(reading, "MOST_PICTURES", 1)
        assert reading.items_like_pictures_of(report, by=otto, at=people.at) == ()
    with people.sitting("Oren") as elsewhere:
        assert reading.items_like_pictures_of(report, by=elsewhere, at=people.at) == ()
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
        assert reading.items_like_pictures_of(report, by=odile, at=people.at) == ()
    assert decoded == []
