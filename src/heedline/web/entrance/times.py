"""Times as officers read them: in the office's zone, which is named, and never counting down."""

from __future__ import annotations

from datetime import datetime

from heedline.casework.access import session


def clock(moment: datetime) -> str:
    """ "14:05 UTC"."""
    local = moment.astimezone(session.office_zone())
    return f"{local:%H:%M} {local.tzname()}"


def day_and_clock(moment: datetime, at: datetime) -> str:
    """ "14:05 UTC" today, "25 November at 14:05 UTC" on another day, with the year when it is another."""
    zone = session.office_zone()
    local, now = moment.astimezone(zone), at.astimezone(zone)
    if local.date() == now.date():
        return clock(moment)
    year = "" if local.year == now.year else f" {local.year}"
    return f"{local.day} {local:%B}{year} at {clock(moment)}"
