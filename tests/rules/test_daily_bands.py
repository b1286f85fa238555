"""The bands of the daily counts: how late, and after how many days."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from heedline.casework.oversight.daily_counts import AgeBand, LateBand, age_band, late_band
from heedline.web.components.charts import LABELS, NUMBERS, WIDTH, bar_chart
from heedline.web.office.board import throughput_words

DUE = datetime(2026, 11, 26, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("late", "band"),
    [
        (timedelta(days=-3), LateBand.IN_TIME),
        (timedelta(0), LateBand.IN_TIME),
        (timedelta(seconds=1), LateBand.HOUR),
        (timedelta(hours=1), LateBand.HOUR),
        (timedelta(hours=24), LateBand.DAY),
        (timedelta(hours=25), LateBand.MORE),
    ],
)
def test_how_late(late: timedelta, band: LateBand) -> None:
    assert late_band(DUE, DUE + late) is band


def test_without_a_deadline_it_is_in_time() -> None:
    assert late_band(None, DUE) is LateBand.IN_TIME


def test_days_fall_into_the_same_bands_as_on_the_board() -> None:
    bands = [age_band(days) for days in range(40)]
    assert [bands.count(band) for band in AgeBand] == [1, 6, 23, 10]


def test_every_band_has_words() -> None:
    assert set(throughput_words.BANDS) == {*LateBand, *AgeBand}


def test_a_chart_has_room_for_its_longest_bar_and_shows_the_smallest() -> None:
    chart = bar_chart("So many", [("Most", 100_000, 1), ("One", 1, 1), ("None", 0, 1)])
    most, one, none = chart.bars
    assert most.end < WIDTH
    assert most.width == WIDTH - LABELS - NUMBERS
    assert (one.width, none.width) == (2, 0)
    assert chart.words == "So many: Most 100000, One 1, None 0"
    assert bar_chart("Nothing", [("None", 0, 1)]).bars[0].width == 0
