"""Tests with hostile texts that try to make extraction fail, take minutes or fill the memory."""

from __future__ import annotations

import random
import time
import tracemalloc
from collections.abc import Callable

import pytest

from heedline.index.extraction import numbers, online
from heedline.index.extraction.comparison import compare
from heedline.index.extraction.extract import LONGEST_WRITTEN, extract
from heedline.index.extraction.keys import MOST_NAME_KEYS, forms, key_of, of_name
from heedline.index.extraction.names import read_name, sounds
from heedline.index.extraction.values import Extract, Kind, ReportText
from heedline.index.words import forms_of, words_of
from heedline.packs import load_pack

RULES = load_pack("uk").matching
#: The longest account that the forms accept, and seconds of processor time in which it must be read. It takes less than one;
#: what goes back over the text again and again takes minutes.
LONGEST = 10_000
SECONDS = 10
_CONSONANTS = "bdgklmnprstv"
_FRAGMENTS = (
    "Mohammed", "Abdul", "called", "de", "bin", "Mr", "Dr", "St", "John", "ap Rhys", "O’Brien", "born", "dob", "username",
    "AB12 CD\N{KELVIN SIGN}", "ab12 cd\N{LATIN SMALL LETTER DOTLESS I}", "AB12 CDE", "AB1 2C\N{LATIN SMALL LETTER LONG S}",
    "01632 960123", "٠١٦٣٢ ٩٦٠١٢٣", "0\N{SUPERSCRIPT TWO}1632", "½", "٫", "12/34/5678", "31 February 2001", "1999-13-45",
    "hxxp://[", "http://[::1", "a[.]b(.)uk", "https://x.uk/%ff?a=%00&b", "xn--.uk", "@@", "@a.b", "a@b.c", "-", "'", "’", "/", "(",
    "محمد بن أحمد", "عبد", "ال", "ß", "\N{RIGHT-TO-LEFT OVERRIDE}", "\N{ZERO WIDTH JOINER}", "\N{COMBINING ACUTE ACCENT}", "ﷺ",
    "Łukasz", "Xasan", "حسن", "李", "Cabdi", "flat", "14b", "\n", "  ", "Anne-Marie", "Noor-ul-Ain", "I", "aeiou", "hhh", "ugh",
)  # fmt: skip


def told(text: str, holds: str = "text") -> Extract:
    return extract([ReportText(text, holds, "Report")], RULES)


def a_word(length: int, seed: int) -> str:
    """A word without vowels and without doubled letters, of which nothing can be folded away."""
    drawn = random.Random(seed)
    letters = ["b"]
    while len(letters) < length:
        letters.append(drawn.choice([one for one in _CONSONANTS if one != letters[-1]]))
    return "".join(letters)


def seconds(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


@pytest.mark.parametrize("sign", "\N{KELVIN SIGN}ſıİ")
def test_a_letter_that_only_looks_latin_makes_no_plate_and_no_failure(sign: str) -> None:
    assert not told(f"a van, AB12 CD{sign}, and ab12 cd{sign}").of(Kind.REGISTRATION)


@pytest.mark.parametrize(
    "text",
    [
        "01632 960123\n07700 900124\n07700900125",
        "01632 960123 07700 900124 07700900125",
        "ring 01632 960123 24 hours, 07700 900124 - 07700900125 (2 pm)",
        "0163\N{ZERO WIDTH SPACE}2 960123, 07700\N{SOFT HYPHEN}900124 or 07\N{WORD JOINER}700900125",
    ],
)
def test_no_number_hides_another(text: str) -> None:
    """In a list with one number a line, none but the last was read before."""
    assert {one.canonical for one in told(text).of(Kind.PHONE)} == {
        "+441632960123",
        "+447700900124",
        "+447700900125",
    }


def test_neither_invisible_characters_nor_letters_that_look_latin_hide_a_name_or_a_plate() -> None:
    text = "A man called Kevin Tie\N{SOFT HYPHEN}rney drives \N{CYRILLIC CAPITAL LETTER A}B12 \N{CYRILLIC CAPITAL LETTER ES}DE."
    assert [one.canonical for one in told(text).of(Kind.NAME)] == ["kevin tierney"]
    assert [one.canonical for one in told(text).of(Kind.REGISTRATION)] == ["AB12CDE"]


@pytest.mark.parametrize(
    "text", ["0 " * 5_000, "+0" * 5_000, "01632 960123 " * 800, "(0" * 5_000, "0o" * 5_000]
)
def test_a_text_of_digits_is_read_quickly(text: str) -> None:
    assert seconds(lambda: told(text)) < 1
    assert seconds(lambda: forms_of([text], [words_of(text)])) < 1


@pytest.mark.parametrize("written", ["Abdul Dr Rahman", "Abdul de Rahman", "محمد بن"])
def test_a_name_that_is_read_again_as_one_part_has_no_key(written: str) -> None:
    one, other = told(f"{written}, 01632 960123", "text"), told(written, "name")
    for value in (*one.values, *other.values):
        key_of(value, RULES.names if value.kind is Kind.NAME else None)
    compare(one, other, RULES)
    assert told("Abdul Dr Rahman", "name").of(Kind.NAME), "it is still a name"


@pytest.mark.thorough
def test_no_mixture_of_names_numbers_scripts_and_signs_fails() -> None:
    drawn = random.Random(7)
    before = told("Mohammed Khan, 01632 960123")
    for _ in range(400):
        text = drawn.choice([" ", ""]).join(drawn.choices(_FRAGMENTS, k=drawn.randint(2, 14)))
        holds = drawn.choice(
            ["text", "text", "name", "phone", "handle", "postcode", "registration", "email", "place"]
        )
        now = told(text, holds)
        for value in now.values:
            key_of(value, RULES.names if value.kind is Kind.NAME else None)
        compare(before, now, RULES)
        compare(now, now, RULES)
        forms_of([text], [words_of(text)])
        before = now


@pytest.mark.parametrize(
    "text",
    [
        "born" + " " * LONGEST + "x",
        "born is " * (LONGEST // 8),
        "username" + " " * LONGEST + "!",
        "1[.]" * (LONGEST // 4) + "!",
        "1(.)" * (LONGEST // 4) + "!",
        "Mohammed " + a_word(LONGEST, 1).capitalize(),
        "Mohammed Khan " * (LONGEST // 14),
        "a@" + "1." * (LONGEST // 2),
    ],
    ids=["born", "born-is", "username", "defanged", "bracketed", "long-name", "many-names", "host"],
)
def test_the_longest_account_is_read_in_a_second(text: str) -> None:
    assert seconds(lambda: told(text)) < SECONDS


def test_a_name_of_ten_thousand_letters_has_as_many_keys_as_another_and_fills_no_memory() -> None:
    name = read_name(f"Mohammed {a_word(LONGEST, 1)}", RULES.names)
    tracemalloc.start()
    try:
        keys = of_name(name, RULES.names)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(keys) == MOST_NAME_KEYS
    assert most < 5_000_000


def test_two_names_of_a_thousand_letters_are_compared_at_once() -> None:
    one, other = (told(f"Mohammed {a_word(3_000, seed).capitalize()}, 01632 960123") for seed in (1, 2))
    assert seconds(lambda: compare(one, other, RULES)) < SECONDS


@pytest.mark.thorough
def test_two_lists_of_names_are_compared_at_once() -> None:
    one, other = (
        told("\n".join(f"Mohammed {a_word(8, seed).capitalize()} Khan" for seed in range(first, first + 200)))
        for first in (0, 1_000)
    )
    assert len(one.of(Kind.NAME)) >= 100
    assert seconds(lambda: compare(one, other, RULES)) < SECONDS


def test_what_is_shown_of_a_value_is_short() -> None:
    [value] = told("https://x.uk/" + "a" * LONGEST).of(Kind.WEB)
    assert len(value.written) == LONGEST_WRITTEN


def test_no_identifier_stays_in_the_memory_of_the_process() -> None:
    """Once keys are locked again, nothing that was read with them may remain in a cache."""
    found = told("Ring 01632 960123 or see https://quillon.uk/zeppelin")
    assert found.of(Kind.PHONE)
    assert found.of(Kind.WEB)
    for read in (numbers.phone, numbers.registration, online.web_address, online.email, online.handle):
        assert not hasattr(read, "cache_info"), read


@pytest.mark.parametrize("piece", ["\N{ZERO WIDTH SPACE}", "a\N{ZERO WIDTH SPACE} ", "0" + "1" * 15 + " "])
def test_the_words_of_a_long_file_are_read_in_seconds(piece: str) -> None:
    """The words of a file are up to two hundred thousand characters, and each was read from many of them on."""
    text = piece * (300_000 // len(piece))
    assert seconds(lambda: told(text)) < SECONDS
    assert seconds(lambda: forms_of([text], [words_of(text)])) < SECONDS


def test_the_forms_of_a_web_address_with_thousands_of_slashes_are_short() -> None:
    found = forms(told("https://quillon.uk" + "/a" * (LONGEST // 2)).values)
    assert {"u:quillon.uk/a", "u:quillon.uk/a/a"} <= found
    assert sum(map(len, found)) < 20_000


def test_a_web_address_of_hundreds_of_words_crowds_no_name_out_of_the_parts() -> None:
    address = "https://quillon.uk/" + "/".join(f"w{number:03}" for number in range(300))
    assert {"p:jch", "p:zak$"} <= forms(told(f"See {address} and ask for Joanna Majchrzak.").values)


def test_names_with_many_sounds_crowd_out_no_name_of_an_officer() -> None:
    known = {one for one in (*RULES.names.forenames, *RULES.names.surnames) if one.isalpha() and len(one) > 3}
    many = sorted(known, key=lambda one: (-len(sounds(one)), one))[:38]
    reported = [
        ReportText(f"{first} {last}", "name", "") for first, last in zip(many[::2], many[1::2], strict=True)
    ]
    by_officer = ReportText("Marek Wozniak", "name", "", by_officer=True)
    found = forms(extract([*reported, by_officer], RULES).values)
    assert any(f"v:{sound}" in found for sound in sounds("wozniak"))
