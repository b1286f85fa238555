"""Short passages from a report's texts, showing where a search matches.

Only the parts of a text that may have a match are read closely, because the text of files can be 200,000 characters long and
one page of results shows 20 reports.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from anyascii import anyascii

from heedline.casework.search.documents import SearchedText
from heedline.casework.search.query import Sought
from heedline.casework.search.subject_entries import SubjectLink
from heedline.index.extraction.rules import NameRules
from heedline.index.extraction.values import Kind, Value
from heedline.index.terms import SearchKind, Term
from heedline.index.words import compounds, legible, owner, placed, spelled, without_article

#: Characters before and after a match, characters by which a passage may be longer so that it ends between words, and the most
#: passages from one report.
AROUND = 90
TO_A_SPACE = 60
MOST = 3
_SPACE = re.compile(r"\s")
_OTHERWISE_WRITTEN = {
    Kind.NAME: "contains a similar name",
    Kind.WEB: "contains this web address, written differently",
    Kind.HANDLE: "contains this account name, written differently",
    Kind.EMAIL: "contains this email address, written differently",
    Kind.POSTCODE: "contains this postcode, written differently",
    Kind.DEVICE: "contains this device number, written differently",
    Kind.WALLET: "contains this crypto wallet, written differently",
    Kind.BANK: "contains this bank account, written differently",
    Kind.ADDRESS: "contains this address, written differently",
}
_REGISTRATION, _DATE = ("this registration", "these registrations"), ("this date", "these dates")
#: What a text contains, by the kind of search term, for one term of a kind and for several.
_WHY = {
    SearchKind.WORDS: ("this word", "these words"),
    SearchKind.PHRASE: ("this phrase", "these phrases"),
    SearchKind.BEGINNING: ("a word that starts with this", "words that start with these"),
    SearchKind.PART: ("a word or number with this part", "words or numbers with these parts"),
    SearchKind.NUMBER: ("this number", "these numbers"),
}
#: The size of a part, and how far beyond its end a match that begins in it may reach (twelve long words), in characters.
PART = 2_000
BEYOND = 600
#: The kinds of term that stand for whole words, or for words with a beginning.
_OF_WORDS = frozenset({SearchKind.WORDS, SearchKind.PHRASE, SearchKind.BEGINNING})
#: Characters that are read on each side of a passage, so that no word is cut off at its edges.
EDGE = 60
_NOT_LETTERS = re.compile(r"[\W_\u02bc]+")
_DIGIT = re.compile(r"\d+")
_OTHER_DIGIT = re.compile(r"(?![0-9])\d")


@dataclass(frozen=True)
class MatchingPassage:
    """A passage of a text in which a search term matches.

    `pieces` are its parts in order, each with whether it matches. `where` names the text.
    """

    where: str
    why: str
    pieces: tuple[tuple[str, bool], ...] = field(repr=False)


def passages(texts: Sequence[SearchedText], side: Sought) -> tuple[MatchingPassage, ...]:
    """Return the first passage that matches each term of one side of a search.

    Returns () if any term does not match.
    """
    return _of_terms(texts, side.terms) or ()


def has_left_out(texts: Sequence[SearchedText], sought: Sought) -> bool:
    """Return whether a report contains something that the search leaves out."""
    return any(LongText(text.text).first(term) for term in sought.left_out for text in texts)


def other_spellings(
    texts: Sequence[SearchedText], values: Sequence[Value], side: Sought, rules: NameRules
) -> tuple[MatchingPassage, ...]:
    """Return the passages that contain a name, an address or an account of the query in another spelling.

    `values` are those that were read from the texts. Returns () if no reading of the query matches.
    """
    for reading in side.readings:
        value = next((one for one in values if reading.is_like(one, rules)), None)
        beside = _of_terms(texts, reading.terms)
        if value is not None and beside is not None:
            return (_of_value(texts, value), *beside)[:MOST]
    return ()


def subjects_matching(
    links: Iterable[SubjectLink], sought: Sought, rules: NameRules
) -> tuple[SubjectLink, ...]:
    """Return the active subject links with a value that matches a search term or a spelling of its name."""
    return tuple(
        link
        for link in links
        if link.in_force
        and any(
            any(term.places(value.written) for term in sought.all_terms)
            or (value.kind == Kind.NAME and _is_like(value.written, sought, rules))
            for value in link.values
        )
    )


def _is_like(name: str, sought: Sought, rules: NameRules) -> bool:
    value = Value(Kind.NAME, name, name, "")
    return any(one.is_like(value, rules) for side in sought.sides for one in side.readings)


def _of_value(texts: Sequence[SearchedText], value: Value) -> MatchingPassage:
    """Return the passage that contains a value."""
    why = _OTHERWISE_WRITTEN[value.kind]
    for text in texts:
        if text.where == value.source and (at := text.text.find(value.written)) >= 0:
            return _passage(text, LongText(text.text), (at, at + len(value.written)), why, ())
    return MatchingPassage(value.source, why, ((value.written, True),))


def _of_terms(texts: Sequence[SearchedText], terms: Sequence[Term]) -> tuple[MatchingPassage, ...] | None:
    """Return the first passage that matches each term, or None if any term does not match."""
    found: list[MatchingPassage] = []
    looked = [(text, LongText(text.text)) for text in texts]
    for term in terms:
        if any(term.places("".join(piece for piece, _ in one.pieces)) for one in found):
            continue  # the passage of another term shows this one as well
        first = next(((text, long, place) for text, long in looked if (place := long.first(term))), None)
        if first is None:
            return None
        if len(found) < MOST:
            passage = _passage(*first, "", terms)
            found.append(replace(passage, why=_why(passage, term, terms)))
    return tuple(found)


def _why(passage: MatchingPassage, found: Term, terms: Sequence[Term]) -> str:
    """Return the reason for a term's match, such as "contains these words and this number"."""
    text = "".join(piece for piece, _ in passage.pieces)
    kinds = Counter(_called(term) for term in terms if term == found or term.places(text))
    *others, last = (words[number > 1] for words, number in kinds.items())
    return f"contains {', '.join(others)} and {last}" if others else f"contains {last}"


def _called(term: Term) -> tuple[str, str]:
    """Return what a term is called if a text contains one of its kind, and if it contains several."""
    if term.plate:
        return _REGISTRATION
    return _DATE if term.is_date else _WHY[term.kind]


def _passage(
    text: SearchedText, long: LongText, place: tuple[int, int], why: str, terms: Sequence[Term]
) -> MatchingPassage:
    start, end = place
    begin, stop = max(0, start - AROUND), min(len(text.text), end + AROUND)
    before = list(_SPACE.finditer(text.text, max(0, begin - TO_A_SPACE), begin))
    begin = before[-1].end() if before else max(0, begin - TO_A_SPACE)
    after = _SPACE.search(text.text, stop, stop + TO_A_SPACE)
    stop = after.start() if after else min(len(text.text), stop + TO_A_SPACE)
    marked = sorted({place, *(other for one in terms for other in long.within(one, begin, stop))})
    pieces: list[tuple[str, bool]] = [("… ", False)] if begin else []
    at = begin
    for one, other in marked:
        if one < at:
            continue
        pieces += [(text.text[at:one], False), (text.text[one:other], True)]
        at = other
    pieces.append((text.text[at:stop] + (" …" if stop < len(text.text) else ""), False))
    return MatchingPassage(text.where, why, tuple((piece, hit) for piece, hit in pieces if piece))


class LongText:
    """A text from a report. What is computed for each of its parts is cached for one page of results."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._parts_read: dict[int, _Part] = {}
        self._spellings: dict[str, str] = {}

    def first(self, term: Term) -> tuple[int, int] | None:
        """Return the start and end of the first match of a term, or None."""
        for number, (begin, end) in enumerate(self._parts):
            part = self._part(number)
            if not part.may_have(term):
                continue
            for one, other in term.places(part.text):
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
        """Return the start and end of each part. Parts never begin mid-word, unless the word is at least as long as a part."""
        found, begin = list[tuple[int, int]](), 0
        while begin < len(self.text):
            end = begin + PART
            if end < len(self.text):
                end = max(self.text.rfind(" ", begin, end), self.text.rfind("\n", begin, end)) + 1 or end
            found.append((begin, end))
            begin = end
        return found

    def _part(self, number: int) -> _Part:
        if number not in self._parts_read:
            begin, end = self._parts[number]
            self._parts_read[number] = _Part(self.text[begin : end + BEYOND], self._spellings)
        return self._parts_read[number]


class _Part:
    """A part of a text, with its letters and words, which are read once for all terms of a search."""

    def __init__(self, text: str, spellings: dict[str, str]) -> None:
        self.text = text
        self._spellings = spellings

    def may_have(self, term: Term) -> bool:
        """Return False if a term cannot match here.

        Registrations, postcodes and dates may be spaced differently here than in the search, so only their letters and digits
        are compared.
        """
        joined = "".join(term.words)
        if term.kind is SearchKind.NUMBER and not term.others and not _OTHER_DIGIT.search(self.text):
            return any(one in self._letters for one in term.letters)
        phrases = any(len(words) > 1 for words in term.others)
        if term.kind not in _OF_WORDS or phrases or term.plate or _DIGIT.search(joined):
            return term.may_be_in(self._letters_and_latin)
        either = [joined, *(word for (word,) in term.others)]
        return (
            any(_NOT_LETTERS.sub("", one) in self._letters for one in either)
            and _has(self._words, term, joined)
        ) or (joined.isascii() and not self._letters.isascii() and _has(self._latin_words, term, joined))

    @cached_property
    def _letters(self) -> str:
        return _letters_in(self.text)

    @cached_property
    def _letters_and_latin(self) -> str:
        return self._letters if self._letters.isascii() else letters_of(self.text)

    @cached_property
    def _placed(self) -> list[tuple[str, int, int]]:
        return list(placed(self.text))

    @cached_property
    def _words(self) -> frozenset[str]:
        """The words, with and without 's or an Arabic article, compounds in one word, and runs of letters beside digits."""
        words = {word for word, _, _ in self._placed}
        ending_in_s = (self.text[start:end] for _, start, end in self._placed if self.text[end - 1] in "sS")
        runs = (run for word in words if not word.isalpha() for run in _DIGIT.split(word))
        in_one = (word for word, _, _ in compounds(self.text))
        bare = (without_article(word) for word in words if not word.isascii())
        return frozenset((*words, *map(owner, ending_in_s), *runs, *in_one, *bare))

    @cached_property
    def _latin_words(self) -> frozenset[str]:
        """The Latin spellings of the words that are not ASCII."""
        others = {word for word, _, _ in self._placed if not word.isascii()}
        for word in others - self._spellings.keys():
            self._spellings[word] = spelled(word)
        return frozenset(self._spellings[word] for word in others)


def _has(words: frozenset[str], term: Term, joined: str) -> bool:
    """Return whether a term may match some of these words."""
    if term.kind is SearchKind.BEGINNING:
        return any(word.startswith(joined) for word in words)
    either = (joined, *(word for (word,) in term.others))
    return any(one in words for one in either) or (len(term.words) > 1 and words >= {*term.words})


def letters_of(text: str) -> str:
    """Return a text's case-folded letters and digits, followed by their Latin transliteration if they are not ASCII."""
    plain = _letters_in(text)
    return plain if plain.isascii() else f"{plain} {_NOT_LETTERS.sub('', anyascii(legible(text)).casefold())}"


def _letters_in(text: str) -> str:
    # before decomposing, which makes letters of signs such as ™
    plain = _NOT_LETTERS.sub("", text.casefold())
    return plain if plain.isascii() else _NOT_LETTERS.sub("", unicodedata.normalize("NFKD", plain))
