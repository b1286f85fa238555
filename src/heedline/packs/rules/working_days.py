"""Working days, for time limits that exclude weekends and public holidays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from heedline.packs.tables import Table, read_toml

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable


class HolidaysNotListed(Exception):
    """Raised for a deadline in a year whose public holidays the pack does not list. `year` is that year."""

    def __init__(self, year: int) -> None:
        super().__init__(f"no public holidays are listed for {year}")
        self.year = year


@dataclass(frozen=True, slots=True)
class WorkingDays:
    """The working days and public holidays of a jurisdiction.

    `holidays` maps each calendar to its holidays. `usual` is the calendar to use if none is known. Days
    after the last listed holiday count as ordinary weeks.
    """

    zone: ZoneInfo
    opens: time
    closes: time
    weekend: frozenset[int]
    usual: str
    holidays: Mapping[str, frozenset[date]]

    @property
    def last_year(self) -> int:
        """Return the last year for which every calendar has its holidays."""
        return min(max(day.year for day in days) for days in self.holidays.values())

    def is_working(self, day: date, *, calendar: str) -> bool:
        """Return whether a day is a working day in this calendar.

        Raises KeyError for an unknown calendar.
        """
        return day.isoweekday() not in self.weekend and day not in self.holidays[calendar]

    def close_of(self, start: datetime, days: int, *, calendar: str) -> datetime:
        """Return the close of business, in UTC, on the `days`-th working day after the day of `start`.

        The day of `start` itself does not count.
        """
        if start.tzinfo is None or days < 1:
            raise ValueError("a time needs a zone, and days are counted from one")
        day = start.astimezone(self.zone).date()
        while days:
            day += timedelta(days=1)
            days -= self.is_working(day, calendar=calendar)
        return datetime.combine(day, self.closes, self.zone).astimezone(UTC)

    def hours_after(self, start: datetime, hours: timedelta, *, calendar: str) -> datetime:
        """Return the time, in UTC, at which this much working time has passed since `start`."""
        if start.tzinfo is None:
            raise ValueError("a time needs a zone")
        day, start = start.astimezone(self.zone).date(), start.astimezone(UTC)
        while True:
            if self.is_working(day, calendar=calendar):
                opens, closes = (
                    datetime.combine(day, clock, self.zone).astimezone(UTC)
                    for clock in (self.opens, self.closes)
                )
                begins = max(opens, start)
                if begins + hours <= closes:
                    return begins + hours
                hours -= max(closes - begins, timedelta(0))
            day += timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Within:
    """A time limit: either hours, which run at night and at weekends too, or working days."""

    hours: int = 0
    working_days: int = 0

    def __post_init__(self) -> None:
        if min(self.hours, self.working_days) < 0 or bool(self.hours) == bool(self.working_days):
            raise ValueError("a time limit is in hours or in working days")

    def after(self, start: datetime, days: WorkingDays, *, calendar: str) -> datetime:
        """Return the end of this time limit, in UTC, if it starts at `start`.

        Working days end at the close of business on the last of them (`WorkingDays.close_of`). Raises HolidaysNotListed
        if that is in a later year than the last holiday of the calendar, and ValueError for a time without a zone.
        """
        if start.tzinfo is None:
            raise ValueError("a time needs a zone")
        if self.hours:
            return start.astimezone(UTC) + timedelta(hours=self.hours)
        end = days.close_of(start, self.working_days, calendar=calendar)
        if end.year > max((day.year for day in days.holidays[calendar]), default=0):
            raise HolidaysNotListed(end.year)
        return end


def read_working_days(folder: Traversable) -> WorkingDays:
    """Return the working days read from `holidays.toml`.

    Raises PackError, naming the file and key.
    """
    table = read_toml(folder, "holidays.toml")
    try:
        zone = ZoneInfo(table.text("zone"))
    except (ZoneInfoNotFoundError, ValueError):
        raise table.wrong("zone", "is no time zone") from None
    opens, closes = (_clock(table, key) for key in ("opens", "closes"))
    if opens >= closes:
        raise table.wrong("closes", "must be later than opens")
    calendars = table.table("calendars")
    holidays: dict[str, frozenset[date]] = {}
    for code in calendars:
        days = calendars.raw(code)
        # TOML's times of day are dates too; only a bare date is a day off
        if not isinstance(days, list) or not all(type(day) is date for day in days):
            raise calendars.wrong(code, "must be a list of dates such as 2026-12-25")
        holidays[code] = frozenset(days)
    listed = {code: {day.year for day in days} for code, days in holidays.items()}
    for code, years in listed.items():
        every = set().union(*listed.values())
        if missing := set(range(min(every), max(every) + 1)) - years:
            raise calendars.wrong(code, f"has no holidays for {min(missing)}")
    weekend = frozenset(table.numbers("weekend"))
    if not weekend < set(range(1, 8)):
        raise table.wrong("weekend", "must be days of the week, 1 to 7, and not all of them")
    found = WorkingDays(zone, opens, closes, weekend, table.one_of("usual", tuple(holidays)), holidays)
    table.text("source")
    table.day("as_of")
    table.done()
    return found


def _clock(table: Table, key: str) -> time:
    try:
        return time.fromisoformat(table.text(key))
    except ValueError:
        raise table.wrong(key, "must be a time such as 17:00") from None
