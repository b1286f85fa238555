"""Extracts dates of birth from text.

If only the month is known, the date has no day.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from functools import lru_cache

from heedline.index.extraction import cues
from heedline.index.extraction.names import latin
from heedline.index.extraction.numbers import western_digits
from heedline.index.extraction.rules import BirthRules

#: A date, or a month of a year, in any of the ways in which people write one.
DATE = (
    r"(?P<iso>(?P<y1>\d{4})-(?P<m1>\d{1,2})-(?P<d1>\d{1,2}))"
    r"|(?P<a>\d{1,2})\s*[/.\-]\s*(?P<b>\d{1,2})\s*[/.\-]\s*(?P<y2>\d{4}|\d{2})(?!\d)"
    r"|(?P<d3>\d{1,2})(?:st|nd|rd|th)?\s+(?:of\s+)?(?P<n3>[^\W\d_]{3,14})\.?,?\s+(?P<y3>\d{4})"
    r"|(?P<n4>[^\W\d_]{3,14})\.?\s+(?P<d4>\d{1,2})(?:st|nd|rd|th)?,?\s+(?P<y4>\d{4})"
    r"|(?P<n5>[^\W\d_]{3,14})\.?,?\s+(?P<y5>\d{4})"
    r"|(?P<m6>\d{1,2})\s*[/.]\s*(?P<y6>\d{4})(?!\d)"
)
#: Two-digit years up to this are of this century.
_THIS_CENTURY = 26
_EARLIEST, _LATEST = 1900, 2100


@lru_cache(maxsize=4)
def _cued(rules: BirthRules) -> re.Pattern[str]:
    phrases = "|".join(re.escape(one) for one in sorted(rules.cues, key=len, reverse=True))
    return re.compile(
        rf"(?<!\w)(?:{phrases})(?:\s+(?:is|was|on|in|the))*\s*+[:=\-]?\s*+(?:{DATE})", re.IGNORECASE
    )


def birth_dates(text: str, rules: BirthRules) -> Iterator[tuple[str, str]]:
    """Yield each date that follows a cue for a date of birth, such as "born".

    Yields the date as 1999-03-12 or 1999-03, and the text as it was written.
    """
    if not cues.possible_in(rules.cues, text.casefold()):
        return
    plain = western_digits(text)
    for found in _cued(rules).finditer(plain):
        if told := date_of(found, rules):
            yield told, text[found.start() : found.end()]


#: The last year of birth that is read without a cue: a later date beside a name is mostly that of an event.
_LATEST_UNCUED = 2016
_BESIDE = re.compile(rf"\s*[,(:–—-]?\s*(?:{DATE})", re.IGNORECASE)


def beside_name(text: str, name: str, rules: BirthRules) -> Iterator[tuple[str, str]]:
    """Yield each whole date that stands behind a name, as `birth_dates` does. No cue is needed there."""
    plain, at = western_digits(text), -1
    while (at := text.find(name, at + 1)) >= 0:
        found = _BESIDE.match(plain, at + len(name))
        told = date_of(found, rules) if found is not None else ""
        if found is not None and len(told) == len("1999-03-12") and int(told[:4]) <= _LATEST_UNCUED:
            yield told, text[at : found.end()]


def date_of(found: re.Match[str], rules: BirthRules) -> str:
    """Return a match of `DATE` as 1999-03-12 or 1999-03, or "" if there is no such day."""
    part = found.group
    if part("iso"):
        return _whole(int(part("y1")), int(part("m1")), int(part("d1")))
    if part("a"):
        day, month = int(part("a")), int(part("b"))
        if not rules.day_first or (month > 12 >= day):
            day, month = month, day
        return _whole(_year(part("y2")), month, day)
    if part("d3"):
        return _whole(int(part("y3")), _month(part("n3"), rules), int(part("d3")))
    if part("d4"):
        return _whole(int(part("y4")), _month(part("n4"), rules), int(part("d4")))
    if part("n5"):
        return _month_only(int(part("y5")), _month(part("n5"), rules))
    return _month_only(int(part("y6")), int(part("m6")))


def _year(written: str) -> int:
    year = int(written)
    if len(written) == 4:
        return year
    return year + (2000 if year <= _THIS_CENTURY else 1900)


def _month(name: str, rules: BirthRules) -> int:
    return rules.months.get(latin(name), 0)


def _whole(year: int, month: int, day: int) -> str:
    try:
        told = date(year, month, day)
    except ValueError:
        return ""
    return told.isoformat() if _EARLIEST <= year < _LATEST else ""


def _month_only(year: int, month: int) -> str:
    return f"{year:04}-{month:02}" if _EARLIEST <= year < _LATEST and 1 <= month <= 12 else ""
