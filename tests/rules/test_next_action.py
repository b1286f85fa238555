"""Tests for the two clocks of a report over every sequence of moves, without a database."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heedline.dispatch.clocks import SLOT, clock_code, minute_of, slot_end, slot_of
from heedline.packs import load_pack
from heedline.packs.urgency import Urgency
from heedline.reports.lifecycle import OWNER_MOVES, PATH, SHARED_MOVES, Move, NotNow, Stage, after
from heedline.reports.next_action import CLOCKS, ClockEffect, ClockState, after_move
from tests.support.cases import cases

PACK = load_pack("uk")
NOON = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)
#: Effects after which the time may be later than before.
SETS_A_NEW_TIME = {
    ClockEffect.RENEW,
    ClockEffect.WAIT,
    ClockEffect.SET,
    ClockEffect.COMPARE,
    ClockEffect.BEGIN,
    ClockEffect.RESTORE,
}
FINDINGS = [(False, "low"), (False, "medium"), (False, "high"), (True, "high")]
KINDS = st.sampled_from(sorted(PACK.kinds))
URGENCIES = st.sampled_from(list(Urgency))
STEPS = st.lists(
    st.tuples(
        st.sampled_from([move for move in Move if move not in {Move.SUBMIT, Move.DISPOSE}]),
        st.sampled_from(FINDINGS),
        st.integers(0, 5000),  # minutes since the step before
        st.integers(-10, 50_000),  # minutes until the review that is asked for
    ),
    max_size=40,
)


def arrived(kind: str, urgency: str, at: datetime) -> ClockState:
    new = ClockState(kind, "unknown", urgency, "", None, False, None)
    seen, due = after_move(new, Move.SUBMIT, at=at, pack=PACK)
    return replace(new, seen=seen, due_at=due)


def walk(
    kind: str,
    urgency: str,
    at: datetime,
    acts: datetime,
    steps: list[tuple[Move, tuple[bool, str], int, int]],
) -> list[tuple[Stage, Move, ClockState, ClockState, datetime]]:
    """Return (stage, move, before, after, time) of every step that is legal, for a report that arrived at `at`."""
    stage, now, swept = Stage.WAITING, arrived(kind, urgency, at), None
    made = []
    for move, (danger, priority), minutes, ahead in steps:
        acts += timedelta(minutes=minutes)
        if (stage, move) not in PATH or (move is Move.UNDO_SWEEP and swept is None):
            continue
        then = replace(now, priority=priority, danger_to_life=danger) if move is Move.ASSESS else now
        if move is Move.UNDO_SWEEP:
            assert swept is not None
            then = swept
        else:
            review = acts + timedelta(minutes=ahead)
            try:
                seen, due = after_move(then, move, at=acts, pack=PACK, review_at=review)
            except NotNow:
                assert move is Move.REVIEW
                continue
            swept = now if move is Move.SWEEP else None
            then = replace(then, seen=seen, due_at=due)
        stage = after(stage, move)
        made.append((stage, move, now, then, acts))
        now = then
    return made


@pytest.mark.thorough
@settings(max_examples=cases(400))
@given(KINDS, URGENCIES, STEPS)
def test_whatever_is_done_an_open_report_has_a_time_and_only_an_action_sets_a_later_one(
    kind: str, urgency: str, steps: list[tuple[Move, tuple[bool, str], int, int]]
) -> None:
    for stage, move, before, then, at in walk(kind, urgency, NOON, NOON, steps):
        assert (then.due_at is None) == (stage is Stage.CLOSED)
        if stage in {Stage.TAKEN, Stage.ASSESSED, Stage.ACTING, Stage.CLOSING}:
            assert then.seen, "who owns a report has taken it"
        if then.seen and not before.seen:
            assert move in {Move.TAKE, Move.ASSIGN, Move.ACCEPT}, "Seen ends at the first take"
        if before.seen and not then.seen:
            assert move in {Move.REOPEN, Move.UNDO_SWEEP}, "and is over once"
        if before.due_at is None or then.due_at is None or CLOCKS[move] in SETS_A_NEW_TIME:
            continue
        if before.seen:
            assert then.due_at <= before.due_at, f"{move} puts nothing off"
        code = clock_code(then.urgency, then.priority, then.danger_to_life, PACK.timetable(kind))
        if move is Move.ASSESS:
            assert then.due_at <= PACK.next_due(kind, code, minute_of(at)), "a higher priority shortens it"


@pytest.mark.thorough
@settings(max_examples=cases(300))
@given(KINDS, URGENCIES, STEPS, st.integers(0, 95))
def test_no_quarter_hour_of_the_arrival_survives_the_first_take(
    kind: str, urgency: str, steps: list[tuple[Move, tuple[bool, str], int, int]], slots: int
) -> None:
    """The same acts on a report that arrived in another quarter hour of the day lead to the same times."""
    one = walk(kind, urgency, NOON, NOON, steps)
    other = walk(kind, urgency, NOON - slots * SLOT, NOON, steps)
    for (_, move, _, first, _), (_, same, _, second, _) in zip(one, other, strict=True):
        assert move is same
        if first.seen:
            assert first == second


@given(KINDS, URGENCIES, st.sampled_from(FINDINGS), st.integers(-5, 60_000))
def test_a_review_is_ahead_and_within_what_the_priority_allows(
    kind: str, urgency: str, finding: tuple[bool, str], minutes: int
) -> None:
    danger, priority = finding
    now = replace(
        arrived(kind, urgency, NOON), seen=True, priority=priority, danger_to_life=danger, due_at=NOON
    )
    longest = PACK.priorities["danger" if danger else priority].review_within
    review = NOON + timedelta(minutes=minutes)
    if timedelta(0) < review - NOON <= longest:
        assert after_move(now, Move.REVIEW, at=NOON, pack=PACK, review_at=review) == (True, review)
    else:
        with pytest.raises(NotNow) as caught:
            after_move(now, Move.REVIEW, at=NOON, pack=PACK, review_at=review)
        assert caught.value.about == "review"


def test_the_longest_review_is_accepted_in_any_second_of_the_minute() -> None:
    """The page offers the longest time, and it was refused in 59 seconds of 60."""
    at, longest = NOON + timedelta(seconds=59), PACK.priorities["low"].review_within
    now = ClockState("activity", "", "routine", "low", False, True, NOON)
    assert after_move(now, Move.REVIEW, at=at, pack=PACK, review_at=at + longest) == (True, NOON + longest)


def test_danger_has_the_danger_clock_whoever_finds_it_and_whenever() -> None:
    at = NOON + timedelta(seconds=42)
    sent = arrived("activity", "danger", NOON)
    assert sent.due_at == slot_end(slot_of(NOON)) + timedelta(minutes=1)
    assert after_move(sent, Move.TAKE, at=at, pack=PACK) == (True, NOON + timedelta(minutes=10))
    calm = arrived("activity", "routine", NOON)
    taken = replace(calm, seen=True, due_at=after_move(calm, Move.TAKE, at=at, pack=PACK)[1])
    assert taken.due_at == NOON + timedelta(minutes=480)
    found = replace(taken, danger_to_life=True, priority="high")
    assert after_move(found, Move.ASSESS, at=at, pack=PACK) == (True, NOON + timedelta(minutes=10))
    assert after_move(
        replace(found, danger_to_life=False, priority="low"), Move.ASSESS, at=at, pack=PACK
    ) == (
        True,
        taken.due_at,
    ), "a lower priority puts nothing off"


def test_a_clock_in_working_days_keeps_to_them_after_the_take() -> None:
    """A request for advice due on Monday at 17:00 became due on Saturday at 10:48 by being taken."""
    friday, saturday = datetime(2026, 11, 27, 9, tzinfo=UTC), datetime(2026, 11, 28, 10, 48, tzinfo=UTC)
    asked = arrived("advice", "routine", friday)
    assert asked.due_at == datetime(2026, 12, 1, 17, tzinfo=UTC)
    assert after_move(asked, Move.TAKE, at=saturday, pack=PACK) == (
        True,
        datetime(2026, 12, 1, 17, tzinfo=UTC),
    )
    in_danger = arrived("advice", "danger", saturday)
    _, due = after_move(in_danger, Move.TAKE, at=saturday, pack=PACK)
    assert due == saturday + timedelta(minutes=10), "danger does not wait for Monday"


def test_every_move_says_what_it_does_to_the_clocks() -> None:
    assert set(CLOCKS) == set(Move)
    assert not OWNER_MOVES & SHARED_MOVES


def test_undoing_a_bulk_closure_restores_from_its_record() -> None:
    with pytest.raises(ValueError, match="bulk closure"):
        after_move(arrived("activity", "routine", NOON), Move.UNDO_SWEEP, at=NOON, pack=PACK)
