"""Flesch–Kincaid grade and sentence length of a page's texts, with syllables from pyphen."""

import re
from collections.abc import Iterable

import pyphen

_HYPHENS = pyphen.Pyphen(lang="en_GB")
_OUTSIDE = re.compile(r"https?://\S+|\S+@\S+|\{[a-z_.]+\}")


def measure(texts: Iterable[str]) -> tuple[float, float]:
    """(grade, words per sentence). A text without a full stop, such as a title, is one sentence."""
    words, sentences, syllables = 0, 0, 0
    for text in texts:
        for sentence in re.split(r"[.?!:]+(?:\s|\"|$)", _OUTSIDE.sub("", text)):
            found = re.findall(r"[A-Za-z'’]+", sentence)
            sentences += bool(found)
            words += len(found)
            syllables += sum(len(_HYPHENS.positions(word.lower())) + 1 for word in found)
    return 0.39 * words / sentences + 11.8 * syllables / words - 15.59, words / sentences
