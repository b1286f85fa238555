"""The mailbox of an organisation that asked for advice: a request, of which nobody "found" anything."""

from __future__ import annotations

import re

import pytest

from heedline.packs import load_pack
from heedline.vault.codes import ReceiptCode
from tests.sites.public.walker import Walker
from tests.support import advice_scene
from tests.support.cast import House, now
from tests.support.scene_people import People

PACK = load_pack("uk")
OWN = [key.removeprefix("advice_mailbox.") for key in PACK.words("en") if key.startswith("advice_mailbox.")]


def opened(rosa: Walker, code: ReceiptCode, language: str = "en") -> Walker:
    """The mailbox in a language, where the code was entered in English."""
    rosa.visit("/messages/").press("Open", code=code.grouped())
    return rosa if language == "en" else rosa.visit(f"/{language}/messages/open/")


@pytest.fixture
def people(house: House) -> People:
    return advice_scene.adviser_desk(People(house, now()))


def test_from_its_arrival_to_its_end_it_is_a_request(rosa: Walker, people: People) -> None:
    def shows(text: str) -> None:
        opened(rosa, code)
        assert text in rosa.main
        assert not re.search(r"your report|\bfound\b|\bfind\b|officer", rosa.main, re.IGNORECASE)
        rosa.press("Close and leave")

    ref, code = advice_scene.a_request(people)
    shows("We have your request. We have not read it yet.")
    people.take(ref, "Otto")
    shows("We have read your request.")
    ref, code = advice_scene.assessed(people)
    advice_scene.close(people, ref)
    shows("We have finished dealing with your request. If you need more advice, write to us here.")


def test_its_other_pages_are_those_of_a_request_too(rosa: Walker, people: People) -> None:
    _, code = advice_scene.a_request(people)
    opened(rosa, code).follow("Withdraw your request")
    assert rosa.heading == "Withdraw your request"
    rosa.press("Withdraw your request")
    assert "You withdrew your request." in rosa.main
    rosa.press("Send your message", danger="no", text="We found another date.")
    assert "We will read it" in rosa.main


@pytest.mark.parametrize("language", list(PACK.languages))
def test_it_has_its_own_words_in_every_language(language: str, rosa: Walker, people: People) -> None:
    own, general = PACK.mailbox_words("advice", language), PACK.words(language)
    for key in OWN:
        assert not general.borrowed(f"advice_mailbox.{key}")
        assert own.template(key) == general.template(f"advice_mailbox.{key}")
        assert key not in general or own.template(key) != general.template(key)
    ref, code = advice_scene.assessed(people)
    advice_scene.close(people, ref)
    opened(rosa, code, language)
    assert own["status.finished"] in rosa.main
    assert general["status.finished"] not in rosa.main
    if language != "en":  # no person has reviewed it, so the English stands beside it
        assert PACK.mailbox_words("advice", "en")["status.finished"] in rosa.main


def test_an_adviser_chooses_the_words_that_the_organisation_reads(people: People) -> None:
    from heedline.web.office.report.closing_forms import closing_fields

    (tell,) = (field for field in closing_fields("advice") if field.name == "tell")
    assert [option.label for option in tell.choices] == [  # type: ignore[attr-defined]
        PACK.words("en")["advice_mailbox.status.finished"],
        PACK.words("en")["advice_mailbox.status.withdrawn"],
    ]
