"""What a closure has to say, and when it takes two officers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from heedline.casework.journey import closing_rules, transitions
from heedline.casework.journey.closing import Closing
from heedline.casework.journey.closing_rules import ClosingProof
from heedline.casework.journey.transitions import Assessment
from heedline.packs import load_pack
from heedline.reports.lifecycle import NotNow
from tests.support import advice_scene, check_scene, danger_scene, stories
from tests.support.scene_people import DANGER, People, row

pytestmark = pytest.mark.django_db
PACK = load_pack("uk")
MARKED = "They said they would set light to the mosque when it is full."
EXPLAINED = Closing("no-concern-explained", "A film crew, with a permit from the council.", "finished")
PROOF = ClosingProof(explained="A film crew, whose permit covers the day")
PASSED = Closing("other-body", "A matter for the local force.", "finished")
#: The six sentences that were once tickable in bulk, or closed with a preset.
SENTENCES = (
    "They will set light to the mosque when it is full.",
    "Gas them all.",
    "He wants to drive into the children.",
    "On Saturday he will take a knife to the shopping centre.",
    "He has a gun, he is going to the town hall now.",
    "He says it happens on 21 May.",
)


def close(people: People, ref: UUID, closing: Closing = stories.NOTHING, name: str = "Odile") -> None:
    with people.sitting(name) as here:
        transitions.close(ref, closing, version=row(ref).version, by=here, at=people.at)


def person(**said: str) -> Assessment:
    """An assessment of the report about a person, with the codes of its answers."""
    answers = {"susceptible": "yes", "concern": "other", "before": "no", "under18": "yes", **said}
    asked = {one.code: one for one in PACK.assessment("person").choices}
    coded = {asked[code].label: asked[code].choices[value] for code, value in answers.items() if value}
    return Assessment(False, "He has changed", "low", "Nothing now", coded)


@pytest.mark.parametrize("sentence", SENTENCES)
def test_each_sentence_is_marked(sentence: str) -> None:
    (one,) = closing_rules.marked_in([f"I saw him there. {sentence} I do not know more."])
    assert one.sentence == sentence


@pytest.mark.parametrize(
    "text",
    [
        "He was born on 4 September 2010.",
        "You may ask him.",
        "He works at the power plant, in a stable job, and explores caves.",
        stories.NARRATIVE,
    ],
)
def test_a_date_of_birth_and_an_everyday_word_are_not_marked(text: str) -> None:
    assert closing_rules.marked_in([text]) == ()


def test_a_marked_report_is_not_closed_with_one_press(people: People) -> None:
    reason = PACK.reasons["no-identifiers"]
    quick = Closing(reason.outcome, reason.words, "finished")
    ref, _ = people.taken(narrative=MARKED)
    with people.sitting("Odile") as here:
        at_once = {"version": row(ref).version, "by": here, "at": people.at}
        with pytest.raises(NotNow, match="set light to the mosque"):
            transitions.assess_and_close(ref, stories.VAGUE, quick, **at_once)
        transitions.assess(ref, stories.VAGUE, **at_once)
    for reason_given in (reason.words, "x"):
        with pytest.raises(NotNow, match="Say in a sentence"):
            close(people, ref, replace(stories.NOTHING, reason=reason_given))
    close(people, ref, replace(stories.NOTHING, reason="A line from a play, in the theatre's programme."))
    assert row(ref).stage == "closing"  # until it has been compared


@pytest.mark.parametrize(
    ("proof", "about"),
    [
        ({}, "body"),
        ({"body": "Northumbria Police"}, "when"),
        ({"body": "Northumbria Police", "when": "soon", "means": "telephone"}, "when"),
        ({"body": "Northumbria Police", "when": "2 December, 10:40"}, "means"),
        ({"body": "Northumbria Police", "when": "2 December, 10:40", "means": "telephone"}, "accepted_by"),
        ({"body": "Northumbria Police", "when": "2 December, 10:40", "means": "receipt"}, "means"),
        ({"body": "Northumbria Police", "when": "2 December, 10:40", "means": "hand-over"}, "means"),
    ],
)
def test_what_somebody_else_has_needs_proof(people: People, proof: dict[str, Any], about: str) -> None:
    ref, _ = people.assessed()
    with pytest.raises(NotNow) as no:
        close(people, ref, replace(PASSED, proof=ClosingProof(**proof)))
    assert no.value.about == about
    by_phone = {"body": "Northumbria Police", "when": "2 December, 10:40", "means": "telephone"}
    close(people, ref, replace(PASSED, proof=ClosingProof(**by_phone, accepted_by="Sergeant Brandt")))
    shown = str([one.words for one in people.read(ref).history.timeline])
    for words in ("Northumbria Police", "By telephone", "Sergeant Brandt"):
        assert words in shown


def test_what_was_explained_says_what_was_checked(people: People) -> None:
    ref, _ = people.assessed()
    with pytest.raises(NotNow, match="what explains"):
        close(people, ref, EXPLAINED)
    with pytest.raises(NotNow, match="at least one check"):
        close(people, ref, replace(EXPLAINED, proof=PROOF))
    check_scene.checked(people, ref)
    close(people, ref, replace(EXPLAINED, proof=PROOF))
    assert row(ref).stage == "closed"


def test_on_high_a_second_officer_closes_what_was_explained(people: People) -> None:
    ref, _ = people.taken()
    with people.sitting("Odile") as here:
        high = replace(stories.VAGUE, priority="high")
        transitions.assess(ref, high, version=row(ref).version, by=here, at=people.at)
    check_scene.checked(people, ref)
    with pytest.raises(NotNow, match="You recorded these checks yourself"):
        close(people, ref, replace(EXPLAINED, proof=PROOF))
    people.passed_on(ref, "Odile", "Olga")
    close(people, ref, replace(EXPLAINED, proof=PROOF), "Olga")
    assert row(ref).stage == "closing"  # until it has been compared


def assess(people: People, ref: UUID, priority: str, name: str = "Odile") -> None:
    with people.sitting(name) as here:
        lower = replace(stories.VAGUE, priority=priority)
        transitions.assess(ref, lower, version=row(ref).version, by=here, at=people.at)


def test_who_lowers_a_high_priority_does_not_close_alone_what_was_explained(people: People) -> None:
    ref, _ = people.taken()
    assess(people, ref, "high")
    assess(people, ref, "low")
    check_scene.checked(people, ref)
    with pytest.raises(NotNow, match="You recorded these checks yourself"):
        close(people, ref, replace(EXPLAINED, proof=PROOF))
    people.passed_on(ref, "Odile", "Olga")
    close(people, ref, replace(EXPLAINED, proof=PROOF), "Olga")


def test_who_lowers_what_a_colleague_had_assessed_does_not_close_it(people: People) -> None:
    """The colleague who had said the opposite counted as the second officer."""
    ref, _ = people.taken("Olga", now={"danger": "planned"})
    assess(people, ref, "high", "Olga")
    check_scene.checked(people, ref, "Olga")
    people.passed_on(ref, "Olga", "Odile")
    assess(people, ref, "low")
    with people.sitting("Odile") as here:
        said = {"version": row(ref).version, "by": here, "at": people.at}
        with pytest.raises(NotNow, match="Two officers must close"):
            transitions.assess_and_close(ref, stories.VAGUE, stories.NOTHING, **said)
        with pytest.raises(NotNow, match="Two officers must close"):
            transitions.close(ref, stories.NOTHING, **said)


@pytest.mark.parametrize("sent", [True, False])
@pytest.mark.parametrize("priority", ["low", "high"])
def test_a_danger_that_was_lowered_takes_a_second_officer_like_one_that_was_not(
    people: People, sent: bool, priority: str
) -> None:
    """Whether a reporter or an officer said that there was one."""
    danger_scene.with_leads(people)
    ref = people.taken(**DANGER)[0] if sent else danger_scene.opened(people)
    danger_scene.end(people, ref)
    assess(people, ref, priority)
    ended = replace(EXPLAINED, proof=PROOF) if priority == "high" else stories.NOTHING
    with pytest.raises(NotNow, match="On the page Checks"):  # the quick endings need a check, too
        close(people, ref, ended)
    check_scene.checked(people, ref)
    lowered = replace(stories.VAGUE, priority=priority)
    with people.sitting("Odile") as here:
        at_once = {"version": row(ref).version, "by": here, "at": people.at}
        with pytest.raises(NotNow, match=r"Two officers|You recorded these checks"):
            transitions.assess_and_close(ref, lowered, ended, **at_once)
    with pytest.raises(NotNow, match=r"Two officers|You recorded these checks"):
        close(people, ref, ended)
    people.passed_on(ref, "Odile", "Olga")
    close(people, ref, ended, "Olga")
    assert row(ref).stage in {"closing", "closed"}


@pytest.mark.parametrize(
    "told",
    [
        {"narrative": "The boy has changed since the summer."},
        {"person": [{"looks": "Tall", "child": "yes"}]},
        {"you": {"who": "anonymous", "under18": "yes"}},
    ],
)
def test_a_childs_report_is_never_closed_by_one_person(people: People, told: dict[str, Any]) -> None:
    ref, _ = people.taken(**told)
    with people.sitting("Odile") as here:
        at_once = {"version": row(ref).version, "by": here, "at": people.at}
        with pytest.raises(NotNow, match="concerns a child"):
            transitions.assess_and_close(ref, stories.VAGUE, stories.NOTHING, **at_once)
        transitions.assess(ref, stories.VAGUE, **at_once)
    with pytest.raises(NotNow, match="concerns a child"):
        close(people, ref)
    people.passed_on(ref, "Odile", "Olga")
    close(people, ref, name="Olga")
    assert row(ref).stage == "closing"  # until it has been compared


def test_an_answer_no_goes_before_the_words(people: People) -> None:
    ref, _ = people.taken(narrative="Their boy has changed.", person=[{"looks": "Tall", "child": "no"}])
    with people.sitting("Odile") as here:
        transitions.assess_and_close(
            ref, stories.VAGUE, stories.NOTHING, version=row(ref).version, by=here, at=people.at
        )
    assert row(ref).stage == "closing"  # until it has been compared


@pytest.mark.parametrize("later", ["yes", "not_known"])
def test_susceptible_and_under_18_is_not_closed_while_nobody_was_told(people: People, later: str) -> None:
    new = stories.new_report("person", narrative="He has changed.", them={"postcode": stories.NORTH_EAST})
    stories.send(new, at=people.at)
    ref = new.report_id
    desk = row(ref).desk.code
    first, second = {"north-east": ("Odile", "Olga"), "national": ("Nils", "Nadia")}[desk]
    people.take(ref, first)
    with people.sitting(first) as here:
        for answer in ("yes", later):
            transitions.assess(
                ref, person(susceptible=answer), version=row(ref).version, by=here, at=people.at
            )
    people.passed_on(ref, first, second)
    ended = Closing("no-ct-concern", "Lawful belief, and his school sees him daily.", "finished")
    with pytest.raises(NotNow, match="nobody has been told"):
        close(people, ref, ended, second)
    people.passed_on(ref, second, first)
    with people.sitting(first) as here:
        told = person(susceptible=later, told="reporter")
        transitions.assess(ref, told, version=row(ref).version, by=here, at=people.at)
    people.passed_on(ref, first, second)
    with pytest.raises(NotNow, match="only the reporter has been told"):
        close(people, ref, ended, second)
    people.passed_on(ref, second, first)
    with people.sitting(first) as here:
        told = person(susceptible=later, told="children")
        transitions.assess(ref, told, version=row(ref).version, by=here, at=people.at)
    people.passed_on(ref, first, second)
    with pytest.raises(NotNow, match="which body"):
        close(people, ref, ended, second)
    by_phone = {"body": "Children's services", "when": "2 December, 10:40", "means": "telephone"}
    ended = replace(ended, proof=ClosingProof(**by_phone, accepted_by="The duty social worker"))
    with pytest.raises(NotNow, match="no terrorism concern"):
        close(people, ref, replace(ended, reason=PACK.reasons["lawful-belief"].words), second)
    close(people, ref, ended, second)
    assert row(ref).stage == "closing"  # until it has been compared


# --- a request to an ordinary service --------------------------------------------------------------------------------


def test_a_request_for_advice_ends_with_what_was_given_not_with_a_step_on_the_way() -> None:
    offered = PACK.outcomes_for("advice")
    assert not {"acknowledged", "visit-booked", "training-booked", "plan-reviewed"} & set(offered)
    assert [one.words for one in offered.values() if one.useful] == [
        "Visit held, and advice given there",
        "Training session held",
        "Plan read, and our comments given",
        "Advice given by phone or in writing",
        "Signposted to the advice online",
    ]


@pytest.mark.parametrize("reason", ["x", "Done.", "Advertising or automatic"])
def test_it_does_not_end_with_a_word(people: People, reason: str) -> None:
    advice_scene.adviser_desk(people)
    ref, _ = advice_scene.assessed(people)
    closing = replace(advice_scene.GIVEN, reason=reason)
    with pytest.raises(NotNow, match="what was done for the organisation"):
        advice_scene.close(people, ref, closing=closing)
    advice_scene.close(people, ref)
    assert row(ref).stage == "closed"
