"""The first answer to an organisation: who was named to it, by when it is reached, and what counts."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError, transaction

from heedline.casework.contact import call_back, messages
from heedline.casework.duty import alarm_kinds, paging
from heedline.casework.errors import NotHere
from heedline.casework.journey import bulk_assign, call_outcomes, danger_ownership, transitions
from heedline.casework.journey.closing import Closing
from heedline.casework.search import documents
from heedline.dispatch.letters import AlarmKind
from heedline.dispatch.models import Alarm
from heedline.packs import load_pack
from heedline.reports.lifecycle import NotNow
from heedline.reports.models import CallBack, Step
from heedline.vault.codes import ReceiptCode
from tests.support import advice_scene, stories
from tests.support.acting import acting
from tests.support.cast import House, now
from tests.support.scene_people import People, row

PACK = load_pack("uk")
WHY = "Otto is away this week."
SPAM = Closing(outcome="spam", reason="Advertising or automatic", tell_reporter="finished")
UNREACHED = Closing(outcome="no-answer", reason="Tried twice, on two days", tell_reporter="finished")


@pytest.fixture
def people(house: House) -> People:
    return advice_scene.adviser_desk(People(house, now()))


def read(code: ReceiptCode) -> list[str]:
    with acting("public"):
        return [one.text for one in messages.visit(code, at=now()).messages]


def the_clock(ref: UUID) -> CallBack:
    return CallBack.objects.get(report=ref)


def assess(people: People, ref: UUID, name: str = "Otto") -> None:
    with people.sitting(name) as here:
        transitions.assess(ref, advice_scene.VISIT, version=row(ref).version, by=here, at=people.at)


# --- the adviser ------------------------------------------------------------------------------------------------------


def test_taking_a_request_names_the_adviser_and_keeps_the_time_that_was_promised(people: People) -> None:
    ref, code = advice_scene.a_request(people)
    promised = row(ref).due_at
    people.take(ref, "Otto")
    assert read(code) == [f"Your adviser is {people.house.officers['Otto'].name}."]
    with acting("public"):
        box = messages.visit(code, at=now())
    assert (box.status, box.open_question, box.messages[0].verified) == ("read", None, True)
    assert (the_clock(ref).due_at, the_clock(ref).done) == (promised, False)


def test_whoever_takes_a_danger_over_is_named(people: People) -> None:
    ref, code = advice_scene.a_request(people)
    people.take(ref, "Otto")
    danger = replace(advice_scene.VISIT, danger_to_life=True, priority="high")
    with people.sitting("Otto") as otto:
        transitions.assess(ref, danger, version=row(ref).version, by=otto, at=people.at)
    with people.sitting("Oren") as oren:
        danger_ownership.take_over(ref, "Otto has gone home", by=oren, at=people.at)
    assert read(code)[-1] == f"Your adviser is {people.house.officers['Oren'].name}."


def test_an_officer_of_the_round_the_clock_desk_is_not_named_as_adviser(people: People) -> None:
    ref, code = advice_scene.a_request(people)
    people.take(ref, "Otto")
    danger = replace(advice_scene.VISIT, danger_to_life=True, priority="high")
    with people.sitting("Otto") as otto:
        transitions.assess(ref, danger, version=row(ref).version, by=otto, at=people.at)
        danger_ownership.offer(ref, people.house.officers["Nadia"].id, WHY, by=otto, at=people.at)
    with people.sitting("Nadia") as nadia:
        danger_ownership.accept(ref, by=nadia, at=people.at)
    assert row(ref).owner == people.house.officers["Nadia"]
    assert read(code)[-1] == f"Your adviser is {people.house.officers['Otto'].name}."


def test_undoing_an_assignment_names_the_adviser_of_before(people: People) -> None:
    ref, code = advice_scene.a_request(people)
    people.take(ref, "Otto")
    with people.sitting("Oren") as oren:
        (desk,) = [one for one in oren.desks if one.code == advice_scene.NATIONAL]
        to = oren.officer_id
        bulk_assign.assign_all(desk, {ref: row(ref).version}, to, because=WHY, by=oren, at=people.at)
        undone = bulk_assign.undo_assign_all(desk, {ref: row(ref).version}, by=oren, at=people.at)
    assert [one.ref for one in undone.done] == [ref]
    assert read(code)[-1] == f"Your adviser is {people.house.officers['Otto'].name}."


def test_another_adviser_is_named_and_the_promise_stays(people: People) -> None:
    ref, code = advice_scene.a_request(people)
    people.take(ref, "Otto")
    promised = the_clock(ref).due_at
    people.passed_on(ref, "Otto", "Oren")
    with people.sitting("Oren") as oren:
        transitions.release(ref, by=oren, at=people.at)
    people.take(ref, "Oren")  # the organisation knows that already
    assert read(code) == [f"Your adviser is {people.house.officers[name].name}." for name in ("Otto", "Oren")]
    people.passed_on(ref, "Oren", "Otto")
    assert read(code)[-1] == f"Your adviser is {people.house.officers['Otto'].name}."
    assert the_clock(ref).due_at == promised


@pytest.mark.parametrize("language", list(PACK.languages))
def test_the_adviser_is_named_in_the_language_of_the_request(language: str, people: People) -> None:
    asked = stories.NEEDED["advice"] | {"organisation": {"name": "Hall", "postcode": stories.ELSEWHERE}}
    new = stories.new_report("advice", **asked)
    new = type(new)(new.report_id, new.code, new.channel, new.record, new.question_set, language)
    stories.send(new, at=people.at)
    people.take(new.report_id, "Otto")
    name = people.house.officers["Otto"].name
    (text,) = read(new.code)
    assert text.splitlines()[0] == PACK.mailbox_words("advice", language).say("messages.adviser", name=name)
    assert text.splitlines()[-1] == f"Your adviser is {name}."


@pytest.mark.parametrize("kind", [one for one in PACK.kinds if PACK.is_confidential(one)])
def test_who_has_a_confidential_report_is_told_to_nobody(kind: str, people: People) -> None:
    ref, code = stories.a_report(at=people.at, kind=kind, **stories.NEEDED.get(kind, {}))
    people.take(ref, "Nadia")
    assert read(code) == []
    assert not CallBack.objects.filter(report=ref).exists()


def test_neither_the_adviser_nor_whom_they_spoke_to_is_searched_or_compared(people: People) -> None:
    ref, _ = advice_scene.a_request(people)
    people.take(ref, "Otto")
    advice_scene.answered(people, ref)
    with people.sitting("Otto") as otto:
        texts = documents.texts_of(row(ref), documents.searched_parts([ref])[ref], otto.keys())
    told = " ".join(one.text for one in texts)
    assert "A visit on Tuesday at ten" in told
    assert "Your adviser" not in told
    assert "Rosa" not in told


# --- what keeps the promise -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", sorted(call_back.KEEPS_PROMISE))
def test_somebody_who_was_reached_or_an_email_keeps_it(how: str, people: People) -> None:
    ref, _ = advice_scene.a_request(people)
    people.take(ref, "Otto")
    advice_scene.answered(people, ref, how=how)
    assert the_clock(ref).done
    assert people.read(ref, "Otto").answers.first_answer.done  # type: ignore[union-attr]
    assess(people, ref)
    advice_scene.close(people, ref)
    assert row(ref).stage == "closed"


@pytest.mark.parametrize("how", sorted(call_back.UNREACHED - {call_back.EMAIL_RETURNED}))
def test_nothing_else_does_and_the_time_stays(how: str, people: People) -> None:
    ref, _ = advice_scene.a_request(people)
    people.take(ref, "Otto")
    promised = the_clock(ref).due_at
    advice_scene.answered(people, ref, how=how)
    assert (the_clock(ref).done, the_clock(ref).due_at) == (False, promised)
    assess(people, ref)
    with people.sitting("Otto") as otto:
        messages.ask(ref, "Which days suit you?", version=row(ref).version, by=otto, at=people.at)
    assert not the_clock(ref).done
    with pytest.raises(NotNow, match="Nobody at the organisation has been reached yet"):
        advice_scene.close(people, ref)


def test_an_email_that_came_back_is_red_and_the_promise_is_open_again(people: People) -> None:
    ref, _ = advice_scene.a_request(people)
    people.take(ref, "Otto")
    promised = the_clock(ref).due_at
    with pytest.raises(NotNow, match="was not an email"):
        advice_scene.answered(people, ref, how="email-returned")
    advice_scene.answered(people, ref, how="emailed")
    assess(people, ref)
    advice_scene.answered(people, ref, how="email-returned")
    assert (the_clock(ref).done, the_clock(ref).missed, the_clock(ref).due_at) == (False, 1, promised)
    line = people.read(ref, "Otto").answers.first_answer
    assert line is not None
    assert "came back" in line.trouble
    with people.sitting("Oren") as oren:
        [listed] = call_back.to_make(by=oren, at=people.at)
    assert (listed.ref, listed.trouble) == (ref, line.trouble)
    with pytest.raises(NotNow):
        advice_scene.close(people, ref)
    advice_scene.answered(people, ref, how="no-answer")
    with acting("worker"):
        paging.watch_calls(people.at)
    assert Alarm.objects.get(kind=AlarmKind.CALL_MISSED).about_id == ref
    advice_scene.answered(people, ref)
    advice_scene.close(people, ref)


def test_an_email_that_came_back_takes_nothing_from_who_was_reached_by_phone(people: People) -> None:
    ref, _ = advice_scene.a_request(people)
    people.take(ref, "Otto")
    for how in ("reached", "emailed", "email-returned"):
        advice_scene.answered(people, ref, how=how)
    assert the_clock(ref).done
    with people.sitting("Oren"), pytest.raises(DatabaseError, match="done by calling"), transaction.atomic():
        CallBack.objects.filter(report=ref).update(done=False)
    assert "came back" in people.read(ref, "Otto").answers.first_answer.trouble  # type: ignore[union-attr]


def test_two_attempts_that_failed_go_to_the_supervisor_and_so_does_a_late_answer(people: People) -> None:
    first, _ = advice_scene.a_request(people)
    late, _ = advice_scene.a_request(people)
    for ref in (first, late):
        people.take(ref, "Otto")
    for how in ("no-answer", "message-left"):
        advice_scene.answered(people, first, how=how)
    with acting("worker"):
        paging.watch_calls(people.at)
        assert Alarm.objects.get(kind=AlarmKind.CALL_MISSED).about_id == first
        assert not Alarm.objects.filter(kind=AlarmKind.CALL_LATE).exists()
        after = the_clock(late).due_at + timedelta(minutes=1)
        paging.watch_calls(after)
        alarm = Alarm.objects.get(kind=AlarmKind.CALL_LATE, about_id=late)
        assert people.house.officers["Oren"].email in alarm_kinds.called(alarm, 0, after)
    advice_scene.answered(people, late)
    alarm.refresh_from_db()
    assert alarm.cleared_at is not None


def test_an_outcome_of_confidential_call_backs_is_not_one_of_these_and_the_other_way_round(
    people: People,
) -> None:
    ref, _ = advice_scene.a_request(people)
    people.take(ref, "Otto")
    with pytest.raises(ValueError, match="offered"):
        advice_scene.answered(people, ref, how="declined")
    other, _ = people.taken()
    with people.sitting("Odile") as odile, pytest.raises(NotHere):
        call_outcomes.tried(other, "emailed", "Hello", version=row(other).version, by=odile, at=people.at)


# --- the end ----------------------------------------------------------------------------------------------------------


def test_a_request_that_needs_no_answer_closes_and_says_so(people: People) -> None:
    ref, _ = advice_scene.a_request(people)
    people.take(ref, "Otto")
    assess(people, ref)
    advice_scene.close(people, ref, closing=SPAM)
    assert row(ref).stage == "closed"
    assert the_clock(ref).done
    assert list(Step.objects.filter(report=ref, move="call").values_list("codes__call", flat=True)) == [
        "not-made"
    ]


def test_an_answer_that_was_waived_is_due_again_when_the_organisation_writes(people: People) -> None:
    ref, code = advice_scene.a_request(people)
    people.take(ref, "Otto")
    assess(people, ref)
    advice_scene.close(people, ref, closing=SPAM)
    with acting("public"):
        messages.say(code, "We are a school, and we meant it", message_id=uuid4(), at=people.at)
    promised = row(ref).due_at
    people.take(ref, "Otto")
    clock = the_clock(ref)
    assert (clock.done, clock.missed, clock.due_at) == (False, 0, promised)
    advice_scene.answered(people, ref)
    assert the_clock(ref).done


def test_an_answer_that_was_given_is_not_due_again(people: People) -> None:
    ref, code = advice_scene.a_request(people)
    people.take(ref, "Otto")
    advice_scene.answered(people, ref)
    assess(people, ref)
    advice_scene.close(people, ref, closing=SPAM)
    with acting("public"):
        messages.say(code, "Thank you", message_id=uuid4(), at=people.at)
    people.take(ref, "Otto")
    assert the_clock(ref).done


def test_could_not_be_reached_needs_attempts_on_two_days(people: People) -> None:
    ref, _ = advice_scene.a_request(people)
    people.take(ref, "Otto")
    for how in ("no-answer", "message-left"):
        advice_scene.answered(people, ref, how=how)
    assess(people, ref)
    with pytest.raises(NotNow, match="on two days"):
        advice_scene.close(people, ref, closing=UNREACHED)
    advice_scene.answered(people, ref, how="no-answer", at=people.at + timedelta(days=1))
    advice_scene.close(people, ref, closing=UNREACHED)
    assert row(ref).stage == "closed"


def test_a_hand_over_keeps_the_promise_and_names_the_new_adviser(people: People) -> None:
    north = advice_scene.adviser_desk(people, "advice-north-east", ("Odile", "Olga")).house.desks
    ref, code = advice_scene.a_request(people)
    people.take(ref, "Otto")
    promised = the_clock(ref).due_at
    with people.sitting("Otto") as otto:
        transitions.hand_over(
            ref,
            "advice-north-east",
            "The site is in Gateshead.",
            version=row(ref).version,
            by=otto,
            at=people.at,
        )
    people.take(ref, "Odile")
    assert row(ref).desk_id == north["advice-north-east"].id
    assert the_clock(ref).due_at == promised
    assert read(code)[-1] == f"Your adviser is {people.house.officers['Odile'].name}."
    advice_scene.answered(people, ref, "Odile")
    assert the_clock(ref).done
