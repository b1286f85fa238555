"""What becomes of subjects when their reports go, are handed over, restricted or readdressed, and when somebody asks for their data."""

from __future__ import annotations

import pytest

from heedline.casework.errors import NotHere
from heedline.casework.journey import transitions
from heedline.casework.report.opening import short_name
from heedline.casework.retention import keeping, subject_requests
from heedline.casework.search.subject_entries import SubjectBasis
from heedline.casework.setup import readdressing
from heedline.casework.subjects import changing, reading
from heedline.reports.lifecycle import NotNow
from heedline.reports.models import SealedHeader
from tests.support.keeping_scene import proposed, with_leads
from tests.support.leaving_scene import a_third_officer, an_hour_later, ended, leaves, settled
from tests.support.scene_people import People, logged, row
from tests.support.search_scene import found, indexed, look_for
from tests.support.subject_scene import BOY, linked, offered, shown

pytestmark = pytest.mark.django_db


def test_a_disposed_report_takes_its_values_out_of_the_subject(people: People) -> None:
    """And with the last report nothing of the subject is left."""
    with_leads(people)
    one, first_end = proposed(people, narrative=BOY[0])
    other, second_end = proposed(people, narrative=BOY[1], by_two=True)  # a match: the supervisor closes it
    first = linked(people, one)
    second = linked(people, other, to=first)
    indexed(people)
    with people.sitting("Olga") as olga:
        assert keeping.decide(first_end, dispose=True, by=olga, at=people.at)
    page = shown(people, other, second)
    assert page.name == "Kevin Teirney"
    assert [line.ref for line in page.reports] == [other]
    assert not [entry for entry in page.history if entry.ref != other]
    assert found(people, '"Caoimhin Tierney"') == []
    with people.sitting("Olga") as olga:
        assert keeping.decide(second_end, dispose=True, by=olga, at=people.at)
    assert not SealedHeader.objects.filter(part="subject").exists()
    with people.sitting("Odile") as odile, pytest.raises(NotHere):
        reading.view(other, second, by=odile, at=people.at)


def test_a_report_handed_over_takes_along_its_own_values_alone(people: People) -> None:
    one, other = (people.taken(narrative=text)[0] for text in BOY)
    first = linked(people, one)
    second = linked(people, other, to=first)
    indexed(people)
    with people.sitting("Odile") as odile:
        transitions.hand_over(
            other, "south-west", "Their area", version=row(other).version, by=odile, at=people.at
        )
    indexed(people, "Otto")
    theirs = shown(people, other, second, "Otto")
    assert theirs.name == "Kevin Teirney"
    assert [line.ref for line in theirs.reports] == [other]
    indexed(people)
    ours = shown(people, one, first)
    assert [line.ref for line in ours.reports] == [one]
    assert ours.name == "Caoimhin Tierney"
    with people.sitting("Odile") as odile:
        transitions.hand_over(
            one, "south-west", "Their area", version=row(one).version, by=odile, at=people.at
        )
    indexed(people, "Otto")
    assert len(shown(people, other, second, "Otto").linked) == 2, "the two are one subject there too"


def test_a_restricted_report_is_linked_to_nothing_more(people: People) -> None:
    """Correcting and undoing stay possible, because they are what a restriction is for."""
    ref, _ = people.taken(narrative=BOY[0])
    link = linked(people, ref)
    with people.sitting("Odile") as odile:
        keeping.hold(ref, "restriction", "Accuracy disputed", by=odile, at=people.at)
    with pytest.raises(NotNow, match="restricted"):
        linked(people, ref)
    value = shown(people, ref, link).here.values[0].value
    with people.sitting("Odile") as odile:
        with pytest.raises(NotNow, match="restricted"):
            changing.add_value(
                ref, link, "name", "X Y", SubjectBasis.FACT, "Said so.", by=odile, at=people.at
            )
        changing.correct(ref, link, value.id, "", SubjectBasis.FACT, "Not his.", by=odile, at=people.at)
        changing.undo(ref, link, "Not him.", not_same=True, by=odile, at=people.at)
        with pytest.raises(NotNow, match="restricted"):
            changing.relink(ref, link, "Him.", by=odile, at=people.at)


def test_a_restricted_report_is_on_no_page_of_a_subject_but_its_own(people: People) -> None:
    """ADR 76. A data subject is still told of it."""
    one, other = (people.taken(narrative=text)[0] for text in BOY)
    first = linked(people, one)
    second = linked(people, other, to=first)
    with people.sitting("Odile") as odile:
        keeping.hold(one, "restriction", "Accuracy disputed", by=odile, at=people.at)
        assert [ref for ref, _ in reading.reports_sharing([other], by=odile)] == [one]
        with pytest.raises(NotHere):
            changing.link_of(first, by=odile)
    assert [line.ref for line in shown(people, other, second).reports] == [other]
    assert [line.ref for line in shown(people, one, first).reports] == [one], "and its own leads to no other"
    assert "restricted" in offered(people, one).why_not


def test_a_subject_is_readdressed_when_somebody_leaves(people: People) -> None:
    one, other = (people.send(narrative=text)[0] for text in BOY)
    first = linked(people, one)
    linked(people, other, to=first)
    a_third_officer(people)
    settled(people)
    leaves(people)
    people.tokens.clear()
    desk = people.house.desks["north-east"].id
    with people.sitting("Odile") as odile:
        assert readdressing.readdress(desk, by=odile, at=people.at).left == 0
    an_hour_later(desk)
    with people.sitting("Odile") as odile:
        for epoch in ended(people):
            readdressing.destroy(epoch, by=odile, at=people.at)
    page = shown(people, one, first)
    assert {line.ref for line in page.linked} == {one, other}
    assert "Caoimhin Tierney" in [one.written for one in offered(people, one).values]


def test_a_search_for_a_persons_data_leads_to_their_subjects(people: People) -> None:
    one, other = (people.send(narrative=text)[0] for text in BOY)
    third, _ = people.send(narrative="A white van stood outside the hall, and two men photographed it.")
    first = linked(people, one)
    linked(people, other, to=first)
    linked(people, third, to=first, values={}, described="The driver")
    indexed(people)
    [result] = [one for one in look_for(people, "Kevin Tierney").results if one.ref == other]
    assert [link.report for link in result.subjects] == [other]
    with people.sitting("Odile") as odile:
        request = subject_requests.open_one(
            "DPO-2026-041", "access", people.at.date(), desk=odile.desk_ids[0], by=odile, at=people.at
        )
        subject_requests.found(request, short_name(one), by=odile, at=people.at)
        subject_requests.found(request, short_name(other), by=odile, at=people.at)
        before = len(logged("subject-viewed"))
        sharing = reading.reports_sharing([one, other], by=odile)
    assert sharing == ((third, short_name(third)),), "no word of it names the requester"
    assert {entry.thing_id for entry in logged("subject-viewed")[before:]} == {one, other}
    with people.sitting("Otto") as stranger:
        assert reading.reports_sharing([one], by=stranger) == ()
