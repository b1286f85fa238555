"""The table of legal moves: every way through it keeps a report in one stage, in somebody's hands, with a deadline."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heedline.casework.journey.transitions import Assessment
from heedline.packs import load_pack
from heedline.reports.lifecycle import (
    OWNER_MOVES,
    PATH,
    SHARED_MOVES,
    TURNS,
    Move,
    NotNow,
    Stage,
    Turn,
    after,
    check_closed_at_once,
    check_priority,
    moves_from,
)

#: Nobody has to do anything any more.
OVER = frozenset({Stage.CLOSED, Stage.DISPOSED})


@given(st.lists(st.sampled_from(Move), max_size=60))
def test_every_way_keeps_law_two(moves: list[Move]) -> None:
    """Exactly one stage, and an owner exactly while somebody works on it. (The clocks: `test_next_action.py`.)"""
    stage, owned = Stage.WAITING, False
    for move in moves:
        if move in OWNER_MOVES | SHARED_MOVES and not owned:
            continue  # `permits.rules` refuses it before the table is asked
        with suppress(NotNow):
            stage = after(stage, move)
            owned = {
                Move.TAKE: True, Move.ASSIGN: True, Move.ACCEPT: True, Move.RELEASE: False, Move.HAND_OVER: False,
                Move.RETURN: False, Move.CLOSE: False, Move.SWEEP: False, Move.REOPEN: False, Move.UNDO_SWEEP: False,
                Move.DISPOSE: False,
            }.get(move, owned)  # fmt: skip
        assert stage in Stage
        assert owned == (stage not in {Stage.WAITING, *OVER})
        assert (TURNS[stage] is Turn.OWNER) == owned


@given(st.lists(st.sampled_from(Move), max_size=40))
def test_a_refused_move_says_why_and_changes_nothing(moves: list[Move]) -> None:
    stage = Stage.WAITING
    for move in moves:
        if (stage, move) in PATH:
            stage = after(stage, move)
        else:
            with pytest.raises(NotNow) as caught:
                after(stage, move)
            assert caught.value.reason.endswith(".")


@given(st.text(max_size=20), st.text(max_size=20))
def test_nothing_else_is_a_stage_or_a_move(stage: str, move: str) -> None:
    if stage not in set(Stage):
        with pytest.raises(ValueError, match="is not a valid Stage"):
            Stage(stage)
    if move not in set(Move):
        with pytest.raises(ValueError, match="is not a valid Move"):
            Move(move)


def test_every_stage_is_reached_and_left() -> None:
    reached, edge = {Stage.WAITING}, [Stage.WAITING]
    while edge:
        for move in moves_from(edge.pop()):
            for stage in Stage:
                to = PATH.get((stage, move))
                if stage in reached and to is not None and to not in reached:
                    reached.add(to)
                    edge.append(to)
    assert reached == set(Stage)
    for stage in Stage:
        assert bool(moves_from(stage)) == (stage is not Stage.DISPOSED), f"what leads out of {stage}"


def test_every_move_but_sending_is_legal_somewhere() -> None:
    assert {move for _, move in PATH} == set(Move) - {Move.SUBMIT}


def test_from_every_stage_a_report_can_still_be_closed() -> None:
    for start in set(Stage) - {Stage.DISPOSED}:
        seen, edge = {start}, [start]
        while edge:
            stage = edge.pop()
            for move in moves_from(stage):
                to = after(stage, move)
                if to not in seen:
                    seen.add(to)
                    edge.append(to)
        assert Stage.CLOSED in seen, start


def test_nothing_closes_without_an_assessment() -> None:
    closing = {stage for (stage, move) in PATH if move is Move.CLOSE}
    assert closing == {Stage.ASSESSED, Stage.ACTING, Stage.CLOSING}
    for (stage, move), to in PATH.items():
        if to in closing and stage not in closing:
            assert move is Move.ASSESS


def test_a_closed_report_reopens_has_its_sweep_undone_or_is_disposed_of() -> None:
    assert moves_from(Stage.CLOSED) == (Move.REOPEN, Move.UNDO_SWEEP, Move.DISPOSE)
    assert [stage for (stage, move) in PATH if move is Move.DISPOSE] == [Stage.CLOSED]


def test_only_what_nobody_holds_is_swept() -> None:
    assert [stage for (stage, move) in PATH if move is Move.SWEEP] == [Stage.WAITING]


def test_handing_over_always_leads_to_the_other_desks_queue() -> None:
    assert {to for (_, move), to in PATH.items() if move is Move.HAND_OVER} == {Stage.WAITING}


def test_the_turn_of_every_stage_is_said() -> None:
    assert set(TURNS) == set(Stage)


def test_danger_to_life_is_always_high_priority() -> None:
    for priority in load_pack("uk").priorities:
        check_priority(priority, danger=False)
        assert Assessment(False, "Filmed the doors", priority, "An hour").priority == priority
        if priority == "high":
            check_priority(priority, danger=True)
            assert Assessment(True, "Filmed the doors", priority, "An hour").danger_to_life
            continue
        with pytest.raises(NotNow) as refused:
            check_priority(priority, danger=True)
        assert refused.value.about == "priority"
        with pytest.raises(NotNow, match="always high"):
            Assessment(True, "Filmed the doors", priority, "An hour")


def test_danger_to_life_is_not_assessed_and_closed_in_one_step() -> None:
    check_closed_at_once(danger=False)
    with pytest.raises(NotNow) as refused:
        check_closed_at_once(danger=True)
    assert refused.value.about == "closing"
