"""The pack's public holidays and its working-day clock, against holidays worked out from the law and counted another way."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Final

import pytest

from heedline.packs import load_pack

DAYS: Final = load_pack("uk").working_days
FIRST: Final = min(min(listed) for listed in DAYS.holidays.values()).year
ONE: Final = timedelta(days=1)
#: Holidays that were proclaimed for one year only.
PROCLAIMED: Final = {"scotland": {date(2026, 6, 15)}}
#: Fixed days of every year, as (month, day), and the first (0) or last (-1) Mondays of a month.
FIXED: Final = {
    "england-and-wales": ((1, 1), (12, 25), (12, 26)),
    "scotland": ((1, 1), (1, 2), (11, 30), (12, 25), (12, 26)),
    "northern-ireland": ((1, 1), (3, 17), (7, 12), (12, 25), (12, 26)),
}
MONDAYS: Final = {
    "england-and-wales": ((5, 0), (5, -1), (8, -1)),
    "scotland": ((5, 0), (5, -1), (8, 0)),
    "northern-ireland": ((5, 0), (5, -1), (8, -1)),
}


def easter(year: int) -> date:
    """Easter Sunday by the anonymous Gregorian rule (Meeus)."""
    a, (b, c) = year % 19, divmod(year, 100)
    d, e = divmod(b, 4)
    h = (19 * a + b - d - (b - (b + 8) // 25 + 1) // 3 + 15) % 30
    i, k = divmod(c, 4)
    m = (32 + 2 * e + 2 * i - h - k) % 7
    month, day = divmod(h + m - 7 * ((a + 11 * h + 22 * m) // 451) + 114, 31)
    return date(year, month, day + 1)


def by_law(calendar: str, year: int) -> set[date]:
    """The holidays of a year. One at a weekend is kept on the next weekday that is free."""
    sunday = easter(year)
    found = {sunday - 2 * ONE} | ({sunday + ONE} if calendar != "scotland" else set())
    for month, which in MONDAYS[calendar]:
        days = (date(year, month, 1) + n * ONE for n in range(31))
        found.add([day for day in days if day.month == month and day.weekday() == 0][which])
    fixed = [date(year, month, day) for month, day in FIXED[calendar]]
    found |= {day for day in fixed if day.weekday() < 5}
    for day in (day for day in fixed if day.weekday() >= 5):
        while day.weekday() >= 5 or day in found:
            day += ONE
        found.add(day)
    return found | {day for day in PROCLAIMED.get(calendar, set()) if day.year == year}


def every_day() -> Iterator[date]:
    yield from (
        date(FIRST, 1, 1) + n * ONE for n in range((date(DAYS.last_year, 12, 1) - date(FIRST, 1, 1)).days)
    )


@pytest.mark.parametrize("calendar", FIXED)
def test_the_holidays_are_those_of_the_law_in_every_listed_year(calendar: str) -> None:
    years = range(FIRST, DAYS.last_year + 1)
    assert DAYS.holidays[calendar] == set().union(*(by_law(calendar, year) for year in years))


@pytest.mark.parametrize("calendar", FIXED)
def test_the_clock_ends_where_a_list_of_working_days_says_on_every_day(calendar: str) -> None:
    off = set().union(*(by_law(calendar, year) for year in range(FIRST, DAYS.last_year + 2)))
    some = (date(FIRST, 1, 1) + n * ONE for n in range(366 * (DAYS.last_year + 2 - FIRST)))
    table = [day for day in some if day.weekday() < 5 and day not in off]
    for day in every_day():
        start = datetime.combine(day, DAYS.opens, DAYS.zone).astimezone(UTC)
        for number in (1, 2, 10):
            ends = table[bisect_right(table, day) + number - 1]
            expected = datetime.combine(ends, DAYS.closes, DAYS.zone)
            assert DAYS.close_of(start, number, calendar=calendar) == expected, (day, number)
