"""A report from pages in another language, in the office: English questions, their own words, and a question back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from heedline.intake.question_files import load_question_set
from heedline.intake.record import build
from heedline.packs import load_pack
from tests.sites.office.desk_hand import Hand
from tests.support import stories
from tests.support.cast import House, now

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]
PACK = load_pack("uk")
ACCOUNT = "شاحنة بيضاء عند البوابة."


@pytest.fixture
def odile(house: House, hand: Callable[[], Hand]) -> tuple[Hand, str]:
    """An officer in front of a report that came from Arabic pages."""
    asked = load_question_set(PACK, "activity", "ar")
    answers = {
        "now": {"danger": "not_sure"}, "what": {"narrative": ACCOUNT}, "where": {"postcode": stories.NORTH_EAST},
    }  # fmt: skip
    told = build(asked, answers, language="ar", identity_offered=True)
    new = replace(stories.new_report(), channel="web", record=told, question_set=asked, language="ar")
    stories.send(new, at=now())
    made = hand().at_work(house, "Odile")
    made.get("/w/q/north-east/")
    made.send(f"/w/r/{new.report_id}/take/")
    made.get(f"/w/r/{new.report_id}/")
    return made, f"/w/r/{new.report_id}/"


def test_questions_and_choices_are_in_english_and_what_was_typed_is_as_typed(odile: tuple[Hand, str]) -> None:
    hand, _ = odile
    english, arabic = (
        load_question_set(PACK, "activity", one).any_step("now").fields[0] for one in ("en", "ar")
    )
    assert "Sent from Arabic pages" in hand.html
    assert english.row_label in hand.html
    assert "I am not sure" in hand.html
    assert ACCOUNT in hand.html
    assert "Questions as the reporter saw them, in Arabic" in hand.html
    assert f'<bdi lang="ar">{arabic.row_label}</bdi>' in hand.html
    assert '<html lang="en"' in hand.html


def test_the_queue_says_the_language(odile: tuple[Hand, str]) -> None:
    hand, _ = odile
    hand.get("/w/q/north-east/?state=mine")
    assert "Sent from Arabic pages" in hand.html
    assert "Language:" not in hand.html, "nobody has said it"


def test_a_question_goes_in_their_language_with_the_english_under_it_until_it_is_reviewed(
    odile: tuple[Hand, str],
) -> None:
    hand, page = odile
    hand.get(f"{page}ask/")
    hand.send(f"{page}ask/", do="preview", template="when-exactly", text="Before the shops shut?")
    arabic, english = (PACK.words(one)["ask.when_exactly"] for one in ("ar", "en"))
    assert hand.html.index(arabic) < hand.html.index(english) < hand.html.index("Before the shops shut?")
