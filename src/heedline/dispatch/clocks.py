"""Deadlines for reports and messages, and their display text.

This is plain Python that uses no Django and reads no clock. Arrivals are recorded to the quarter hour,
so deadlines count from the *end* of the quarter hour in which something arrived. A report is never
called overdue too early, and at most a quarter hour too late. That is not good enough for people in
danger, so for them the pager counts from the exact moment, in memory (`chain.py`).
"""

from __future__ import annotations

from datetime import date, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta

from heedline.packs.slots import SLOT as SLOT
from heedline.packs.slots import day_of as day_of
from heedline.packs.slots import minute_of as minute_of
from heedline.packs.slots import slot_end as slot_end
from heedline.packs.slots import slot_of as slot_of
from heedline.packs.urgency import ClockSource
from heedline.packs.urgency import clock_code as clock_code
from heedline.packs.urgency import rank_of as rank_of

#: Members make the epoch of the month after next in the first days of a month; until then nobody is alarmed.
EPOCH_GRACE_DAYS = 7


def first_due(slot: datetime, urgency: str, table: ClockSource) -> datetime:
    """Return the deadline for taking a report that arrived in `slot`.

    It is never later than the pack's `unread_ceiling`. `urgency` is an `Urgency`, as computed by the
    server. Raises KeyError for any other value.
    """
    limits = table.priorities[table.first_priority[urgency]]
    return slot_end(slot) + min(limits.seen_within, table.clocks["unread_ceiling"])


def message_due(slot: datetime, table: ClockSource) -> datetime:
    """Return the deadline for reading a message that a reporter sent in `slot`."""
    return slot_end(slot) + table.clocks["reporter_reply"]


def is_overdue(due: datetime, at: datetime) -> bool:
    """Return whether the deadline has passed."""
    return at > due


def may_raise_again(cleared_at: datetime, allowed: timedelta, at: datetime) -> bool:
    """Return whether an alarm that was cleared with a reason may be raised again.

    Clearing the alarm grants the same time once more.
    """
    return at > cleared_at + allowed


def due_words(due: datetime, at: datetime, zone: tzinfo) -> str:
    """Return the deadline in words, as shown to an officer in `zone`.

    Examples are "Due 14:30", "Due tomorrow 09:00" and "Overdue by 35 minutes".
    """
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
    """Return a time as text in `zone`, such as "24 November 2026, 09:05", or "" for None."""
    return f"{moment.astimezone(zone):%-d %B %Y, %H:%M}" if moment is not None else ""


def zone_words(zone: ZoneInfo) -> str:
    """Return the name of a time zone's place, such as "London"."""
    return zone.key.rpartition("/")[2].replace("_", " ")


def slot_words(slot: datetime, at: datetime, zone: tzinfo) -> str:
    """Return the quarter hour in words, as shown to an officer in `zone`.

    Examples are "today, 14:15 to 14:30" and "24 November, 09:00 to 09:15".
    """
    start, end = slot.astimezone(zone), slot_end(slot).astimezone(zone)
    day = "today" if start.date() == at.astimezone(zone).date() else f"{start.day} {start:%B}"
    return f"{day}, {start:%H:%M} to {end:%H:%M}"


def epochs_run_out(newest: date | None, today: date) -> bool:
    """Return whether a desk is running out of epochs.

    This is the case when there is none for the month after next. `newest` is the date from which the last
    epoch is in force, or None if there is none. In the first days of a month an epoch for the next month is
    enough, because members have not had time to make another.
    """
    if newest is None:
        return True
    months = 1 if today.day <= EPOCH_GRACE_DAYS else 2
    return newest < today + relativedelta(months=months, day=1)


def _span(late: timedelta) -> str:
    minutes = int(late.total_seconds()) // 60
    for size, word in ((1440, "day"), (60, "hour"), (1, "minute")):
        if minutes >= size:
            number = minutes // size
            return f"{number} {word}{'' if number == 1 else 's'}"
    return "less than a minute"
