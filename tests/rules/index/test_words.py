"""Words and their forms: what makes no difference, and what is found by its beginning, in one piece or in Latin letters."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heedline.index import words
from heedline.index.extraction.cues import words_in
from heedline.index.extraction.sketch import content_words, shingles, sketch
from heedline.packs import load_pack

RULES = load_pack("uk").matching
#: A sign that parts words, and with which a text is read word by word.
SLOWLY = " § "
ENOUGH = " one time long past there stood four green doors beside seven quiet rivers under pale winter skies"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("He filmed O’Brien's café.", ["he", "filmed", "obriens", "cafe"]),
        ("STRASSE Straße", ["strasse", "strasse"]),
        ("e\u0301te\u0301 été", ["ete", "ete"]),
        ("a_b--c/d", ["a", "b", "c", "d"]),
        ("مُحَمَّد محمد", ["محمد", "محمد"]),
        ("'quoted' ’ '", ["quoted"]),
        ("", []),
    ],
)
def test_case_accents_and_apostrophes_make_no_difference(text: str, found: list[str]) -> None:
    assert words.words_of(text) == found


@given(st.text("abXY09ß  _-.'`’‘“”–—…•£€\u00a0") | st.text("abXY09  '`’‘“”–—…•£€\u00a0"))
def test_typographic_signs_change_no_words(text: str) -> None:
    """A text that has only such signs beside ASCII is read like any other text, and faster."""
    assert words.words_of(text) == words.words_of(text + SLOWLY) == [one for one, _, _ in words.placed(text)]
    assert words_in(text) == words_in(text + SLOWLY)
    quickly, slowly = ([content_words(one, RULES.names)] for one in (text + ENOUGH, text + SLOWLY + ENOUGH))
    assert shingles(quickly) == shingles(slowly) != frozenset()
    assert sketch(quickly) == sketch(slowly) != ()


def test_a_text_with_typographic_signs_alone_is_not_read_word_by_word(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delattr(words, "placed")
    text = "“Don’t” he said – ‘now’… £5 • €6\u00a0— soon"
    assert words.words_of(text) == ["dont", "he", "said", "now", "5", "6", "soon"]


def test_a_word_knows_its_place() -> None:
    text = "At O’Brien’s, été"
    assert [text[start:end] for _, start, end in words.placed(text)] == ["At", "O’Brien’s", "été"]


def test_a_word_is_cut_at_its_longest() -> None:
    assert words.words_of("x" * 5000) == ["x" * words.LONGEST]


def forms(text: str) -> set[str]:
    others, begun = words.forms_of([text], [words.words_of(text)])
    found, numbers = words.beginnings_of(begun)
    each = len(words.BEGINNINGS)
    return others.union(
        one.decode() for at, number in enumerate(numbers) for one in found[at * each : at * each + number]
    )


@pytest.mark.parametrize("apostrophe", ["'", "’"])
def test_a_word_is_found_without_its_possessive_s(apostrophe: str) -> None:
    text = "Tierney's van is O'Brien's now, and he's seen what's in the boys' room.".replace("'", apostrophe)
    assert {one for one in forms(text) if one.startswith("w:")} == {"w:tierney", "w:obrien"}


def test_a_word_is_found_by_its_beginning() -> None:
    assert forms("bridge") == {"b:bri", "b:brid", "b:bridg"}, "the word itself is in the index"
    assert forms("мосты") == {"b:мос", "b:мост", "b:mos", "b:most", "b:mosty", "w:mosty"}
    for word in ("ab", "abc", "bridge", "bridgehe", "bridgehea", "bridgeheads"):
        assert forms(word) == set(words.beginnings(word))
    assert words.starts_of("bri") == ["bri"]
    assert words.starts_of("bridges") == ["bri", "brid", "bridg", "bridge"]
    assert words.starts_of("br") == []


@pytest.mark.parametrize("text", ["01632 960123", "+44 1632 960 123", "(01632) 960-123", "01632960123"])
def test_a_number_is_found_however_it_is_grouped(text: str) -> None:
    assert "n:632960123"[-11:] in forms(text)
    assert words.number_of(text) == "632960123"


@pytest.mark.parametrize("between", ["\n", " ", " - ", "  /  "])
def test_each_number_of_a_list_is_found(between: str) -> None:
    """Of several numbers with only spaces or a dash between them, all but the last could not be found before."""
    assert forms(between.join(["01632 960123", "07700900124", "01632 960125"])) >= {
        "n:632960123",
        "n:700900124",
        "n:632960125",
    }
    assert "n:632960123" in forms("Ring 01632 960123 (2 rings).")


@pytest.mark.parametrize(
    "text",
    [
        "pass\N{SOFT HYPHEN}port",
        "pass\N{ZERO WIDTH SPACE}port",
        "pass\N{WORD JOINER}port",
        "p\N{ZERO WIDTH NO-BREAK SPACE}assport",
    ],
)
def test_no_invisible_character_parts_a_word(text: str) -> None:
    assert words.words_of(text) == ["passport"]


def test_letters_of_another_script_that_look_latin_are_found_as_latin() -> None:
    mixed = (
        "Tie\N{CYRILLIC SMALL LETTER ER}ney \N{CYRILLIC CAPITAL LETTER A}\N{CYRILLIC CAPITAL LETTER VE}12 CDE"
    )
    assert {"w:tiepney", "w:ab12"} <= forms(mixed)
    assert words.legible(mixed) == "Tiepney AB12 CDE"
    assert words.legible("Москва 12кг") == "Москва 12кг"


def test_a_plate_is_found_in_one_piece() -> None:
    assert "w:ab12cde" in forms("a van AB12 CDE outside")
    assert "w:thevan" not in forms("the van")


def test_a_name_in_another_script_is_found_in_latin_letters() -> None:
    assert "w:ivan" in forms("Иван")
