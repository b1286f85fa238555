"""Tests for names that what stands behind them shows to be names, and for words that only look like them."""

from __future__ import annotations

import pytest

from heedline.index.extraction.extract import extract
from heedline.index.extraction.values import Kind, ReportText
from heedline.packs import load_pack

RULES = load_pack("uk").matching


def names(text: str) -> list[str]:
    return [value.canonical for value in extract([ReportText(text, "text", "")], RULES).of(Kind.NAME)]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("i work with becky thistlewood and she told me", "becky thistlewood"),
        ("abdelrahman el gammal has told everyone", "abdelrahman gammal"),
        ("my flatmate mohamed elsayegh watches it", "mohamed sayegh"),
        ("it's dai parry-jones you want", "dai parry jones"),
        ("my lodger chen xiaoling takes pictures", "chen xiaoling"),
        ("a student called huang xiaoyu has knives", "huang xiaoyu"),
        ("Gilhooly Kevin 23/09/1968 sent it", "gilhooly kevin"),
        ("PROTHERO, Emyr (14/05/1990) was suspended", "prothero emyr"),
        ("Thistlewood, Rebecca, lives opposite", "thistlewood rebecca"),
        ("Parry-Jones, Dafydd came back", "parry jones dafydd"),
    ],
)
def test_what_stands_behind_two_words_shows_that_they_are_a_name(text: str, name: str) -> None:
    assert name in names(text)


@pytest.mark.parametrize(
    "text",
    [
        "kevin always said so", "rhodri phone is blue", "becky boyfriend was there", "liban house on the hill",
        "i saw kevin outside he ran", "jaspreet definitely has one", "kevin probably will", "faisal al jazeera said",
        "faisal and kevin were working from the van", "liban standing on the roof", "long before he came",
        "Sadly, Rebecca, is gone", "Yesterday, Kevin, came", "In Preston, Kevin said", "Arrested Kevin 12/03/2010",
        "Met Kevin 12.03.2010", "CARDIFF, Saturday 14/05/1990", "HELP, Monday 14/05/1990",
    ],
)  # fmt: skip
def test_other_words_beside_a_forename_are_no_surname(text: str) -> None:
    assert not names(text)
