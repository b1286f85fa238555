"""Tests for safe times to call: days, parts of the day, clock changes, and how little a deadline reveals."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heedline.dispatch.safe_times import DAYS, read_safe_times
from heedline.intake.question_files import load_question_set
from heedline.packs import load_pack

PACK = load_pack("uk")
LONDON = ZoneInfo("Europe/London")
HOURS = PACK.safe_hours


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=LONDON)


def test_the_pack_knows_every_time_that_the_questions_offer() -> None:
    for kind in PACK.kinds.values():
        asked = load_question_set(PACK, kind.code)
        for role, known in (("call_days", set(DAYS)), ("call_hours", set(HOURS))):
            if role in asked.roles:
                step, name = asked.roles[role]
                assert {one.value for one in asked.any_step(step).field(name).choices} <= known
    assert "call_number" in load_question_set(PACK, "person").roles


def test_a_ticked_morning_is_that_morning() -> None:
    tuesdays = read_safe_times(["tue"], ["morning"], HOURS)
    assert tuesdays.covers(local("2026-11-24T08:00"), LONDON)
    assert not tuesdays.covers(local("2026-11-24T12:00"), LONDON)
    assert not tuesdays.covers(local("2026-11-25T09:00"), LONDON)
    assert tuesdays.closes(local("2026-11-24T08:00"), LONDON) == local("2026-11-24T12:00")
    assert tuesdays.opens(local("2026-11-24T12:00"), LONDON) == local("2026-12-01T08:00")


def test_nothing_ticked_is_any_day_by_day() -> None:
    anyday = read_safe_times([], [], HOURS)
    assert anyday.covers(local("2026-11-29T19:59"), LONDON)
    assert not anyday.covers(local("2026-11-29T20:00"), LONDON)
    assert anyday.closes(local("2026-11-29T09:00"), LONDON) == local("2026-11-29T20:00")
    assert not anyday.covers(local("2026-11-29T03:00"), LONDON)
    assert read_safe_times(["yesterday"], ["noonish"], HOURS) == anyday


def test_it_is_the_clock_on_the_wall_that_counts() -> None:
    mornings = read_safe_times([], ["morning"], HOURS)
    assert mornings.covers(datetime(2026, 7, 1, 7, 0, tzinfo=UTC), LONDON)
    assert not mornings.covers(datetime(2026, 12, 1, 7, 0, tzinfo=UTC), LONDON)


@pytest.mark.thorough
@given(
    st.integers(0, 2 * 365 * 24 * 60),
    st.sets(st.sampled_from(DAYS)),
    st.sets(st.sampled_from(sorted(HOURS))),
)
def test_it_opens_at_a_safe_moment_within_eight_days(minutes: int, days: set[str], hours: set[str]) -> None:
    at = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    times = read_safe_times(days, hours, HOURS)
    opens = times.opens(at, LONDON)
    assert at <= opens <= at + timedelta(days=8)
    assert times.covers(opens, LONDON)
    by = times.try_by(at, timedelta(hours=24), LONDON)
    assert by > at
    assert by >= opens.replace(second=0, microsecond=0)
    assert times.covers(by, LONDON), "an alarm at this time asks for a safe call"
    assert times.closes(by, LONDON) - by >= timedelta(minutes=10), "and leaves time for it"
