"""When something is due, and how it is said. No database."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heedline.dispatch import clocks
from heedline.packs import load_pack
from heedline.packs.urgency import Urgency

NOON = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
LONDON = ZoneInfo("Europe/London")
MOMENTS = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


@given(MOMENTS)
def test_a_slot_is_a_quarter_hour_that_holds_the_moment(at: datetime) -> None:
    slot = clocks.slot_of(at)
    assert slot <= at < clocks.slot_end(slot)
    assert (slot.minute % 15, slot.second, slot.microsecond) == (0, 0, 0)
    assert clocks.slot_of(slot) == slot


def test_a_slot_is_in_utc_whatever_the_zone() -> None:
    odd = timezone(timedelta(minutes=20))
    assert clocks.slot_of(datetime(2026, 11, 25, 12, 20, tzinfo=odd)) == NOON


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        clocks.slot_of(datetime(2026, 11, 25, 12, 0))  # noqa: DTZ001


@given(MOMENTS)
def test_a_day_keeps_nothing_but_the_day(at: datetime) -> None:
    assert clocks.day_of(at) == datetime(at.year, at.month, at.day, tzinfo=UTC)


@pytest.mark.parametrize(
    ("urgency", "minutes"),
    [("danger", 15 + 1), ("planned", 15 + 15), ("soon", 15 + 15), ("routine", 15 + 240)],
)
def test_the_first_deadline_counts_from_the_end_of_the_quarter_hour(urgency: str, minutes: int) -> None:
    assert clocks.first_due(NOON, urgency, load_pack("uk")) == NOON + timedelta(minutes=minutes)


@given(MOMENTS, st.sampled_from(list(Urgency)))
def test_a_report_is_never_called_late_before_it_is(at: datetime, urgency: str) -> None:
    pack = load_pack("uk")
    allowed = pack.priorities[pack.first_priority[urgency]].seen_within
    due = clocks.first_due(clocks.slot_of(at), urgency, pack)
    assert due > at + allowed
    assert due <= at + allowed + clocks.SLOT
    assert due <= at + pack.clock("unread_ceiling") + clocks.SLOT


def test_an_unknown_urgency_has_no_deadline() -> None:
    with pytest.raises(KeyError):
        clocks.first_due(NOON, "whenever", load_pack("uk"))


def test_a_message_of_a_reporter_has_a_deadline() -> None:
    assert clocks.message_due(NOON, load_pack("uk")) == NOON + timedelta(minutes=15 + 1440)


@pytest.mark.parametrize(
    ("urgency", "priority", "danger", "rank"),
    [
        ("danger", "", None, 0),
        ("planned", "", None, 1),
        ("soon", "", None, 1),
        ("routine", "", None, 2),
        ("routine", "low", False, 3),
        ("danger", "low", False, 3),
        ("danger", "high", False, 1),
        ("routine", "low", True, 0),
    ],
)
def test_what_an_officer_decided_goes_before_the_answers(
    urgency: str, priority: str, danger: bool | None, rank: int
) -> None:
    assert clocks.rank_of(urgency, priority, danger) == rank


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        (150, "Due 14:30"),
        (1260, "Due tomorrow 09:00"),
        (2880, "Due 27 November, 12:00"),
        (0, "Due now"),
        (-0.5, "Due now"),
        (-1, "Overdue by 1 minute"),
        (-35, "Overdue by 35 minutes"),
        (-61, "Overdue by 1 hour"),
        (-180, "Overdue by 3 hours"),
        (-3000, "Overdue by 2 days"),
    ],
)
def test_a_deadline_in_words(minutes: float, words: str) -> None:
    assert clocks.due_words(NOON + timedelta(minutes=minutes), NOON, LONDON) == words


def test_words_are_in_the_officers_zone_also_in_summer() -> None:
    at = datetime(2026, 7, 1, 22, 30, tzinfo=UTC)  # 23:30 in London
    assert clocks.due_words(at + timedelta(minutes=20), at, LONDON) == "Due 23:50"
    assert clocks.due_words(at + timedelta(minutes=45), at, LONDON) == "Due tomorrow 00:15"
    assert clocks.slot_words(at, at, LONDON) == "today, 23:30 to 23:45"
    assert clocks.slot_words(at - timedelta(days=1), at, LONDON) == "30 June, 23:30 to 23:45"


def test_overdue_begins_after_the_deadline() -> None:
    assert not clocks.is_overdue(NOON, NOON)
    assert clocks.is_overdue(NOON, NOON + timedelta(seconds=1))


def test_a_cleared_deadline_comes_back_when_its_time_has_passed_once_more() -> None:
    day = timedelta(days=1)
    assert not clocks.may_raise_again(NOON, day, NOON + day)
    assert clocks.may_raise_again(NOON, day, NOON + day + timedelta(seconds=1))


@pytest.mark.parametrize(
    ("newest", "today", "alarm"),
    [
        (date(2027, 1, 1), date(2026, 11, 25), False),
        (date(2026, 12, 1), date(2026, 11, 25), True),
        (date(2026, 12, 1), date(2026, 11, 7), False),  # the first days: members had no time yet
        (date(2026, 11, 1), date(2026, 11, 1), True),  # but the next month is never missing
        (date(2027, 2, 15), date(2026, 12, 31), False),
        (None, date(2026, 11, 25), True),
    ],
)
def test_keys_must_reach_two_months_ahead(newest: date | None, today: date, alarm: bool) -> None:
    assert clocks.epochs_run_out(newest, today) is alarm
