"""Counts that say nothing of anybody: in fives, from a number that nobody knows, and small ones kept back with a second."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heedline.casework.intake.disclosure_control import FEW, LEAST, NOT_SHOWN, Figure, passage
from heedline.casework.intake.page_counts import MOST, Counted, Counts, seconds_to_next

ONE = Counted("activity", "what", "entered")


def added(counts: Counts, times: int) -> Counts:
    for _ in range(times):
        counts.add(ONE.kind, ONE.step, ONE.what)
    return counts


@pytest.mark.parametrize("lowest", range(5))
def test_nothing_below_five_is_released_and_the_rest_stays(lowest: int) -> None:
    counts = Counts(lambda _: lowest)
    for so_far in range(1, 5 + lowest):
        added(counts, 1)
        assert counts.release() == {}, so_far
    added(counts, 1)
    assert counts.release() == {ONE: 5}
    assert counts.release() == {}


@given(st.lists(st.integers(0, 30), max_size=40), st.integers())
def test_what_is_released_is_in_fives_and_never_more_than_there_was(hours: list[int], seed: int) -> None:
    counts, out = Counts(random.Random(seed).randrange), 0
    for visits in hours:
        released = added(counts, visits).release().get(ONE, 0)
        assert released % 5 == 0
        out += released
        assert sum(hours) - out >= 0
    assert sum(hours) - out <= 8


def test_the_same_visits_do_not_always_show_in_the_same_hour() -> None:
    """Whoever plants four visits and waits cannot tell by the fifth: it may take up to nine."""
    shown = [added(Counts(), 6).release().get(ONE, 0) for _ in range(300)]
    assert set(shown) == {0, 5}
    assert 60 < shown.count(5) < 200  # two in five


def test_what_could_not_be_written_is_written_later() -> None:
    counts = added(Counts(lambda _: 0), 7)
    counts.take_back(counts.release())
    assert counts.release() == {ONE: 5}


def test_memory_is_bounded() -> None:
    counts = Counts(lambda _: 0)
    for n in range(MOST + 50):
        counts.add("activity", f"page-{n}", "entered")
    assert len(counts._held) == MOST
    added(counts, 5)  # no room for it any more
    assert ONE not in counts._held


def test_the_moment_of_writing_lies_in_the_first_quarter_of_the_next_hour() -> None:
    for minute in (0, 7, 29, 59):
        at = datetime(2026, 3, 4, 10, minute, 13, tzinfo=UTC)
        moments = {at + timedelta(seconds=seconds_to_next(at)) for _ in range(50)}
        assert all(m.hour == 11 and m.minute < 15 for m in moments)
        assert len(moments) > 10


def known(shown: Figure) -> bool:
    return shown.number is not None


@given(st.integers(0, 60), st.integers(0, 60))
def test_no_figure_follows_from_the_two_others(entered: int, continued: int) -> None:
    """Of three that add up, never exactly one is kept back."""
    found = passage(entered, continued)
    if continued <= entered:
        assert [known(f) for f in (found.entered, found.continued, found.left)].count(False) != 1


@given(st.integers(0, 60), st.integers(0, 60))
def test_no_number_below_five_is_shown(entered: int, continued: int) -> None:
    for shown in vars_of(entered, continued):
        assert shown.number is None or shown.number >= LEAST
        assert shown.words in {FEW, NOT_SHOWN} or int(shown.words) == shown.number  # below a thousand


def vars_of(entered: int, continued: int) -> tuple[Figure, Figure, Figure]:
    found = passage(entered, continued)
    return found.entered, found.continued, found.left


def test_large_figures_are_shown() -> None:
    found = passage(1_200, 1_000)
    assert (found.entered.number, found.continued.number, found.left.number) == (1_200, 1_000, 200)
    assert found.entered.words == "1,200"
