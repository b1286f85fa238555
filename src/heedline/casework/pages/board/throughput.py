"""Figures for how quickly a desk takes and closes reports, for its supervisors and for overseers.

They are calculated from the daily counts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from heedline.audit.acts import Act
from heedline.casework.access.session import Attendance, office_zone
from heedline.casework.oversight.daily_counts import AgeBand, DailyFigure, LateBand
from heedline.casework.oversight.log_view import Sieve, look
from heedline.desks.models import CANARY, PARTNER, DailyCount, Desk

#: The last days that are added up: today, a week, four weeks.
PERIODS = (1, 7, 28)
BANDS: Mapping[DailyFigure, tuple[StrEnum, ...]] = {
    DailyFigure.FIRST_TAKE: tuple(LateBand),
    DailyFigure.CLOSE: tuple(LateBand),
    DailyFigure.CLOSED_AGE: tuple(AgeBand),
}


@dataclass(frozen=True, slots=True)
class BandLine:
    """One band of a figure, with its totals for each of `PERIODS`."""

    band: str
    sums: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class FigureLines:
    """A performance figure for one desk, divided into bands."""

    figure: DailyFigure
    bands: tuple[BandLine, ...]

    @property
    def total(self) -> int:
        """Return the sum of all bands for the longest period."""
        return sum(line.sums[-1] for line in self.bands)


@dataclass(frozen=True, slots=True)
class DeskFigures:
    """The figures for one desk, as shown to overseers."""

    name: str
    figures: tuple[FigureLines, ...]


def first_day(at: datetime) -> date:
    """Return the first day of the longest period that is shown."""
    return _today(at) - timedelta(days=PERIODS[-1] - 1)


def _today(at: datetime) -> date:
    return at.astimezone(office_zone()).date()


def figure_lines(rows: Iterable[Mapping[str, Any]], at: datetime) -> tuple[FigureLines, ...]:
    """Return the daily counts, summed by figure, band and period.

    Each row has `day` (a date or ISO 8601), `figure`, `band` and `number`.
    """
    sums, today = Counter[tuple[str, str, int]](), _today(at)
    for row in rows:
        day = row["day"] if isinstance(row["day"], date) else date.fromisoformat(row["day"])
        for period in PERIODS:
            if (today - day).days < period:
                sums[row["figure"], row["band"], period] += row["number"]
    return tuple(
        FigureLines(
            figure,
            tuple(BandLine(band, tuple(sums[figure, band, period] for period in PERIODS)) for band in bands),
        )
        for figure, bands in BANDS.items()
    )


def of_every_desk(*, by: Attendance, at: datetime) -> tuple[DeskFigures, ...]:
    """Return the figures for every desk that reads reports, ordered by name, for an overseer.

    Logged as a view. Raises Refused.
    """
    look("figures", Sieve(), by, Act.LOG_READ)
    found: dict[UUID, list[Mapping[str, Any]]] = {}
    for row in DailyCount.objects.filter(day__gte=first_day(at)).values(
        "desk_id", "day", "figure", "band", "number"
    ):
        found.setdefault(row["desk_id"], []).append(row)
    desks = Desk.objects.exclude(kind__in=("authoriser", PARTNER, CANARY)).order_by("name")
    return tuple(
        DeskFigures(name, figure_lines(found.get(ident, ()), at))
        for ident, name in desks.values_list("id", "name")
    )
