"""Tokens of words: the same under the same key, different otherwise, and made of bytes that part no words."""

from __future__ import annotations

import numpy as np
import pytest

from heedline.vault.tokens import SIZE, TokenKey

KEY = bytes(range(32))
WORDS = [
    "bridge",
    "Bridge",
    "",
    "a",
    "a\0b",
    "a\0c",
    "fifteen letters",
    "sixteen letters!",
    "sixteen letters?",
    "мост" * 9,
]


def test_a_word_has_one_token_and_no_other_word_has_it() -> None:
    tokens = TokenKey(KEY, "word").of(WORDS)
    assert len(set(tokens)) == len(WORDS)
    assert TokenKey(KEY, "word").of(reversed(WORDS)) == tokens[::-1]
    assert [TokenKey(KEY, "word")[word] for word in WORDS] == tokens
    assert {len(token) for token in tokens} == {SIZE}
    assert TokenKey(KEY, "word").of(["a", "bridge"]) == [tokens[3], tokens[0]], (
        "also when all words are short"
    )
    assert TokenKey(KEY, "word").of([]) == []
    assert TokenKey(KEY, "word").text_of(WORDS) == b"".join(token + b" " for token in tokens)
    blocks = np.array([b"a", b"bridge"], "S16")
    assert TokenKey(KEY, "word").text_of(blocks) == tokens[3] + b" " + tokens[0] + b" "


def test_another_key_or_sort_gives_other_tokens() -> None:
    tokens = [
        set(TokenKey(key, sort).of(WORDS)) for key, sort in ((KEY, "word"), (KEY, "key"), (KEY[::-1], "word"))
    ]
    assert len(set.union(*tokens)) == 3 * len(WORDS)


def test_sqlite_takes_a_token_for_one_word() -> None:
    """Its `ascii` tokenizer keeps all bytes from 128, and folds or parts at others."""
    assert (
        min(min(token) for token in TokenKey(KEY, "word").of(str(number) for number in range(2_000))) >= 128
    )


@pytest.mark.parametrize("word", ["bridge", "sixteen letters!"])
def test_tokens_stay_what_they_are(word: str) -> None:
    """An index that was made by an earlier version must still be found by its tokens."""
    assert (
        TokenKey(KEY, "word")[word].hex()
        == {"bridge": "eeb9adbff5dcf7", "sixteen letters!": "b0bbd99099e6be"}[word]
    )
