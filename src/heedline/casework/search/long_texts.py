"""Finds where search terms match in a text, reading closely only the parts of it that may have a match.

The words of files can be two hundred thousand characters, and one page of results shows twenty reports.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import cached_property

from anyascii import anyascii

from heedline.casework.search.query import Term
from heedline.index.words import legible

#: Characters of a part, and characters after it that a match which begins in it may reach: twelve long words.
PART = 2_000
BEYOND = 600
#: Characters around a passage that are read, so that no word is cut at its edges.
EDGE = 60
_NOT_LETTERS = re.compile(r"[\W_\u02bc]+")


class LongText:
    """A text of a report, with the results of looking into its parts, which are kept for one page of results."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._letters: dict[int, str] = {}

    def first(self, term: Term) -> tuple[int, int] | None:
        """Return the start and end of the first match of a term, or None."""
        for number, (begin, end) in enumerate(self._parts):
            piece = self.text[begin : end + BEYOND]
            if not term.may_be_in(self._letters_of(number, piece)):
                continue
            for one, other in term.places(piece):
                if begin + one < end:
                    return begin + one, begin + other
        return None

    def within(self, term: Term, begin: int, end: int) -> Iterator[tuple[int, int]]:
        """Yield the start and end of each match of a term that begins in this part of the text."""
        start = max(0, begin - EDGE)
        for one, other in term.places(self.text[start : end + EDGE]):
            if begin <= start + one < end:
                yield start + one, start + other

    @cached_property
    def _parts(self) -> list[tuple[int, int]]:
        """Return the start and end of each part. None begins within a word, unless that is as long as a part."""
        found, begin = list[tuple[int, int]](), 0
        while begin < len(self.text):
            end = begin + PART
            if end < len(self.text):
                end = max(self.text.rfind(" ", begin, end), self.text.rfind("\n", begin, end)) + 1 or end
            found.append((begin, end))
            begin = end
        return found

    def _letters_of(self, number: int, piece: str) -> str:
        if number not in self._letters:
            self._letters[number] = letters_of(piece)
        return self._letters[number]


def letters_of(text: str) -> str:
    """Return the letters and digits of a text as words are compared, and again in Latin spelling, without what is between."""
    plain = text.casefold()
    if plain.isascii():
        return _NOT_LETTERS.sub("", plain)
    plain = _NOT_LETTERS.sub("", unicodedata.normalize("NFKD", plain))
    return plain if plain.isascii() else f"{plain} {_NOT_LETTERS.sub('', anyascii(legible(text)).casefold())}"
