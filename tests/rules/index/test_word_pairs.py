"""Tests that a phrase turns into tokens that stand together where the phrase stands in a text, and nowhere else."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heedline.index import Clause, Document, Query, SealedIndex, new_keys
from heedline.index.word_pairs import in_order, with_pairs
from heedline.index.words import words_of
from heedline.packs import load_pack
from heedline.vault.tokens import TokenKey
from tests.rules.index.memory_store import MemoryStore

KEY = TokenKey(b"k" * 32, "word")
COMMON = in_order(KEY.of("abc"))
TEXTS = [
    "It was, in the end, on the bridge. He (and she) saw the the boat.",
    "It was the end: in on the boat of the bridge’s owner, he said",
    "Who is it? It is the end of it. It is.",
]


def in_tokens(words: Sequence[str]) -> list[bytes]:
    return with_pairs(KEY.text_of(words), COMMON).split()


def stand_in(some: Sequence[object], text: Sequence[object]) -> bool:
    return any(list(some) == list(text[at : at + len(some)]) for at in range(len(text) - len(some) + 1))


@given(
    st.lists(st.sampled_from("abcxyz"), max_size=25),
    st.lists(st.sampled_from("abcxyz"), min_size=2, max_size=5),
)
def test_a_phrase_is_found_exactly_where_it_stands(text: list[str], phrase: list[str]) -> None:
    assert stand_in(in_tokens(phrase), in_tokens(text)) == stand_in(phrase, text)


def test_other_words_are_their_own_tokens_and_common_words_none() -> None:
    x, y = KEY.of("xy")
    found = in_tokens("xyaxb")
    assert [token for token in found if token in (x, y)] == [x, y, x]
    assert len(found) == 6, "with the pairs y a, a x and x b"
    assert not set(found) & set(KEY.of("abc"))
    assert all(len(token) == 7 and min(token) >= 128 for token in found)
    assert len(set(in_tokens("abacbcaa"))) == 7, "the order of a pair makes a difference"


@pytest.mark.parametrize(
    ("phrase", "expected"),
    [
        ("in the end", [0]),
        ("the end on the", [0]),
        ("it was the end", [1]),
        ("the the", [0]),
        ("the the the", []),
        ("was in", [0]),
        ("of the bridges", [1]),
        ("the boat", [0, 1]),
        ("boat of", [1]),
        ("boat it was", []),
        ("it is", [2]),
        ("it is it is", []),
        ("is it it is", [2]),
        ("end of it it", [2]),
        ("in the xylophone", []),
        ("xylophone in the", []),
        ("he and she saw the the", [0]),
    ],
)
def test_phrases_in_texts_with_the_words_of_the_pack(phrase: str, expected: list[int]) -> None:
    """Through punctuation, with words that come twice, with one rare word, and with one that is in no text."""
    keys = new_keys()
    for common in (load_pack("uk").matching.common_words, ()):
        store = MemoryStore()
        with SealedIndex(store, keys, writable=True, common=common) as index:
            index.add(Document(UUID(int=n), [words_of(text), ["boat"]]) for n, text in enumerate(TEXTS))
            index.save()
        with SealedIndex(store, keys) as index:
            hits = index.search(Query([Clause([words_of(phrase)])]), most=10)
        assert sorted(hit.report.int for hit in hits) == expected


def test_a_common_word_beside_a_phrase_is_found_alone() -> None:
    """A clause may have a phrase and a word, either of which is enough."""
    store, keys = MemoryStore(), new_keys()
    with SealedIndex(store, keys, writable=True, common=["the"]) as index:
        index.add(Document(UUID(int=n), [text.split()]) for n, text in enumerate(["the end", "an end", "no"]))
        index.save()
    with SealedIndex(store, keys) as index:
        hits = index.search(Query([Clause([["an", "end"], ["the"]])]), most=10)
        assert [hit.report.int for hit in hits] == [1, 0]
