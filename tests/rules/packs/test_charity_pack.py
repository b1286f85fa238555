"""What the pack of the independent charity says differently from the pack that it is based on."""

from __future__ import annotations

import pytest

from heedline.packs import load_pack

TOLD = "My cousin keeps drums under a green sheet in the back room of the garage."


@pytest.mark.parametrize(
    "text",
    [
        "Drums are said to be under a green sheet.",
        "Known from his cousin.",
        "Seen from across the street.",
        "She used to live there.",
    ],
)
def test_the_charity_marks_what_the_police_let_pass(text: str) -> None:
    assert load_pack("charity").partners.points_to_source(text, TOLD)


def test_its_marks_are_not_so_many_that_nobody_reads_them() -> None:
    assert not load_pack("charity").partners.points_to_source("A garage in Leeds may hold drums.", TOLD)
    police = load_pack("uk").partners
    assert not police.points_to_source("Drums are said to be under a green sheet.", TOLD)


def test_no_question_offers_a_call_and_no_outcome_needs_a_check() -> None:
    pack = load_pack("charity")
    assert "call-back" not in pack.templates_for("activity")
    assert {one.needs for one in pack.outcomes_for("activity").values()} <= {"nothing", "accepted"}
