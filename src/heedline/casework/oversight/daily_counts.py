"""Daily counts, in bands, of a desk's performance against its deadlines.

Each count is added when the event happens. A count names no report and no officer. The band of a first take
follows from the deadline, which is counted from the end of the quarter hour in which the report arrived, so
that a count says no more of an arrival than the log does (ADR 39).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from heedline.casework.access.session import office_zone
from heedline.permits import count_functions
from heedline.reports.models import Report


class DailyFigure(StrEnum):
    """The kinds of daily count: lateness of first take and of closure, and age at closure."""

    FIRST_TAKE = "first-take"
    CLOSE = "close"
    CLOSED_AGE = "closed-age"


class LateBand(StrEnum):
    """Bands for how late an action was, relative to its deadline."""

    IN_TIME = "in-time"
    HOUR = "hour"
    DAY = "day"
    MORE = "more"


class AgeBand(StrEnum):
    """Bands for the age of a report, in days, when it was closed."""

    SAME_DAY = "same-day"
    DAYS = "days"
    WEEKS = "weeks"
    MONTHS = "months"


_LATE = (
    (timedelta(0), LateBand.IN_TIME),
    (timedelta(hours=1), LateBand.HOUR),
    (timedelta(days=1), LateBand.DAY),
)
_AGES = ((0, AgeBand.SAME_DAY), (6, AgeBand.DAYS), (29, AgeBand.WEEKS))


def late_band(due_at: datetime | None, at: datetime) -> LateBand:
    """Return the lateness band of an action taken at `at`, given its deadline.

    Without a deadline it is in time.
    """
    late = at - due_at if due_at is not None else timedelta(0)
    return next((band for most, band in _LATE if late <= most), LateBand.MORE)


def age_band(days: int) -> AgeBand:
    """Return the age band for a number of days."""
    return next((band for most, band in _AGES if days <= most), AgeBand.MONTHS)


def count_first_take(report: Report, *, at: datetime) -> None:
    """Count a report in the daily counts when it is taken for the first time.

    Must be called before the take is made, in its transaction.
    """
    if not report.seen:
        _add(report, DailyFigure.FIRST_TAKE, late_band(report.due_at, at), at)


def count_closing(report: Report, *, at: datetime) -> None:
    """Add the closure of a single report to the daily counts.

    Must be called before the closing is made, in its transaction.
    """
    today = at.astimezone(office_zone()).date()
    _add(report, DailyFigure.CLOSE, late_band(report.due_at, at), at)
    _add(report, DailyFigure.CLOSED_AGE, age_band((today - report.received_on).days), at)


def _add(report: Report, figure: DailyFigure, band: StrEnum, at: datetime) -> None:
    day = at.astimezone(office_zone()).date()
    count_functions.count_act(report.desk_id, day, figure, band)
