"""A child who reports: asked once, optionally, and answered in words for a child."""

from __future__ import annotations

import pytest

from tests.sites.public.walker import Walker

pytestmark = pytest.mark.django_db
ASKED = "Are you under 18?"
ABOUT_NAMES = "You do not have to give your name."


def seen(rosa: Walker) -> None:
    rosa.visit("/tell/").press("Start", danger="no").press("Skip the other questions", narrative="A van.")


def worried(rosa: Walker) -> None:
    rosa.visit("/talk/").press("Start", danger="no")


def called_back(rosa: Walker) -> None:
    rosa.visit("/talk/").follow("Ask us to call you back").press("Ask us to call you back", danger="no")


def found_online(rosa: Walker) -> None:
    rosa.visit("/link/").press("Start", danger="no")
    rosa.press("Continue", addresses="https://films.example/1").visit("/r/seen/")


@pytest.mark.parametrize("way", [seen, worried, called_back, found_online], ids=lambda way: way.__name__)
def test_each_form_asks_and_says_what_happens_with_a_name(rosa: Walker, way) -> None:  # type: ignore[no-untyped-def]
    way(rosa)
    for words in (ASKED, ABOUT_NAMES, "0800 1111", "keep children safe"):
        assert words in rosa.main


def test_a_child_is_thanked_in_words_for_a_child(rosa: Walker) -> None:
    seen(rosa)
    rosa.press("Continue", who="anonymous", under18="yes").press("Send your report")
    assert "None of this is your fault." in rosa.main
    assert "0800 1111" in rosa.main


def test_nobody_has_to_answer_and_an_adult_reads_the_other_words(rosa: Walker) -> None:
    seen(rosa)
    rosa.press("Continue", who="anonymous").press("Send your report")
    assert "None of this is your fault." not in rosa.main
    assert "116 123" in rosa.main
