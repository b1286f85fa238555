"""Words and their forms: what makes no difference, and what is found by its beginning, in one piece or in Latin letters."""

from __future__ import annotations

import pytest

from heedline.index import words


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


def test_a_word_knows_its_place() -> None:
    text = "At O’Brien’s, été"
    assert [text[start:end] for _, start, end in words.placed(text)] == ["At", "O’Brien’s", "été"]


def test_a_word_is_cut_at_its_longest() -> None:
    assert words.words_of("x" * 5000) == ["x" * words.LONGEST]


def forms(text: str) -> set[str]:
    others, begun = words.forms_of([text], [words.words_of(text)])
    return others | {one.decode() for one in words.beginnings_of(begun).tolist()}


def test_a_word_is_found_by_its_beginning() -> None:
    assert forms("bridge") == {"b:bri", "b:brid", "b:bridg", "b:bridge"}
    assert forms("мосты") == {"b:мос", "b:мост", "b:мосты", "b:mos", "b:most", "b:mosty", "w:mosty"}
    for word in ("ab", "bridge", "bridgehead", "bridgeheads"):
        assert forms(word) == set(words.beginnings(word))
    assert words.beginning("bri") == "b:bri"
    assert words.beginning("bridges") == "b:bridge"
    assert words.beginning("br") == ""


@pytest.mark.parametrize("text", ["01632 960123", "+44 1632 960 123", "(01632) 960-123", "01632960123"])
def test_a_number_is_found_however_it_is_grouped(text: str) -> None:
    assert "n:632960123"[-11:] in forms(text)
    assert list(words.numbers(text)) == ["632960123"]


def test_a_plate_is_found_in_one_piece() -> None:
    assert "w:ab12cde" in forms("a van AB12 CDE outside")
    assert "w:thevan" not in forms("the van")


def test_a_name_in_another_script_is_found_in_latin_letters() -> None:
    assert "w:ivan" in forms("Иван")
