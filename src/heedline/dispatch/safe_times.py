"""The days and times at which a reporter has said that it is safe to call them.

This is plain Python that uses no Django and reads no clock. The pack defines what each part of the day
means in hours (`Pack.safe_hours`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo

#: The codes of days in answers, Monday first.
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
type Span = tuple[time, time]


@dataclass(frozen=True, slots=True)
class SafeTimes:
    """The weekdays (0 is Monday) and times of day at which contact is safe, in local time.

    Neither is empty, and no span passes midnight.
    """

    days: frozenset[int]
    spans: tuple[Span, ...]

    def covers(self, at: datetime, zone: tzinfo) -> bool:
        """Return whether `at` is a safe time to call."""
        local = at.astimezone(zone)
        return local.weekday() in self.days and any(start <= local.time() < end for start, end in self.spans)

    def covers_day(self, at: datetime, zone: tzinfo) -> bool:
        """Return whether `at` falls on a safe day, regardless of the hour."""
        return at.astimezone(zone).weekday() in self.days

    def opens(self, at: datetime, zone: tzinfo) -> datetime:
        """Return the first safe time from `at` onwards, which may be `at` itself."""
        if self.covers(at, zone):
            return at
        today = at.astimezone(zone).date()
        for ahead in range(8):
            day = today + timedelta(days=ahead)
            for start, _ in self.spans:
                moment = datetime.combine(day, start, zone)
                if day.weekday() in self.days and moment > at:
                    return moment.astimezone(UTC)
        raise ValueError("a week without a safe moment")

    def closes(self, at: datetime, zone: tzinfo) -> datetime:
        """Return the end of the safe period that contains `at`, which is midnight at the latest.

        `at` itself must be safe.
        """
        local = at.astimezone(zone)
        until = local.time()
        for start, end in self.spans:  # in order, so that one part of the day runs on into the next
            if start <= until < end:
                until = end
        return datetime.combine(local.date(), until, zone).astimezone(UTC)

    def try_by(self, at: datetime, allowed: timedelta, zone: tzinfo) -> datetime:
        """Return the deadline for attempting the call.

        The call must be tried within `allowed`, or by the end of the first day on which it is safe. The result
        is the end of the day rather than of the safe hours, because it is stored in the clear and should reveal
        as little as possible.
        """
        opens = self.opens(at, zone)
        if opens <= at + allowed:
            return at + allowed
        next_day = opens.astimezone(zone).date() + timedelta(days=1)
        return datetime.combine(next_day, time(), zone).astimezone(UTC)


def read_safe_times(days: Iterable[str], hours: Iterable[str], table: Mapping[str, Span]) -> SafeTimes:
    """Return the safe times for the boxes that the reporter ticked.

    If nothing was ticked, any day and any of the pack's hours is safe. Codes that the pack does not know
    count as not ticked.
    """
    ticked = frozenset(DAYS.index(day) for day in days if day in DAYS)
    spans = tuple(sorted(table[hour] for hour in hours if hour in table))
    return SafeTimes(ticked or frozenset(range(len(DAYS))), spans or tuple(sorted(table.values())))
