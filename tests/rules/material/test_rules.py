"""Tests for the rules of an item's life cycle, without a database."""

from __future__ import annotations

from datetime import date
from importlib.resources import files
from pathlib import Path
from uuid import UUID

import pytest

from heedline.packs import PackError
from heedline.specialist_desks.material.examination.law import (
    ExaminationAnswers,
    Incomplete,
    MaterialLaw,
    opinion_of,
    read_law,
)
from heedline.specialist_desks.material.rules import (
    HIGHEST,
    OPEN,
    PARTS,
    PATH,
    PLACES,
    ItemMove,
    ItemOutcome,
    ItemState,
    Opinion,
    Place,
    agreement,
    move_after,
    priority,
    why_not,
)

ON = date(2026, 11, 26)
ONE, TWO, THREE = (UUID(int=number) for number in (1, 2, 3))
S1, S58 = frozenset({"ta2006-s1"}), frozenset({"ta2000-s58"})


@pytest.fixture(scope="module")
def law() -> MaterialLaw:
    return read_law(files("heedline.packs").joinpath("uk"))


def test_every_state_can_be_left_and_reached() -> None:
    assert {before for before, _ in PATH} == set(ItemState)
    assert {*PATH.values()} == set(ItemState)
    assert {move for _, move in PATH} == set(ItemMove)


def test_every_move_after_an_examination_is_legal() -> None:
    opinions = [Opinion(one, S1 if one.illegal else frozenset()) for one in ItemOutcome]
    for state, place in PLACES.items():
        for opinion in opinions:
            for first in opinions if place is Place.SECOND else [None]:
                if first is not None and not first.outcome.illegal:
                    continue  # only a finding of illegality has a second reviewer
                move = move_after(place, opinion, first)
                assert move is None or (state, move) in PATH, (state, opinion, first)


def test_two_examiners_agree_on_a_provision_or_a_third_decides() -> None:
    unlawful = Opinion(ItemOutcome.UNLAWFUL, S1)
    assert move_after(Place.FIRST, unlawful) is ItemMove.FIND_UNLAWFUL
    assert move_after(Place.SECOND, unlawful, unlawful) is ItemMove.CONFIRM
    assert move_after(Place.SECOND, Opinion(ItemOutcome.UNLAWFUL, S1 | S58), unlawful) is ItemMove.CONFIRM
    assert move_after(Place.SECOND, Opinion(ItemOutcome.UNLAWFUL, S58), unlawful) is ItemMove.DISPUTE
    assert move_after(Place.SECOND, Opinion(ItemOutcome.LAWFUL), unlawful) is ItemMove.DISPUTE


def test_the_more_cautious_of_two_holds_the_item() -> None:
    held, unlawful = Opinion(ItemOutcome.HELD, S1), Opinion(ItemOutcome.UNLAWFUL, S1)
    assert move_after(Place.SECOND, held, unlawful) is ItemMove.CONFIRM_HELD
    assert move_after(Place.SECOND, unlawful, held) is ItemMove.CONFIRM_HELD


def test_a_review_that_upholds_a_decision_moves_nothing() -> None:
    assert move_after(Place.REVERSAL, Opinion(ItemOutcome.UNLAWFUL, S1)) is None
    assert move_after(Place.REVERSAL, Opinion(ItemOutcome.LAWFUL)) is ItemMove.REVERSE


@pytest.mark.parametrize("place", [Place.SECOND, Place.THIRD, Place.REVERSAL])
def test_nobody_decides_twice_about_an_item(place: Place) -> None:
    assert why_not(place, ONE, [ONE, TWO])
    assert not why_not(place, THREE, [ONE, TWO])
    assert not why_not(Place.FIRST, ONE, [ONE]), "in a new round"


def test_agreement_is_recorded_for_each_provision() -> None:
    found = agreement(
        Opinion(ItemOutcome.UNLAWFUL, S1), Opinion(ItemOutcome.UNLAWFUL, S1 | S58), [*S1, *S58, "other"]
    )
    assert found == {"ta2006-s1": True, "ta2000-s58": False, "other": True}


def test_a_priority_adds_up_and_explains_itself() -> None:
    assert priority([]).points == 0
    found = priority(["live", "danger", "unknown", "live"])
    assert found.points == 54
    assert [one.points for one in found.parts] == [46, 8]
    assert [priority([], number).points for number in (4, 5, 19, 20, 99, 100, 10_000)] == [
        0,
        1,
        1,
        2,
        2,
        3,
        3,
    ]
    assert priority([], 31).parts[0].words == "At least 20 reports name it"
    assert priority(PARTS, 100).points == HIGHEST
    others = [code for code in PARTS if code != "danger"]
    assert priority(others, 100).points < priority(["danger"]).points, (
        "danger goes before all others together"
    )
    assert ItemState.REFERRED not in OPEN


# --- the law of the pack ---------------------------------------------------------------------------------------------


def met(law: MaterialLaw, *codes: str) -> dict[str, frozenset[int]]:
    return {code: frozenset(range(len(law.provisions[code].elements))) for code in codes}


def test_what_counts_as_severe_is_a_category(law: MaterialLaw, tmp_path: Path) -> None:
    assert {"killing", "children"} <= law.severe < law.categories.keys()
    text = files("heedline.packs").joinpath("uk", "material.toml").read_text(encoding="utf-8")
    (tmp_path / "material.toml").write_text(text.replace('"torture", ', '"made-up", '), encoding="utf-8")
    with pytest.raises(PackError, match="severe: must be categories"):
        read_law(tmp_path)


def test_the_pack_has_the_provisions_with_their_sources(law: MaterialLaw) -> None:
    assert {"ta2000-s12", "ta2000-s13", "ta2000-s58", "ta2006-s1", "ta2006-s2", "ta2006-s5", "ta2006-s6"} == {
        *law.provisions
    }
    assert all(one.source.startswith("https://www.legislation.gov.uk/") for one in law.provisions.values())


@pytest.mark.parametrize(
    "code", ["ta2000-s12", "ta2000-s13", "ta2000-s58", "ta2006-s1", "ta2006-s2", "ta2006-s5", "ta2006-s6"]
)
def test_a_provision_is_met_only_if_all_its_elements_are(law: MaterialLaw, code: str) -> None:
    whole = opinion_of(ExaminationAnswers(met(law, code), "no", organisation="isil"), law, on=ON)
    assert whole == Opinion(ItemOutcome.UNLAWFUL, frozenset({code}))
    part = {code: frozenset({0})}
    assert opinion_of(ExaminationAnswers(part, "no", "isil", "unclear"), law, on=ON) == Opinion(
        ItemOutcome.UNCLEAR
    )


@pytest.mark.parametrize(
    ("on", "outcome"), [(date(2016, 12, 15), ItemOutcome.TERMS), (date(2016, 12, 16), ItemOutcome.UNLAWFUL)]
)
def test_support_is_unlawful_from_the_day_of_the_proscription(
    law: MaterialLaw, on: date, outcome: ItemOutcome
) -> None:
    answers = ExaminationAnswers(met(law, "ta2000-s12"), "no", "national-action", "terms")
    assert opinion_of(answers, law, on=on).outcome is outcome


@pytest.mark.parametrize("expression", ["journalism", "research", "art", "counter"])
def test_freedom_of_expression_makes_it_lawful(law: MaterialLaw, expression: str) -> None:
    found = opinion_of(ExaminationAnswers(met(law, "ta2006-s1"), expression), law, on=ON)
    assert found == Opinion(ItemOutcome.LAWFUL)


@pytest.mark.parametrize("expression", ["", "maybe"])
def test_freedom_of_expression_is_always_asked(law: MaterialLaw, expression: str) -> None:
    with pytest.raises(Incomplete) as why:
        opinion_of(ExaminationAnswers(met(law, "ta2006-s1"), expression), law, on=ON)
    assert why.value.field == "expression"


def test_nobody_calls_an_item_unlawful_without_a_provision(law: MaterialLaw) -> None:
    for otherwise in ("", "unlawful", "held", "nonsense"):
        with pytest.raises(Incomplete):
            opinion_of(ExaminationAnswers({}, "no", otherwise=otherwise), law, on=ON)


def test_an_item_is_held_where_an_examiner_asks_for_it(law: MaterialLaw) -> None:
    assert (
        opinion_of(ExaminationAnswers(met(law, "ta2006-s1"), "no", hold=True), law, on=ON).outcome
        is ItemOutcome.HELD
    )
