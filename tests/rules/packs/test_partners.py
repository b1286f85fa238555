"""The pack's rules of what is sent to partners, and the states that it goes through."""

from __future__ import annotations

import pytest

from heedline.packs import load_pack
from heedline.packs.rules.partners import PartnerRules
from heedline.reports.dissemination_states import (
    OPEN,
    PATH,
    TURNS,
    WITH_THE_PARTNER,
    DisseminationMove,
    DisseminationState,
    after,
)
from heedline.reports.lifecycle import NotNow

TOLD = "On Tuesday I saw him put four canisters into the boot. He said that nobody would miss them."


@pytest.fixture
def rules() -> PartnerRules:
    return load_pack("uk").partners


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("Somebody has bought more fuel than a household needs.", ()),
        ("He was seen to put FOUR canisters, into the boot of a car", ("put FOUR canisters, into the boot",)),
        ("Put four canisters into", ()),  # four words stand together by chance
        ("A neighbour was worried.", ("neighbour",)),
        ("The neighbourhood was quiet.", ()),
        ("According to the\ncaller it was dark.", ("caller",)),
    ],
)
def test_what_may_point_to_a_source_is_named_as_it_stands(
    rules: PartnerRules, text: str, named: tuple[str, ...]
) -> None:
    assert rules.points_to_source(text, TOLD) == named


def test_a_long_run_is_named_once_and_whole(rules: PartnerRules) -> None:
    assert rules.points_to_source(f"They wrote: {TOLD}", TOLD) == (TOLD.rstrip("."),)


def test_nothing_is_found_in_nothing(rules: PartnerRules) -> None:
    assert rules.points_to_source("", TOLD) == rules.points_to_source(TOLD, "") == ()


def test_every_state_is_reached_and_every_open_one_is_left() -> None:
    assert set(PATH.values()) | {DisseminationState.TO_CHECK} == set(DisseminationState)
    assert {state for state, _ in PATH} == OPEN | {DisseminationState.DONE}
    assert [act for state, act in PATH if state is DisseminationState.DONE] == [DisseminationMove.ANSWER]
    assert set(TURNS) == set(DisseminationState)
    assert all(TURNS[state] != "nobody" for state in OPEN)


def test_what_a_partner_has_was_sent_by_check() -> None:
    assert {to for (_, act), to in PATH.items() if act is DisseminationMove.CHECK} == {
        DisseminationState.SENT
    }
    assert DisseminationState.TO_CHECK not in WITH_THE_PARTNER


@pytest.mark.parametrize("state", sorted(set(DisseminationState) - OPEN - {DisseminationState.DONE}))
def test_an_end_is_an_end(state: DisseminationState) -> None:
    for act in DisseminationMove:
        with pytest.raises(NotNow):
            after(state, act)
