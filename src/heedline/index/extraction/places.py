"""Extracts postcodes, the house or flat number written before one, and houses that are written with their street and town."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

from heedline.index.extraction.numbers import near_digits

_BEFORE = 90
_HOUSE = re.compile(r"(?<![\w/])(\d{1,4}[a-z]?)(?![\w/:.]\d|\w)", re.IGNORECASE)
#: Signs of the second half of a postcode that are written for digits: AB1 OBC.
_TAIL = 3


@lru_cache(maxsize=8)
def _in_text(postcode: str) -> re.Pattern[str]:
    """Return the pattern that finds postcodes as people type them in free text."""
    return re.compile(
        r"(?<![A-Za-z0-9])([A-Z]{1,2}[0-9][A-Z0-9]?)[ -]{0,2}([0-9O][A-Z]{2})(?![A-Za-z0-9])", re.IGNORECASE
    )


def postcodes(text: str, pattern: str) -> Iterator[tuple[str, str, int]]:
    """Yield each full postcode in a text.

    Yields it in capitals without a space, as it was written, and the position where it starts.
    """
    for start, end in near_digits(text):
        for found in _in_text(pattern).finditer(text, start, end):
            tight = postcode(found.group(1) + found.group(2), pattern)
            if tight and (found.group().isupper() or not found.group().islower() or " " not in found.group()):
                yield tight, found.group(), found.start()


def postcode(written: str, pattern: str) -> str:
    """Return a full postcode in capitals without spaces, or "" if the text is not one."""
    tight = re.sub(r"[\s-]", "", written).upper()
    if len(tight) > _TAIL and tight[-_TAIL] == "O":
        tight = tight[:-_TAIL] + "0" + tight[-_TAIL + 1 :]
    return tight if re.fullmatch(pattern, tight) else ""


@lru_cache(maxsize=8)
def _flat(words: tuple[str, ...]) -> re.Pattern[str]:
    named = "|".join(re.escape(one) for one in words)
    return re.compile(rf"\b(?:{named})\s*(?:no\.?\s*)?(\d{{1,4}}[a-z]?|[a-z])\b", re.IGNORECASE)


def house_before(text: str, at: int, flats: tuple[str, ...]) -> tuple[str, str]:
    """Return the house number and flat written before a postcode that starts at `at`.

    Each is in lower case, or "" if there is none.
    """
    before = text[max(0, at - _BEFORE) : at]
    before = re.split(r"[\n;?!]|\.\s+(?=[A-Z])", before)[-1]
    flat = ""
    if found := list(_flat(flats).finditer(before)):
        flat = found[-1].group(1).casefold()
        before = before[: found[-1].start()] + " , " + before[found[-1].end() :]
    numbers = [found.group(1).casefold() for found in _HOUSE.finditer(before)]
    return (numbers[-1] if numbers else ""), flat


_TOWN = (
    r"[A-Z][a-z'\u2019]+(?:-[A-Za-z][a-z'\u2019]+| (?:upon |le |on the )?[A-Z][a-z'\u2019]+){0,3}"
    r"(?: (?:on|by|under|in) (?:Sea|Trent|Tees|Tyne|Thames|Lyne|Avon|Furness)\b)?"
)


@lru_cache(maxsize=4)
def _house_in_town(streets: frozenset[str]) -> re.Pattern[str]:
    kinds = "|".join(re.escape(one) for one in sorted(streets, key=len, reverse=True))
    return re.compile(
        rf"(?<![\w/.,:-])(\d{{1,4}}[A-Za-z]?),? ((?:[A-Z][a-z'\u2019]+ ){{1,3}})((?i:{kinds}))\b\.?(?:,| in),? ({_TOWN})"
    )


def houses_in_towns(
    text: str, streets: Mapping[str, tuple[str, ...]], flats: tuple[str, ...]
) -> Iterator[tuple[str, str]]:
    """Yield each house with its street and town, such as "14 Mill Lane, Gateshead", in canonical form and as it was written.

    A street without its town is left out, because most towns have one of that name.
    """
    for found in _house_in_town(frozenset(streets)).finditer(text):
        house, named, kind, town = found.groups()
        whole = max((kind.casefold(), *streets[kind.casefold()]), key=len)
        place = (
            f"{named.strip()} {whole}, {town}".replace("\u2019", "")
            .replace("'", "")
            .replace("-", " ")
            .casefold()
        )
        _, flat = house_before(text, found.start(), flats)
        yield address(place, house.casefold(), flat), found.group()


def address(postcode_: str, house: str, flat: str) -> str:
    """Return the canonical form of a postal address, from its postcode or its street and town, and its house number and flat."""
    return "/".join(filter(None, (postcode_, house or ("-" if flat else ""), flat)))
