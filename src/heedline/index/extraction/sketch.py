"""Sketches that identify nearly identical texts.

A sketch is the twelve smallest hashes of runs of three content words.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from hashlib import blake2b
from heapq import nsmallest

from heedline.index.extraction.rules import NameRules

SIZE = 12
_RUN = 3
_WORD = re.compile(r"[^\W_]+")
_DIGITS = re.compile(r"\d+")
#: A text of fewer runs has no sketch: "he said it again" is everybody's.
_FEWEST = 12


def shingles(texts: Iterable[str], rules: NameRules) -> frozenset[str]:
    """Return the hashes of every run of three content words in these texts.

    All digits count as the same digit.
    """
    found: set[str] = set()
    for text in texts:
        plain = _DIGITS.sub("0", unicodedata.normalize("NFKC", text).casefold())
        words = [word for word in _WORD.findall(plain) if word not in rules.no_names and len(word) > 2]
        for run in zip(*(words[at:] for at in range(_RUN)), strict=False):
            found.add(blake2b(" ".join(run).encode(), digest_size=6).hexdigest())
    return frozenset(found) if len(found) >= _FEWEST else frozenset()


def sketch(found: frozenset[str]) -> tuple[str, ...]:
    """Return the smallest hashes among a text's shingles."""
    return tuple(nsmallest(SIZE, found))


def containment(one: frozenset[str], other: frozenset[str]) -> float:
    """Return the proportion of the shorter text's shingles that the longer text contains, from 0 to 1."""
    least = min(len(one), len(other))
    return len(one & other) / least if least else 0.0
