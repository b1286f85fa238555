"""Detection of people's names in text.

A name follows a word such as "called", or begins with a known forename. It finds too few names rather than
too many. What an answer to "What is their name?" holds needs none of this.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from heedline.index.extraction.names import latin
from heedline.index.extraction.rules import NameRules

_WORD = r"[^\W\d_]+(?:[-'’][^\W\d_]+)*"
_TOKEN = re.compile(rf"{_WORD}\.?|[^\w\s]|\d+")
#: A name in a text has at most so many words.
_MOST = 4


def names_in(text: str, rules: NameRules) -> Iterator[str]:
    """Yield each name in a text as it was written."""
    tokens = [(found.group(), found.start(), found.end()) for found in _TOKEN.finditer(text)]
    cued = {found.end() + after for found in _cues(rules).finditer(text) for after in range(3)}
    at = 0
    while at < len(tokens):
        word, start, _ = tokens[at]
        length = 0
        if word[0].isupper() or start in cued:
            length = _length(tokens, at, rules, cued=start in cued)
        if length:
            yield text[start : tokens[at + length - 1][2]].rstrip(".")
        at += length or 1


@lru_cache(maxsize=4)
def _cues(rules: NameRules) -> re.Pattern[str]:
    cues = "|".join(re.escape(one) for one in sorted(rules.cues, key=len, reverse=True))
    return re.compile(rf"(?<!\w)(?:{cues})\.?(?=[\s:,\"'‘“])\s*(?:is\s+|was\s+)?[:,\"'‘“]?\s*", re.IGNORECASE)


def _length(tokens: list[tuple[str, int, int]], at: int, rules: NameRules, *, cued: bool) -> int:
    """Return the number of tokens from `at` that form a name, or 0."""
    first = tokens[at][0]
    if not first[0].isalpha():
        return 0
    capitals = first[0].isupper()
    if not capitals and not cued:
        return 0
    known = latin(first).replace("'", "").replace("’", "") in rules.forenames
    if not known and not (cued and capitals):
        return 0
    if _is_none(first, rules):
        return 0
    length, parts, end = 1, 1, at + 1
    while end < len(tokens) and end - at < _MOST + 2 and parts < _MOST:
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
        length = end - at
    if parts < 2 or (not capitals and not known):
        return 0
    return length


def _without_particle(word: str, rules: NameRules) -> str:
    """Return a word without a particle that is joined to it by a hyphen, such as al-Tamimi."""
    before, hyphen, after = word.partition("-")
    return after if hyphen and after and latin(before) in rules.particles else word


def _is_none(word: str, rules: NameRules) -> bool:
    return latin(word).rstrip(".") in rules.no_names
