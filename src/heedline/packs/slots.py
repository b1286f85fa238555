"""The precision with which times are recorded.

Arrivals are recorded by the quarter hour, and other times by the day or the minute. This is plain Python that
reads no clock.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

SLOT = timedelta(minutes=15)


def slot_of(at: datetime) -> datetime:
    """Return the start, in UTC, of the quarter hour that contains `at`.

    Raises ValueError for a time without a time zone.
    """
    if at.tzinfo is None:
        raise ValueError("A time needs a zone")
    at = at.astimezone(UTC)
    return at.replace(minute=at.minute - at.minute % 15, second=0, microsecond=0)


def slot_end(slot: datetime) -> datetime:
    """Return the end of the quarter hour that contains `slot`."""
    return slot_of(slot) + SLOT


def day_of(at: datetime) -> datetime:
    """Return midnight UTC on the day of `at`.

    Once a report has been taken, only the day of its arrival is kept.
    """
    return slot_of(at).replace(hour=0, minute=0)


def minute_of(at: datetime) -> datetime:
    """Return `at` truncated to the minute."""
    return at.astimezone(UTC).replace(second=0, microsecond=0)
