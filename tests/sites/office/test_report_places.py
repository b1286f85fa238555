"""The five places of a report and its record: where each page stands, and where a place leads (ADR 167)."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from uuid import UUID, uuid4

import pytest

from heedline.casework.contact import messages
from heedline.casework.pages.desk_tabs import ReportPlace
from tests.sites.office.desk_hand import Hand
from tests.support.acting import acting
from tests.support.cast import House, now
from tests.support.keeping_scene import with_leads
from tests.support.scene_people import People

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]

#: The place of each page, by the end of its address.
STANDS = {
    "": ReportPlace.ASSESS,
    "translation/": ReportPlace.ASSESS,
    "checks/": ReportPlace.ASSESS,
    "identity/": ReportPlace.ASSESS,
    "next-action/": ReportPlace.ASSESS,
    "ask/": ReportPlace.MESSAGES,
    "seen/": ReportPlace.LINKS,
    "subjects/": ReportPlace.LINKS,
    "tasks/": ReportPlace.TASKS,
    "notes/": ReportPlace.TASKS,
    "hand-over/": ReportPlace.CLOSING,
    "partners/": ReportPlace.CLOSING,
    "close/": ReportPlace.CLOSING,
    "owner/": ReportPlace.CLOSING,
    "timeline/": ReportPlace.RECORD,
    "keeping/": ReportPlace.RECORD,
    "history/": ReportPlace.RECORD,
}


def _places(hand: Hand) -> list[tuple[str, str, str]]:
    """The places of the page: address, whether it is open ("", "true" or "page"), and text with its count."""
    (nav,) = re.findall(r'<nav class="moj-sub-navigation hl-places".*?</nav>', hand.html, re.DOTALL)
    found = re.findall(r'<a class="[^"]*"(?: aria-current="(\w+)")? href="([^"]+)">(.*?)</a>', nav)
    return [(unescape(href), current, re.sub(r"<[^>]+>", "", text)) for current, href, text in found]


@pytest.fixture
def people(house: House) -> People:
    people = People(house, now())
    with_leads(people)
    return people


def test_each_page_of_a_report_stands_under_one_place(people: People, hand: Callable[[], Hand]) -> None:
    ref, _ = people.taken("Odile")
    odile = hand().at_work(people.house, "Odile")
    for page, place in STANDS.items():
        odile.get(f"/w/r/{ref}/{page}")
        places = _places(odile)
        assert [re.sub(r" \d+$", "", text) for _, _, text in places] == list(ReportPlace), page
        assert [text for _, current, text in places if current] == [place], page
        assert f'aria-label="Pages under {place}"' in odile.html or place is ReportPlace.MESSAGES


def test_messages_count_what_is_unread_and_lead_there(people: People, hand: Callable[[], Hand]) -> None:
    ref, code = people.send()
    people.take(ref, "Odile")
    odile = hand().at_work(people.house, "Odile")
    with acting("public"):
        messages.say(code, "He has gone out.", message_id=uuid4(), at=now())
    odile.get(f"/w/r/{ref}/")
    assert (f"/w/r/{ref}/ask/", "", "Messages 1") in _places(odile)


def test_the_last_place_leads_to_closing_once_that_is_possible(
    people: People, hand: Callable[[], Hand]
) -> None:
    ref, _ = people.assessed("Odile")
    odile, nadia = hand().at_work(people.house, "Odile"), hand().at_work(people.house, "Nadia")

    def leads_to(who: Hand, ref: UUID) -> str:
        who.get(f"/w/r/{ref}/")
        return next(href for href, _, text in _places(who) if text == ReportPlace.CLOSING)

    assert leads_to(odile, ref) == f"/w/r/{ref}/close/"
    assert leads_to(nadia, ref) == f"/w/r/{ref}/hand-over/", "only its owner closes it"


def test_what_is_special_stands_in_the_bar_of_every_page(people: People, hand: Callable[[], Hand]) -> None:
    ref, _ = people.taken("Odile")
    odile = hand().at_work(people.house, "Odile")
    odile.get(f"/w/r/{ref}/")
    odile.send(
        f"/w/r/{ref}/", danger="yes", done_what="A knife", priority="high", reason="Today", do="save-stay"
    )
    for page in ("", "seen/", "tasks/", "close/", "history/"):
        odile.get(f"/w/r/{ref}/{page}")
        (bar,) = re.findall(r'<ul class="hl-bar__flags".*?</ul>', odile.html, re.DOTALL)
        assert f'<a href="/w/r/{ref}/danger/">Danger to life</a>' in bar, page
        assert "<dt>Next action</dt>" in odile.html, page
