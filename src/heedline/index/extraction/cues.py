"""Whether a text may contain certain phrases, found out without a regular expression.

Most texts contain none of the words after which a name, an account or a date of birth is looked for, and a pattern of all
these words is tried at every letter.
"""

from __future__ import annotations

import re
from functools import lru_cache

_WORD = re.compile(r"[^\W_]+")


def words_in(text: str) -> frozenset[str]:
    """Return the words of a text in lower case."""
    return frozenset(_WORD.findall(text.casefold()))


def possible(phrases: tuple[str, ...], words: frozenset[str]) -> bool:
    """Return whether a text with these words may contain one of these phrases as whole words."""
    return any(map(words.issuperset, _needed(phrases)))


def possible_in(phrases: tuple[str, ...], text: str) -> bool:
    """Return whether a case-folded text contains one of these phrases, also as a part of a word."""
    return any(phrase in text for phrase in _shortest(phrases))


@lru_cache(maxsize=16)
def _needed(phrases: tuple[str, ...]) -> tuple[frozenset[str], ...]:
    """Return the words of each phrase, without phrases of which another one's words are a part."""
    needed = {words_in(phrase) for phrase in phrases}
    return tuple(one for one in needed if not any(other < one for other in needed))


@lru_cache(maxsize=16)
def _shortest(phrases: tuple[str, ...]) -> tuple[str, ...]:
    """Return the phrases in lower case, without those that contain another one."""
    low = {phrase.casefold() for phrase in phrases}
    return tuple(one for one in low if not any(other in one for other in low - {one}))
