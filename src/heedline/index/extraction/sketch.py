"""Sketches that identify nearly identical texts.

A sketch holds twelve hashed runs of three content words from a text. They are the runs with the smallest checksums, so
that two texts with many runs in common select the same ones.
"""

from __future__ import annotations

import re
import unicodedata
from base64 import b64encode
from collections.abc import Iterable, Sequence
from hashlib import blake2b
from itertools import chain, compress, count, filterfalse
from operator import not_
from typing import TYPE_CHECKING, Final
from zlib import crc32

from heedline.index.extraction import cues
from heedline.index.extraction.rules import NameRules

if TYPE_CHECKING:
    import numpy as np

SIZE = 12
_RUN = 3
_WORD = re.compile(r"[^\W_]+")
_DIGITS = re.compile(r"\d+")
#: A text of fewer runs has no sketch: "he said it again" is everybody's.
_FEWEST = 12
#: A run's checksum is computed from those of its words, each times one of these odd numbers, so that their order counts.
_TIMES: Final = (0x9E3779B1, 0x85EBCA77, 0xC2B2AE3D)
_HALF: Final = 16


def content_words(text: str, rules: NameRules, plain_words: Sequence[str] | None = None) -> list[str]:
    """Return the words of a text in order, leaving out short words and those in `rules.no_names`.

    All digits count as the same digit. A caller that has the words already (`cues.plain_words_of`) passes them.
    """
    words = list(plain_words or cues.plain_words_of(text) or ())
    if not words:
        words = _WORD.findall(unicodedata.normalize("NFKC", text).casefold())
    for at in compress(count(), map(not_, map(str.isalpha, words))):
        words[at] = _DIGITS.sub("0", words[at])
    return [word for word in filterfalse(rules.no_names.__contains__, words) if len(word) > 2]


def shingles(texts: Iterable[Sequence[str]]) -> frozenset[str]:
    """Return every run of three words in texts, given as lists of content words."""
    found: set[str] = set()
    for words in texts:
        found.update(map(" ".join, zip(*(words[at:] for at in range(_RUN)), strict=False)))
    return frozenset(found) if len(found) >= _FEWEST else frozenset()


def sketch(texts: Iterable[Sequence[str]]) -> tuple[str, ...]:
    """Return the hashes of the runs with the smallest checksums in texts, given as lists of content words."""
    long = [words for words in texts if len(words) >= _RUN]
    if not long:
        return ()
    import numpy as np

    checksums = np.concatenate([_checksums(words) for words in long])
    smallest, first = np.unique(checksums, return_index=True)
    if len(smallest) < _FEWEST:
        return ()
    runs = list(chain.from_iterable(zip(*(words[at:] for at in range(_RUN)), strict=False) for words in long))
    return tuple(_hash(" ".join(runs[at])) for at in first[:SIZE].tolist())


def _checksums(words: Sequence[str]) -> np.ndarray[tuple[int], np.dtype[np.uint32]]:
    """Return a checksum for each run of three words."""
    import numpy as np

    each = np.fromiter(map(crc32, " ".join(words).encode().split(b" ")), np.uint32, len(words))
    runs = len(words) - _RUN + 1
    sums = np.zeros(runs, np.uint32)
    for at, factor in enumerate(_TIMES):
        sums += each[at : at + runs] * factor
    sums ^= sums >> _HALF
    sums *= _TIMES[0]
    return sums


def _hash(run: str) -> str:
    return b64encode(blake2b(run.encode(), digest_size=6).digest()).decode()


def containment(one: frozenset[str], other: frozenset[str]) -> float:
    """Return the proportion of the shorter text's runs that the longer text contains, from 0 to 1."""
    least = min(len(one), len(other))
    return len(one & other) / least if least else 0.0
