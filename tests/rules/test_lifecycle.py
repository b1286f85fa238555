"""The table of legal moves: every way through it keeps a report in one stage, in somebody's hands, with a deadline."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heedline.casework.journey.transitions import Finding
from heedline.packs import load_pack
from heedline.reports.lifecycle import (
    HELD_MOVES,
    PATH,
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


@dataclass(frozen=True)
class Standing:
    """What a report has, as `casework.journey.transitions` sets it after each move."""

    stage: Stage = Stage.WAITING
    held: bool = False
    due: bool = True


def moved(now: Standing, move: Move) -> Standing:
    """The verbs' own rule: taking holds, giving away lets go, closing ends the deadline, reopening begins it again."""
    stage = after(now.stage, move)
    match move:
        case Move.TAKE:
            return replace(now, stage=stage, held=True)
        case Move.RELEASE | Move.HAND_OVER:
            return Standing(stage, held=False, due=True)
        case Move.CLOSE | Move.SWEEP:
            return Standing(stage, held=False, due=False)
        case Move.REOPEN | Move.UNDO_SWEEP:
            return Standing(stage, held=False, due=True)
        case _:
            return replace(now, stage=stage)


@given(st.lists(st.sampled_from(Move), max_size=60))
def test_every_way_keeps_law_two(moves: list[Move]) -> None:
    """Exactly one stage; held exactly while somebody works on it; a deadline unless it is over."""
    now = Standing()
    for move in moves:
        if move in HELD_MOVES and not now.held:
            continue  # `permits.rules` refuses it before the table is asked
        try:
            then = moved(now, move)
        except NotNow:
            then = now
        assert then.stage in Stage
        assert then.held == (then.stage not in {Stage.WAITING, *OVER})
        assert then.due == (then.stage not in OVER)
        assert (TURNS[then.stage] is Turn.HOLDER) == then.held
        now = then


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
    assert closing == {Stage.ASSESSED, Stage.ACTING}
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
        assert Finding(False, "Filmed the doors", priority, "An hour").priority == priority
        if priority == "high":
            check_priority(priority, danger=True)
            assert Finding(True, "Filmed the doors", priority, "An hour").danger_to_life
            continue
        with pytest.raises(NotNow) as refused:
            check_priority(priority, danger=True)
        assert refused.value.about == "priority"
        with pytest.raises(NotNow, match="always high"):
            Finding(True, "Filmed the doors", priority, "An hour")


def test_danger_to_life_is_not_assessed_and_closed_in_one_step() -> None:
    check_closed_at_once(danger=False)
    with pytest.raises(NotNow) as refused:
        check_closed_at_once(danger=True)
    assert refused.value.about == "closing"
