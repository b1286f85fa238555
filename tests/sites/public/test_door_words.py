"""What the doors say to whom: who runs them, who worries about themselves, a child, and which number to call when."""

from __future__ import annotations

import re

import pytest

from tests.sites.public.walker import Walker

pytestmark = pytest.mark.django_db


def test_who_worries_about_themselves_is_asked_nothing_about_them(rosa: Walker) -> None:
    rosa.visit("/talk/").press("Start", danger="no").press("Continue", who="self", under18="yes")
    assert rosa.heading == "What would you like to tell us?"
    for words in ("Asking for help is not a crime", "0800 011 3764", "116 123", "0800 1111"):
        assert words in rosa.main
    assert "accusing" not in rosa.main
    rosa.press("Continue", narrative="I cannot stop watching them.")
    assert (rosa.at, rosa.heading) == ("/r/mine/", "Where do you live?")
    rosa.press("Continue", place="Newcastle", postcode="NE6 1AA")
    for _ in range(4):
        assert rosa.at not in ("/r/them/", "/r/age/", "/r/since/", "/r/talked/", "/r/guess/")
        if rosa.at == "/r/check/":
            break
        rosa.press("Continue")
    rosa.visit("/r/check/")
    assert "What you told us" in rosa.main
    for slug in ("them", "age"):
        assert rosa.visit(f"/r/{slug}/").at != f"/r/{slug}/"
    rosa.visit("/r/check/").press("Send what you have written")
    assert rosa.heading == "We have what you told us"
    assert "We will look for the right help near where you live." in rosa.main
    for button in ("", "I have saved my code"):
        if button:
            rosa.press(button)
        assert "the person" not in rosa.main
        for said in ("follow anyone", "Keep what you told us private"):
            assert said not in rosa.main, rosa.at
        for said in ("near where you live", "hurt yourself", "someone you trust", "0800 1111"):
            assert said in rosa.main, rosa.at
    assert rosa.at == "/code/finished/next/", (
        "the browser keeps the address, which does not say whom it is about"
    )


def test_the_door_for_a_worry_says_extremism_prevent_and_who_runs_it(rosa: Walker) -> None:
    words = rosa.visit("/talk/").main
    first = words[: words.index("Exit this page")]
    for said in ("extremism", "Prevent", "You are not accusing anyone of anything", "This service is run by"):
        assert said in first
    assert "I am worried about myself" in words


def test_telling_us_and_asking_for_a_call_are_two_equal_starts(rosa: Walker) -> None:
    starts = rosa.visit("/talk/").html.split('class="hl-starts"')[1].split("</section>")[:2]
    assert [re.findall(r"<h2[^>]*>([^<]+)<", one) for one in starts] == [
        ["Tell us here"],
        ["Ask us to call you"],
    ]
    assert all(one.count('class="govuk-button"') == 1 for one in starts)
    assert rosa.follow("Ask us to call you back").at == "/talk/call/"


def test_pictures_on_a_door_say_nothing_that_words_do_not(rosa: Walker) -> None:
    """A browser that draws no pictures in SVG would show their words."""
    pictures = re.findall(r"<svg.*?</svg>", rosa.visit("/talk/").html, re.DOTALL)
    assert len(pictures) == 5
    for one in pictures:
        assert 'aria-hidden="true"' in one
        assert not re.sub(r"<[^>]*>", "", one).strip()


def test_a_live_attack_online_is_a_reason_to_call_999_first(rosa: Walker) -> None:
    assert (
        "If you are watching something happen live, or someone is in danger now, call 999"
        in rosa.visit("/link/").text
    )


def test_a_child_who_kept_or_shared_something_is_told_what_to_do(rosa: Walker) -> None:
    words = rosa.visit("/link/").main
    for said in (
        "saved or shared something",
        "an adult you trust",
        "Do not delete anything",
        "Nobody will blame you",
    ):
        assert said in words


def test_three_numbers_say_when_to_use_them_and_their_hours(rosa: Walker) -> None:
    words = rosa.visit("/phone/").main
    assert (
        "0800 789 321 to report something that could be linked to terrorism. It is free and open day and night"
        in words
    )
    assert re.search(r"101 to speak to your local police .*You can call day or night", words)
    assert re.search(r"0800 011 3764 for advice .*9am to 5pm every day", words)


def test_a_code_is_explained_under_999(rosa: Walker) -> None:
    rosa.visit("/messages/")
    assert rosa.text.index("call 999") < rosa.text.index("Use your code", rosa.text.index("call 999"))
    assert "22 letters and numbers" in rosa.main


def test_999_stands_above_the_code_and_leads_to_the_box_for_who_cannot_call(rosa: Walker) -> None:
    rosa.tell("A van.").press("Send your report")
    assert rosa.text.index("call 999") < rosa.text.index("We have your report")
    code = rosa.shown_code()
    assert rosa.follow("I cannot call").at == "/emergency/"
    assert rosa.visit("/code/").shown_code() == code


def test_help_stays_after_the_code_is_saved(rosa: Walker) -> None:
    rosa.start().press("Skip the other questions", narrative="A van.")
    rosa.press("Continue", who="anonymous").press("Send your report").press("I have saved my code")
    assert rosa.at == "/code/finished/"
    for said in ("What happens next", "do not follow anyone", "116 123", "0800 1111"):
        assert said in rosa.main


def test_only_guidance_names_the_service_in_the_history_of_a_browser(rosa: Walker) -> None:
    """Pages of a report, a code or messages, and the page for danger, do not."""
    for page in ("emergency/", "messages/", "code/finished/"):
        assert "Heedline" not in rosa.visit(f"/{page}").title, page
    rosa.start()
    assert (rosa.at, rosa.title) == ("/r/what/", "In your own words")
