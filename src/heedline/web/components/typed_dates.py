"""Dates as people type them, in three parts, with the month as a number or a word."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date

from django.utils.dates import MONTHS, MONTHS_3

PARTS = ("day", "month", "year")
_ENGLISH_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()  # noqa: SIM905 (reads as a calendar)


def day_of(parts: Mapping[str, str]) -> date | None:
    """Return the date made of three typed parts, or None if they are not a valid date.

    Two-digit years are not accepted, because the century would be a guess.
    """
    numbers = [number_of(part, parts.get(part, "")) for part in ("year", "month", "day")]
    try:
        return date(*(number for number in numbers if number is not None)) if None not in numbers else None
    except ValueError:
        return None


def number_of(part: str, text: str) -> int | None:
    """Return a typed part as a number within its range, or None.

    A month may also be given by its name, in English or in the reader's language.
    """
    text = text.strip().casefold().rstrip(".")
    if part == "month" and text.isalpha():
        names = {
            str(word).casefold().rstrip("."): at for words in (MONTHS, MONTHS_3) for at, word in words.items()
        }
        english = _ENGLISH_MONTHS.index(text[:3]) + 1 if text[:3] in _ENGLISH_MONTHS else None
        return names.get(text, english)
    if not re.fullmatch(r"\d{1,4}", text):
        return None
    number, (low, high) = int(text), {"day": (1, 31), "month": (1, 12), "year": (1900, 2200)}[part]
    return number if low <= number <= high else None
