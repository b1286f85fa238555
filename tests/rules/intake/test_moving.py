"""What was written in one form goes along into another: nothing that was typed is lost."""

from typing import Any

import pytest

from heedline.intake.moving import moved
from heedline.intake.question_files import load_question_set
from heedline.packs import load_pack

PACK = load_pack("uk")
SETS = {kind: load_question_set(PACK, kind) for kind in PACK.kinds}
SEEN: dict[str, Any] = {
    "now": {"danger": "no"},
    "what": {"narrative": "He asked when the hall is full."},
    "where": {
        "when": "week", "date": {"year": 2026, "month": 3}, "around": "At noon",
        "place": "Mill Lane", "addresses": "https://films.example/1",
    },
    "person": {"next": 2, "items": [{"id": "1", "values": {"name": "Kit", "child": "no"}}]},
    "you": {"who": "confidence"},
    "contact": {"name": "Rosa"},
}  # fmt: skip


def test_what_both_ask_stays_and_what_only_the_old_one_asked_goes_into_the_account() -> None:
    there = moved(SETS["activity"], SETS["person"], SEEN)
    assert there["now"] == {"danger": "no"}
    account = there["what"]["narrative"]
    assert account.startswith("He asked when the hall is full.\n")
    for typed in ("March 2026", "At noon", "Mill Lane", "https://films.example/1", "Kit"):
        assert typed in account
    assert set(there) == {"now", "what"}


def test_what_was_typed_beside_the_account_on_its_page_goes_into_the_account() -> None:
    """A request for advice asks for the account, the days of an event and more on one page."""
    asked = {
        "organisation": {"name": "Mill Lane Hall", "postcode": "NE1 4ST"},
        "help": {"help": ["visit"], "dates": "14 to 16 March", "narrative": "A stage is being built."},
    }
    there = moved(SETS["advice"], SETS["activity"], asked)
    account = there["what"]["narrative"]
    for typed in ("Mill Lane Hall", "NE1 4ST", "14 to 16 March", "A stage is being built."):
        assert typed in account


def test_how_to_reach_the_reporter_never_goes_into_an_account() -> None:
    for kind in ("person", "online"):
        assert "Rosa" not in repr(moved(SETS["activity"], SETS[kind], SEEN))


@pytest.mark.parametrize("kind", ["activity", "person", "online"])
def test_into_the_same_form_nothing_changes_but_the_private_answers(kind: str) -> None:
    given = {"now": {"danger": "no"}, "what": {"narrative": "A van."}}
    assert moved(SETS[kind], SETS[kind], given) == given


def test_a_request_for_advice_keeps_what_stands_beside_its_account() -> None:
    given = {"help": {"help": ["visit"], "narrative": "A stage is being built."}}
    assert moved(SETS["advice"], SETS["advice"], given) == given


def test_choices_are_no_words_of_theirs() -> None:
    assert "week" not in moved(SETS["activity"], SETS["online"], SEEN)["what"]["narrative"]
    assert moved(SETS["activity"], SETS["online"], {}) == {}
