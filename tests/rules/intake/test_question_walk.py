"""Tests for every path through the questions: each page appears once, Back retraces it, and no text is lost."""

from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.cases import cases

from heedline.intake import engine, fields, loops
from heedline.intake.question_files import load_question_set
from heedline.intake.questions import FieldKind, Question, QuestionPage, QuestionSet, StepKind
from heedline.intake.record import record
from heedline.packs import load_pack

PACK = load_pack("uk")
SETS = {kind: load_question_set(PACK, kind) for kind in PACK.kinds}
QS = SETS["activity"]
CHOICE_STEPS = [s for s in QS.steps if any(q.choices for q in s.fields) and s.kind is StepKind.QUESTIONS]
TEXTS = st.text(alphabet=st.characters(codec="utf-8"), max_size=30)


def posted_for(question: Question) -> st.SearchStrategy[dict[str, list[str]]]:
    """Return valid or invalid data that a browser could send for one field."""
    name = question.name
    match question.kind:
        case FieldKind.CHOICE:
            values = st.sampled_from([choice.value for choice in question.choices])
            return st.one_of(values.map(lambda value: {name: [value]}), st.just({}))
        case FieldKind.CHOICES:
            boxes = st.lists(st.sampled_from([choice.value for choice in question.choices]), unique=True)
            return boxes.map(lambda chosen: {name: chosen})
        case FieldKind.DATE:
            part = st.sampled_from(["", "1", "31", "march", "2026", "x"])
            return st.fixed_dictionaries({f"{name}-{p}": part.map(lambda v: [v]) for p in fields.DATE_PARTS})
        case FieldKind.POSTCODE:
            return st.sampled_from(["", "LS1 3AD", "ls1", "nowhere"]).map(lambda v: {name: [v]})
    return st.one_of(TEXTS, st.just("AB12 CDE"), st.just("a@example.org")).map(lambda v: {name: [v]})


@cache  # making a strategy takes longer than drawing from it
def posted_at(fields_there: tuple[Question, ...]) -> st.SearchStrategy[dict[str, list[str]]]:
    """Return data that a browser could send for one page."""
    return st.tuples(*map(posted_for, fields_there)).map(
        lambda sent: {name: values for field in sent for name, values in field.items()}
    )


def posted_page(data: st.DataObject, step: QuestionPage) -> dict[str, list[str]]:
    return data.draw(posted_at(tuple(step.fields)), label=step.slug)


def fill(
    data: st.DataObject, answers: dict[str, Any], step: QuestionPage, qs: QuestionSet = QS
) -> dict[str, Any]:
    """Answer one page as a browser would; a page with errors is answered as far as it is good."""
    if step.kind is StepKind.LOOP:
        for _ in range(data.draw(st.integers(0, 2), label=step.slug)):
            reading = fields.read(qs, step, posted_page(data, step))
            if not reading.errors:
                answers = loops.add_item(answers, step, reading.values)
        return answers
    if step.kind is StepKind.QUESTIONS:
        return engine.with_answer(answers, step, fields.read(qs, step, posted_page(data, step)).values)
    return answers


@pytest.mark.thorough
@settings(max_examples=cases(200), deadline=None)
@given(st.data(), st.sampled_from(list(SETS.values())), st.booleans())
def test_walking_on_asks_each_applicable_page_once_and_back_returns_the_same_way(
    data: st.DataObject, qs: QuestionSet, offered: bool
) -> None:
    answers: dict[str, Any] = {}
    slug: str | None = qs.steps[0].slug
    walked: list[str] = []
    while slug is not None:
        step = engine.step(qs, answers, slug, identity_offered=offered)
        assert step is not None
        walked.append(slug)
        answers = fill(data, answers, step, qs)
        slug = engine.next_after(qs, answers, slug, identity_offered=offered)
    assert len(set(walked)) == len(walked)
    applicable = engine.steps(qs, answers, identity_offered=offered)
    on_the_way = [s.slug for s in applicable]
    for step in applicable:
        if step.leads_to:
            between = on_the_way[on_the_way.index(step.slug) + 1 : on_the_way.index(step.leads_to)]
            on_the_way = [slug for slug in on_the_way if slug not in between]
    assert walked == on_the_way
    assert walked[-1] == "check"

    back: list[str] = []
    here: str | None = walked[-1]
    while here is not None:
        back.append(here)
        here = engine.back_from(qs, answers, here, identity_offered=offered)
    by_door = {s.slug for s in applicable if s.by_door and answers.get(s.slug)}
    assert back == [slug for slug in walked[::-1] if slug not in by_door]


@pytest.mark.thorough
@settings(max_examples=cases(150), deadline=None)
@given(st.data(), st.sampled_from(list(SETS.values())), st.booleans())
def test_from_any_answers_the_shortest_ways_end_at_sending(
    data: st.DataObject, qs: QuestionSet, offered: bool
) -> None:
    answers: dict[str, Any] = {}
    for step in qs.steps:
        if step.kind is StepKind.QUESTIONS and any(question.choices for question in step.fields):
            answers = fill(data, answers, step, qs)
    order = [s.slug for s in engine.steps(qs, answers, identity_offered=offered)]
    for step in engine.steps(qs, answers, identity_offered=offered):
        target = engine.skip_target(qs, answers, step.slug, identity_offered=offered)
        assert (target is not None) == step.skippable
        if target is not None:
            assert order.index(target) > order.index(step.slug)
            passed = set(order[order.index(step.slug) + 1 : order.index(target)])
            assert not passed & set(engine.missing(qs, answers, identity_offered=offered))


@pytest.mark.thorough
@settings(max_examples=cases(100), deadline=None)
@given(st.data(), st.booleans())
def test_a_record_holds_only_what_still_applies(data: st.DataObject, offered: bool) -> None:
    """Answer everything, then change the choices: what they rule out is not sent, but stays in the draft."""
    answers: dict[str, Any] = {}
    for step in QS.steps:
        answers = fill(data, answers, step)
    for step in data.draw(st.lists(st.sampled_from(CHOICE_STEPS), max_size=4)):
        answers = fill(data, answers, step)
    answers["what"] = {"narrative": "A van was parked for two days."}
    answers.setdefault("now", {})["danger"] = answers["now"].get("danger", "no")
    answers["call"] = {"called": "called"}
    answers["you"] = {"who": answers["you"].get("who", "anonymous")}
    answers["contact"] = {"name": "Invented Person"}
    before = repr(answers)

    made = record(QS, answers, language="en", identity_offered=offered)

    assert repr(answers) == before
    applicable = {s.slug for s in engine.steps(QS, answers, identity_offered=offered)}
    assert set(made.answers) <= applicable - {"contact"}
    assert "Invented Person" not in repr(made.report_part())
    confident = offered and answers["you"]["who"] == "confidence"
    assert made.identity == ({"contact": {"name": "Invented Person"}} if confident else None)
    assert made.anonymous is not confident
    for step in QS.steps:
        if (
            step.kind is StepKind.QUESTIONS
            and step.slug in applicable - {"contact", "what"}
            and answers[step.slug]
        ):
            if step.needs_identity and not offered:
                assert step.slug not in made.answers
            else:
                assert made.answers[step.slug] == answers[step.slug]


def test_every_page_can_be_reached() -> None:
    everything: dict[str, Any] = {
        "now": {"danger": "yes"}, "call": {"called": "called"}, "where": {"when": "today"}, "you": {"who": "confidence"},
    }  # fmt: skip
    reached = [s.slug for s in engine.steps(QS, everything, identity_offered=True)]
    later = [s.slug for s in engine.steps(QS, {"now": {"danger": "planned"}}, identity_offered=True)]
    assert reached == [s.slug for s in QS.steps if s.slug != "planned"]
    assert later[:3] == ["now", "planned", "what"]


def test_the_shortest_way_is_four_pages_and_one_text_box() -> None:
    """now (on the page before the questions), what, then straight to who you are and sending."""
    answers: dict[str, Any] = engine.with_answer({}, QS.any_step("now"), {"danger": "no"})
    assert engine.next_after(QS, answers, "now", identity_offered=True) == "what"
    answers = engine.with_answer(answers, QS.any_step("what"), {"narrative": "x"})
    assert engine.skip_target(QS, answers, "what", identity_offered=True) == "you"
    assert engine.missing(QS, answers, identity_offered=True) == ("you",)
    assert engine.missing(QS, answers, identity_offered=False) == ()


def test_who_cannot_call_may_send_after_a_few_words() -> None:
    answers: dict[str, Any] = {"now": {"danger": "yes"}}
    assert engine.next_after(QS, answers, "now", identity_offered=True) == "call"
    answers["call"] = {"called": "cannot"}
    assert engine.next_after(QS, answers, "call", identity_offered=True) == "what"
    answers["what"] = {"narrative": "Help."}
    assert engine.skip_target(QS, answers, "what", identity_offered=True) == "check"
    made = record(QS, answers, language="en", identity_offered=True)
    assert (made.urgency, made.anonymous) == ("danger", True)


def test_a_call_to_999_does_not_lower_the_urgency() -> None:
    for called in ("called", "cannot"):
        answers = {"now": {"danger": "yes"}, "call": {"called": called}}
        assert engine.urgency(QS, answers, identity_offered=True) == "danger"
    assert engine.urgency(QS, {"now": {"danger": "not_sure"}}, identity_offered=True) == "soon"
    assert engine.urgency(QS, {"now": {"danger": "planned"}}, identity_offered=True) == "planned"
    assert engine.urgency(QS, {"where": {"when": "not_yet"}}, identity_offered=True) == "planned"
    assert engine.urgency(QS, {"now": {"danger": "no"}}, identity_offered=True) == "routine"
    assert engine.urgency(QS, {}, identity_offered=True) == "routine"


def test_an_answer_behind_a_closed_gate_opens_nothing() -> None:
    """`call` counts only while someone is in danger, so it cannot lead past the choice of a name."""
    answers = {"now": {"danger": "no"}, "call": {"called": "cannot"}, "what": {"narrative": "x"}}
    assert engine.skip_target(QS, answers, "what", identity_offered=True) == "you"
    assert engine.missing(QS, answers, identity_offered=True) == ("you",)


def test_without_an_authoriser_nobody_is_asked_for_a_name() -> None:
    answers = {"you": {"who": "confidence"}, "contact": {"name": "Invented Person"}}
    shown = {s.slug: s for s in engine.steps(QS, answers, identity_offered=False)}
    assert shown["you"].kind is StepKind.WORDS
    assert not shown["you"].fields
    assert "anonymous" in shown["you"].title
    assert "contact" not in shown


def test_a_change_from_the_check_page_leads_to_what_is_new_and_then_back() -> None:
    before: dict[str, Any] = {
        "now": {"danger": "no"},
        "what": {"narrative": "x"},
        "you": {"who": "anonymous"},
    }
    after = {**before, "you": {"who": "confidence"}}
    assert engine.after_change(QS, before, after, "you", identity_offered=True) == "contact"
    done = {**after, "contact": {"name": "Invented Person"}}
    assert engine.after_change(QS, after, done, "contact", identity_offered=True) == "check"
    assert engine.after_change(QS, before, before, "what", identity_offered=True) == "check"
    danger = {**before, "now": {"danger": "yes"}}
    assert engine.after_change(QS, before, danger, "now", identity_offered=True) == "call"


def test_the_digest_is_that_of_the_data() -> None:
    again = load_question_set(load_pack("uk"), "activity")
    assert again.digest == QS.digest
    assert len(QS.digest) == 64
    assert QS.canonical() == QS.canonical()
    assert b'"version":"' in QS.canonical()
