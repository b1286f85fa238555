"""Parses an officer's search text into an index query.

Words stand for themselves, in any order. `"in quotation marks"` stands for words in their order, `begin*` for every word
that begins so. What has no space in it (an address, a web name, a number with hyphens) is words in their order as well.
A long number is found however its digits are grouped. A vehicle registration is also found where O was written for 0, or I
for 1, as it is in Seen before. A date is found however its day is written. Words that may be somebody's name also stand for other spellings of it, by the comparison that finds earlier reports (`index/extraction/name_comparison.py`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import islice

from heedline.index import Clause, Query
from heedline.index.extraction.keys import of_name
from heedline.index.extraction.name_comparison import alike
from heedline.index.extraction.names import Name, latin, read_name
from heedline.index.extraction.numbers import PLATE_SIGNS, registration, registrations
from heedline.index.extraction.rules import BirthRules, NameRules, PlateShape
from heedline.index.extraction.values import Kind
from heedline.index.extraction.written_dates import dates_in, spellings
from heedline.index.words import (
    begun_by,
    number_of,
    owner,
    placed,
    placed_numbers,
    spelled,
    starts_of,
    words_of,
)

#: Characters that can be searched for at once, and words.
LONGEST = 200
MOST_WORDS = 12
TOO_MANY = f"Search for at most {MOST_WORDS} words at once."
TOO_SHORT = "Type one word of at least three letters or numbers before the *."
NOTHING = "Type a word, a number or a name to search for."
#: Readings of a query as a name, and words of one.
MOST_READINGS = 8
_WORDS_OF_A_NAME = range(5, 1, -1)
_NAMED = re.compile(r"[^\W\d_](?:[^\W\d_]|[\u0300-\u036f\u064b-\u065f'’‘ʼ`.-])*")
_BETWEEN = re.compile(r"[\W_]+")
_PIECE = re.compile(r'"([^"]*)"?|(\S+)')
_LONG_NUMBER = re.compile(r"(?<![^\s\"])\+?[\d(][\d\s().\-/]{4,}\d(?![^\s\"])")


class SearchKind(StrEnum):
    """The kinds of search that the log distinguishes."""

    WORDS = "words"
    PHRASE = "phrase"
    BEGINNING = "beginning"
    NUMBER = "number"


class Unsearchable(Exception):
    """Raised when a search text cannot be turned into a query.

    The message says why.
    """


@dataclass(frozen=True)
class Term:
    """A search term.

    It is a sequence of words, the beginning of a word, or a long number. If the words can be a vehicle registration, `plate`
    is its canonical form. `others` are phrases with the same meaning: other ways to write a date.
    """

    kind: SearchKind
    words: tuple[str, ...] = field(repr=False)
    plate: str = field(repr=False, default="")
    others: tuple[tuple[str, ...], ...] = field(repr=False, default=())

    @property
    def clause(self) -> Clause:
        """Return this term as an index clause."""
        match self.kind:
            case SearchKind.BEGINNING:
                return beginning_with(starts_of(self.words[0])[-1])
            case SearchKind.NUMBER:
                return Clause(self.others, [f"n:{self.words[0]}"])
            case _:
                joined = "".join(self.words)
                keys = [f"{Kind.REGISTRATION}:{self.plate}"] if self.plate else []
                if len(self.words) == 1:
                    return Clause([self.words], [f"w:{joined}"], keys)
                whole = self.plate or _PLATE.fullmatch(joined)
                return Clause([self.words, [joined]] if whole else [self.words, *self.others], keys=keys)

    def may_be_in(self, letters: str) -> bool:
        """Return False if a text with these letters and digits (`passages.letters_of`) cannot match."""
        if any("".join(words) in letters for words in self.others):
            return True
        if self.kind is SearchKind.NUMBER:
            return not letters.isascii() or self.words[0] in letters
        joined = _BETWEEN.sub("", "".join(self.words))
        return joined in letters or (
            bool(self.plate) and self.plate in letters.upper().translate(PLATE_SIGNS)
        )

    def places(self, text: str) -> list[tuple[int, int]]:
        """Return the start and end of each match of this term in a text."""
        if self.kind is SearchKind.NUMBER:
            found = [(start, end) for number, start, end in placed_numbers(text) if number == self.words[0]]
            return sorted({*found, *self._runs(list(placed(text)), set(map(len, self.others)))})
        there, wanted = list(placed(text)), "".join(self.words)
        if self.kind is SearchKind.BEGINNING:
            return [(start, end) for word, start, end in there if _begins(word, self.words[0])]
        found = [
            (start, end)
            for word, start, end in there
            if wanted in (word, spelled_alike(word), owner(text[start:end])) or self._is_plate(word)
        ]
        sizes = {len(self.words), 2, *map(len, self.others)} - {1}
        return sorted({*found, *self._runs(there, sizes)})

    def _runs(self, there: Sequence[tuple[str, int, int]], sizes: set[int]) -> Iterator[tuple[int, int]]:
        """Yield the start and end of each run of words that matches, of these numbers of words."""
        for size in sizes:
            for run in zip(*(there[n:] for n in range(size)), strict=False):
                if self._is(tuple(word for word, _, _ in run)):
                    yield run[0][1], run[-1][2]

    def _is(self, run: tuple[str, ...]) -> bool:
        joined = "".join(self.words)
        return (
            run == self.words
            or run in self.others
            or (
                len(run) == 2
                and (
                    ("".join(run) == joined and bool(_PLATE.fullmatch(joined)))
                    or self._is_plate("".join(run))
                )
            )
        )

    def _is_plate(self, written: str) -> bool:
        return bool(self.plate) and registration(written) == self.plate


def beginning_with(start: str) -> Clause:
    """Return the clause for words with this prefix, which must be one returned by `starts_of`."""
    return Clause([[start]], [begun_by(start)])


def spelled_alike(word: str) -> str:
    """Return the Latin spelling of a word."""
    return word if word.isascii() else spelled(word)


def _begins(word: str, beginning: str) -> bool:
    return word.startswith(beginning) or spelled_alike(word).startswith(beginning)


#: A number plate or a postcode, written in one piece.
_PLATE = re.compile(
    r"(?=.{5,8}$)(?:[a-z]{1,3}\d{1,4}[a-z]{0,3}|[a-z]{1,2}\d[a-z\d]?\d[a-z]{2}|\d{1,4}[a-z]{1,3})"
)


@dataclass(frozen=True)
class SoughtName:
    """An interpretation of a query in which some words form a name.

    `terms` are those of its other words.
    """

    name: Name = field(repr=False)
    keys: tuple[str, ...] = field(repr=False)
    terms: tuple[Term, ...]

    def for_index(self) -> Query:
        """Return this reading as an index query."""
        return Query([Clause(keys=self.keys), *(term.clause for term in self.terms)])

    def is_like(self, written: str, rules: NameRules) -> bool:
        """Return whether a name in a report may be another spelling of this one."""
        return alike(self.name, read_name(written, rules), rules) is not None


@dataclass(frozen=True)
class Sought:
    """A parsed query.

    A report matches if it matches all terms, or one of the readings in `names`.
    """

    terms: tuple[Term, ...]
    names: tuple[SoughtName, ...] = ()

    @property
    def kind(self) -> SearchKind:
        """Return the kind of search to log, taken from the most specific term."""
        kinds = {term.kind for term in self.terms}
        order = (SearchKind.NUMBER, SearchKind.PHRASE, SearchKind.BEGINNING, SearchKind.WORDS)
        return next(kind for kind in order if kind in kinds)

    def for_index(self) -> Query:
        """Return the search as an index query."""
        return Query([term.clause for term in self.terms])


def understood(
    text: str, rules: NameRules, plates: tuple[PlateShape, ...] = (), births: BirthRules | None = None
) -> Sought:
    """Parse an officer's search text, using the pack's rules for names, dates and formats of registrations.

    Raises Unsearchable.
    """
    text = text.strip()[: LONGEST + 1]
    if len(text) > LONGEST:
        raise Unsearchable(f"Search for at most {LONGEST} characters at once.")
    terms = _terms_of(text, plates, births)
    if not terms:
        raise Unsearchable(NOTHING)
    if sum(len(term.words) for term in terms) > MOST_WORDS:
        raise Unsearchable(TOO_MANY)
    return Sought(tuple(terms), tuple(islice(_names_in(text, rules, plates, births), MOST_READINGS)))


def _names_in(
    text: str, rules: NameRules, plates: tuple[PlateShape, ...], births: BirthRules | None
) -> Iterator[SoughtName]:
    """Yield readings of a text in which adjacent words form a name, longest name first.

    Each word begins with a capital or is a name that the pack knows. Two words are also a name if there are no others, or
    if the first is a known forename.
    """
    pieces = list(_PIECE.finditer(text))
    bare = [(piece.group(2) or "").strip(",;") for piece in pieces]
    for size in _WORDS_OF_A_NAME:
        for at in range(len(pieces) - size + 1):
            run = bare[at : at + size]
            whole = size == len(pieces)
            if not all(map(_NAMED.fullmatch, run)):
                continue
            known = [one[0].isupper() or _is_known(latin(one), rules) for one in run]
            if not (all(known) if size > 2 else whole or all(known) or latin(run[0]) in rules.forenames):
                continue
            name = read_name(" ".join(run), rules)
            if len(name.parts) > 1:
                beside = text[: pieces[at].start()] + " " + text[pieces[at + size - 1].end() :]
                yield SoughtName(name, of_name(name, rules), tuple(_terms_of(beside, plates, births)))


def _is_known(word: str, rules: NameRules) -> bool:
    return any(
        word in names
        for names in (rules.forenames, rules.surnames, rules.particles, rules.titles, rules.suffixes)
    )


def _terms_of(text: str, plates: tuple[PlateShape, ...], births: BirthRules | None) -> list[Term]:
    terms, text = _dates_of(text, births) if births is not None else ([], text)
    sought = [number_of(found.group()) for found in _LONG_NUMBER.finditer(text)]
    terms += [Term(SearchKind.NUMBER, (number,)) for number in sought if number]
    rest = _LONG_NUMBER.sub(lambda found: " " if number_of(found.group()) else found.group(), text)
    for piece in _PIECE.finditer(rest):
        for term in _terms(piece.group(1), piece.group(2), plates):
            terms = _added(terms, term, plates)
    return list(dict.fromkeys(terms))


def _dates_of(text: str, births: BirthRules) -> tuple[list[Term], str]:
    """Return a term for each date outside quotation marks, and the text without them."""
    quoted = [piece.span() for piece in _PIECE.finditer(text) if piece.group(1) is not None]
    terms: list[Term] = []
    for day, start, end in reversed(list(dates_in(text, births))):
        if any(start < last and first < end for first, last in quoted):
            continue
        words, number = tuple(words_of(text[start:end])), number_of(text[start:end])
        as_number = number if all(map(str.isdecimal, words)) else ""
        kind, typed = (SearchKind.NUMBER, (as_number,)) if as_number else (SearchKind.PHRASE, words)
        terms.insert(0, Term(kind, typed, others=spellings(day, births)))
        text = f"{text[:start]} {text[end:]}"
    return terms, text


def _terms(quoted: str | None, bare: str | None, plates: tuple[PlateShape, ...]) -> Sequence[Term]:
    if quoted is not None:
        words = tuple(words_of(quoted))
        return [Term(SearchKind.PHRASE if len(words) > 1 else SearchKind.WORDS, words)] if words else []
    words = tuple(words_of(bare or ""))
    if not words:
        return []
    if (bare or "").endswith("*"):
        if len(words) > 1 or not starts_of(words[0]):
            raise Unsearchable(TOO_SHORT)
        return [Term(SearchKind.BEGINNING, words)]
    return [Term(SearchKind.PHRASE if len(words) > 1 else SearchKind.WORDS, words, _plate_of(words, plates))]


def _added(terms: list[Term], term: Term, plates: tuple[PlateShape, ...]) -> list[Term]:
    """Append a term, merging it with the one or two before it if together they form a number plate or a postcode."""
    last = terms[-2:]
    if len(last) == 2 and {one.kind for one in (*last, term)} == {SearchKind.WORDS}:
        first, second, third = (one.words[0] for one in (*last, term))
        if plate := _plate_of((first + second, third), plates):  # written as AB 12 CDE
            return [*terms[:-2], Term(SearchKind.PHRASE, (first, second, third), plate)]
    return [*terms[:-1], *_as_one(terms[-1], term, plates)] if terms else [term]


def _as_one(before: Term, term: Term, plates: tuple[PlateShape, ...]) -> list[Term]:
    """Join two terms if together they form a number plate or a postcode."""
    if before.kind is term.kind is SearchKind.WORDS:
        words = (*before.words, *term.words)
        plate = _plate_of(words, plates)
        if plate or _PLATE.fullmatch("".join(words)):
            return [Term(SearchKind.PHRASE, words, plate)]
    return [before, term]


def _plate_of(words: tuple[str, ...], plates: tuple[PlateShape, ...]) -> str:
    """Return the canonical form of a vehicle registration, or "" if these words are not one."""
    written = " ".join(words).upper()
    found = registrations(written, plates) if len(words) <= 2 else ()
    return next((plate for plate, whole in found if whole == written), "")
