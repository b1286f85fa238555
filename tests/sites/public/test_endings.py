"""After sending: each kind of report has its own words, and they say what was asked for."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders

from heedline.packs import load_pack
from tests.sites.public.walker import Walker

PLACE = {"postcode": "NE1 4ST", "address": "1 Mill Lane"}


def activity(rosa: Walker) -> None:
    rosa.tell("A van stood at the gate three nights in a row.").press("Send your report")


def person(rosa: Walker) -> None:
    rosa.visit("/talk/").press("Start", danger="no")
    rosa.press("Continue", who="friend")
    rosa.press("Skip the other questions", narrative="He says that a war is coming.").press(
        "Send what you have written"
    )


def callback(rosa: Walker, **when: list[str]) -> None:
    rosa.visit("/talk/").follow("Ask us to call you back").press("Ask us to call you back", danger="no")
    rosa.press("Continue", name="Rosa", phone="07700 900123", **when).press("Send your request")


def online(rosa: Walker) -> None:
    rosa.visit("/link/").press("Start", danger="no")
    rosa.press("Skip the other questions", addresses="https://films.example/1").press("Send your report")


def advice(rosa: Walker, **odd: str) -> None:
    rosa.visit("/ask/").press("Ask for advice").press("Continue", name="Mill Lane Hall", **PLACE)
    rosa.press("Continue", **odd)
    rosa.press("Continue", name="Hal", email="hal@hall.example", consent=["yes"]).press("Send your request")


def danger(rosa: Walker) -> None:
    rosa.visit("/emergency/").press("Send now", narrative="He has a knife. Flat 4, the house by the mill.")


def called(rosa: Walker) -> None:
    rosa.visit("/emergency/").press("I have called and want to continue")
    rosa.press("Skip the other questions", narrative="He has a knife.").press("Continue", who="anonymous")
    rosa.press("Send your report")


OWN = {
    activity: "We read the most urgent reports first.",
    person: "We will look for the right help near where the person lives.",
    callback: "Our number may not show on your phone.",
    online: "A specialist officer will look at your report by ",
    advice: "to tell you who your adviser is.",
    danger: "If you cannot, stay hidden and silence your phone.",
    called: "If anything changes, call 999 again.",
}


@pytest.mark.parametrize("kind", OWN, ids=lambda kind: kind.__name__)
def test_each_kind_ends_in_its_own_words_and_in_no_other_kinds(rosa: Walker, kind) -> None:  # type: ignore[no-untyped-def]
    kind(rosa)
    assert rosa.at == "/code/"
    assert OWN[kind] in rosa.main
    assert not [one for other, one in OWN.items() if other is not kind and one in rosa.main]
    assert rosa.shown_code()


def test_a_request_is_not_called_a_report_and_its_code_not_the_only_way(rosa: Walker) -> None:
    advice(rosa)
    assert "the only way to read our replies" not in rosa.main, "the adviser emails or calls"
    rosa.press("I do not want a code").visit("/ask/").press("Ask for advice")
    rosa.press("Continue", name="Mill Lane Hall", **PLACE).visit("/r/check/")
    assert "Before you can send your request, you still need to answer:" in rosa.main
    assert "your report" not in rosa.main


def test_a_request_for_a_call_is_not_called_a_report_before_it_is_sent(rosa: Walker) -> None:
    rosa.visit("/talk/").follow("Ask us to call you back").press("Ask us to call you back", danger="no")
    rosa.press("Continue", name="Rosa", phone="07700 900123")
    assert rosa.at == "/r/check/"
    assert "your report" not in rosa.main
    rosa.press("Send your request")
    assert rosa.heading == "We will call you"


@pytest.mark.parametrize("kind", [callback, advice], ids=lambda kind: kind.__name__)
def test_no_page_about_its_code_calls_a_request_a_report(
    rosa: Walker, kind: Callable[[Walker], None]
) -> None:
    kind(rosa)
    own = rosa.main.partition("You said that something odd has happened")[0]
    assert "Withdraw your request, or delete your copy of our messages." in rosa.main
    assert "report" not in own.lower()
    for page in ("/code/print/", "/code/print/?about=1", "/code/check/"):
        assert "report" not in rosa.visit(page).main.lower(), page
    rosa.press("Check", code="AAAA")
    assert "That is not the code we gave you." in rosa.main
    assert "report" not in rosa.main.lower()


@pytest.mark.parametrize("kind", [activity, callback, advice], ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("button", ["I have saved my code", "I do not want a code"])
def test_the_last_page_is_true_of_reports_calls_and_requests(rosa: Walker, kind, button: str) -> None:  # type: ignore[no-untyped-def]
    kind(rosa)
    rosa.press(button)
    assert rosa.heading == "You have finished"
    assert "We have what you sent us" in rosa.main
    assert "report" not in rosa.main


@pytest.mark.parametrize("button", ["I have saved my code", "I do not want a code"])
def test_who_asks_for_advice_reads_nothing_about_distress_hiding_or_officers(
    rosa: Walker, button: str
) -> None:
    read = rosa.visit("/ask/").main
    assert "I may need longer. Keep my answers for 24 hours" in read
    advice(rosa)
    read += rosa.main + rosa.press(button).main
    assert "Your adviser will contact you to talk about what you need." in rosa.main
    for words in ("Childline", "Samaritans", "Tor Browser", "work or school", "officer", "do not follow"):
        assert words not in read


def test_the_law_about_venues_is_called_by_its_names(rosa: Walker) -> None:
    read = rosa.visit("/ask/").main
    assert "Martyn's Law is the Terrorism (Protection of Premises) Act 2025." in read


def test_what_was_found_online_is_not_asked_for_in_pictures(rosa: Walker) -> None:
    rosa.visit("/link/").press("Start", danger="no")
    rosa.press("Skip the other questions", addresses="https://films.example/1")
    assert "Do not download, copy or share the page or the video." in rosa.main
    assert "You can add photos, videos, voice recordings or documents." not in rosa.main


def test_a_list_that_holds_somebody_says_that_it_takes_another(rosa: Walker) -> None:
    rosa.start().press("Continue", narrative="A van stood at the gate.").visit("/r/person/new/")
    rosa.press("Continue", looks="A red cap").visit("/r/check/")
    assert "Who was involved? Add another" in [text for text, _ in rosa.page.links]
    assert "Was there a vehicle?" in [text for text, _ in rosa.page.links]


def test_an_interpreter_is_asked_for_in_plain_sight_in_another_language(rosa: Walker) -> None:
    for language, folded in (("", True), ("/ur", False)):
        rosa.visit(f"{language}/talk/call/")
        button = next(
            c.label for f in rosa.page.forms for c in f.controls if c.kind == "button" and f.id == "begin"
        )
        rosa.press(button, danger="no")
        start = rosa.html.index('name="days"')
        fold = rosa.html.index("<details", start)
        assert ("open" not in rosa.html[fold : rosa.html.index(">", fold)]) is folded, language
        rosa.client.cookies.clear()


def test_a_call_is_promised_for_the_days_and_hours_that_were_asked_for(rosa: Walker) -> None:
    callback(rosa, days=["tue"], hours=["morning"])
    assert "We will call on Tuesday between 8am and midday." in rosa.main


def test_a_call_at_any_time_says_between_which_hours(rosa: Walker) -> None:
    callback(rosa)
    assert "We will call on any day between 8am and 8pm." in rosa.main


def test_several_days_and_hours_are_named_as_people_name_them(rosa: Walker) -> None:
    callback(rosa, days=["mon", "tue", "fri"], hours=["morning", "evening"])
    assert "on Monday, Tuesday or Friday between 8am and midday or between 5pm and 8pm." in rosa.main


def test_who_wrote_when_it_is_safe_is_promised_no_other_hours(rosa: Walker) -> None:
    callback(rosa, times=["Only while the children are at school"])
    assert "We will call you at a time you said is safe." in rosa.main
    assert "8pm" not in rosa.main


def test_in_another_language_the_days_are_words_and_no_html(rosa: Walker) -> None:
    words = load_pack("uk").words("cy")
    rosa.visit("/cy/talk/call/").press(words["person_door.call_button"], danger="no")
    rosa.press(words["shared.continue"], name="Rosa", phone="07700 900123", days=["tue"])
    rosa.press("Anfon eich cais")
    assert "We will call on Tuesday between 8am and 8pm." in rosa.main
    assert "&lt;" not in rosa.html


@pytest.mark.parametrize("language", list(load_pack("uk").languages))
def test_asking_for_a_call_is_a_button_of_its_own_in_each_language(language: str) -> None:
    words = load_pack("uk").words(language)
    assert words["person_door.call_button"] not in (words["safety.button"], words["shared.continue"])


@pytest.mark.parametrize("kind", [one for one in OWN if one is not advice], ids=lambda kind: kind.__name__)
def test_lines_for_distress_stand_on_each_confirmation_but_that_of_advice(rosa: Walker, kind) -> None:  # type: ignore[no-untyped-def]
    kind(rosa)
    for number in ("116 123", "0800 1111"):
        assert number in rosa.main


def test_in_danger_the_code_is_folded_away_and_nothing_has_to_be_typed(rosa: Walker) -> None:
    danger(rosa)
    assert "<details" in rosa.html[: rosa.html.index('class="hl-code"')].split("<main")[1]
    rosa.press("I have saved my code")
    assert rosa.at == "/code/finished/"


def test_an_odd_thing_goes_with_one_press_into_the_report_form_with_the_place_filled_in(rosa: Walker) -> None:
    advice(rosa, incident="yes")
    assert "Save your code first" in rosa.main
    rosa.press("Report what happened").press("Continue", danger="no").visit("/r/where/")
    assert rosa.typed("place") == PLACE["address"]
    assert rosa.typed("postcode") == PLACE["postcode"]


def test_the_code_of_the_request_stays_while_the_odd_thing_is_reported_and_is_shown_after_it(
    rosa: Walker,
) -> None:
    advice(rosa, incident="yes")
    first = rosa.shown_code().replace("-", " ")
    rosa.press("Report what happened").press("Continue", danger="no")
    assert first in rosa.visit("/code/").main, "also before the report is sent"
    rosa.follow("Carry on").press("Skip the other questions", narrative="He filmed the doors.")
    rosa.press("Continue", who="anonymous").press("Send your report")
    assert rosa.shown_code().replace("-", " ") != first
    assert first in rosa.main
    assert first in rosa.visit("/code/print/").main


def test_without_an_odd_thing_no_report_is_offered(rosa: Walker) -> None:
    advice(rosa, incident="no")
    assert "Report what happened" not in rosa.main


def test_a_receipt_says_nothing_of_what_it_is_about_unless_that_is_wanted(rosa: Walker) -> None:
    activity(rosa)
    code = rosa.shown_code()
    rosa.follow("Print a receipt")
    assert rosa.shown_code() == code
    assert "/messages/" in rosa.main
    assert "seen or heard" not in rosa.main
    assert "terror" not in rosa.main.casefold()
    rosa.follow("Show what this is about")
    assert "a report about something you saw or heard" in rosa.main


def test_the_foot_of_a_receipt_that_names_the_unit_is_left_out_on_paper(rosa: Walker) -> None:
    activity(rosa)
    rosa.follow("Print a receipt")
    css = Path(str(finders.find("heedline/heedline.css"))).read_text(encoding="utf-8")
    assert re.search(r"@media print \{[^}]*\.hl-discreet :is\([^)]*\.hl-footer\),[^}]*display: none", css)
    assert re.search(
        r"@media print \{[^}]*\.hl-code \+ \.govuk-details:not\(\[open\]\),[^}]*display: none", css
    )
    assert 'class="govuk-template__body hl-discreet"' in rosa.html
    on_paper = re.sub(r"<footer.*?</footer>", "", rosa.html, flags=re.DOTALL)
    assert "terror" not in on_paper.casefold()
    assert "0800 789 321" not in on_paper


def test_checking_the_code_is_offered_and_not_asked_for(rosa: Walker) -> None:
    activity(rosa)
    code = rosa.shown_code()
    rosa.follow("Check that I have written my code down correctly").press("Check", code=code)
    assert rosa.at == "/code/finished/"
