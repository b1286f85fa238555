"""Extracts every value from a report that can link it to another."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from functools import lru_cache
from itertools import pairwise

from heedline.index.extraction import (
    aliases,
    birth_dates,
    cues,
    identifiers,
    keys,
    name_finding,
    numbers,
    online,
    places,
    sketch,
)
from heedline.index.extraction.names import read_name
from heedline.index.extraction.rules import OF_FILE, MatchingRules
from heedline.index.extraction.values import Extract, Kind, ReportText, Value
from heedline.index.words import legible

#: Values of one report beyond this are left out: of what the reporter wrote, and of what officers wrote.
MOST_VALUES = 200
#: Values up to which they stay in the order of the text. The keys of more may not all be stored (`keys.MOST_KEYS`).
FEW = 20
#: Characters that are shown of a value.
LONGEST_WRITTEN = 200
_ALL = frozenset(Kind)
_IDENTIFIERS = frozenset({Kind.DEVICE, Kind.WALLET, Kind.BANK, Kind.PASSPORT})
_NONE: frozenset[str] = frozenset()
_BETWEEN_NAMES = re.compile(
    r"\s*(?:,|;|(?<!\b[sdw])/|\(|\)|\n|\baka\b|\ba\.k\.a\.|\balso known as\b|\bor\b|\band\b)\s*",
    re.IGNORECASE,
)


def extract(
    passages: Iterable[ReportText],
    rules: MatchingRules,
    *,
    indexed: bool = True,
    compared: bool = True,
    against: Extract | None = None,
) -> Extract:
    """Return the values, keys and sketch of a report, extracted from its texts and answers.

    If `indexed` is False, the keys and the sketch are left out, because a comparison needs neither. If `compared` is
    False, the runs of words are left out. `against` is the extract of the report to compare with, if the values are
    needed only for that: kinds of value that it lacks are not extracted.
    """
    kinds = _ALL if against is None else frozenset(one.kind for one in against.values)
    read = (replace(one, text=legible(one.text)) if not one.text.isascii() else one for one in passages)
    told = tuple(sorted(read, key=lambda one: one.holds != OF_FILE))  # no list of numbers crowds a file out
    needs_words = not kinds.isdisjoint({Kind.NAME, Kind.BIRTH, Kind.ALIAS})
    in_order = [cues.plain_words_of(passage.text) for passage in told]
    words = _words_in(told, in_order) if needs_words else _NONE
    found: dict[tuple[Kind, str], Value] = {}
    of_officers: dict[tuple[Kind, str], None] = {}
    left = {False: MOST_VALUES, True: MOST_VALUES}
    for passage in told:
        for kind, canonical, written in _read(passage, rules, kinds, words):
            if canonical and left[passage.by_officer]:
                if passage.by_officer:
                    of_officers[kind, canonical] = None
                if (kind, canonical) not in found:
                    shown = written.strip()[:LONGEST_WRITTEN]
                    found[kind, canonical] = Value(kind, canonical, shown, passage.source)
                    left[passage.by_officer] -= 1
    _houses_of_places(told, rules, found)
    values = tuple(found.values())
    if len(values) > FEW:  # those that a limit may cut off later come last
        values = (
            *(found[one] for one in of_officers),
            *(one for key, one in found.items() if key not in of_officers),
        )
    with_runs = compared and (against is None or bool(against.shingles))
    texts = [
        sketch.content_words(passage.text, rules.names, plain)
        for passage, plain in zip(told, in_order, strict=True)
        # an officer's reason or a preset stands in many reports, and says nothing of whether reporters' accounts are alike
        if passage.holds == "text" and not passage.by_officer and (indexed or with_runs)
    ]
    small = sketch.sketch(texts) if indexed else ()
    return Extract(
        values,
        keys.of_report(values, small, rules.names) if indexed else (),
        small,
        sketch.shingles(texts) if with_runs else _NONE,
        generations=Kind.NAME in kinds and _speaks_of(rules.generations, told, words),
        twins=Kind.BIRTH in kinds and _speaks_of(rules.twins, told, words),
    )


def _words_in(told: Iterable[ReportText], in_order: Iterable[list[str] | None]) -> frozenset[str]:
    """Return the words in all passages, reusing those already split from ASCII passages."""
    both = zip(told, in_order, strict=True)
    return _NONE.union(*(cues.words_in(one.text) if plain is None else plain for one, plain in both))


def _read(
    passage: ReportText, rules: MatchingRules, kinds: Collection[Kind], words: frozenset[str]
) -> Iterator[tuple[Kind, str, str]]:
    """Yield the kind, canonical form and original text of each value of these kinds, and possibly of other kinds.

    `words` are the words in all passages.
    """
    text = passage.text
    match passage.holds:
        case "file":
            digest, _, name = text.partition(" ")
            yield Kind.FILE, digest, name
            return
        case "name":
            for one in _BETWEEN_NAMES.split(text):
                yield from _name(one, rules)
            return
        case "phone":
            yield Kind.PHONE, numbers.phone(text, rules.phone_region), text
            return
        case "registration":
            plates = list(numbers.parts_of_plates(text, rules.plates))
            plates += numbers.registrations(text, rules.plates) if plates else ()
            for plate, written in plates or [(numbers.registration(text), text)]:
                yield Kind.REGISTRATION, plate, written
            return
        case "email":
            yield Kind.EMAIL, online.email(text), text
            return
        case "postcode":
            yield Kind.POSTCODE, places.postcode(text, rules.postcode), text
            return
        case "handle":
            yield from _handle_answer(text, rules)
    yield from _values_in(text, rules, kinds, words)


def _values_in(
    text: str, rules: MatchingRules, kinds: Collection[Kind], words: frozenset[str]
) -> Iterator[tuple[Kind, str, str]]:
    digits = numbers.has_digit(text)
    if digits and Kind.PHONE in kinds:
        for number, written in numbers.phones(text, rules.phone_region):
            yield Kind.PHONE, number, written
    if digits and Kind.REGISTRATION in kinds:
        for plate, written in numbers.registrations(text, rules.plates):
            yield Kind.REGISTRATION, plate, written
        for plate, written in numbers.parts_of_plates(text, rules.plates):
            yield Kind.REGISTRATION, plate, written
        for plate, written in numbers.foreign_plates(text, rules.identifiers.plates):
            yield Kind.REGISTRATION, plate, written
    if digits and not _IDENTIFIERS.isdisjoint(kinds):
        yield from identifiers.identifiers(text, rules.identifiers)
    if Kind.ALIAS in kinds:
        for alias, written in aliases.aliases(text, rules.identifiers.aliases, rules.names, words):
            yield Kind.ALIAS, alias, written
    if "@" in text and Kind.EMAIL in kinds:
        for address, written in online.emails(text):
            yield Kind.EMAIL, address, written
    if Kind.EMAIL in kinds and " dot " in text.casefold():
        for address, written in online.spoken_emails(text):
            yield Kind.EMAIL, address, written
    if Kind.WEB in kinds or Kind.HANDLE in kinds:
        for address, written in online.web_addresses(text, rules.web):
            yield Kind.WEB, address, written
            yield Kind.HANDLE, online.account_in(address, rules.web), written
    if Kind.HANDLE in kinds:
        for account, written in online.handles(text, rules.web):
            yield Kind.HANDLE, account, written
    if digits and (Kind.POSTCODE in kinds or Kind.ADDRESS in kinds):
        for code, written, at in places.postcodes(text, rules.postcode):
            yield Kind.POSTCODE, code, written
            house, flat = places.house_before(text, at, rules.flats)
            if house or flat:
                yield Kind.ADDRESS, places.address(code, house, flat), f"{written}, {house} {flat}".strip()
    if digits and Kind.ADDRESS in kinds:
        for address, written in places.houses_in_towns(text, rules.streets, rules.flats):
            yield Kind.ADDRESS, address, written
    if digits and Kind.BIRTH in kinds:
        for born, written in birth_dates.birth_dates(text, rules.birth):
            yield Kind.BIRTH, born, written
    if Kind.NAME in kinds or (digits and Kind.BIRTH in kinds):
        for name in name_finding.names_in(text, rules.names, words):
            yield from _name(name, rules)
            if digits and Kind.BIRTH in kinds:
                for born, written in birth_dates.beside_name(text, name, rules.birth):
                    yield Kind.BIRTH, born, written


def _name(written: str, rules: MatchingRules) -> Iterator[tuple[Kind, str, str]]:
    """Yield a name if it has at least two parts.

    A forename alone is too common to link reports.
    """
    name = read_name(written, rules.names)
    if len(name.parts) >= 2:
        yield Kind.NAME, name.canonical, written


def _handle_answer(text: str, rules: MatchingRules) -> Iterator[tuple[Kind, str, str]]:
    for word in re.split(r"[\s,;]+", text):
        if "/" not in word and not re.search(r"\.\w{2,}$", word):
            account = online.handle(word)
            if word.startswith("@") or (account and len(text.split()) == 1):
                yield Kind.HANDLE, account, word


def _houses_of_places(
    told: tuple[ReportText, ...], rules: MatchingRules, found: dict[tuple[Kind, str], Value]
) -> None:
    """Add an address where an answer giving a place is followed by one giving its postcode.

    For example, "14 Mill Lane" is followed by "AB1 2CD".
    """
    for before, after in pairwise(told):
        if before.holds == "place" and after.holds == "postcode":
            code = places.postcode(after.text, rules.postcode)
            house, flat = places.house_before(before.text, len(before.text), rules.flats)
            if code and (house or flat):
                canonical = places.address(code, house, flat)
                written = f"{before.text.strip()}, {after.text.strip()}"
                found.setdefault(
                    (Kind.ADDRESS, canonical), Value(Kind.ADDRESS, canonical, written, before.source)
                )


def _speaks_of(phrases: tuple[str, ...], told: tuple[ReportText, ...], words: frozenset[str]) -> bool:
    if not cues.possible(phrases, words):
        return False
    return any(_any_word(phrases).search(passage.text) for passage in told)


@lru_cache(maxsize=8)
def _any_word(words: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, words))})\b", re.IGNORECASE)
