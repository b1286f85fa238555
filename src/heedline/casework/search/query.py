"""What an officer typed into the search box, as a query of the index.

Words stand for themselves, in any order. `"in quotation marks"` stands for words in their order, `begin*` for every word
that begins so. What has no space in it (an address, a web name, a number with hyphens) is words in their order as well.
A long number is found however its digits are grouped.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from heedline.index import Clause, Query
from heedline.index.words import NUMBER, beginning, numbers, placed, spelled, words_of

#: Characters that can be searched for at once, and words.
LONGEST = 200
MOST_WORDS = 12
TOO_MANY = f"Search for at most {MOST_WORDS} words at once."
TOO_SHORT = "Type at least three letters before the star."
NOTHING = "Type a word, a number or a name to search for."
_PIECE = re.compile(r'"([^"]*)"?|(\S+)')
_LONG_NUMBER = re.compile(r"(?<![^\s\"])\+?[\d(][\d\s().\-/]{4,}\d(?![^\s\"])")


class SearchKind(StrEnum):
    """How a search was made, as the log counts it."""

    WORDS = "words"
    PHRASE = "phrase"
    BEGINNING = "beginning"
    NUMBER = "number"


class Unsearchable(Exception):
    """What was typed cannot be searched for. The message says why."""


@dataclass(frozen=True)
class Term:
    """One thing that a report must have: words in their order, the beginning of a word, or a long number."""

    kind: SearchKind
    words: tuple[str, ...] = field(repr=False)

    @property
    def clause(self) -> Clause:
        """Return the term as the index takes it."""
        match self.kind:
            case SearchKind.BEGINNING:
                return Clause(forms=[beginning(self.words[0])])
            case SearchKind.NUMBER:
                return Clause(forms=[f"n:{self.words[0]}"])
            case _:
                joined = "".join(self.words)
                if len(self.words) == 1:
                    return Clause([self.words], [f"w:{joined}"])
                return Clause([self.words, [joined]] if _PLATE.fullmatch(joined) else [self.words])

    def places(self, text: str) -> list[tuple[int, int]]:
        """Return where a text has this term, each place with its beginning and its end."""
        if self.kind is SearchKind.NUMBER:
            return [
                (found.start(), found.end())
                for found in _DIGITS.finditer(text)
                if "".join(filter(str.isdigit, found.group()))[-NUMBER:] == self.words[0]
            ]
        there, wanted = list(placed(text)), "".join(self.words)
        if self.kind is SearchKind.BEGINNING:
            return [(start, end) for word, start, end in there if _begins(word, self.words[0])]
        found = [(start, end) for word, start, end in there if wanted in (word, spelled_alike(word))]
        for size in {len(self.words), 2} - {1}:
            found += [
                (run[0][1], run[-1][2])
                for run in zip(*(there[n:] for n in range(size)), strict=False)
                if self._is(tuple(word for word, _, _ in run))
            ]
        return sorted(set(found))

    def _is(self, run: tuple[str, ...]) -> bool:
        joined = "".join(self.words)
        return run == self.words or (
            len(run) == 2 and "".join(run) == joined and bool(_PLATE.fullmatch(joined))
        )


def spelled_alike(word: str) -> str:
    """Return a word as it is spelled in Latin letters."""
    return word if word.isascii() else spelled(word)


def _begins(word: str, beginning: str) -> bool:
    return word.startswith(beginning) or spelled_alike(word).startswith(beginning)


#: A number plate or a postcode, written in one piece.
_PLATE = re.compile(
    r"(?=.{5,8}$)(?:[a-z]{1,3}\d{1,4}[a-z]{0,3}|[a-z]{1,2}\d[a-z\d]?\d[a-z]{2}|\d{1,4}[a-z]{1,3})"
)
_DIGITS = re.compile(r"\+?\d(?:[\s().+\-/]{0,3}\d)+")


@dataclass(frozen=True)
class Sought:
    """A query that was understood."""

    terms: tuple[Term, ...]

    @property
    def kind(self) -> SearchKind:
        """Return how the log counts it: by the narrowest thing that was asked for."""
        kinds = {term.kind for term in self.terms}
        order = (SearchKind.NUMBER, SearchKind.PHRASE, SearchKind.BEGINNING, SearchKind.WORDS)
        return next(kind for kind in order if kind in kinds)

    def for_index(self) -> Query:
        """Return the query as the index takes it."""
        return Query([term.clause for term in self.terms])


def understood(text: str) -> Sought:
    """Return what was typed as a query. Raises Unsearchable."""
    text = text.strip()[: LONGEST + 1]
    if len(text) > LONGEST:
        raise Unsearchable(f"Search for at most {LONGEST} characters at once.")
    terms: list[Term] = []
    for found in _LONG_NUMBER.finditer(text):
        terms += [Term(SearchKind.NUMBER, (number,)) for number in numbers(found.group())]
    rest = _LONG_NUMBER.sub(lambda found: " " if list(numbers(found.group())) else found.group(), text)
    for piece in _PIECE.finditer(rest):
        for term in _terms(piece.group(1), piece.group(2)):
            terms[-1:] = _as_one(terms[-1], term) if terms else [term]
    terms = list(dict.fromkeys(terms))
    if not terms:
        raise Unsearchable(NOTHING)
    if sum(len(term.words) for term in terms) > MOST_WORDS:
        raise Unsearchable(TOO_MANY)
    return Sought(tuple(terms))


def _terms(quoted: str | None, bare: str | None) -> Sequence[Term]:
    if quoted is not None:
        words = tuple(words_of(quoted))
        return [Term(SearchKind.PHRASE if len(words) > 1 else SearchKind.WORDS, words)] if words else []
    words = tuple(words_of(bare or ""))
    if not words:
        return []
    if (bare or "").endswith("*"):
        if len(words) > 1 or not beginning(words[0]):
            raise Unsearchable(TOO_SHORT)
        return [Term(SearchKind.BEGINNING, words)]
    return [Term(SearchKind.PHRASE if len(words) > 1 else SearchKind.WORDS, words)]


def _as_one(before: Term, term: Term) -> list[Term]:
    """Return two terms as one, if together they are a number plate or a postcode."""
    if before.kind is term.kind is SearchKind.WORDS and _PLATE.fullmatch(before.words[0] + term.words[0]):
        return [Term(SearchKind.PHRASE, (*before.words, *term.words))]
    return [before, term]
