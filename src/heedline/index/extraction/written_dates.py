"""Recognises dates that an officer types, and lists other ways to write the same day."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from heedline.index.extraction.birth_dates import DATE, date_of
from heedline.index.extraction.rules import BirthRules

_TYPED = re.compile(rf"(?<![^\s(])(?:{DATE})(?![^\s),;.])", re.IGNORECASE)


def dates_in(text: str, rules: BirthRules) -> Iterator[tuple[date, int, int]]:
    """Yield each date with a day in a text, with its start and end. The century of a year of two digits is a guess."""
    for found in _TYPED.finditer(text):
        told = date_of(found, rules)
        if len(told) == len("1999-03-12"):
            yield date.fromisoformat(told), found.start(), found.end()


def spellings(day: date, rules: BirthRules) -> tuple[tuple[str, ...], ...]:
    """Return the words of common ways to write a day, with its month as a number or by any of its names.

    With the month as a number, the year may have two digits. Rare ways are left out, because each one makes a search slower.
    """
    year, days, months = str(day.year), _padded(day.day), _padded(day.month)
    found: list[tuple[str, ...]] = [(year, months[-1], days[-1])]
    orders = [(one, month) if rules.day_first else (month, one) for one in days for month in months]
    found += [(*order, written) for order in orders for written in (year, year[-2:])]
    found.append((f"{days[-1]}{months[-1]}{year}" if rules.day_first else f"{months[-1]}{days[-1]}{year}",))
    first, ordinal = days[0], f"{day.day}{_ending(day.day)}"
    for name in (name for name, number in rules.months.items() if number == day.month):
        found += [
            (first, name, year),
            (ordinal, name, year),
            (name, first, year),
            (ordinal, "of", name, year),
        ]
    return tuple(found)


def _padded(number: int) -> tuple[str, ...]:
    return tuple(dict.fromkeys((str(number), f"{number:02}")))


def _ending(day: int) -> str:
    return "th" if 4 <= day <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")
