"""Parses an officer's search text into an index query.

Words can be found in any order. `"in quotation marks"` finds words in that order, `begin*` finds every word that starts with
those letters, and `*end` and `*part*` find registrations, numbers, names and online names with that part. A word that
begins with a small letter is found with other endings as well. `OR` between words finds reports that match what is on either side of
it, and `-word` leaves out reports with that word. Part of a
registration or number is also found without stars. Text without spaces, such as an address, a web name or a number with
hyphens, is also searched for as words in order. A long number is found however its digits are grouped. A vehicle registration
is also found where O was written for 0, or I for 1, as in Seen before. A date is found however it is written. Words that may
be somebody's name also find other spellings of it, using the comparison that finds earlier reports
(`index/extraction/name_comparison.py`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice

from heedline.index import Clause, Query, word_parts
from heedline.index.extraction.extract import extract
from heedline.index.extraction.keys import (
    SHORTEST_HEARD,
    in_postcode,
    key_of,
    of_name,
    on_page,
    with_initial,
    without_query,
)
from heedline.index.extraction.name_comparison import alike
from heedline.index.extraction.names import Name, latin, read_name
from heedline.index.extraction.near_words import (
    alike_by_initial,
    forms_around,
    other_endings,
    same_name,
    sounds_around,
)
from heedline.index.extraction.numbers import registrations
from heedline.index.extraction.rules import BirthRules, MatchingRules, NameRules, PlateShape
from heedline.index.extraction.values import Kind, ReportText, Value
from heedline.index.extraction.written_dates import dates_in, spellings
from heedline.index.terms import UNKNOWN, SearchKind, Term, Unsearchable, around_unknown, starred
from heedline.index.word_parts import SHORTEST_OF_NUMBER
from heedline.index.words import NUMBER, compounds, number_of, without_article, words_of

#: Characters that can be searched for at once, and words.
LONGEST = 200
MOST_WORDS = 12
#: How many searches can be joined by OR.
MOST_SIDES = 6
TOO_MANY_SIDES = f"Use OR at most {MOST_SIDES - 1} times in one search."
TOO_MANY = f"Search for at most {MOST_WORDS} words at once."
NOTHING = "Type a word, a number or a name to search for. Signs and symbols alone cannot be searched for."
ONLY_LEFT_OUT = "Type something to search for as well as what to leave out."
#: Readings of a query as a name, and words of one.
MOST_READINGS = 8
_WORDS_OF_A_NAME = range(5, 1, -1)
_NAMED = re.compile(r"[^\W\d_](?:[^\W\d_]|[\u0300-\u036f\u064b-\u065f'’‘ʼ`.-])*")
_QUOTED = re.compile(r'"[^"]*"?')
#: A part of a search: quoted words, perhaps to be left out, or anything else without a space.
_OPERAND = re.compile(r'-?"[^"]*"?|\S+')
_LEFT_OUT = re.compile(r'-(?:"|[^\W\d_])')
_PIECE = re.compile(r'"([^"]*)"?|(\S+)')
_LONG_NUMBER = re.compile(r"(?<![^\s\",;])\+?[\d(][\d\s().\-/]{4,}\d(?![^\s\",;])")
#: Part of a number, in groups of digits, with a star before or after it.
_PART_OF_NUMBER = re.compile(r"(?<!\S)(\*?)\+?(\d[\d().\-/]*(?: [\d().\-/]+)*)(\*?)(?!\S)")
#: A day, a month and a year without anything between them.
_DAY_IN_ONE = re.compile(r"(?<!\S)(\d\d)(\d\d)((?:19|20)\d\d)(?!\S)")
#: Numbers of four digits that are more often years than part of a number.
_YEARS = range(1900, 2100)


@dataclass(frozen=True)
class SoughtName:
    """An interpretation of a query in which some words form a name, or one word is part of a name.

    `terms` are those of its other words. A whole name is found by its `keys`, and a part of one by its `sounds`. A whole name
    whose forename may be only an initial has both.
    """

    name: Name = field(repr=False)
    terms: tuple[Term, ...]
    keys: tuple[str, ...] = field(repr=False, default=())
    sounds: tuple[str, ...] = field(repr=False, default=())

    def for_index(self) -> Query:
        """Return this reading as an index query."""
        return Query([Clause(forms=self.sounds, keys=self.keys), *(term.clause for term in self.terms)])

    def is_like(self, value: Value, rules: NameRules) -> bool:
        """Return whether a value of a report is a name that may be another spelling of this one."""
        if value.kind is not Kind.NAME:
            return False
        other = read_name(value.written, rules)
        if len(self.name.parts) > 1:
            return alike(self.name, other, rules) is not None or alike_by_initial(self.name, other, rules)
        return any(same_name(self.name.parts[0], part, rules) for part in other.parts)


@dataclass(frozen=True)
class SoughtValue:
    """An interpretation of a query in which part of it is an address, a postcode or an account, however it is written.

    `terms` are those of the rest.
    """

    value: Value = field(repr=False)
    terms: tuple[Term, ...]

    def for_index(self) -> Query:
        """Return this reading as an index query."""
        match self.value.kind:
            case Kind.POSTCODE:
                found = Clause(forms=[in_postcode(self.value)])
            case Kind.WEB:
                page = on_page(without_query(self.value.canonical))
                found = Clause(forms=[page], keys=[key_of(self.value)])
            case _:
                found = Clause(keys=[key_of(self.value)])
        return Query([found, *(term.clause for term in self.terms)])

    def is_like(self, value: Value, _rules: NameRules) -> bool:
        """Return whether a value of a report is this one, a flat at this address, or a page under this web address."""
        wanted, there = self.value.canonical, value.canonical
        if value.kind is not self.value.kind:
            return False
        if value.kind is Kind.WEB and "/" in wanted:
            wanted, there = without_query(wanted), without_query(there)
        below = value.kind is Kind.ADDRESS or (value.kind is Kind.WEB and "/" in wanted)
        return there == wanted or (below and there.startswith(f"{wanted}/"))


#: Kinds of value that people write in several ways, and that are searched for in all of them.
_WRITTEN_IN_MANY_WAYS = frozenset(
    {Kind.WEB, Kind.HANDLE, Kind.EMAIL, Kind.ADDRESS, Kind.POSTCODE, Kind.DEVICE, Kind.WALLET, Kind.BANK}
)


@dataclass(frozen=True)
class Sought:
    """A parsed query.

    A report matches if it matches all terms, or one of the readings, or one of the searches in `or_else`, which stand after OR.
    It must not match any term of `left_out`.
    """

    terms: tuple[Term, ...]
    readings: tuple[SoughtName | SoughtValue, ...] = ()
    or_else: tuple[Sought, ...] = ()
    left_out: tuple[Term, ...] = ()

    @property
    def sides(self) -> tuple[Sought, ...]:
        """Return the searches of which a report must match any: this one, and those after OR."""
        return (self, *self.or_else)

    @property
    def all_terms(self) -> tuple[Term, ...]:
        """Return the terms of all sides, without those that are left out."""
        return tuple(dict.fromkeys(term for side in self.sides for term in side.terms))

    @property
    def kind(self) -> SearchKind:
        """Return the kind of search to log, taken from the most specific term."""
        kinds = {term.kind for term in self.all_terms}
        order = (
            SearchKind.NUMBER,
            SearchKind.PHRASE,
            SearchKind.PART,
            SearchKind.BEGINNING,
            SearchKind.WORDS,
        )
        return next(kind for kind in order if kind in kinds)

    @property
    def proposes_others(self) -> bool:
        """Return whether the index may propose reports that do not match."""
        return any(term.proposes_others for term in (*self.all_terms, *self.left_out))

    def queries(self) -> Iterator[tuple[Query, bool]]:
        """Yield the queries for the index, and whether each finds reports only because of a reading.

        What the index might leave out wrongly is left in, and left out when the report has been read.
        """
        left_out = [term.clause for term in self.left_out if not term.proposes_others]
        for side in self.sides:
            yield Query([term.clause for term in side.terms], left_out), False
            for reading in side.readings:
                yield replace(reading.for_index(), left_out=left_out), True


def understood(text: str, rules: MatchingRules) -> Sought:
    """Parse an officer's search text, using the pack's rules for names, dates, addresses and registrations.

    Raises Unsearchable.
    """
    text = text.strip()[: LONGEST + 1]
    if len(text) > LONGEST:
        raise Unsearchable(f"Search for at most {LONGEST} characters at once.")
    sides, without = _sides_of(text)
    left_out = [replace(term, exact=True) for one in without for term in _terms_of(one, rules)]
    of_sides = [(side, terms) for side in sides if (terms := _terms_of(side, rules))]
    if not of_sides:
        raise Unsearchable(ONLY_LEFT_OUT if left_out else NOTHING)
    if sum(len(term.words) for _, terms in of_sides for term in (*terms, *left_out)) > MOST_WORDS:
        raise Unsearchable(TOO_MANY)
    if len(of_sides) > MOST_SIDES:
        raise Unsearchable(TOO_MANY_SIDES)
    first, *others = (Sought(tuple(terms), _readings(side, rules)) for side, terms in of_sides)
    return replace(first, or_else=tuple(others), left_out=tuple(left_out))


def _sides_of(text: str) -> tuple[list[str], list[str]]:
    """Split a search at each OR, and return its sides and what is to be left out.

    AND means nothing, because a report has to contain everything anyway.
    """
    sides, left_out = [""], list[str]()
    for written in _OPERAND.findall(text):
        if written == "OR":
            sides.append("")
        elif _LEFT_OUT.match(written):
            left_out.append(written[1:])
        elif written != "AND":
            sides[-1] += f" {written}" if sides[-1] else written
    return sides, left_out


def _readings(text: str, rules: MatchingRules) -> tuple[SoughtName | SoughtValue, ...]:
    names = islice(_names_in(text, rules), MOST_READINGS)
    return (*islice(_values_in(text, rules), MOST_READINGS), *names)


def _values_in(text: str, rules: MatchingRules) -> Iterator[SoughtValue]:
    """Yield readings of a text in which a part of it, outside quotation marks, is an address or an account."""
    bare = _QUOTED.sub(" ", text)
    for value in extract([ReportText(bare, "text", "")], rules, indexed=False, compared=False).values:
        if value.kind in _WRITTEN_IN_MANY_WAYS and value.written in text:
            beside = text.replace(value.written, " ", 1)
            yield SoughtValue(value, tuple(_terms_of(beside, rules)))


def _names_in(text: str, matching: MatchingRules) -> Iterator[SoughtName]:
    """Yield readings of a text in which adjacent words form a name, longest name first.

    Each word begins with a capital or is a name that the pack knows. Two words are also a name if there are no others, or
    if the first is a known forename. The readings of one word as a part of a name come last.
    """
    rules, pieces = matching.names, list(_PIECE.finditer(text))
    bare = [(piece.group(2) or "").strip(",;") for piece in pieces]
    for size in _WORDS_OF_A_NAME:
        for at in range(len(pieces) - size + 1):
            run = bare[at : at + size]
            whole = size == len(pieces)
            if not all(map(_NAMED.fullmatch, run)):
                continue
            known = [_is_capital(one) or _is_known(latin(one), rules) for one in run]
            if not (
                (all(known) or _may_be_chinese(run, rules))
                if size > 2
                else whole or all(known) or latin(run[0]) in rules.forenames
            ):
                continue
            name = read_name(" ".join(run), rules)
            beside = text[: pieces[at].start()] + " " + text[pieces[at + size - 1].end() :]
            if len(name.parts) > 1:
                others = tuple(_terms_of(beside, matching))
                yield SoughtName(name, others, of_name(name, rules), tuple(_initials_of(name)))
            elif size == 2 and len(name.parts) == 1 and len(name.parts[0]) >= SHORTEST_HEARD:
                yield _part_of_name(name, tuple(_terms_of(beside, matching)))
    for piece, word in zip(pieces, bare, strict=True):
        if not _NAMED.fullmatch(word) or not (
            len(pieces) == 1 or word[0].isupper() or _is_known(latin(word), rules)
        ):
            continue
        name = read_name(word, rules)
        if len(name.parts) == 1 and len(name.parts[0]) >= SHORTEST_HEARD:
            others = tuple(_terms_of(text[: piece.start()] + " " + text[piece.end() :], matching))
            yield _part_of_name(name, others)


def _part_of_name(name: Name, others: tuple[Term, ...]) -> SoughtName:
    return SoughtName(name, others, sounds=tuple(forms_around(name.parts[0])))


def _initials_of(name: Name) -> Iterator[str]:
    """Yield the index forms of names with the same surname, where that forename or this one is only an initial."""
    first, *_, last = name.parts
    for sound in sounds_around(last):
        yield with_initial(first, sound, only=True)
        if len(first) == 1:
            yield with_initial(first, sound, only=False)


def _is_capital(word: str) -> bool:
    """Return whether a word begins with a capital, perhaps after an article and a hyphen, as in al-Sayed."""
    return word[0].isupper() or word.rpartition("-")[2][:1].isupper()


def _may_be_chinese(words: Sequence[str], rules: NameRules) -> bool:
    """Return whether words may be a Chinese surname and two syllables, in either order."""
    folded, surnames = [latin(one) for one in words], rules.evidence.chinese_surnames
    return (folded[0] in surnames or folded[-1] in surnames) and all(
        one in rules.syllables or one in surnames for one in folded
    )


def _is_known(word: str, rules: NameRules) -> bool:
    return any(
        word in names
        for names in (rules.forenames, rules.surnames, rules.particles, rules.titles, rules.suffixes)
    )


def _is_name_or_common(word: str, rules: MatchingRules) -> bool:
    """Return whether a word is searched for without other endings: Banks is not a bank."""
    return word in rules.common_words or _is_known(word, rules.names)


def _terms_of(text: str, rules: MatchingRules) -> list[Term]:
    terms, text = _dates_of(text, rules.birth)
    text = _PART_OF_NUMBER.sub(_without_spaces, text)
    sought = [number for found in _LONG_NUMBER.finditer(text) for number in _numbers_of(found.group())]
    terms += [Term(SearchKind.NUMBER, (number,)) for number in sought]
    rest = _LONG_NUMBER.sub(lambda found: " " if _numbers_of(found.group()) else found.group(), text)
    for piece in _PIECE.finditer(rest):
        for term in _terms(piece.group(1), piece.group(2), rules):
            terms = _added(terms, term, rules.plates)
    return list(dict.fromkeys(terms))


def _without_spaces(found: re.Match[str]) -> str:
    """Return part of a number, with its star and without spaces."""
    before, digits, after = found.groups()
    begins_number = bool(before) or digits.startswith("0")
    return (
        f"{before}{re.sub(r'\D', '', digits)}{after}"
        if (before or after) and begins_number
        else found.group()
    )


def _numbers_of(text: str) -> list[str]:
    """Return the last nine digits of each number in a text of digits, spaces and punctuation.

    A group of digits that begins with 0 is the start of another number if there are enough digits before it, and from it
    onwards.
    """
    groups, numbers = re.findall(r"\d+", text), [""]
    for at, group in enumerate(groups):
        left = sum(map(len, groups[at:]))
        if group.startswith("0") and min(len(numbers[-1]), left) >= NUMBER:
            numbers.append("")
        numbers[-1] += group
    return [known for one in numbers if (known := number_of(one))]


def _dates_of(text: str, births: BirthRules) -> tuple[list[Term], str]:
    """Return a term for each date outside quotation marks, and the text without them."""
    text = _DAY_IN_ONE.sub(r"\1/\2/\3", text)
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


def _terms(quoted: str | None, bare: str | None, rules: MatchingRules) -> Sequence[Term]:
    if quoted is not None:
        words = tuple(words_of(quoted))
        kind = SearchKind.PHRASE if len(words) > 1 else SearchKind.WORDS
        return [Term(kind, words, exact=True)] if words else []
    written = bare or ""
    words = tuple(words_of(written))
    if not words:
        return []
    if UNKNOWN.search(written):
        return around_unknown(written)
    if written.endswith("*") or written.startswith("*"):
        return list(starred(words, before=written.startswith("*"), after=written.endswith("*")))
    if len(words) > 1:
        in_one = tuple((joined,) for joined, _, end in compounds(written) if end == len(written))
        return [Term(SearchKind.PHRASE, words, _plate_of(words, rules.plates), in_one)]
    whole = written[0].isupper() or _is_name_or_common(words[0], rules)
    endings = () if whole else other_endings(words[0])
    alike = (*rules.streets.get(words[0], ()), without_article(words[0]), *endings)
    others = tuple((other,) for other in alike if other)
    ends = words[0].isdecimal() and len(words[0]) >= SHORTEST_OF_NUMBER and int(words[0]) not in _YEARS
    return [Term(SearchKind.WORDS, words, _plate_of(words, rules.plates), others, ending=ends)]


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
        if plate or word_parts.PLATE.fullmatch("".join(words)):
            return [Term(SearchKind.PHRASE, words, plate)]
    return [before, term]


def _plate_of(words: tuple[str, ...], plates: tuple[PlateShape, ...]) -> str:
    """Return the canonical form of a vehicle registration, or "" if these words are not one."""
    written = " ".join(words).upper()
    found = registrations(written, plates) if len(words) <= 2 else ()
    return next((plate for plate, whole in found if whole == written), "")
