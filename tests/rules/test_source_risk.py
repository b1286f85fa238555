"""Which passages of an intelligence product are marked because they could identify its source."""

from __future__ import annotations

import pytest

from heedline.casework.products.source_risk import Risk, marks


@pytest.mark.parametrize(
    ("told", "written", "risk", "passage"),
    [
        (
            "I am the safeguarding lead at his school.",
            "A safeguarding lead is worried.",
            Risk.ROLE,
            "safeguarding lead",
        ),
        ("I am his caretaker.", "A caretaker may know more.", Risk.ROLE, "caretaker"),
        ("I work at Quagga Bakery, nights.", "Seen near Quagga Bakery.", Risk.ROLE, "quagga bakery"),
        ("I saw it from the top flat opposite.", "Visible from the top flat.", Risk.ROLE, "the top flat"),
        ("My brother showed it to me.", "It was shown by a brother.", Risk.RELATION, "brother"),
        ("It was 16:40 exactly.", "At 16.40 something happened.", Risk.TIME, "16.40"),
        ("Nothing.", "The source is his wife.", Risk.GENDER, "the source is his wife"),
        (
            "He hid the placeholder behind the old kitchen door.",
            "It is said that he hid the placeholder behind the old kitchen door.",
            Risk.WORDING,
            "he hid the placeholder behind the old kitchen door",
        ),
    ],
)
def test_what_gives_a_source_away_is_marked(told: str, written: str, risk: Risk, passage: str) -> None:
    assert (passage, risk) in {(one.passage, one.risk) for one in marks([written], [told])}


@pytest.mark.parametrize(
    ("told", "written"),
    [
        ("My cousin Sam Example has a van.", "EXAMPLE Sam has a van."),
        ("I am worried about Sam Example.", "There is concern about EXAMPLE Sam."),
        ("It was 16:40.", "It happened in the afternoon."),
        ("", "EXAMPLE Sam may keep something in a locker."),
    ],
)
def test_the_subject_and_wide_wording_are_not_marked(told: str, written: str) -> None:
    assert marks([written], [told], subject="EXAMPLE Sam") == ()
