"""Detects people's names in text.

A name follows a word such as "called", or begins with a known forename. It finds too few names rather than
too many. What an answer to "What is their name?" holds needs none of this.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice

from heedline.index.extraction import cues
from heedline.index.extraction.names import latin
from heedline.index.extraction.rules import NameRules

_WORD = r"[^\W\d_]+(?:[-'’][^\W\d_]+)*"
_TOKEN = re.compile(rf"{_WORD}\.?|[^\w\s]|\d+")
#: What precedes the first letter of a word: neither a letter, nor a hyphen or an apostrophe that follows one.
_AT_THE_BEGINNING = r"(?<![^\W\d_].)(?<![^\W\d_][-'’].)"
_FIRST_LETTER = re.compile(rf"[^\W\d_]{_AT_THE_BEGINNING}", re.DOTALL)
_CAPITAL = re.compile(rf"[A-Z]{_AT_THE_BEGINNING}", re.DOTALL)
#: A name in a text has at most so many words.
_MOST = 4
#: Words and marks from the beginning of a name that are looked at.
_LOOKED_AT = _MOST + 3


def names_in(text: str, rules: NameRules) -> Iterator[str]:
    """Yield each name in a text as it was written."""
    cued: set[int] = set()
    if cues.possible(rules.cues, cues.words_in(text)):
        cued = {found.end() + after for found in _cues(rules).finditer(text) for after in range(3)}
    capitals = (_CAPITAL if text.isascii() else _any_capital()).finditer(text)
    starts = {found.start() for found in capitals}
    starts.update(at for at in cued if _FIRST_LETTER.match(text, at))
    end = 0
    for start in sorted(starts):
        if start < end or not (start in cued or _is_forename(text, start, rules)):
            continue
        tokens = [
            (one.group(), one.start(), one.end()) for one in islice(_TOKEN.finditer(text, start), _LOOKED_AT)
        ]
        if length := _length(tokens, rules, cued=start in cued):
            end = tokens[length - 1][2]
            yield text[start:end].rstrip(".")


def _is_forename(text: str, start: int, rules: NameRules) -> bool:
    """Return whether the word that starts here is a known forename."""
    word = _TOKEN.match(text, start)
    return word is not None and _plain(word.group()) in rules.forenames


def _plain(word: str) -> str:
    return latin(word).replace("'", "").replace("’", "")


@lru_cache(maxsize=1)
def _any_capital() -> re.Pattern[str]:
    """Return a pattern that matches a capital letter in any script at the start of a word."""
    capitals = (one for one in map(chr, range(sys.maxunicode + 1)) if one.isupper() and one.isalpha())
    return re.compile(rf"[{''.join(capitals)}]{_AT_THE_BEGINNING}", re.DOTALL)


@lru_cache(maxsize=4)
def _cues(rules: NameRules) -> re.Pattern[str]:
    phrases = "|".join(re.escape(one) for one in sorted(rules.cues, key=len, reverse=True))
    return re.compile(
        rf"(?<!\w)(?:{phrases})\.?(?=[\s:,\"'‘“])\s*(?:is\s+|was\s+)?[:,\"'‘“]?\s*", re.IGNORECASE
    )


def _length(tokens: list[tuple[str, int, int]], rules: NameRules, *, cued: bool) -> int:
    """Return the length, in tokens, of the name that starts with the first token, or 0 if there is none."""
    first = tokens[0][0]
    if not first[0].isalpha():
        return 0
    capitals = first[0].isupper()
    if not capitals and not cued:
        return 0
    known = _plain(first) in rules.forenames
    if not known and not (cued and capitals):
        return 0
    if _is_none(first, rules):
        return 0
    length, parts, end = 1, 1, 1
    while end < len(tokens) and end < _MOST + 2 and parts < _MOST:
        word, start, _ = tokens[end]
        if not word[0].isalpha() or start - tokens[end - 1][2] > 1 or tokens[end - 1][0].endswith("."):
            break
        if latin(word) in rules.particles and end + 1 < len(tokens):
            end += 1
            continue
        if (
            _is_none(word, rules)
            or _without_particle(word, rules)[0].isupper() != capitals
            or (not capitals and parts > 1)
        ):
            break
        end += 1
        parts += 1
        length = end
    if parts < 2 or (not capitals and not known):
        return 0
    return length


def _without_particle(word: str, rules: NameRules) -> str:
    """Return a word without any particle joined to it by a hyphen, as in al-Tamimi."""
    before, hyphen, after = word.partition("-")
    return after if hyphen and after and latin(before) in rules.particles else word


def _is_none(word: str, rules: NameRules) -> bool:
    return latin(word).rstrip(".") in rules.no_names
