"""A reporter deletes their copy of our messages at the public site, and the office says what that means."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from uuid import UUID

import pytest

from heedline.vault.codes import ReceiptCode
from tests.sites.office.desk_hand import Hand
from tests.sites.public.walker import Walker
from tests.support.cast import House, now
from tests.support.stories import a_report

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]
DELETED = "The reporter has deleted their copy of our messages."
NOT_READ = "Questions sent before that will not be read any more."
TICKED = ["no-names", "no-task", "no-case"]


@pytest.fixture
def rosa(house: House, settings) -> Walker:  # type: ignore[no-untyped-def]
    settings.ROOT_URLCONF = "heedline.config.urls_public"
    settings.MIDDLEWARE = settings.PUBLIC_MIDDLEWARE
    return Walker()


def enter(rosa: Walker, code: ReceiptCode) -> Walker:
    return rosa.visit("/messages/").press("Open", code=code.grouped())


def ask(officer: Hand, ref: UUID, text: str) -> None:
    here = f"/w/r/{ref}/ask/"
    officer.get(here)
    officer.send(here, do="preview", text=text)
    officer.send(here, do="send", safe=TICKED)
    assert "Message sent." in officer.html


def words(page: Hand) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page.html)).split())


def test_the_officer_sees_it_before_typing_a_question(
    house: House, hand: Callable[[], Hand], rosa: Walker
) -> None:
    ref, code = a_report(at=now(), where={"postcode": "NE1 4ST"})
    odile = hand().at_work(house, "Odile")
    odile.get("/w/q/north-east/")
    odile.send(f"/w/r/{ref}/take/")
    ask(odile, ref, "When was it?")
    for page in ("", "ask/", "partners/"):
        odile.get(f"/w/r/{ref}/{page}")
        assert DELETED not in words(odile), page

    enter(rosa, code).follow("Delete your copy of our messages").press("Delete my copy")

    for page in ("", "ask/", "partners/", "hand-over/"):
        odile.get(f"/w/r/{ref}/{page}")
        said = words(odile)
        assert said.count(DELETED) == 1, page
        assert f"{DELETED} {NOT_READ} At least one had not been marked as read." in said
        assert "nothing shows that they have used it since" in said
    odile.get(f"/w/r/{ref}/ask/")
    assert odile.html.index(DELETED) < odile.html.index('name="text"'), "said before the officer types"
    assert "deleted by the reporter, not marked as read" in words(odile)
    odile.send(f"/w/r/{ref}/ask/", do="preview", text="And where?")
    assert DELETED in words(odile)
    odile.send(f"/w/r/{ref}/ask/", do="send", safe=TICKED)
    odile.get(f"/w/r/{ref}/ask/")
    assert "nothing shows that they have used it since" in words(odile), "it has not been answered yet"

    assert "And where?" in enter(rosa, code).main
    rosa.press("Send your message", danger="no", text="By the gate")
    odile.get(f"/w/r/{ref}/ask/")
    assert f"{DELETED} {NOT_READ}" in words(odile)
    assert "They have used their code since." in words(odile)
    assert "nothing shows" not in words(odile)


def test_an_answer_from_before_shows_no_later_use_of_the_code(
    house: House, hand: Callable[[], Hand], rosa: Walker
) -> None:
    ref, code = a_report(at=now(), where={"postcode": "NE1 4ST"})
    odile = hand().at_work(house, "Odile")
    odile.get("/w/q/north-east/")
    odile.send(f"/w/r/{ref}/take/")
    ask(odile, ref, "When was it?")
    enter(rosa, code).press("Send your message", danger="no", text="On Monday")
    enter(rosa, code).press("Hide this message").follow("Delete your copy of our messages").press(
        "Delete my copy"
    )
    odile.get(f"/w/r/{ref}/")
    assert "read and deleted by the reporter" in words(odile)
    assert f"{DELETED} {NOT_READ} Their code still works" in words(odile)

    odile.get("/w/q/north-east/")
    box = re.search(r'name="choose" value="([^"]+)"', odile.html)
    assert box is not None
    for act in ("assign", "hand-over"):
        odile.get("/w/q/north-east/")
        odile.send("/w/q/north-east/bulk/", act=act, choose=[box.group(1)])
        assert "The reporter has deleted their copy of our messages" in words(odile), act
