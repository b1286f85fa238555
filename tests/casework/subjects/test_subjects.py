"""Subjects: linked to reports, found from each of them, corrected and undone, and shown to nobody else."""

from __future__ import annotations

from uuid import uuid4

import pytest

from heedline.casework.contact import messages
from heedline.casework.errors import Locked, NoRoom, NotHere
from heedline.casework.journey import transitions
from heedline.casework.journey.closing import Closing
from heedline.casework.language import languages
from heedline.casework.oversight import conflict_register
from heedline.casework.search import link_decisions
from heedline.casework.search.link_decisions import LinkVerdict
from heedline.casework.search.subject_entries import SubjectBasis, SubjectKind, SubjectMove
from heedline.casework.subjects import changing, offering, reading
from heedline.casework.subjects.changing import NewSubjectLink
from heedline.index.extraction.values import Extract, Kind, Value
from heedline.permits.gate import Refused
from heedline.reports.lifecycle import NotNow
from tests.support.acting import acting
from tests.support.keeping_scene import with_leads
from tests.support.scene_people import MINUTE, SOUTH_WEST, People, logged, row
from tests.support.search_scene import found, indexed
from tests.support.stories import a_report
from tests.support.subject_scene import BOY, linked, offered, shown

pytestmark = pytest.mark.django_db


def test_two_reports_about_one_boy_are_one_subject_and_a_link_is_undone(people: People) -> None:
    one, other = (people.send(narrative=text)[0] for text in BOY)
    indexed(people)
    first = linked(people, one)
    indexed(people)
    [candidate] = offered(people, other).subjects
    assert candidate.name == "Caoimhin Tierney"
    assert candidate.found is not None
    assert str(candidate.found.strength) == "strong", "name and date of birth agree"
    second = linked(people, other, to=candidate.link, basis=SubjectBasis.ASSESSMENT, after=1)
    assert second != first, "no address tells that the two are one subject"
    for ref, link in ((one, first), (other, second)):
        page = shown(people, ref, link)
        assert {line.ref for line in page.linked} == {one, other}, "at once, before the index has it"
        assert page.here.ref == ref
    held = {
        (each.value.kind, each.value.written, each.value.source, each.value.basis)
        for each in page.here.values
    }
    assert ("name", "Kevin Teirney", "Report", SubjectBasis.ASSESSMENT) in held
    assert not any(written.startswith("Caoimhin") for _, written, _, _ in held), (
        "only what its own report holds"
    )
    with people.sitting("Odile") as odile:
        changing.undo(other, second, "Two cousins.", not_same=True, by=odile, at=people.at + 2 * MINUTE)
    indexed(people)
    page = shown(people, one, first)
    assert [line.ref for line in page.linked] == [one]
    assert [(line.ref, line.verdict) for line in page.unlinked] == [(other, SubjectMove.NOT_SAME)]
    assert [(line.ref, line.move, line.why) for line in page.history] == [
        (other, SubjectMove.NOT_SAME, "Two cousins."),
        (other, SubjectMove.LINKED, "The aunt names him."),
        (one, SubjectMove.LINKED, "The aunt names him."),
    ]
    [candidate] = offered(people, other).subjects
    assert candidate.refused is not None, "what was decided is remembered"
    assert candidate.refused.why == "Two cousins."
    with people.sitting("Odile") as odile:
        changing.relink(other, second, "One boy after all.", by=odile, at=people.at + 3 * MINUTE)
    assert len(shown(people, one, first).linked) == 2
    assert not offered(people, other).subjects


def test_a_value_is_corrected_and_the_earlier_one_stays_readable(people: People) -> None:
    ref, _ = people.send(narrative=BOY[0])
    link = linked(people, ref)
    [name] = [one for one in shown(people, ref, link).here.values if one.value.kind == "name"]
    with people.sitting("Odile") as odile:
        changing.correct(
            ref, link, name.value.id, "Kevin Tierney", SubjectBasis.ASSESSMENT, "His school says so.",
            by=odile, at=people.at,
        )  # fmt: skip
        changing.add_value(
            ref, link, "phone", "01632 960455", SubjectBasis.FACT, "He rang us.", by=odile, at=people.at
        )
    page = shown(people, ref, link)
    assert page.name == "Kevin Tierney"
    [now] = [one for one in page.here.values if one.value.kind == "name"]
    assert (now.value.source, now.corrected, now.value.basis) == ("", True, SubjectBasis.ASSESSMENT)
    was = next(one.corrected for one in page.history if one.move is SubjectMove.CORRECTED)
    assert was is not None
    assert was.written == "Caoimhin Tierney"
    [phone] = [one for one in page.here.values if one.value.kind == "phone"]
    assert phone.value.source == "", "its source is the officer"
    with people.sitting("Odile") as odile:
        changing.correct(
            ref, link, phone.value.id, "", SubjectBasis.FACT, "Another man's.", by=odile, at=people.at
        )
        with pytest.raises(NotHere):
            changing.correct(
                ref, link, phone.value.id, "", SubjectBasis.FACT, "A slip of the pen.", by=odile, at=people.at
            )
    assert not [one for one in shown(people, ref, link).here.values if one.value.kind == "phone"]


def test_a_search_finds_a_subject_however_the_name_is_spelt(people: People) -> None:
    ref, _ = people.send(narrative="A boy at the boxing club showed films of killings to the children.")
    other, _ = people.send(narrative=BOY[0])
    with people.sitting("Odile") as odile:
        new = NewSubjectLink(None, SubjectKind.PERSON, {}, "Seen there.", "A boy of fifteen with a red cap")
        link = changing.link(ref, new, by=odile, at=people.at)
        changing.add_value(
            ref, link, "name", "Shivaun Murphy", SubjectBasis.ASSESSMENT, "The coach says so.",
            by=odile, at=people.at,
        )  # fmt: skip
    indexed(people)
    assert found(people, "Siobhan Murphy") == [ref]
    assert found(people, '"red cap"') == [ref]
    with people.sitting("Odile") as odile:
        changing.undo(ref, link, "Wrong child.", not_same=False, by=odile, at=people.at)
    indexed(people)
    assert found(people, "Siobhan Murphy") == []
    assert other not in found(people, '"red cap"')


@pytest.mark.parametrize("name", ["Otto", "Stella", "Ada"])
def test_of_another_desk_it_is_like_one_that_never_was(people: People, name: str) -> None:
    ref, _ = people.send(narrative=BOY[0])
    link = linked(people, ref)
    with people.sitting(name, unlocked=name == "Otto") as stranger:
        for there in ((ref, link), (ref, uuid4()), (uuid4(), uuid4())):
            with pytest.raises((NotHere, Refused)):
                reading.view(*there, by=stranger, at=people.at)
            with pytest.raises((NotHere, Refused)):
                changing.undo(*there, "Mine.", not_same=False, by=stranger, at=people.at)
    assert {one.thing_id for one in logged("subject-viewed", refused=True)} <= {None}


def test_a_report_of_another_desk_is_not_even_counted(people: People) -> None:
    """Nor can its link be used to learn of it."""
    one, _ = people.send(narrative=BOY[0])
    far, _ = people.send(narrative=BOY[1], **SOUTH_WEST)
    first = linked(people, one)
    theirs = linked(people, far, "Otto")
    with pytest.raises(NotHere):
        linked(people, one, to=theirs)
    with pytest.raises(NotHere):
        linked(people, far, "Otto", to=first)
    assert [line.ref for line in shown(people, one, first).reports] == [one]


@pytest.mark.parametrize("who", ["narrative", "outcome"])
def test_nobody_becomes_a_subject_for_who_they_are(people: People, who: str) -> None:
    if who == "narrative":
        ref, _ = people.send(narrative="Mr Omar Hassan is a muslim. He has a beard and a robe.")
    else:
        ref, _ = people.assessed(narrative=ADULT)
        with people.sitting("Odile") as odile:
            closing = Closing(outcome="no-behaviour", reason="Only who he is.", tell_reporter="finished")
            transitions.close(ref, closing, version=row(ref).version, by=odile, at=people.at)
    offer = offered(people, ref)
    assert offer.why_not in (offering.ONLY_WHO, offering.NO_BEHAVIOUR)
    assert not offer.values
    with pytest.raises(NotNow, match="Only behaviour"):
        linked(people, ref, described="A man with a beard")


def test_nobody_becomes_a_subject_for_who_they_are_online(people: People) -> None:
    told = "The account @omar.hassan is a muslim. He has a beard."
    where = {"where": {"account": "@omar.hassan"}}
    ref, _ = a_report(at=people.at, kind="online", narrative=told, **where)
    assert offered(people, ref, "Nadia").why_not == offering.ONLY_WHO
    with pytest.raises(NotNow, match="Only behaviour"):
        linked(people, ref, "Nadia", kind=SubjectKind.ACCOUNT)


#: Nothing in it is about a child, whose report takes two officers to close.
ADULT = "A man called Kevin filmed the doors of the library at night."
WHO_AND_WHERE = "Omar Hassan, 12 Park Drive, NE6 1AA, phone 01632 960123"
DONE = "He told the pupils that he will burn the hall down."


@pytest.mark.parametrize("account", [WHO_AND_WHERE, "He is Omar Hassan. His number is 01632 960123."])
def test_a_bare_name_and_address_needs_what_they_did(people: People, account: str) -> None:
    """The officer's statement is sealed with the link and stands on the subject's page."""
    ref, _ = people.send(narrative=account)
    offer = offered(people, ref)
    assert offer.needs_behaviour
    assert "Omar Hassan" in {one.written for one in offer.values}
    for said in ("", " ", "....", "He is a muslim with a beard."):
        with pytest.raises(offering.BehaviourNotStated):
            linked(people, ref, behaviour=said)
    link = linked(people, ref, behaviour=DONE)
    page = shown(people, ref, link)
    assert page.here.behaviour == DONE
    assert [one.behaviour for one in page.history] == [DONE]
    with people.sitting("Odile") as odile:
        changing.undo(ref, link, "Not him.", not_same=False, by=odile, at=people.at)
        changing.relink(ref, link, "Him after all.", by=odile, at=people.at)
    assert shown(people, ref, link).here.behaviour == DONE, "said once, and kept"


def test_a_report_that_was_never_linked_needs_what_they_did_too(people: People) -> None:
    one, _ = people.send(narrative=BOY[0])
    other, _ = people.send(narrative=WHO_AND_WHERE)
    first = linked(people, one)
    with people.sitting("Odile") as odile:
        changing.decide_against(other, first, "Another boy.", by=odile, at=people.at)
    [against] = [each for each in shown(people, one, first).reports if each.ref == other]
    with people.sitting("Odile") as odile:
        with pytest.raises(offering.BehaviourNotStated):
            changing.relink(other, against.link, "Him.", by=odile, at=people.at)
        changing.relink(other, against.link, "Him.", behaviour=DONE, by=odile, at=people.at)
    assert shown(people, other, against.link).here.behaviour == DONE


def test_an_account_that_says_what_was_done_needs_no_statement(people: People) -> None:
    ref, code = people.taken(narrative=WHO_AND_WHERE)
    with people.sitting("Odile") as odile:
        question = "What did he say to you, and what was he carrying?"
        messages.ask(ref, question, version=row(ref).version, by=odile, at=people.at)
    assert offered(people, ref).needs_behaviour, "what an officer asks is no account"
    with acting("public"):
        messages.say(code, "He filmed the doors of the school.", message_id=uuid4(), at=people.at)
    assert not offered(people, ref).needs_behaviour
    assert not offered(people, people.send(narrative=BOY[0])[0]).needs_behaviour


def test_an_account_is_read_in_the_language_that_an_officer_recorded(people: People) -> None:
    ref, _ = people.send(narrative="Sąsiad kupił dużo nawozu.")
    assert offered(people, ref).needs_behaviour
    with people.sitting("Odile") as odile:
        languages.say(ref, "pl", by=odile, at=people.at)
    assert not offered(people, ref).needs_behaviour
    linked(people, ref, described="The neighbour")


def test_a_link_to_a_report_that_turns_out_to_describe_no_behaviour_says_so(people: People) -> None:
    ref, _ = people.assessed(narrative=ADULT)
    link = linked(people, ref, described="The man")
    assert not shown(people, ref, link).here.no_behaviour
    with people.sitting("Odile") as odile:
        closing = Closing(outcome="no-behaviour", reason="Only who he is.", tell_reporter="finished")
        transitions.close(ref, closing, version=row(ref).version, by=odile, at=people.at)
        with pytest.raises(NotNow, match="Only behaviour"):
            changing.add_value(
                ref,
                link,
                "name",
                "Kevin Tierney",
                SubjectBasis.FACT,
                "A slip of the pen.",
                by=odile,
                at=people.at,
            )
    assert shown(people, ref, link).here.no_behaviour


def test_a_report_decided_to_be_the_same_leads_to_the_subject(people: People) -> None:
    """Also where the two share nothing, and whichever of them the decision was made on."""
    one, _ = people.send(narrative=BOY[0])
    other, _ = people.send(narrative="A white van stood outside the hall, and two men photographed it.")
    third, _ = people.send(narrative="Two men asked in the shop when the hall is empty.")
    link = linked(people, one)
    assert not offered(people, other).subjects
    with people.sitting("Odile") as odile:
        link_decisions.decide(other, one, LinkVerdict.SAME, "His van.", by=odile, at=people.at)
        link_decisions.decide(one, third, LinkVerdict.SAME, "His friends.", by=odile, at=people.at)
    indexed(people)
    for ref in (other, third):
        [candidate] = offered(people, ref).subjects
        assert (candidate.link, candidate.found) == (link, None)


def test_what_reporters_say_of_themselves_is_never_offered(people: People) -> None:
    contact = {"name": "Rosalind Zeppelin", "phone": "01632 960771"}
    ref, _ = people.send(narrative=BOY[1], you={"who": "confidence"}, contact=contact)
    written = " ".join(one.written for one in offered(people, ref).values)
    assert "Zeppelin" not in written
    assert "960771" not in written
    assert "Teirney" in written


def test_an_officer_cannot_type_what_reporters_say_of_themselves(people: People) -> None:
    """Nor by mistake: a call-back number is no number of the neighbour."""
    where = {"them": {"postcode": "NE1 4ST"}, "reply": {"way": "call"}}
    theirs = {"name": "Rosalind Zeppelin", "phone": "01632 960771"}
    ref, _ = a_report(at=people.at, kind="person", narrative=BOY[1], callback=theirs, **where)
    with pytest.raises(NotNow, match="themselves"):
        linked(people, ref, "Nadia", described="Ms Rosalind Zeppelin")
    link = linked(people, ref, "Nadia")
    with people.sitting("Nadia") as nadia:
        for kind, written in (("phone", "+44 1632 960771"), ("name", "Rosalind Zeppelin")):
            with pytest.raises(NotNow, match="themselves"):
                changing.add_value(
                    ref, link, kind, written, SubjectBasis.FACT, "A slip of the pen.", by=nadia, at=people.at
                )
        value = reading.view(ref, link, by=nadia, at=people.at).here.values[0].value
        with pytest.raises(NotNow, match="themselves"):
            changing.correct(
                ref,
                link,
                value.id,
                "01632 960771",
                SubjectBasis.FACT,
                "A slip of the pen.",
                by=nadia,
                at=people.at,
            )
        changing.add_value(
            ref,
            link,
            "phone",
            "01632 960772",
            SubjectBasis.FACT,
            "A slip of the pen.",
            by=nadia,
            at=people.at,
        )


def test_it_needs_a_reason_a_value_and_room(people: People) -> None:
    ref, _ = people.send(narrative=BOY[0])
    with pytest.raises(NotNow, match="reason"):
        linked(people, ref, why=" ")
    with pytest.raises(NotNow, match="at least one value"):
        linked(people, ref, values={})
    with pytest.raises(NoRoom):
        linked(people, ref, why="x" * (changing.LONGEST_WHY + 1))
    many = " ".join(f"He shares https://films.example/{number}/{'q' * 120}." for number in range(25))
    full, _ = people.send(narrative=many)
    assert len(offered(people, full).values) >= 20
    with pytest.raises(NoRoom):
        linked(people, full)
    link = linked(people, ref)
    with pytest.raises(NotNow, match="already"):
        linked(people, ref, to=link)
    with people.sitting("Olga", unlocked=False) as locked, pytest.raises(Locked):
        reading.view(ref, link, by=locked, at=people.at)


def test_who_viewed_a_subject_is_on_its_page_from_every_report(people: People) -> None:
    one, other = (people.send(narrative=text)[0] for text in BOY)
    first = linked(people, one)
    second = linked(people, other, to=first)
    van = linked(people, one, kind=SubjectKind.VEHICLE, values={}, described="A white van")
    shown(people, one, van)
    shown(people, one, first, "Olga")
    page = shown(people, other, second)
    assert [line.by for line in page.views] == ["Odile O.", "Olga O."]
    entry = logged("subject-viewed", thing=other)[-1]
    assert entry.detail == {"link": str(second)}


def test_a_subject_says_how_often_it_was_viewed_if_it_lists_only_the_latest(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "MOST_VIEWS", 2)
    ref, _ = people.send(narrative=BOY[0])
    link = linked(people, ref)
    for name in ("Odile", "Odile", "Olga"):
        page = shown(people, ref, link, name)
    assert [line.by for line in page.views] == ["Olga O.", "Odile O."]
    assert page.viewed == 3


def test_a_subject_that_concerns_an_officer_is_seen_by_overseers(people: People) -> None:
    """Also if the name stands in another report of the subject than the one that they opened it by."""
    with_leads(people)
    with people.sitting("Ned", unlocked=False) as ned:
        conflict_register.register(
            people.house.officers["Odile"].id, ["Caoimhin Tierney"], by=ned, at=people.at
        )
    one, _ = people.send(narrative=BOY[0])
    other, _ = people.send(narrative="A boy at the boxing club showed films of killings to the children.")
    first = linked(people, one, "Olga")
    second = linked(people, other, "Olga", to=first, values={}, described="The boy with the films")
    people.tokens.pop("Odile", None)
    shown(people, other, second)
    assert [(each.detail["how"], each.thing_id) for each in logged("own-term-met")] == [
        ("subject-viewed", other)
    ]


def test_a_subject_named_beside_a_result_is_seen_by_overseers(people: People) -> None:
    """The passage of the result doesn't have the name, which is another value of the subject."""
    with_leads(people)
    with people.sitting("Ned", unlocked=False) as ned:
        conflict_register.register(
            people.house.officers["Odile"].id, ["Shivaun Murphy"], by=ned, at=people.at
        )
    ref, _ = people.send(narrative="A boy at the boxing club showed films of killings to the children.")
    with people.sitting("Olga") as olga:
        new = NewSubjectLink(None, SubjectKind.PERSON, {}, "Seen there.", "A boy of fifteen with a red cap")
        link = changing.link(ref, new, by=olga, at=people.at)
        changing.add_value(
            ref, link, "name", "Shivaun Murphy", SubjectBasis.ASSESSMENT, "The coach says so.",
            by=olga, at=people.at,
        )  # fmt: skip
    people.tokens.clear()
    indexed(people)
    assert found(people, '"red cap"') == [ref]
    assert [(each.detail["how"], each.thing_id) for each in logged("own-term-met")] == [
        ("search-results-read", ref)
    ]


def test_files_are_no_values_of_subjects_and_hide_none() -> None:
    files = tuple(Value(Kind.FILE, f"{n:064x}", f"{n}.jpg", "file") for n in range(40))
    name = Value(Kind.NAME, "kevin tierney", "Kevin Tierney", "said")
    values = offering.offered_values(Extract((*files, name), (), (), frozenset()))
    assert [one.written for one in values] == ["Kevin Tierney"]
    assert "file" not in changing.KINDS_OF_VALUE
