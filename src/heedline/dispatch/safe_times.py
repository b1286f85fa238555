"""When somebody may be called who asked for it: the days and parts of the day that they said are safe for them.

Plain Python: no Django, no clock. What a part of the day means on a clock is the pack's (`Pack.safe_hours`).
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
    """Days (0 is Monday) and spans of the day, on the clock of the country. Neither is empty; no span passes midnight."""

    days: frozenset[int]
    spans: tuple[Span, ...]

    def covers(self, at: datetime, zone: tzinfo) -> bool:
        """Whether `at` is a safe moment."""
        local = at.astimezone(zone)
        return local.weekday() in self.days and any(start <= local.time() < end for start, end in self.spans)

    def opens(self, at: datetime, zone: tzinfo) -> datetime:
        """The first safe moment from `at` on: `at` itself when it is one."""
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
        """Until when it stays safe from `at` on, which must be safe; no further than midnight."""
        local = at.astimezone(zone)
        until = local.time()
        for start, end in self.spans:  # in order, so that one part of the day runs on into the next
            if start <= until < end:
                until = end
        return datetime.combine(local.date(), until, zone).astimezone(UTC)

    def try_by(self, at: datetime, allowed: timedelta, zone: tzinfo) -> datetime:
        """By when a call is tried: within `allowed`, or by the end of the day on which it first becomes safe.

        The end of the day, and not of the safe hours: this stands in the clear, and says as little as it can.
        """
        opens = self.opens(at, zone)
        if opens <= at + allowed:
            return at + allowed
        next_day = opens.astimezone(zone).date() + timedelta(days=1)
        return datetime.combine(next_day, time(), zone).astimezone(UTC)


def read_safe_times(days: Iterable[str], hours: Iterable[str], table: Mapping[str, Span]) -> SafeTimes:
    """What was ticked, as times. Nothing ticked means any day, any hour of the pack; codes it does not know count as
    not ticked."""
    ticked = frozenset(DAYS.index(day) for day in days if day in DAYS)
    spans = tuple(sorted(table[hour] for hour in hours if hour in table))
    return SafeTimes(ticked or frozenset(range(len(DAYS))), spans or tuple(sorted(table.values())))
