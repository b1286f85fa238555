"""Search terms: how each is looked up in the index, and where it occurs in a text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

from heedline.index import word_parts
from heedline.index.extraction.numbers import PLATE_SIGNS, registration
from heedline.index.extraction.values import Kind
from heedline.index.query import Clause
from heedline.index.word_parts import SHORTEST_OF_NUMBER
from heedline.index.words import (
    NUMBER,
    begun_by,
    compounds,
    long_numbers,
    owner,
    placed,
    placed_numbers,
    spelled,
    starts_of,
    without_article,
    words_of,
)

_BETWEEN = re.compile(r"[\W_]+")
_SHORTEST_PART_OF_PLATE = 4


TOO_SHORT = (
    "Type at least three letters or digits beside a *, for example *ABC. "
    "For the middle of a number, type at least four digits, for example *4821*."
)
#: A "?" for an unknown character, in a registration or inside a word. After any other word, it is only a question mark.
UNKNOWN = re.compile(r"[^\W_]\?+[^\W_]|^\?+[^\W_]|(?=.*\d)(?=.*[^\W\d_]).*[^\W_]\?+$")


class Unsearchable(Exception):
    """Raised when a search text cannot be turned into a query.

    The message says why.
    """


class SearchKind(StrEnum):
    """The kinds of search that the log distinguishes."""

    WORDS = "words"
    PHRASE = "phrase"
    BEGINNING = "beginning"
    PART = "part"
    NUMBER = "number"


@dataclass(frozen=True)
class Term:
    """A search term.

    It is a sequence of words, the beginning or another part of a word, or a long number. If the words can be a vehicle
    registration, `plate` is its canonical form. `others` are phrases with the same meaning, such as other ways to write a date.
    `ending` means that a word or number ends with the part, and `exact` that only whole words match.
    """

    kind: SearchKind
    words: tuple[str, ...] = field(repr=False)
    plate: str = field(repr=False, default="")
    others: tuple[tuple[str, ...], ...] = field(repr=False, default=())
    ending: bool = False
    exact: bool = False

    @property
    def clause(self) -> Clause:
        """Return this term as an index clause."""
        joined, parts = self._joined, word_parts.forms_of_part(self._part, ending=self.ending)
        match self.kind:
            case SearchKind.BEGINNING:
                begun = begun_by(starts_of(joined)[-1])
                return Clause([[joined]], [begun, *self._in_one_piece], together=parts)
            case SearchKind.PART:
                return Clause([self.words], self._in_one_piece, together=parts)
            case SearchKind.NUMBER:
                return Clause(self.others, [f"n:{self.words[0]}"], together=parts)
            case _:
                keys = [f"{Kind.REGISTRATION}:{self.plate}"] if self.plate else []
                if len(self.words) == 1:
                    alike = [self.words, *self.others]
                    return Clause(alike, [f"w:{word}" for (word,) in alike], keys, parts)
                whole = self.plate or word_parts.PLATE.fullmatch(joined)
                phrases = [self.words, [joined]] if whole else [self.words, *self.others]
                return Clause(phrases, keys=keys, together=parts)

    @property
    def proposes_others(self) -> bool:
        """Return whether the index may propose reports that do not match this term.

        Several words of a report together may have the forms of a part, and the longest beginnings have no form of their own.
        """
        begun = self.kind is SearchKind.BEGINNING and starts_of(self._joined)[-1] != self._joined
        return begun or bool(self.clause.together)

    @property
    def is_date(self) -> bool:
        """Return whether this term is a date, with other ways to write it."""
        return any(len(words) > 2 for words in self.others)

    @property
    def _joined(self) -> str:
        return "".join(self.words)

    @property
    def _in_one_piece(self) -> list[str]:
        """Return the form of two words, of which one has a digit, that are together all of this beginning or part."""
        joined = self._joined
        return [f"w:{joined}"] if word_parts.has_letters_and_digits(joined) else []

    @property
    def _part(self) -> str:
        """Return the part by which this term also finds longer registrations, numbers and names, or ""."""
        joined = self._joined
        match self.kind:
            case _ if self.exact or self.others:
                return ""
            case SearchKind.PART:
                return spelled_alike(joined)
            case SearchKind.BEGINNING | SearchKind.NUMBER if joined.isdecimal():
                number = joined.lstrip("0")  # a leading 0 replaces the country code
                return number if SHORTEST_OF_NUMBER <= len(number) < NUMBER else ""
            case SearchKind.WORDS if joined.isdecimal():
                return joined if self.ending else ""
            case _:
                one = len(self.words) == 1 or word_parts.PLATE.fullmatch(joined)
                return joined if one and _is_part_of_plate(joined) else ""

    def may_be_in(self, letters: str) -> bool:
        """Return False if a text with these letters and digits (`passages.letters_of`) cannot match."""
        if any("".join(words) in letters for words in self.others):
            return True
        if self.kind is SearchKind.NUMBER and not letters.isascii():
            return True
        if any(one in letters for one in self.letters):
            return True
        return bool(self.plate) and self.plate in letters.upper().translate(PLATE_SIGNS)

    @cached_property
    def letters(self) -> tuple[str, ...]:
        """Return the letters and digits of this term, and of its part if it has one. A matching text contains one of them."""
        joined, part = _BETWEEN.sub("", self._joined), self._part
        return (joined, part) if part and part != joined else (joined,)

    def places(self, text: str) -> list[tuple[int, int]]:
        """Return the start and end of each match of this term in a text."""
        there = list(placed(text))
        found = {
            *self._runs(there, {len(self.words), *map(len, self.others)}),
            *self._parts(text, there),
        }
        if self.kind is SearchKind.NUMBER:
            found.update(
                (start, end) for number, start, end in placed_numbers(text) if number == self.words[0]
            )
            return sorted(found)
        found.update((start, end) for word, start, end in there if self._is_word(word, text[start:end]))
        if self.kind is SearchKind.WORDS or self._in_one_piece:
            found.update((start, end) for word, start, end in compounds(text) if word == self._joined)
        if self.plate or not self._joined.isalpha():
            for word, first, after in word_parts.joined([word for word, _, _ in there]):
                if word == self._joined or self._is_plate(word):
                    found.add((there[first][1], there[after - 1][2]))
        return sorted(found)

    def _is_word(self, word: str, written: str) -> bool:
        """Return whether a word of a text, given in folded form, matches this term."""
        wanted = self._joined
        if self.kind is SearchKind.BEGINNING:
            return _begins(word, wanted)
        if self.kind is SearchKind.PART:
            return any(
                self._has_part(one, part)
                for part in {wanted, self._part}
                for one in (word, spelled_alike(word), owner(written))
            )
        if wanted in (word, spelled_alike(word), owner(written)) or self._is_plate(word):
            return True
        if (word,) in self.others or without_article(word) == wanted:
            return True
        return word_parts.is_mixed(word) and wanted in word_parts.pieces_of(word)

    def _parts(self, text: str, there: Sequence[tuple[str, int, int]]) -> Iterator[tuple[int, int]]:
        """Yield the start and end of each registration and number of which this term is a part."""
        if not (part := self._part):
            return
        if part.isdecimal():
            for digits, start, end in long_numbers(text):
                if digits.endswith(part) if self.ending else part in digits:
                    yield start, end
        for word, start, end in there:
            if word_parts.is_mixed(word) and self._has_part(word, part):
                yield start, end
        for word, first, after in word_parts.joined([word for word, _, _ in there]):
            if word_parts.PLATE.fullmatch(word) and self._has_part(word, part):
                yield there[first][1], there[after - 1][2]

    def _has_part(self, word: str, part: str) -> bool:
        if self.kind is SearchKind.BEGINNING:
            return word.startswith(part)
        return word.endswith(part) if self.ending else part in word

    def _runs(self, there: Sequence[tuple[str, int, int]], sizes: set[int]) -> Iterator[tuple[int, int]]:
        """Yield the start and end of each matching run of words of these lengths."""
        for size in sizes:
            for run in zip(*(there[n:] for n in range(size)), strict=False):
                if tuple(word for word, _, _ in run) in (self.words, *self.others):
                    yield run[0][1], run[-1][2]

    def _is_plate(self, written: str) -> bool:
        return bool(self.plate) and registration(written) == self.plate


def around_unknown(written: str) -> list[Term]:
    """Return the terms for the text before and after unknown characters, which are written as "?".

    Raises Unsearchable.
    """
    parts = re.split(r"\?+", written)
    last = len(parts) - 1
    found = [
        term
        for at, part in enumerate(parts)
        if len(words := tuple(words_of(part))) == 1 and starts_of(words[0])
        for term in starred(words, before=at > 0, after=at < last)
    ]
    if not found:
        raise Unsearchable(TOO_SHORT)
    return found


def starred(words: tuple[str, ...], *, before: bool, after: bool) -> Iterator[Term]:
    """Yield the terms for a beginning (`abc*`) or another part (`*abc`, `*abc*`) of a word.

    If several words are written without spaces, the star belongs to the first or the last of them. Raises Unsearchable.
    """
    first, *rest = words if before else tuple(reversed(words))
    if not starts_of(first) or (before and after and rest and not starts_of(rest[-1])):
        raise Unsearchable(TOO_SHORT)
    if before and after and not rest and first.isdecimal() and len(first) < SHORTEST_OF_NUMBER:
        raise Unsearchable(TOO_SHORT)
    if not before:
        yield Term(SearchKind.BEGINNING, (first,))
        rest = list(reversed(rest))
    else:
        yield Term(SearchKind.PART, (first,), ending=bool(rest) or not after)
        if after and rest:
            yield Term(SearchKind.BEGINNING, (rest.pop(),))
    if rest:
        yield Term(SearchKind.PHRASE if len(rest) > 1 else SearchKind.WORDS, tuple(rest), exact=True)


def _is_part_of_plate(joined: str) -> bool:
    return len(joined) >= _SHORTEST_PART_OF_PLATE and word_parts.has_letters_and_digits(joined)


def spelled_alike(word: str) -> str:
    """Return the Latin spelling of a word."""
    return word if word.isascii() else spelled(word)


def _begins(word: str, beginning: str) -> bool:
    return word.startswith(beginning) or spelled_alike(word).startswith(beginning)
