"""Tests that rotas are planned in local time across both clock changes, with no gap missed or invented."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from heedline.desks.rota_weeks import (
    DAY_MINUTES,
    GapKind,
    RotaSpan,
    common,
    gaps,
    joined,
    lasts,
    moment,
    monday_of,
    same_hours,
    span_of,
    without,
)

LONDON = ZoneInfo("Europe/London")
FORWARD, BACK = date(2027, 3, 28), date(2026, 10, 25)  # 01:00 becomes 02:00; 02:00 becomes 01:00
HOUR = timedelta(hours=1)

days = st.dates(date(2026, 1, 1), date(2028, 12, 31)) | st.sampled_from(
    [day + timedelta(days=n) for day in (FORWARD, BACK) for n in (-1, 0, 1)]
)
minutes = st.integers(0, DAY_MINUTES)
base = datetime(2026, 11, 25, tzinfo=UTC)
spans = st.builds(
    lambda start, length: RotaSpan(base + timedelta(minutes=start), base + timedelta(minutes=start + length)),
    st.integers(0, 300),
    st.integers(0, 60),
)
lists = st.lists(spans, max_size=6)


@pytest.mark.parametrize(
    ("day", "hours"), [(FORWARD, 7), (BACK, 9), (date(2026, 11, 25), 8)], ids=["forward", "back", "ordinary"]
)
def test_a_night_shift_is_as_long_as_the_night(day: date, hours: int) -> None:
    night = span_of(day - timedelta(days=1), 22 * 60, 6 * 60, LONDON)
    assert night.ends - night.starts == hours * HOUR
    assert night.ends.astimezone(LONDON).hour == 6


@pytest.mark.parametrize("day", [FORWARD, BACK, date(2026, 11, 25)], ids=["forward", "back", "ordinary"])
def test_sixteen_hours_by_the_clock_on_the_wall_are_sixteen_on_every_night(day: date) -> None:
    for begins, ends in ((18 * 60, 10 * 60), (20 * 60, 12 * 60)):
        assert lasts(span_of(day - timedelta(days=1), begins, ends, LONDON), LONDON) == 16 * HOUR
    assert lasts(span_of(day, 0, 16 * 60, LONDON), LONDON) == 16 * HOUR
    assert lasts(span_of(day, 0, 16 * 60 + 1, LONDON), LONDON) > 16 * HOUR


def test_a_skipped_time_is_the_moment_of_the_change_and_a_repeated_time_its_first_occurrence() -> None:
    change = datetime(2027, 3, 28, 1, tzinfo=UTC)
    assert (
        moment(FORWARD, 60, LONDON) == moment(FORWARD, 90, LONDON) == moment(FORWARD, 120, LONDON) == change
    )
    assert moment(FORWARD, 59, LONDON) == change - timedelta(minutes=1)
    assert moment(FORWARD, 121, LONDON) == change + timedelta(minutes=1)
    assert moment(BACK, 90, LONDON) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


@given(days, minutes, minutes)
def test_a_later_time_of_day_is_never_an_earlier_moment(day: date, one: int, other: int) -> None:
    early, late = sorted((one, other))
    assert moment(day, early, LONDON) <= moment(day, late, LONDON)
    assert moment(day, DAY_MINUTES, LONDON) == moment(day + timedelta(days=1), 0, LONDON)


@given(days, st.lists(st.integers(1, DAY_MINUTES - 1), min_size=1, max_size=5, unique=True))
def test_shifts_that_follow_each_other_on_the_clock_leave_no_gap_on_any_day(
    day: date, cuts: list[int]
) -> None:
    edges = [0, *sorted(cuts), DAY_MINUTES]
    shifts = [span_of(day, one, other, LONDON) for one, other in pairwise(edges)]
    whole = [RotaSpan(moment(day, 0, LONDON), moment(day, DAY_MINUTES, LONDON))]
    assert gaps(whole, shifts, shifts) == []


def on_the_wall(day: date, minute: int) -> int:
    """Return the minute that the clock shows: one that London skips is the one at which the clocks have gone forward."""
    last_sunday_of_march = day.month == 3 and day.weekday() == 6 and day.day >= 25
    return 120 if last_sunday_of_march and 60 <= minute < 120 else minute


@given(days, st.integers(0, DAY_MINUTES - 1), st.integers(1, DAY_MINUTES), st.integers(0, 8))
@example(date(2026, 3, 29), 60, 8 * 60, 1)
@example(date(2028, 3, 25), 22 * 60, 90, 1)
@example(FORWARD, 60, 90, 1)
def test_a_copied_week_keeps_the_times_of_day(day: date, begins: int, ends: int, weeks: int) -> None:
    """A time that the first week skips cannot be known from its moment: the copy keeps the time that it was moved to."""
    last = day if ends > begins else day + timedelta(days=1)
    expected = (
        moment(on + timedelta(weeks=weeks), on_the_wall(on, minute), LONDON)
        for on, minute in ((day, begins), (last, ends))
    )
    assert same_hours(span_of(day, begins, ends, LONDON), 7 * weeks, LONDON) == RotaSpan(*expected)


@pytest.mark.thorough
@given(lists, lists, lists)
def test_a_minute_is_a_gap_exactly_if_it_is_required_and_not_covered(
    required: list[RotaSpan], shifts: list[RotaSpan], openers: list[RotaSpan]
) -> None:
    openers = common(openers, shifts)
    found = gaps(required, shifts, openers)

    def inside(some: list[RotaSpan], at: datetime) -> bool:
        return any(one.starts <= at < one.ends for one in some)

    for minute in range(361):
        at = base + timedelta(minutes=minute)
        kinds = {gap.kind for gap in found if inside([gap.span], at)}
        expected = set()
        if inside(required, at) and not inside(shifts, at):
            expected = {GapKind.NOBODY}
        elif inside(required, at) and not inside(openers, at):
            expected = {GapKind.NO_OPENER}
        assert kinds == expected


@pytest.mark.thorough
@given(lists, lists)
def test_what_is_left_and_what_is_common_make_up_the_whole(
    some: list[RotaSpan], others: list[RotaSpan]
) -> None:
    assert joined([*without(some, others), *common(some, others)]) == joined(some)


def test_a_week_begins_on_monday() -> None:
    assert monday_of(date(2026, 11, 29)) == monday_of(date(2026, 11, 23)) == date(2026, 11, 23)
