"""Limits on examiners' viewing time, and the rules for their breaks, in plain Python."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final

#: Minutes of looking after which a break is due, and how long it is.
UNTIL_BREAK: Final = 45
BREAK: Final = timedelta(minutes=15)
#: Minutes of looking in one day at most.
A_DAY: Final = 240
#: Two views so close together count as looking all the time between them.
TOGETHER: Final = timedelta(minutes=5)


@dataclass(frozen=True)
class Exposure:
    """An examiner's viewing time on one day.

    `minutes` are of the whole day, `since_break` those since the last break, which may have been on the day before. `last_severe` says whether the item viewed
    at `last_at` may show what the pack calls severe.
    """

    day: date
    minutes: int = 0
    since_break: int = 0
    last_at: datetime | None = None
    break_until: datetime | None = None
    last_severe: bool = False

    def on(self, day: date) -> Exposure:
        """Return the viewing time as of this day. A new day starts at zero, but a break already due stays due."""
        return self if self.day == day else replace(self, day=day, minutes=0)

    def looked(self, at: datetime) -> Exposure:
        """Return the viewing time after a view at `at`. Views within one minute count as one."""
        now = self.on(at.date())
        if now.last_at is None:
            return replace(now, minutes=now.minutes + 1, since_break=now.since_break + 1, last_at=at)
        passed, spent = at - now.last_at, 1
        if passed < timedelta(minutes=1):
            return now
        if passed <= TOGETHER:
            spent = passed // timedelta(minutes=1)
        elif passed >= BREAK:  # whoever was away so long has had a break
            now = replace(now, since_break=0)
        return replace(
            now,
            minutes=now.minutes + spent,
            since_break=now.since_break + spent,
            last_at=at,
            break_until=None,
        )

    def is_with_last(self, at: datetime) -> bool:
        """Return whether `at` is soon enough after the last view to count as part of it."""
        return self.last_at is not None and at - self.last_at <= TOGETHER

    def minutes_until(self, after: Exposure) -> int:
        """Return the viewing minutes added between this record and a later one for the same examiner."""
        return after.minutes - (self.minutes if self.day == after.day else 0)

    def with_break(self, at: datetime) -> Exposure:
        """Return the viewing time with a break that starts now."""
        return replace(self, since_break=0, break_until=at + BREAK)

    def on_break(self, at: datetime) -> bool:
        """Return whether a break is still running."""
        return self.break_until is not None and at < self.break_until

    def is_due(self) -> bool:
        """Return whether a break is due now."""
        return self.since_break >= UNTIL_BREAK

    def spent_for_today(self, at: datetime) -> bool:
        """Return whether the examiner has reached the daily limit of viewing time."""
        return self.day == at.date() and self.minutes >= A_DAY
