"""When a report is due, in what words, and what "when" may be written down at all. Plain Python: no Django, no clock.

Arrivals are kept to the quarter hour, so deadlines count from the *end* of the quarter hour in which something
arrived: a report is never called late before it is late, and at most a quarter hour after. For people in danger
that is not good enough; there the pager counts from the moment itself, in memory (`chain.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Protocol

from heedline.packs.urgency import Urgency

SLOT = timedelta(minutes=15)
#: Members make the epoch of the month after next in the first days of a month; until then nobody is alarmed.
EPOCH_GRACE_DAYS = 7


class Limits(Protocol):
    """How soon a report of one priority must be seen, and handed to whoever acts (`packs.pack.Priority`)."""

    @property
    def seen_within(self) -> timedelta: ...
    @property
    def handed_within(self) -> timedelta: ...


class ClockSource(Protocol):
    """The part of a pack that says how fast (`packs.Pack`)."""

    @property
    def first_priority(self) -> Mapping[str, str]: ...
    @property
    def priorities(self) -> Mapping[str, Limits]: ...
    @property
    def clocks(self) -> Mapping[str, timedelta]: ...


def slot_of(at: datetime) -> datetime:
    """The start, in UTC, of the quarter hour that `at` lies in. ValueError for a time without a zone."""
    if at.tzinfo is None:
        raise ValueError("A time needs a zone")
    at = at.astimezone(UTC)
    return at.replace(minute=at.minute - at.minute % 15, second=0, microsecond=0)


def slot_end(slot: datetime) -> datetime:
    """The end of that quarter hour."""
    return slot_of(slot) + SLOT


def day_of(at: datetime) -> datetime:
    """Midnight, UTC, of the day that `at` lies in: all that is kept of an arrival once somebody has taken it."""
    return slot_of(at).replace(hour=0, minute=0)


def minute_of(at: datetime) -> datetime:
    """`at` without its seconds."""
    return at.astimezone(UTC).replace(second=0, microsecond=0)


def first_due(slot: datetime, urgency: str, table: ClockSource) -> datetime:
    """By when a report that arrived in `slot` must have been taken. Never later than the pack's `unread_ceiling`.

    `urgency`: `danger`, `soon` or `routine`, as the server computed it; KeyError for another.
    """
    limits = table.priorities[table.first_priority[urgency]]
    return slot_end(slot) + min(limits.seen_within, table.clocks["unread_ceiling"])


def due_when_taken(at: datetime, priority: str, table: ClockSource) -> datetime:
    """By when a report taken or assessed at `at` must have gone to whoever acts. KeyError for an unknown priority."""
    return minute_of(at) + table.priorities[priority].handed_within


def message_due(slot: datetime, table: ClockSource) -> datetime:
    """By when a message that a reporter sent in `slot` must have been read."""
    return slot_end(slot) + table.clocks["reporter_reply"]


def rank_of(urgency: str, priority: str = "", danger_to_life: bool | None = None) -> int:
    """What queues are sorted by: 0 someone is in danger, 1 high, 2 medium, 3 low.

    What an officer decided goes before what the answers said, in both directions.
    """
    if danger_to_life or (danger_to_life is None and urgency == Urgency.DANGER):
        return 0
    if priority:
        return {"danger": 0, "high": 1, "medium": 2}.get(priority, 3)
    return {"danger": 1, "soon": 1}.get(urgency, 2)


def is_overdue(due: datetime, at: datetime) -> bool:
    """Whether the deadline has passed."""
    return at > due


def may_raise_again(cleared_at: datetime, allowed: timedelta, at: datetime) -> bool:
    """Whether a deadline that somebody cleared with a reason alarms anew: clearing buys the same time once more."""
    return at > cleared_at + allowed


def due_words(due: datetime, at: datetime, zone: tzinfo) -> str:
    """The deadline as an officer in `zone` reads it: "Due 14:30", "Due tomorrow 09:00", "Overdue by 35 minutes"."""
    late = at - due
    if late >= timedelta(minutes=1):
        return f"Overdue by {_span(late)}"
    if late >= timedelta(0):
        return "Due now"
    local, today = due.astimezone(zone), at.astimezone(zone).date()
    if local.date() == today:
        return f"Due {local:%H:%M}"
    if local.date() == today + timedelta(days=1):
        return f"Due tomorrow {local:%H:%M}"
    return f"Due {local.day} {local:%B}, {local:%H:%M}"


def moment_words(moment: datetime | None, zone: tzinfo) -> str:
    """A moment as somebody in `zone` reads it: "24 November 2026, 09:05"; empty for none."""
    return f"{moment.astimezone(zone):%-d %B %Y, %H:%M}" if moment is not None else ""


def slot_words(slot: datetime, at: datetime, zone: tzinfo) -> str:
    """The quarter hour as an officer in `zone` reads it: "today, 14:15 to 14:30", "24 November, 09:00 to 09:15"."""
    start, end = slot.astimezone(zone), slot_end(slot).astimezone(zone)
    day = "today" if start.date() == at.astimezone(zone).date() else f"{start.day} {start:%B}"
    return f"{day}, {start:%H:%M} to {end:%H:%M}"


def epochs_run_out(newest: date | None, today: date) -> bool:
    """Whether a desk's keys do not reach far enough: the month after next has none.

    `newest`: from when the last epoch is in force, None when there is none. In the first days of a month the next
    month is enough, because members have not had the time to make another.
    """
    if newest is None:
        return True
    months = 1 if today.day <= EPOCH_GRACE_DAYS else 2
    return newest < _month_start(today, months)


def _month_start(today: date, months: int) -> date:
    count = today.year * 12 + today.month - 1 + months
    return date(count // 12, count % 12 + 1, 1)


def _span(late: timedelta) -> str:
    minutes = int(late.total_seconds()) // 60
    for size, word in ((1440, "day"), (60, "hour"), (1, "minute")):
        if minutes >= size:
            number = minutes // size
            return f"{number} {word}{'' if number == 1 else 's'}"
    return "less than a minute"
