"""Tokens of words that several documents share are computed once, and equal those of each word alone."""

from __future__ import annotations

import pytest

from heedline.index.token_texts import BeginningTexts, TokenTexts
from heedline.index.words import beginnings
from heedline.vault.tokens import TokenKey

KEY = TokenKey(bytes(32), "word")
WORDS = ["bridge", "ab", "bri", "sixteen letters!", "bridgeheads", "bridge"]


def test_learnt_tokens_are_those_of_each_word() -> None:
    texts = TokenTexts(KEY)
    texts.learn(WORDS[:2])
    texts.learn(WORDS)
    assert texts.of(WORDS) == KEY.text_of(WORDS)
    assert texts.of(()) == b""


def test_learnt_beginnings_are_those_of_each_word() -> None:
    texts = BeginningTexts(KEY)
    texts.learn(WORDS[:2])
    texts.learn(WORDS)
    for word in WORDS:
        assert texts.of([word]) == KEY.text_of(beginnings(word))


def test_no_token_is_computed_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    texts, asked = (TokenTexts(KEY), BeginningTexts(KEY)), 0

    def counted(key: TokenKey, words: object) -> bytes:
        nonlocal asked
        asked += 1
        return text_of(key, words)  # type: ignore[arg-type]

    text_of = TokenKey.text_of
    monkeypatch.setattr(TokenKey, "text_of", counted)
    for one in texts:
        one.learn(WORDS)
        one.learn(WORDS[::-1])
    assert asked == len(texts)
