"""The pages of a visit are walked once: nothing that is asked of the walk walks again, and all of it is as before."""

from __future__ import annotations

from typing import Any

import pytest

from heedline.intake import engine, record
from heedline.intake.api_payload import from_api
from heedline.intake.question_files import load_question_set
from heedline.packs import load_pack

PACK = load_pack("uk")
SETS = {code: load_question_set(PACK, kind.code, "en") for code, kind in PACK.kinds.items()}
PAYLOAD: dict[str, Any] = {
    "kind": "activity",
    "narrative": "A van stood at the gate three nights in a row.",
    "now": {"danger": "no"},
    "where": {"place": "Market Square", "postcode": "NE1 4ST"},
}


@pytest.fixture
def walks(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Each walk through the questions."""
    counted: list[object] = []
    walk = engine.walk

    def count(*args: Any, **more: Any) -> engine.Walk:
        counted.append(args)
        return walk(*args, **more)

    monkeypatch.setattr(engine, "walk", count)
    return counted


def test_a_report_over_the_api_walks_once(walks: list[object]) -> None:
    assert isinstance(from_api(SETS, PAYLOAD, identity_offered=True), record.Record)
    assert len(walks) == 1


def test_a_page_that_another_answer_rules_out_is_refused(walks: list[object]) -> None:
    found = from_api(SETS, PAYLOAD | {"contact": {"name": "Rosa"}}, identity_offered=True)
    assert not isinstance(found, record.Record)
    assert [one.pointer for one in found.problems] == ["/contact"]


@pytest.mark.parametrize("kind", sorted(SETS))
@pytest.mark.parametrize("offered", [True, False])
def test_a_page_applies_alone_as_it_does_on_the_walk(kind: str, offered: bool) -> None:
    qs = SETS[kind]
    for answers in ({}, {"now": {"danger": "yes"}}, {"you": {"who": "confidence"}}):
        walked = engine.walk(qs, answers, identity_offered=offered)
        asked = {page.slug for page in walked.pages if page.fields}
        alone = {
            page.slug
            for page in qs.steps
            if page.fields and engine.applies(page, walked.answered, identity_offered=offered)
        }
        assert asked == alone


def test_the_record_has_answers_of_its_own() -> None:
    answers: dict[str, Any] = {"what": {"narrative": "A van."}, "where": {"place": "Market Square"}}
    made = record.build(SETS["activity"], answers, language="en", identity_offered=True)
    made.answers["where"]["place"] = "elsewhere"
    assert answers == {"what": {"narrative": "A van."}, "where": {"place": "Market Square"}}
