"""The day of a session of support in a provider's report: the first line of the text, so that the signature covers it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final

NO_DAY: Final = "Enter the day of the session, today or earlier."
_FIRST: Final = "Session on %d %B %Y"


def with_day(text: str, on: date) -> str:
    """Return the text of a report with its day in the first line."""
    return f"{on.strftime(_FIRST)}\n\n{text}"


def day_of(text: str) -> date | None:
    """Return the day in the first line of a report, or None if there is none."""
    try:
        return datetime.strptime(text.partition("\n")[0], _FIRST).date()  # noqa: DTZ007 (a day has no zone)
    except ValueError:
        return None
