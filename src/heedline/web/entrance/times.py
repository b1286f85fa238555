"""Format times for officers in the office's named time zone, never as a countdown."""

from __future__ import annotations

from datetime import datetime

from heedline.casework.access import session


def clock(moment: datetime) -> str:
    """Return a time such as "14:05 UTC"."""
    local = moment.astimezone(session.office_zone())
    return f"{local:%H:%M} {local.tzname()}"


def day_and_clock(moment: datetime, at: datetime) -> str:
    """Format a time for display, with the date unless it is today.

    The result is "14:05 UTC" for today, "25 November at 14:05 UTC" for another day, and includes the year if it
    is another year.
    """
    zone = session.office_zone()
    local, now = moment.astimezone(zone), at.astimezone(zone)
    if local.date() == now.date():
        return clock(moment)
    year = "" if local.year == now.year else f" {local.year}"
    return f"{local.day} {local:%B}{year} at {clock(moment)}"
