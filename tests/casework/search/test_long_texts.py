"""Tests that passages of long texts are found where reading the whole text finds them, and found quickly."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heedline.casework.search import passages, query
from heedline.casework.search.documents import SearchedText
from heedline.casework.search.passages import PART, LongText
from heedline.casework.search.query import MOST_WORDS, Sought, understood
from heedline.index.terms import Unsearchable
from heedline.index.words import placed
from heedline.packs import load_pack

RULES = load_pack("uk").matching
_FRAGMENTS = (
    "quillon", "O’Brien", "o'brien", "OʼBrien", "AB12 COE", "ab12c0e", "01632 960123", "٠١٦٣٢ ٩٦٠١٢٣", "Дарья", "daria", "ﷺ",
    "pass\N{SOFT HYPHEN}port", "side door", "side-door", "e\N{COMBINING ACUTE ACCENT}tude", "Tie\N{CYRILLIC SMALL LETTER ER}ney",
    "ſtraße", "中国", "x" * 60, "+44 1632 960 123", "the", "a", "\n", "12", "1", "مُحَمَّد",
    "zz99abc", "dark_fern", "well-known", "14 Elm Rd", "السيارة", "Zoë™ Ltd",
)  # fmt: skip
_SEARCHES = (
    "quillon", "obrien", "ab12c0e", "AB12 COE", "01632960123", "darya", "ﷺ", "passport", '"side door"', "side door", "etude",
    "tiepney", "strasse", "zhongguo", "x" * 50, "qui*", "pass*", '"a the"', "12", "mhmd", "abc", "да", "дар*",
    "darkfern", "*fern", "*ass*", "99abc", "*9601*", "0123", "elm road", "*дар*", "960123",
    "سيارة", '"zoe ltd"',
)  # fmt: skip


def sought(text: str) -> Sought:
    return understood(text, RULES)


def test_the_first_match_is_that_of_the_whole_text() -> None:
    drawn = random.Random(3)
    for size in (1, 5, 40, 900, 1_500):
        for text in (" ".join(drawn.choices(_FRAGMENTS, k=size)) for _ in range(5)):
            long = LongText(text)
            for term in (term for search in _SEARCHES for term in sought(search).terms):
                first = next(iter(term.places(text)), None)
                assert long.first(term) == first, (term, text)


@pytest.mark.parametrize("search", ["zeppelin", "zeppelin marzipan", "a b c d e f g h i j zeppelin marzipan"])
@pytest.mark.parametrize("filling", ["a b c d ", "1 ", "Mohammed Khan ", "слово и дело ", "z" * PART + " "])
def test_the_words_of_large_files_are_looked_through_quickly(filling: str, search: str) -> None:
    """One report took up to five seconds before, and a page of results shows twenty."""
    words = filling * (200_000 // len(filling))
    texts = [SearchedText("derivative-description", f"{words} {search}")]
    began = time.process_time()
    assert passages.passages(texts, sought(search))
    assert time.process_time() - began < 0.4


def test_the_words_of_a_long_text_are_read_once_for_all_terms(monkeypatch: pytest.MonkeyPatch) -> None:
    """Short words have their letters in every part of a text: its words were read for each of them."""
    drawn, letters, read = random.Random(5), "абвгдежзийклмнопрст", list[int]()

    def counted(text: str) -> Iterator[tuple[str, int, int]]:
        read.append(len(text))
        return placed(text)

    for module in (query, passages):
        monkeypatch.setattr(module, "placed", counted, raising=False)
    short = list(dict.fromkeys("".join(drawn.choices(letters, k=2)) for _ in range(40)))[:MOST_WORDS]
    others = ["".join(drawn.choices(letters, k=5)) for _ in range(8_000)]
    text = " ".join([*others, *short[:-1]])
    for last in (short[-1], "ab"):
        read.clear()
        assert passages.passages([SearchedText("note", text)], sought(" ".join([*short[:-1], last]))) == ()
        assert sum(read) < 2 * len(text)


@settings(deadline=None)
@given(
    st.text("zZ9aAbBs1 -_.'’Éж*", max_size=80),
    st.one_of(
        st.text("zZ9aAbB1é -_*", min_size=3, max_size=8),
        st.sampled_from(["zz99 aab", "*99a", "ж*", "991 199"]),
    ),
)
def test_reading_a_text_in_parts_misses_no_match(text: str, typed: str) -> None:
    try:
        terms = understood(typed, RULES).terms
    except Unsearchable:
        return
    for term in terms:
        assert (LongText(text).first(term) is not None) == bool(term.places(text))
