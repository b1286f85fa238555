"""A report that is or may be a repeat is closed by a supervisor, with the reason, and nothing in the clear says that it is one."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from uuid import UUID

import pytest

from heedline.casework.journey import transitions
from heedline.casework.journey.closing import Closing
from heedline.casework.journey.transitions import Assessment
from heedline.casework.pages.queues import bulk_preview
from heedline.casework.retention import keeping
from heedline.casework.search import link_decisions
from heedline.casework.search.link_decisions import LinkVerdict
from heedline.packs import load_pack
from heedline.permits.gate import Refused
from heedline.reports.lifecycle import NotNow
from heedline.reports.models import Receipt, Report, SearchWaiting, Step
from tests.casework.journey.test_bulk_close import adverts, swept
from tests.support import keeping_scene, stories
from tests.support.scene_people import People, logged, row
from tests.support.search_scene import MINUTE, indexed

pytestmark = pytest.mark.django_db
NO_CONCERN = Closing("no-ct-concern", "Checked with the earlier report", "finished")


def assessment(before: str) -> Assessment:
    asked = next(one for one in load_pack("uk").assessment("person").choices if one.code == "before")
    return Assessment(False, "He has changed", "low", "Nothing now", {asked.label: asked.choices[before]})


def about_a_person(people: People, kind: str = "person") -> tuple[UUID, str, str]:
    """A report about a person, taken by an officer who leads nobody; their name and a supervisor's of that desk."""
    keeping_scene.with_leads(people)
    new = stories.new_report(kind, **stories.NEEDED.get(kind, {}))
    stories.send(new, at=people.at)
    at = row(new.report_id).desk.code
    officer, lead = {"north-east": ("Odile", "Olga"), "national": ("Nils", "Nadia")}[at]
    people.take(new.report_id, officer)
    return new.report_id, officer, lead


@pytest.mark.parametrize("before", ["yes", "possible"])
def test_only_a_supervisor_closes_a_repeat(people: People, before: str) -> None:
    ref, officer, lead = about_a_person(people)
    with people.sitting(officer) as here:
        with pytest.raises(NotNow, match="Only a supervisor"):
            transitions.assess_and_close(
                ref, assessment(before), NO_CONCERN, version=row(ref).version, by=here, at=people.at
            )
        transitions.assess(ref, assessment(before), version=row(ref).version, by=here, at=people.at)
        with pytest.raises(Refused, match="Only a supervisor"):
            transitions.close(ref, NO_CONCERN, version=row(ref).version, by=here, at=people.at)
    assert row(ref).stage == "assessed"
    assert logged("report-closed", thing=ref, refused=True)
    with people.sitting(lead) as here:
        transitions.assign(ref, people.house.officers[lead].id, because="I close it", by=here, at=people.at)
        with pytest.raises(NotNow, match="Seen before" if before == "yes" else "cannot be searched"):
            transitions.close(ref, NO_CONCERN, version=row(ref).version, by=here, at=people.at)
    earlier, _ = people.send(narrative="He was here last year too.")
    indexed(people, lead)
    with people.sitting(lead) as here:
        if before == "yes":
            with pytest.raises(NotNow, match="Seen before"):
                transitions.close(ref, NO_CONCERN, version=row(ref).version, by=here, at=people.at)
            link_decisions.decide(ref, earlier, LinkVerdict.SAME, "Same man", by=here, at=people.at)
        transitions.close(ref, NO_CONCERN, version=row(ref).version, by=here, at=people.at)
    assert row(ref).stage == "closed"
    codes = str(list(Step.objects.filter(report=ref).values_list("codes", flat=True)))
    clear = str(Report.objects.filter(pk=ref).values().get()) + codes
    assert "before" not in clear
    assert "linked" not in clear


@pytest.mark.parametrize(
    ("kind", "on", "in_index"),
    [
        ("activity", "later", True),
        ("activity", "earlier", True),
        ("activity", "earlier", False),
        ("online", "later", True),
        ("advice", "later", True),
    ],
)
def test_only_a_supervisor_closes_a_linked_report_of_any_kind(
    people: People, kind: str, on: str, in_index: bool
) -> None:
    """A detailed call was once closed because a thin one had been."""
    ref, officer, lead = about_a_person(people, kind)
    earlier, _ = people.send(narrative="He was here last year too.")
    indexed(people, officer)
    one, other = (ref, earlier) if on == "later" else (earlier, ref)
    with people.sitting(officer) as here:
        link_decisions.decide(one, other, LinkVerdict.SAME, "Same man", by=here, at=people.at)
    if in_index:
        indexed(people, officer, at=people.at + 150 * MINUTE)
    outcome = next(iter(load_pack("uk").outcomes_for(kind)))
    closing = replace(NO_CONCERN, outcome=outcome)
    with people.sitting(officer) as here:
        at_once = partial(transitions.assess_and_close, ref, stories.VAGUE)
        with pytest.raises(Refused, match="linked to another one"):
            at_once(closing, version=row(ref).version, by=here, at=people.at)
        transitions.assess(ref, stories.VAGUE, version=row(ref).version, by=here, at=people.at)
        with pytest.raises(Refused, match="linked to another one"):
            transitions.close(ref, closing, version=row(ref).version, by=here, at=people.at)
    with people.sitting(lead) as here:
        transitions.assign(ref, here.officer_id, because="I close it", by=here, at=people.at)
        transitions.close(ref, closing, version=row(ref).version, by=here, at=people.at)
    assert row(ref).stage == "closed"


@pytest.mark.parametrize("why", ["unsettled", "active"])
def test_a_link_counts_although_the_report_with_it_does_not_wait_for_its_index(
    people: People, why: str
) -> None:
    """A report that has just arrived, or whose reporter has just been active, is indexed after its quarter hour."""
    ref, officer, _ = about_a_person(people, "activity")
    other, _ = people.send(narrative="He was here last year too.")
    indexed(people, officer)
    if why == "unsettled":
        other, _ = people.send(narrative="He was here in spring too.")
    else:
        Receipt.objects.filter(report=other).update(touched=people.at)
    with people.sitting(officer) as here:
        link_decisions.decide(other, ref, LinkVerdict.SAME, "Same man", by=here, at=people.at)
        assert not SearchWaiting.objects.filter(report=other).exists()
        with pytest.raises(Refused, match="linked to another one"):
            transitions.assess_and_close(
                ref, stories.VAGUE, stories.NOTHING, version=row(ref).version, by=here, at=people.at
            )


@pytest.mark.parametrize("verdict", [LinkVerdict.UNDONE, LinkVerdict.NOT_SAME, LinkVerdict.NOT_SURE])
def test_an_officer_closes_a_report_whose_link_is_no_longer_in_force(
    people: People, verdict: LinkVerdict
) -> None:
    ref, officer, _ = about_a_person(people, "activity")
    earlier, _ = people.send(narrative="He was here last year too.")
    with people.sitting(officer) as here:
        for number, said in enumerate((LinkVerdict.SAME, verdict)):
            link_decisions.decide(
                ref, earlier, said, "The aunt says so.", by=here, at=people.at + number * MINUTE
            )
        transitions.assess_and_close(
            ref, stories.VAGUE, stories.NOTHING, version=row(ref).version, by=here, at=people.at
        )
    assert row(ref).stage == "closed"


@pytest.mark.parametrize("answer", ["yes", "possible", "no", ""])
def test_an_activity_report_can_be_assessed_as_a_repeat(people: People, answer: str) -> None:
    """Most are assessed from a preset: the question may be left open, and no search is made then."""
    ref, officer, _ = about_a_person(people, "activity")
    asked = next(one for one in load_pack("uk").assessment("activity").choices if one.code == "before")
    said = replace(stories.VAGUE, coded={asked.label: asked.choices[answer]} if answer else {})
    with people.sitting(officer) as here:
        transitions.assess(ref, said, version=row(ref).version, by=here, at=people.at)
    shown = str([one.words for one in people.read(ref, officer).history.timeline])
    assert ("Search for earlier reports" in shown) == bool(answer)
    with people.sitting(officer) as here:
        if answer in ("yes", "possible"):
            with pytest.raises(Refused, match="Only a supervisor"):
                transitions.close(ref, stories.NOTHING, version=row(ref).version, by=here, at=people.at)
        else:
            transitions.close(ref, stories.NOTHING, version=row(ref).version, by=here, at=people.at)


def test_a_sweep_leaves_out_a_linked_report_and_nothing_in_the_clear_says_that_it_is_linked(
    people: People,
) -> None:
    refs = adverts(people, 4)
    with people.sitting("Odile") as here:
        link_decisions.decide(refs[0], refs[1], LinkVerdict.SAME, "One sender", by=here, at=people.at)
        looked = bulk_preview.look("north-east", refs, by=here, at=people.at)
    worked_on = "It has an owner, has been worked on, or shares details with another report."
    assert {one.ref: one.left_out for one in looked if one.left_out} == dict.fromkeys(refs[:2], worked_on)
    sweep = swept(people, refs)
    assert sweep.left_out == {str(ref): "held" for ref in refs[:2]}
    assert [row(ref).stage for ref in refs] == ["waiting", "waiting", "closed", "closed"]


def test_an_assessment_carries_the_search_that_was_made_for_it(people: People) -> None:
    ref, officer, _ = about_a_person(people)
    earlier, _ = people.send(narrative="He was here last year too.")
    indexed(people, officer)
    with people.sitting(officer) as here:
        transitions.assess(ref, assessment("possible"), version=row(ref).version, by=here, at=people.at)
        link_decisions.decide(ref, earlier, LinkVerdict.SAME, "Same man", by=here, at=people.at)
        transitions.assess(ref, assessment("yes"), version=row(ref).version, by=here, at=people.at)
    shown = str([one.words for one in people.read(ref, officer).history.timeline])
    assert "0 of 2 reports searched have something in common with it. None is linked." in shown
    assert "1 of 2 reports searched has something in common with it. Linked: " in shown
    assert [one.detail["earlier"] for one in logged("report-assessed", thing=ref)] == [0, 1]


def test_what_was_not_told_before_is_closed_by_an_officer(people: People) -> None:
    ref, officer, _ = about_a_person(people)
    with people.sitting(officer) as here:
        transitions.assess(ref, assessment("no"), version=row(ref).version, by=here, at=people.at)
        transitions.close(ref, NO_CONCERN, version=row(ref).version, by=here, at=people.at)
    assert row(ref).stage == "closed"


@pytest.mark.parametrize("way", ["close", "assess and close", "released"])
def test_an_officer_does_not_take_the_answer_back_to_close_it(people: People, way: str) -> None:
    """They assess it anew as "no", and close it: in two steps, in one, or after giving it back and taking it again."""
    ref, officer, lead = about_a_person(people)
    closing = replace(NO_CONCERN, reason="No earlier report after all")
    with people.sitting(officer) as here:
        transitions.assess(ref, assessment("yes"), version=row(ref).version, by=here, at=people.at)
        if way == "released":
            transitions.release(ref, by=here, at=people.at)
            transitions.take(ref, by=here, at=people.at)
        if way != "assess and close":
            transitions.assess(ref, assessment("no"), version=row(ref).version, by=here, at=people.at)
        at_once = partial(transitions.assess_and_close, ref, assessment("no"))
        do = at_once if way == "assess and close" else partial(transitions.close, ref)
        with pytest.raises(Refused, match="Only a supervisor"):
            do(closing, version=row(ref).version, by=here, at=people.at)
    assert row(ref).stage == "assessed"
    with people.sitting(lead) as here:
        transitions.assign(ref, people.house.officers[lead].id, because="I close it", by=here, at=people.at)
    earlier, _ = people.send(narrative="He was here last year too.")
    indexed(people, lead)
    with people.sitting(lead) as here:
        link_decisions.decide(ref, earlier, LinkVerdict.SAME, "Same man", by=here, at=people.at)
        transitions.close(ref, closing, version=row(ref).version, by=here, at=people.at)
    assert row(ref).stage == "closed"


def test_a_supervisor_takes_the_answer_back_with_a_reason_so_that_the_officer_closes_it(
    people: People,
) -> None:
    ref, officer, lead = about_a_person(people)
    with people.sitting(officer) as here:
        transitions.assess(ref, assessment("yes"), version=row(ref).version, by=here, at=people.at)
    with people.sitting(lead) as here:
        transitions.assign(ref, here.officer_id, because="I look at it", by=here, at=people.at)
        transitions.assess(ref, assessment("no"), version=row(ref).version, by=here, at=people.at)
        transitions.assign(
            ref, people.house.officers[officer].id, because="Yours again", by=here, at=people.at
        )
    with people.sitting(officer) as here:
        transitions.close(ref, NO_CONCERN, version=row(ref).version, by=here, at=people.at)
    assert row(ref).stage == "closed"


def test_an_officer_who_says_so_again_needs_the_supervisor_again(people: People) -> None:
    ref, officer, lead = about_a_person(people)
    with people.sitting(lead) as here:
        transitions.assign(ref, here.officer_id, because="I look at it", by=here, at=people.at)
        transitions.assess(ref, assessment("no"), version=row(ref).version, by=here, at=people.at)
        transitions.assign(ref, people.house.officers[officer].id, because="Yours", by=here, at=people.at)
    with people.sitting(officer) as here:
        for answer in ("possible", "no"):
            transitions.assess(ref, assessment(answer), version=row(ref).version, by=here, at=people.at)
        with pytest.raises(Refused, match="Only a supervisor"):
            transitions.close(ref, NO_CONCERN, version=row(ref).version, by=here, at=people.at)


def test_no_word_promises_a_search_that_does_not_exist() -> None:
    pack = load_pack("uk")
    words = [
        *(
            text
            for kind in pack.kinds
            for one in pack.assessment(kind).choices
            for text in one.choices.values()
        ),
        *(one.hint for kind in pack.kinds for one in pack.assessment(kind).choices),
        *(reason.words for reason in pack.reasons.values()),
        *(outcome.words for outcome in pack.outcomes.values()),
    ]
    assert not [text for text in words if "searched" in text or "added to the item" in text]


def test_a_link_to_a_report_that_may_no_longer_be_used_counts(people: People) -> None:
    ref, officer, lead = about_a_person(people)
    earlier, _ = people.send(narrative="He was here last year too.")
    indexed(people, officer)
    with people.sitting(officer) as here:
        transitions.assess(ref, assessment("yes"), version=row(ref).version, by=here, at=people.at)
        link_decisions.decide(ref, earlier, LinkVerdict.SAME, "Same man", by=here, at=people.at)
        keeping.hold(earlier, "restriction", "Accuracy disputed", by=here, at=people.at)
    with people.sitting(lead) as here:
        transitions.assign(ref, people.house.officers[lead].id, because="I close it", by=here, at=people.at)
        transitions.close(ref, NO_CONCERN, version=row(ref).version, by=here, at=people.at)
    assert row(ref).stage == "closed"


def test_a_restricted_report_is_not_used_to_find_others(people: People) -> None:
    ref, officer, _ = about_a_person(people)
    indexed(people, officer)
    with people.sitting(officer) as here:
        keeping.hold(ref, "restriction", "Accuracy disputed", by=here, at=people.at)
        transitions.assess(ref, assessment("possible"), version=row(ref).version, by=here, at=people.at)
    shown = str([one.words for one in people.read(ref, officer).history.timeline])
    assert "Earlier reports could not be searched" in shown
