"""A jurisdiction's rules for extracting values from reports, loaded from a pack.

They cover names, cue words and formats. Rules are compared by identity, so that results derived from them can be
cached.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

#: What a field can hold. `text` is searched for every kind of value; the others hold one kind.
HOLDS = ("name", "phone", "email", "registration", "postcode", "place", "handle", "text")
#: What a passage holds that names a file of a report, after its SHA-256 and a space. No answer holds one.
OF_FILE = "file"


@dataclass(frozen=True, slots=True, eq=False)
class PlateShape:
    """A number plate format, with L for a letter and D for a digit.

    `spaced` is the number of characters before the space. Plates in lower case are read in a text only if `lower`. A plate
    must have one of the letters in `needs`, if there are any.
    """

    shape: str
    spaced: int
    lower: bool
    needs: str


@dataclass(frozen=True, slots=True, eq=False)
class NameEvidence:
    """Words and word patterns that show whether capitalised words are a person's name.

    `forename` and `surname` match whole words in lower-case Latin letters that are formed like one. `surname_beginning`
    matches a word as it is written. `second_names` are words that can follow the first part of a name.
    """

    linking: frozenset[str]
    joined: frozenset[str]
    second_names: frozenset[str]
    forename: re.Pattern[str]
    surname: re.Pattern[str]
    small_surname: re.Pattern[str]
    """Surnames by how they end, after a known forename in a text without capitals."""
    surname_beginning: re.Pattern[str]
    chinese_surnames: frozenset[str]
    after_people: tuple[str, ...]
    """Words that follow a person's name in a sentence."""
    not_small_surnames: frozenset[str]
    """Words that follow a forename in small letters and are no surname."""
    people: frozenset[str]
    """Words that show that the name after them is a person's."""
    relatives: frozenset[str]
    """Words that follow the possessive of a person's name."""
    openers: frozenset[str]
    """Words that begin a sentence and are not part of the name that follows."""
    not_first: frozenset[str]
    """Words that begin the name of a place, a group or an office."""
    places: frozenset[str]
    """Words that turn a forename before them into the name of a place or an organisation."""
    surnames_of_places: frozenset[str]
    """Place words that count as a surname, except after `forenames_of_places`."""
    forenames_of_places: frozenset[str]
    also_words: frozenset[str]
    """Names that are also ordinary words, and so prove nothing in text without capitals."""
    in_small_letters: frozenset[str]
    """Forenames and surnames that begin or end a name in a text without capitals, beside another known name."""


@dataclass(frozen=True, slots=True, eq=False)
class NameRules:
    """Known names, and the words that introduce or accompany names.

    `forenames` and `surnames` map each known spelling to the names that it can stand for.
    """

    forenames: Mapping[str, frozenset[str]]
    surnames: Mapping[str, frozenset[str]]
    syllables: Mapping[str, frozenset[str]]
    """Syllables of Chinese forenames, and those that each can be in Pinyin."""
    titles: frozenset[str]
    particles: frozenset[str]
    suffixes: frozenset[str]
    cues: tuple[str, ...]
    no_names: frozenset[str]
    no_forenames: frozenset[str]
    """Words that look or sound like a known forename and are not misspellings of it."""
    no_surnames: frozenset[str]
    """Words that follow a word like a forename in the name of a place or an organisation."""
    before_places: frozenset[str]
    """Words that precede a place or an organisation more often than a person."""
    evidence: NameEvidence


@dataclass(frozen=True, slots=True, eq=False)
class BirthRules:
    """Rules for recognising dates of birth.

    `months` maps the name of a month to its number.
    """

    cues: tuple[str, ...]
    day_first: bool
    months: Mapping[str, int]


@dataclass(frozen=True, slots=True, eq=False)
class WebRules:
    """Rules for normalising web addresses and account names.

    `endings` are the top-level domains of the host names that are recognised in a text.
    """

    endings: frozenset[str]
    tracking: frozenset[str]
    tracking_beginnings: tuple[str, ...]
    accounts: frozenset[str]
    not_accounts: frozenset[str]
    cues: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class IdentifierRules:
    """Words that show what a number is, in lower case, and the length of an IBAN by country."""

    devices: tuple[str, ...]
    accounts: tuple[str, ...]
    passports: tuple[str, ...]
    plates: tuple[str, ...]
    aliases: tuple[str, ...]
    iban_lengths: Mapping[str, int]


@dataclass(frozen=True, slots=True, eq=False)
class MatchingRules:
    """All of a pack's rules for finding related reports.

    `answers` maps a question set to what its fields hold, by "step.field". A value in more than `shared_from` reports is
    shown as shared.
    """

    phone_region: str
    plates: tuple[PlateShape, ...]
    shared_from: int
    answers: Mapping[str, Mapping[str, str]]
    postcode: str
    names: NameRules
    birth: BirthRules
    web: WebRules
    identifiers: IdentifierRules
    flats: tuple[str, ...]
    generations: tuple[str, ...]
    twins: tuple[str, ...]
    common_words: tuple[str, ...]
    """Words that occur in most reports, spelt as `index/words.py` returns them."""
    streets: Mapping[str, tuple[str, ...]]
    """Words for streets and their short forms, each with the others that mean the same."""
