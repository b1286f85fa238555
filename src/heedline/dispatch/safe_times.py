"""The days and times at which a reporter has said that it is safe to call them.

This is plain Python that uses no Django and reads no clock. The pack defines what each part of the day
means in hours (`Pack.safe_hours`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo

#: The codes of days in answers, Monday first.
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
type Span = tuple[time, time]
#: What is left of a safe period when a call becomes late.
_SPARE = timedelta(hours=1)
#: The rest of a safe period in which no call is planned.
_TOO_SHORT = timedelta(minutes=20)


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
        """Return the deadline for attempting the call, which is itself a safe time to call.

        It is within `allowed` if it is safe to call by then, and otherwise in the first safe period. Enough of the period
        follows for whoever is told that the call is late: an hour, or half of the period if that is less.
        """
        latest = at + allowed
        periods = list(self._periods(at, zone))
        starts, ends = next((one for one in reversed(periods) if one[0] <= latest), periods[0])
        last = ends - min(_SPARE, (ends - starts) / 2)
        return (last if starts > latest else min(latest, last)).replace(second=0, microsecond=0)

    def _periods(self, at: datetime, zone: tzinfo) -> Iterator[tuple[datetime, datetime]]:
        """Yield the safe periods of the next eight days, leaving out what is too short to make a call in."""
        moment, end = at, at + timedelta(days=8)
        while (opens := self.opens(moment, zone)) <= end:
            moment = self.closes(opens, zone)
            if moment - opens >= _TOO_SHORT:
                yield opens, moment


def read_safe_times(days: Iterable[str], hours: Iterable[str], table: Mapping[str, Span]) -> SafeTimes:
    """Return the safe times for the boxes that the reporter ticked.

    If nothing was ticked, any day and any of the pack's hours is safe. Codes that the pack does not know
    count as not ticked.
    """
    ticked = frozenset(DAYS.index(day) for day in days if day in DAYS)
    spans = tuple(sorted(table[hour] for hour in hours if hour in table))
    return SafeTimes(ticked or frozenset(range(len(DAYS))), spans or tuple(sorted(table.values())))
