"""Checks whether a text may contain certain phrases, without using a regular expression.

Names, accounts and dates of birth are looked for after certain words. Most texts contain none of these words, and a
regular expression of all of them would be tried at every letter.
"""

from __future__ import annotations

import re
from functools import lru_cache

from heedline.index.words import plainly_signed, runs_of

_WORD = re.compile(r"[^\W_]+")


def words_in(text: str) -> frozenset[str]:
    """Return the words of a text in lower case."""
    plain_words = plain_words_of(text)
    return frozenset(_WORD.findall(text.casefold()) if plain_words is None else plain_words)


def plain_words_of(text: str) -> list[str] | None:
    """Return the words of a text in lower case and in order, or None if it contains non-ASCII letters."""
    plain = plainly_signed(text)
    return runs_of(plain.lower()) if plain.isascii() else None


def possible(phrases: tuple[str, ...], words: frozenset[str]) -> bool:
    """Return whether a text with these words may contain one of these phrases as whole words."""
    return any(map(words.issuperset, _needed(phrases)))


def possible_in(phrases: tuple[str, ...], text: str) -> bool:
    """Return whether a case-folded text contains one of these phrases, including as part of a word."""
    for phrase in _shortest(phrases):  # noqa: SIM110 - any() takes twice as long
        if phrase in text:
            return True
    return False


@lru_cache(maxsize=16)
def _needed(phrases: tuple[str, ...]) -> tuple[frozenset[str], ...]:
    """Return the set of words in each phrase, leaving out any set that contains all of another one."""
    needed = {words_in(phrase) for phrase in phrases}
    return tuple(one for one in needed if not any(other < one for other in needed))


@lru_cache(maxsize=16)
def _shortest(phrases: tuple[str, ...]) -> tuple[str, ...]:
    """Return the phrases in lower case, leaving out any that contain another phrase."""
    low = {phrase.casefold() for phrase in phrases}
    return tuple(one for one in low if not any(other in one for other in low - {one}))
