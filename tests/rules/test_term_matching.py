"""What counts as meeting one's own name, family, address or car in a text: spelling makes no difference, guessing does not."""

from __future__ import annotations

import pytest

from heedline.casework.report.term_matching import folded, meets, too_short

TEXT = (
    "My neighbour Zoe O’Brien-Smith (ZOË) lives at 14, Rose  Lane.\nShe drives a blue AB 12 CDE and told me\n"
    "to ring +44 7700 900123, or odile@unit.example. Weiß knows."
)


@pytest.mark.parametrize(
    "term",
    [
        "Zoë O'Brien-Smith", "zoe obrien smith", "ZOE", "14 Rose Lane", "14 rose lane", "AB12CDE", "ab12 cde", "AB-12-CDE",
        "07700 900123", "(07700) 900-123", "+447700900123", "0044 7700 900 123", "odile@unit.example", "Weiss", "rose lane",
    ],
)  # fmt: skip
def test_it_is_met_however_it_is_spelled(term: str) -> None:
    assert meets([term], [TEXT])


@pytest.mark.parametrize(
    "term", ["Zoo Brien", "4 Rose Lane", "AB12CD", "B12CDE", "07700 900124", "7700 9001", "obri", "lane she drives an"]
)  # fmt: skip
def test_what_is_only_part_of_a_word_or_another_number_is_not(term: str) -> None:
    assert not meets([term], [TEXT])


def test_nothing_reaches_from_one_text_into_the_next() -> None:
    assert not meets(["rose lane"], ["a rose", "lane"])
    assert not meets(["07700 900123"], ["07700 900", "123"])
    assert not meets([], [TEXT])
    assert not meets(["rose lane"], [])


def test_text_is_read_as_letters_of_any_script() -> None:
    assert folded("Łódź—ÉCOLE_3") == " łodz ecole 3 "
    assert meets(["محمد علي"], ["قال مُحَمَّد علي ذلك"])
    assert too_short("Al")
    assert too_short("A-1 2")
    assert not too_short("Anna")
    assert not too_short("AB1 2")
