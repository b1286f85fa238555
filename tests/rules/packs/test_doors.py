"""Every door has its words, and the service's real numbers stand at theirs."""

import re

import pytest

from heedline.intake.question_files import load_question_set
from heedline.packs import load_pack

PACK = load_pack("uk")
NUMBERS = {
    "emergency": "999", "emergency_silent": "55", "police": "101", "hotline": "0800 789 321",
    "charity": "0800 555 111", "advice": "0800 011 3764", "relay": "18000", "relay_prefix": "18001",
}  # fmt: skip
DOORS = ["danger", "activity", "person", "online", "code", "attack", "safe", "advice", "charity", "phone"]
PAGES = {
    "doors": {"emergency", "emergency_silent", "hotline", "charity", "relay", "police"},
    "person_door": {"emergency", "advice", "relay_prefix"},
    "online_door": {"emergency"},
    "attack": {"emergency", "emergency_silent"},
    "safe_home": {"emergency"},
    "safe_work": {"emergency"},
    "safe_out": {"emergency"},
    "advice_door": {"emergency", "hotline"},
    "charity_door": {"emergency", "charity"},
    "phone_door": {"emergency", "emergency_silent", "hotline", "police", "advice", "relay", "relay_prefix"},
    "examples": set(),
}


def test_the_numbers_are_the_real_ones() -> None:
    for code, number in NUMBERS.items():
        assert PACK.numbers[code].number == number
    assert PACK.links["protective_security"].url == "https://www.gov.uk/nactso"
    assert PACK.links["chemicals"].url.startswith(
        "https://www.gov.uk/government/publications/supplying-explosives"
    )


@pytest.mark.parametrize("language", list(PACK.languages))
@pytest.mark.parametrize("page", list(PAGES))
def test_each_door_says_its_numbers(page: str, language: str) -> None:
    text = " ".join(PACK.words(language).page(page))
    said = {code for code, number in NUMBERS.items() if re.search(rf"(?<!\d){number}(?!\d)", text)}
    assert said == PAGES[page]


@pytest.mark.parametrize("language", list(PACK.languages))
def test_the_front_door_says_999_first_and_has_the_doors_in_order(language: str) -> None:
    words = PACK.words(language)
    assert NUMBERS["emergency"] in words["doors.emergency"]
    titles = [key.split(".")[1] for key in words if re.fullmatch(r"doors\.\w+\.title", key)]
    assert titles == DOORS
    for door in DOORS:
        assert words[f"doors.{door}.text"]


@pytest.mark.parametrize("page", [page for page in PAGES if page not in ("doors", "examples", "attack")])
def test_every_door_points_to_999_before_anything_else(page: str) -> None:
    texts = [text for text in PACK.words("en").page(page) if "." in text]
    assert NUMBERS["emergency"] in texts[0]


def test_nobody_is_led_to_believe_that_a_text_or_a_key_always_works() -> None:
    """Text 999 needs a phone that is registered; 55 works from a mobile only."""
    words = PACK.words("en")
    for page in PAGES:
        for text in words.page(page):
            if "text 999" in text:
                assert "only if your phone is already registered" in text


def test_pressing_55_is_said_in_one_way_on_every_page_and_in_every_form() -> None:
    """Somebody who has to stay silent must not wonder whether two pages mean two things."""
    words = PACK.words("en")
    texts = [
        text
        for page in {key.split(".")[0] for key in (*words, *words.list_keys())}
        for text in words.page(page)
    ]
    for kind in PACK.kinds:
        texts += [text for step in load_question_set(PACK, kind).steps for text in step.paragraphs]
    said = [text for text in texts if re.search(r"(?<!\d)55(?!\d)", text)]
    assert len(said) >= 8
    for text in said:
        assert "call 999 from a mobile, listen to the operator, and press 55 when asked" in text


def test_run_hide_tell_stands_in_that_order_and_is_short() -> None:
    words = PACK.words("en")
    keys = [key for key in words if key.startswith("attack.") and key.endswith("_title")]
    assert [words[key] for key in keys[:3]] == ["Run", "Hide", "Tell"]
    assert len(" ".join(words.page("attack")).encode()) < 3_000, "the page has to stay under 10 KB"


def test_examples_are_things_done_or_said_and_say_so() -> None:
    words = PACK.words("en")
    assert "never a reason" in words["examples.not_who"]
    groups = [key for key in words.list_keys() if key.startswith("examples.")]
    assert len(groups) >= 6
    for key in groups:
        assert f"{key}_title" in words
        for line in words.lines(key):
            assert line.endswith(".")


def test_the_charitys_door_promises_that_nothing_goes_with_them() -> None:
    lines = PACK.words("en").lines("charity_door.nothing")
    assert any("do not send" in line for line in lines)


def test_the_charitys_door_says_that_they_cannot_call_back_but_can_keep_in_contact() -> None:
    words = PACK.words("en")
    assert "cannot call you back" in words["charity_door.contact"]
    assert "keep in contact" in words["charity_door.contact"]
    assert "reply from us" in words["charity_door.tell"]


def test_the_advice_door_says_how_many_working_days_and_that_the_form_for_chemicals_is_another() -> None:
    text = " ".join(PACK.words("en").page("advice_door"))
    assert f"within {PACK.kind_clocks['advice'].working_days} working days" in text
    assert "Reporting it on this site is not enough." in text


def test_every_question_page_has_a_calm_name_for_the_tab() -> None:
    words = PACK.words("en")
    for kind in PACK.kinds:
        for step in load_question_set(PACK, kind).steps:
            assert f"page_titles.{step.slug}" in words


@pytest.mark.parametrize("language", list(PACK.languages))
def test_no_two_pages_have_the_same_name_for_the_tab(language: str) -> None:
    words = PACK.words(language)
    names = [words[key] for key in words if key.startswith("page_titles.")]
    assert len(names) > 50
    assert sorted(names) == sorted(set(names))
