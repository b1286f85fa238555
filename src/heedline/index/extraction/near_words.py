"""Finds the word in a text that is most similar to a search word without results."""

from __future__ import annotations

from collections.abc import Iterable

from rapidfuzz.distance import OSA

from heedline.index.extraction.name_comparison import parts_alike
from heedline.index.extraction.names import known_as, latin
from heedline.index.extraction.rules import NameRules

#: Letters of the shortest word for which a similar one is looked for: shorter words are like too many.
SHORTEST = 4
_VOWELS = "aeiou"


def slips(word: str, rules: NameRules) -> list[str]:
    """Return words that differ from this one by a common slip, and the names that it is a variant of.

    A slip is a letter too many, one letter instead of two, two letters the wrong way round, and a vowel that is another one
    or left out.
    """
    found: dict[str, None] = dict.fromkeys(sorted(known_as(word, rules, last=True)))
    for at, letter in enumerate(word):
        before, after = word[:at], word[at + 1 :]
        found[before + after] = None
        found.update(dict.fromkeys(before + letter + other + after for other in letter + _VOWELS))
        if after:
            found[before + after[0] + letter + after[1:]] = None
        if letter in _VOWELS:
            found.update(dict.fromkeys(before + other + after for other in _VOWELS))
    return [one for one in found if one != word and " " not in one]


def nearest(word: str, there: Iterable[str], rules: NameRules) -> str:
    """Return the word in `there` that is most similar to `word`, or "" if none is similar enough.

    Words are compared in lower-case Latin letters. One letter may differ, or two if both words sound alike.
    """
    best, apart = "", 3
    for written in there:
        other = latin(written)
        if abs(len(other) - len(word)) > 2 or other == word or len(other) < SHORTEST - 1:
            continue
        distance = OSA.distance(word, other, score_cutoff=2)
        alike = distance <= 1 or (distance == 2 and parts_alike(word, other, rules, last=True) is not None)
        if alike and distance < apart:
            best, apart = written, distance
    return best
