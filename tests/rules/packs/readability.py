"""Flesch–Kincaid grade and sentence length of a page's texts.

Hyphenation points miss syllables ("ac-cess-ibil-ity" has six), so the larger of pyphen's count and the number of
vowel groups is taken: the measure errs towards hard.
"""

import re
from collections.abc import Iterable

import pyphen

_HYPHENS = pyphen.Pyphen(lang="en_GB")
_OUTSIDE = re.compile(r"https?://\S+|\S+@\S+|\{[a-z_.]+\}")


def syllables_of(word: str) -> int:
    """At least one."""
    groups = len(re.findall(r"[aeiouy]+", re.sub(r"(?<=[^aeiouyl])e[ds]?$", "", word.lower())))
    return max(len(_HYPHENS.positions(word.lower())) + 1, groups, 1)


def measure(texts: Iterable[str]) -> tuple[float, float]:
    """(grade, words per sentence). A text without a full stop, such as a title, is one sentence."""
    words, sentences, syllables = 0, 0, 0
    for text in texts:
        for sentence in re.split(r"[.?!:]+(?:\s|\"|$)", _OUTSIDE.sub("", text)):
            found = re.findall(r"[A-Za-z'’]+", sentence)
            sentences += bool(found)
            words += len(found)
            syllables += sum(syllables_of(word) for word in found)
    return 0.39 * words / sentences + 11.8 * syllables / words - 15.59, words / sentences
