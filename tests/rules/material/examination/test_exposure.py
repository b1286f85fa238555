"""How long an examiner looks at items before they have to stop, without a database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from heedline.specialist_desks.material.examination.exposure import A_DAY, BREAK, UNTIL_BREAK, Exposure

NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def after(*minutes: int) -> Exposure:
    """The account after views at these minutes past noon."""
    now = Exposure(NOON.date())
    for one in minutes:
        now = now.looked(NOON + one * MINUTE)
    return now


def test_views_close_together_count_as_the_time_between_them() -> None:
    assert after(0).minutes == 1
    assert after(0, 3, 8).minutes == 9
    assert after(0, 6).minutes == 2, "longer than five minutes apart: they did something else"


def test_views_within_a_minute_count_once() -> None:
    now = Exposure(NOON.date())
    for second in range(50):
        now = now.looked(NOON + timedelta(seconds=second))
    assert now.minutes == 1


def test_a_break_is_due_after_so_many_minutes() -> None:
    assert not after(*range(UNTIL_BREAK - 1)).is_due()
    now = after(*range(UNTIL_BREAK))
    assert now.is_due()
    resting = now.with_break(NOON + UNTIL_BREAK * MINUTE)
    assert resting.on_break(NOON + UNTIL_BREAK * MINUTE + BREAK - MINUTE)
    assert not resting.on_break(NOON + UNTIL_BREAK * MINUTE + BREAK)
    assert not resting.is_due()


def test_whoever_was_away_has_had_a_break() -> None:
    now = after(*range(40), 60)
    assert (now.minutes, now.since_break) == (41, 1)


def test_a_day_has_a_limit_and_a_new_day_begins_at_nothing() -> None:
    now = after(*range(A_DAY))
    assert now.spent_for_today(NOON)
    tomorrow = NOON + timedelta(days=1)
    assert not now.spent_for_today(tomorrow)
    assert now.looked(tomorrow).minutes == 1


def test_a_break_stays_due_across_midnight() -> None:
    midnight, now = NOON + timedelta(hours=12), Exposure(NOON.date())
    for minute in range(-UNTIL_BREAK + 2, 1):
        now = now.looked(midnight + minute * MINUTE)
    assert (now.day, now.minutes) == (midnight.date(), 1)
    assert not now.is_due()
    now = now.looked(midnight + MINUTE)
    assert (now.minutes, now.is_due()) == (2, True)
    assert not now.on(midnight.date() + timedelta(days=1)).minutes
