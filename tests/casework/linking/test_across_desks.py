"""Reports of two desks about one person: what each is told, what they ask each other, and what nobody else learns."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from heedline.casework.access.session import office_zone
from heedline.casework.contact import messages
from heedline.casework.duty import paging
from heedline.casework.errors import Locked, NotHere
from heedline.casework.journey import transitions
from heedline.casework.keys import directory
from heedline.casework.linking import clock, desk_notices, questions
from heedline.casework.search import indexing
from heedline.dispatch import clockwork
from heedline.dispatch.models import Alarm
from heedline.reports.lifecycle import NotNow
from heedline.reports.models import DeskNotice, DeskQuestion, Report, SealedValues, SearchIndex, SearchWaiting
from tests.support.acting import acting
from tests.support.linking_scene import BOY, compared, matched
from tests.support.scene_people import SOUTH_WEST, People, logged, row
from tests.support.search_scene import MINUTE, indexed

pytestmark = pytest.mark.django_db


def test_three_reports_about_one_boy_are_found_together_across_two_forces(people: People) -> None:
    first, second = (people.send(narrative=text)[0] for text in BOY[:2])
    third, _ = people.send(narrative=BOY[2], **SOUTH_WEST)
    people.send(narrative="A white van stood outside the hall all night.", **SOUTH_WEST)
    assert compared(people, "Odile", "Otto") == 4
    here = matched(people, "Odile")
    assert {one.report for one in here} == {first, second}
    assert {one.other_name for one in here} == {"South West desk"}
    there = matched(people, "Otto")
    assert [one.report for one in there] == [third, third]
    assert {one.id for one in here} == {one.id for one in there}
    shown = repr([(one, one.reasons) for one in here])
    assert "Keevin" not in shown, "what the other report says is not shown"
    assert "960455" not in shown


def test_the_holding_desk_confirms_or_denies_and_both_are_logged(people: People) -> None:
    people.send(narrative=BOY[0])
    people.send(narrative=BOY[1], **SOUTH_WEST)
    compared(people, "Odile", "Otto")
    [line] = matched(people, "Odile")
    with people.sitting("Otto") as here, pytest.raises(NotHere):
        questions.answer(line.id, True, "Yes.", by=here, at=people.at)
    with people.sitting("Odile") as here:
        with pytest.raises(NotNow):
            questions.ask(line.id, " ", by=here, at=people.at)
        questions.ask(line.id, "Is yours about the pupil at the hill school?", by=here, at=people.at)
    with acting("worker"):
        clock.watch(people.at + timedelta(hours=3))
        assert not Alarm.objects.filter(kind="question-late").exists()
        clock.watch(people.at + timedelta(hours=5))
        [alarm] = Alarm.objects.filter(kind="question-late")
        assert alarm.desk.code == "south-west"
    with people.sitting("Odile") as here:
        [own] = DeskQuestion.objects.all()
        assert alarm.about_id == own.id
        assert questions.waiting(by=here, at=people.at) == ()
        with pytest.raises(NotHere):
            questions.take(own.id, by=here)
    with people.sitting("Oren") as here:
        questions.take(own.id, by=here)
        [one] = questions.waiting(by=here, at=people.at + timedelta(hours=5))
        assert (one.from_name, one.owner, one.mine, one.overdue) == ("North East desk", "Oren O.", True, True)
    with acting("worker"):
        mail = {name: officer.email for name, officer in people.house.officers.items()}
        assert paging.alarm_kinds.called(alarm, 0, people.at) == {mail["Oren"]}
        assert paging.alarm_kinds.called(alarm, 1, people.at) > {mail["Oren"]}, "it escalates"
    [waiting], [asked] = matched(people, "Odile"), matched(people, "Otto")
    assert waiting.question == asked.question == own.id
    assert (waiting.waiting, waiting.to_answer) == (True, False)
    assert (asked.waiting, asked.to_answer) == (False, True)
    assert (asked.said[0].by, asked.said[0].words) == (
        "Odile O.",
        "Is yours about the pupil at the hill school?",
    )
    with people.sitting("Otto") as here:
        questions.answer(line.id, True, "It is.", by=here, at=people.at + MINUTE)
    assert not DeskQuestion.objects.exists()
    assert Alarm.objects.get(pk=alarm.id).because == "question-answered"
    [told] = matched(people, "Odile")
    assert (told.confirmed, told.said[-1].words, told.waiting) == (True, "It is.", False)
    for act, who, to in (("match-asked", "Odile", "south-west"), ("match-answered", "Otto", "north-east")):
        [event] = logged(act)
        assert (event.actor, event.detail, event.thing_id) == (
            people.house.officers[who].id,
            {"to": to},
            None,
        )


def test_a_stranger_and_a_locked_session_ask_nothing(people: People) -> None:
    people.send(narrative=BOY[0])
    people.send(narrative=BOY[1], **SOUTH_WEST)
    compared(people, "Odile", "Otto")
    [line] = matched(people, "Odile")
    with people.sitting("Ada") as here, pytest.raises(NotHere):
        questions.ask(line.id, "Who is it?", by=here, at=people.at)
    with people.sitting("Olga", unlocked=False) as here, pytest.raises(Locked):
        questions.ask(line.id, "Who is it?", by=here, at=people.at)
    assert not logged("match-asked")


def test_requests_for_advice_are_compared_with_nothing(people: People) -> None:
    people.send(narrative=BOY[0])
    ref, _ = people.send(narrative=BOY[1])
    Report.objects.filter(pk=ref).update(kind="advice")
    assert compared(people, "Odile") == 1
    assert not SealedValues.objects.filter(report=ref).exists()


def test_a_new_message_is_compared_anew(people: People) -> None:
    ref, code = people.send(narrative="Somebody on our street collects money for the fight.")
    people.send(narrative="Ring 01632 960455 and he will tell you more.", **SOUTH_WEST)
    compared(people, "Odile", "Otto")
    assert not matched(people, "Odile")
    with acting("public"):
        messages.say(code, "His number is +44 1632 960455.", message_id=uuid4(), at=people.at)
    compared(people, "Odile", "Otto", at=people.at)
    assert [one.report for one in matched(people, "Odile")] == [ref]


def test_what_leaves_a_desk_leaves_the_linking_desk_too(people: People) -> None:
    ref, _ = people.taken(narrative=BOY[0])
    compared(people, "Odile")
    before = SealedValues.objects.get(report=ref)
    with people.sitting("Odile") as here:
        transitions.hand_over(ref, "south-west", "Theirs.", version=row(ref).version, by=here, at=people.at)
    assert not SealedValues.objects.filter(report=ref).exists()
    gone = SearchWaiting.objects.get(report=before.id, gone=True, desk__code="national")
    compared(people, "Otto", at=people.at)
    left = SearchIndex.objects.get(desk__code="national")
    assert (left.purge, left.purge_by) == ("due", gone.purge_by)
    assert SealedValues.objects.get(report=ref).id != before.id
    with people.sitting("Nadia") as here:
        index = SearchIndex.objects.get(desk__code="national")
        assert indexing.check(index.desk_id, by=here) == index.reports
        [covered] = indexing.coverage([index.desk_id])
        assert (covered.reports, covered.waiting) == (1, 0), "what other desks sent is not counted as reports"


@pytest.mark.parametrize("purge", ["due", "merging", "rekeying"])
def test_a_purge_that_has_begun_begins_again_for_values_that_go_and_ends_no_later(
    people: People, purge: str
) -> None:
    ref, _ = people.taken(narrative=BOY[0])
    compared(people, "Odile")
    with people.sitting("Odile") as here:
        transitions.hand_over(ref, "south-west", "Theirs.", version=row(ref).version, by=here, at=people.at)
    gone = SearchWaiting.objects.get(gone=True, desk__code="national")
    assert gone.purge_by is not None
    national = SearchIndex.objects.filter(desk__code="national")
    national.update(purge=purge, purge_by=gone.purge_by + timedelta(days=2))
    compared(people, "Otto", at=people.at)
    assert (national.get().purge, national.get().purge_by) == ("due", gone.purge_by)


def test_an_index_is_deleted_if_values_that_have_gone_stay_in_it_too_long(people: People) -> None:
    ref, _ = people.taken(narrative=BOY[0])
    compared(people, "Odile")
    with people.sitting("Odile") as here:
        transitions.hand_over(ref, "south-west", "Theirs.", version=row(ref).version, by=here, at=people.at)
    with acting("worker"):
        assert clockwork.end_searches() == 0
    for late in (False, True):
        if late:
            SearchWaiting.objects.exclude(purge_by=None).update(purge_by=people.at.date())
        with acting("worker"):
            assert clockwork.end_searches() == late
    assert not SearchIndex.objects.filter(desk__code="national").exists()
    assert not SearchWaiting.objects.exclude(purge_by=None).exists()
    compared(people, "Otto", at=people.at)
    assert SearchIndex.objects.get(desk__code="national").purge == ""


def test_an_index_made_anew_has_the_other_desks_again_and_tells_nothing_twice(people: People) -> None:
    people.send(narrative=BOY[0])
    people.send(narrative=BOY[1], **SOUTH_WEST)
    compared(people, "Odile", "Otto")
    with people.sitting("Nadia") as here:
        desk = SearchIndex.objects.get(desk__code="national").desk_id
        indexing.rebuild(desk, by=here, at=people.at)
    assert SealedValues.objects.filter(indexed=True).count() == 0
    assert compared(people, at=people.at) == 2
    assert len(matched(people, "Odile")) == 1
    people.send(
        narrative="A lad called Kevin Tierney, born 4 September 2010, shouts at people.", **SOUTH_WEST
    )
    compared(people, "Otto", at=people.at + 200 * MINUTE)
    assert len(matched(people, "Odile")) == 2


def test_notices_are_put_into_one_row_and_nobody_sees_which_held_something(people: People) -> None:
    people.send(narrative=BOY[0])
    people.send(narrative=BOY[1], **SOUTH_WEST)
    compared(people, "Odile", "Otto")
    rows = list(DeskNotice.objects.select_related("desk"))
    assert {one.desk.code for one in rows} == {"national", "north-east", "south-west"}
    assert len({len(bytes(one.payload)) for one in rows}) == 1, "an empty notice is as long as a full one"
    for _ in range(desk_notices.MANY):
        with people.sitting("Nadia") as here:
            desk_notices.send({}, code="national", by=here, at=people.at, cover=True)
    with people.sitting("Odile") as here:
        desk_notices.tidy(by=here, at=people.at)
    assert DeskNotice.objects.filter(desk__code="north-east").count() == 1
    assert len(matched(people, "Odile")) == 1


def test_what_waits_too_long_or_is_missing_raises_an_alarm(people: People) -> None:
    ref, _ = people.send(narrative=BOY[0])
    indexed(people)
    with acting("worker"):
        clock.watch(people.at + 45 * MINUTE)
        assert not Alarm.objects.filter(kind__in=("comparing-late", "not-compared")).exists()
        clock.watch(people.at + timedelta(hours=3))
        [alarm] = Alarm.objects.filter(kind="comparing-late")
        assert alarm.desk.code == "national"
    SealedValues.objects.filter(report=ref).delete()
    day = people.at.astimezone(office_zone()).replace(hour=0, minute=0, second=0, microsecond=0)
    noon = day + timedelta(days=1, hours=12)
    with acting("worker"):
        clock.watch(noon - MINUTE)
        assert not Alarm.objects.filter(kind="not-compared").exists()
        clock.watch(noon)
        assert Alarm.objects.get(kind="not-compared").desk.code == "north-east"


def test_a_desk_to_which_nothing_can_be_sealed_stops_no_other(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    people.send(narrative=BOY[0])
    people.send(narrative=BOY[1], **SOUTH_WEST)
    indexed(people, "Odile")
    indexed(people, "Otto")
    addressee = directory.addressee
    with monkeypatch.context() as without:
        without.setattr(
            directory, "addressee", lambda code, on: None if code == "south-west" else addressee(code, on)
        )
        assert compared(people) == 2
        assert len(matched(people, "Odile")) == 1
        assert not matched(people, "Otto")
    with people.sitting("Nadia") as here:
        desk_notices.tidy(by=here, at=people.at)
        desk_notices.tidy(by=here, at=people.at)
    assert len(matched(people, "Otto")) == 1, "what waited for the desk is sent once it can receive it"


def test_a_registration_with_an_unread_sign_meets_the_whole_one_at_another_desk(people: People) -> None:
    people.send(narrative="A grey van, ZZ99 AB?, stood at the gate for an hour.")
    people.send(narrative="The lorry was ZZ99 ABD and drove off at noon.", **SOUTH_WEST)
    compared(people, "Odile", "Otto")
    [match] = matched(people, "Odile")
    assert [code for code, _ in match.reasons] == ["registration-part"]
