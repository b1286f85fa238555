"""Sketches that identify nearly identical texts.

A sketch is twelve of a text's runs of three content words, hashed: those whose checksums are the smallest, so that two texts
with many runs in common choose the same ones.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from hashlib import blake2b
from zlib import crc32

import numpy as np

from heedline.index.extraction.rules import NameRules
from heedline.index.words import plainly_signed, runs_of

SIZE = 12
_RUN = 3
_WORD = re.compile(r"[^\W_]+")
_DIGITS = re.compile(r"\d+")
#: A text of fewer runs has no sketch: "he said it again" is everybody's.
_FEWEST = 12


def shingles(texts: Iterable[str], rules: NameRules) -> frozenset[str]:
    """Return every run of three content words in these texts.

    All digits count as the same digit.
    """
    found: set[str] = set()
    for text in texts:
        plain = plainly_signed(text)
        if plain.isascii():
            words = runs_of(plain.lower())
        else:
            words = _WORD.findall(unicodedata.normalize("NFKC", text).casefold())
        words = [
            word
            for run in words
            if len(word := run if run.isalpha() else _DIGITS.sub("0", run)) > 2 and word not in rules.no_names
        ]
        found.update(map(" ".join, zip(*(words[at:] for at in range(_RUN)), strict=False)))
    return frozenset(found) if len(found) >= _FEWEST else frozenset()


def sketch(found: frozenset[str]) -> tuple[str, ...]:
    """Return the hashes of a text's runs with the smallest checksums."""
    if not found:
        return ()
    runs = [run.encode() for run in found]
    checksums = np.fromiter(map(crc32, runs), np.uint32, len(runs))
    last = min(SIZE, len(runs)) - 1
    small = np.flatnonzero(checksums <= np.partition(checksums, last)[last])
    chosen = sorted((checksums[at], runs[at]) for at in small)[:SIZE]
    return tuple(blake2b(run, digest_size=6).hexdigest() for _, run in chosen)


def containment(one: frozenset[str], other: frozenset[str]) -> float:
    """Return the proportion of the shorter text's runs that the longer text contains, from 0 to 1."""
    least = min(len(one), len(other))
    return len(one & other) / least if least else 0.0
