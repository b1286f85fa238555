"""Text and charts showing how fast a desk takes and closes reports."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from heedline.casework.oversight.daily_counts import AgeBand, DailyFigure, LateBand
from heedline.casework.pages.board.throughput import PERIODS, FigureLines
from heedline.web.components.charts import bar_chart

FIGURES = {
    DailyFigure.FIRST_TAKE: "First take, against the clock Seen",
    DailyFigure.CLOSE: "Closing, against the clock Next action",
    DailyFigure.CLOSED_AGE: "Closing, by time since received",
}
_AGAINST = {
    DailyFigure.FIRST_TAKE: "Taken",
    DailyFigure.CLOSE: "Closed",
    DailyFigure.CLOSED_AGE: "Closed after",
}
BANDS: dict[str, str] = {
    LateBand.IN_TIME: "In time",
    LateBand.HOUR: "Up to an hour late",
    LateBand.DAY: "Up to a day late",
    LateBand.MORE: "More than a day late",
    AgeBand.SAME_DAY: "The same day",
    AgeBand.DAYS: "1 to 6 days",
    AgeBand.WEEKS: "7 to 29 days",
    AgeBand.MONTHS: "30 days or more",
}
#: Late bars have patterns of their own; the words beside each say the same.
_SHADES: dict[str, int] = {LateBand.HOUR: 2, LateBand.DAY: 2, LateBand.MORE: 3}
_PERIODS = {1: "Today", 7: "Last 7 days", 28: "Last 28 days"}


def tables(figures: Iterable[FigureLines]) -> list[dict[str, Any]]:
    """Return each figure as a chart of the longest period and a table of all periods."""
    periods = [_PERIODS[period] for period in PERIODS]
    return [
        {
            "words": FIGURES[one.figure],
            "against": _AGAINST[one.figure],
            "total": one.total,
            "periods": periods,
            "chart": bar_chart(
                f"{FIGURES[one.figure]}, last 28 days",
                [(BANDS[line.band], line.sums[-1], _SHADES.get(line.band, 1)) for line in one.bands],
            ),
            "rows": [
                {
                    "words": BANDS[line.band],
                    "cells": [
                        {"label": label, "number": number}
                        for label, number in zip(periods, line.sums, strict=True)
                    ],
                }
                for line in one.bands
            ],
        }
        for one in figures
    ]
