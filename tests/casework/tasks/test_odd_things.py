"""Something odd at a site of an organisation that asks for advice: seen, settled, and not closed away."""

from __future__ import annotations

import json
from datetime import timedelta
from uuid import UUID

import pytest
from django.core import serializers
from django.db.models import Q

from heedline.casework.duty import alarm_kinds
from heedline.casework.journey import bulk_close, look_alikes, transitions
from heedline.casework.journey.closing import Closing
from heedline.casework.pages.queues import upkeep
from heedline.casework.pages.queues.queue import queue
from heedline.casework.pages.queues.queue_view import QueueView
from heedline.casework.report.opening import open_stored
from heedline.casework.search import indexing
from heedline.casework.tasks import clock, odd_things, tasks
from heedline.casework.tasks.odd_things import OddAnswer
from heedline.dispatch.letters import AlarmKind
from heedline.dispatch.models import Alarm
from heedline.reports.lifecycle import NotNow
from heedline.reports.models import Task
from heedline.reports.stored import parts_of
from tests.support import advice_scene
from tests.support.acting import acting
from tests.support.cast import House, now
from tests.support.scene_people import People, row

ADVERT = Closing(outcome="spam", reason="Advertising", tell_reporter="finished")


@pytest.fixture
def people(house: House, monkeypatch: pytest.MonkeyPatch) -> People:
    monkeypatch.setattr(odd_things, "_looked", {})
    monkeypatch.setattr(indexing, "_next_look", {})
    return advice_scene.adviser_desk(People(house, now()))


def the_task(ref: UUID) -> Task:
    return Task.objects.get(report=ref)


def answer(people: People, ref: UUID, code: OddAnswer | None, text: str, name: str = "Otto") -> None:
    with people.sitting(name) as here:
        tasks.finish(ref, the_task(ref).id, text, odd=code, by=here, at=people.at)


def kept_up(people: People, name: str = "Otto") -> None:
    """The upkeep of an unlocked session, once it is due."""
    with people.sitting(name) as here:
        for minute in range(20):
            upkeep.keep_up(by=here, at=people.at + timedelta(minutes=minute))


def test_the_first_session_that_opens_the_desks_requests_sets_one_task(people: People) -> None:
    odd, _ = advice_scene.a_request(people, odd=True)
    plain, _ = advice_scene.a_request(people)
    arrived = row(odd).slot
    assert arrived is not None
    kept_up(people)
    kept_up(people, "Oren")
    people.read(odd, "Otto")
    task = the_task(odd)
    assert task.owner_id is None
    pack = odd_things.load_pack("uk")
    assert task.due_at == pack.odd_due("advice", arrived + timedelta(minutes=15), area=row(odd).area)
    assert not Task.objects.filter(report=plain).exists()
    assert row(odd).urgency == "routine"


def test_reading_a_request_sets_it_where_no_upkeep_has(people: People) -> None:
    ref, _ = advice_scene.a_request(people, odd=True)
    people.take(ref, "Otto")
    assert people.read(ref, "Otto").answers.odd
    assert the_task(ref).owner_id == people.house.officers["Otto"].id
    assert [one.odd for one in people.read(ref, "Otto").history.tasks] == [True]


def test_the_queue_shows_it_to_who_can_open_it(people: People) -> None:
    ref, _ = advice_scene.a_request(people, odd=True)
    other, _ = advice_scene.a_request(people)
    with people.sitting("Otto") as otto:
        lines = {line.ref: line.flags for line in queue(by=otto, at=people.at, view=QueueView()).lines}
    assert "Something odd" in lines[ref]
    assert "Something odd" not in lines[other]
    people.take(ref, "Otto")
    people.read(ref, "Otto")
    answer(people, ref, OddAnswer.NOT_SUSPICIOUS, "The man was the window cleaner whom they had booked.")
    assert not people.read(ref, "Otto").answers.odd
    with people.sitting("Otto") as otto:
        lines = {line.ref: line.flags for line in queue(by=otto, at=people.at, view=QueueView()).lines}
    assert "Something odd" not in lines[ref]
    with people.sitting("Oren", unlocked=False) as oren:
        assert all(
            "Something odd" not in one.flags for one in queue(by=oren, at=people.at, view=QueueView()).lines
        )


@pytest.mark.parametrize("closing", [advice_scene.GIVEN, ADVERT])
def test_a_request_cannot_be_closed_before_it_is_settled(people: People, closing: Closing) -> None:
    ref, _ = advice_scene.assessed(people, odd=True)
    people.read(ref, "Otto")
    with pytest.raises(NotNow, match="Say first what became of it"):
        advice_scene.close(people, ref, closing=closing)
    with people.sitting("Otto") as otto, pytest.raises(NotNow, match="Say first what became of it"):
        transitions.assess_and_close(
            ref, advice_scene.VISIT, closing, version=row(ref).version, by=otto, at=people.at
        )


@pytest.mark.parametrize(
    ("code", "text"),
    [
        (OddAnswer.REPORTED, "Filed as ABCD-EFGH"),
        (OddAnswer.REPORTED, "Reported by phone to 101, number 417"),
        (OddAnswer.NOT_SUSPICIOUS, "The man was the window cleaner whom they had booked."),
    ],
)
def test_with_a_reference_or_a_reason_it_can(people: People, code: OddAnswer, text: str) -> None:
    ref, _ = advice_scene.assessed(people, odd=True)
    people.read(ref, "Otto")
    answer(people, ref, code, text)
    (line,) = people.read(ref, "Otto").history.tasks
    assert dict(line.ended)["Something odd"] == odd_things.ANSWERS[code]
    advice_scene.close(people, ref)
    assert row(ref).stage == "closed"


@pytest.mark.parametrize(
    ("code", "text", "about"),
    [
        (None, "Filed as ABCD-EFGH", "odd"),
        (OddAnswer.REPORTED, "", "text"),
        (OddAnswer.REPORTED, "They have told the police", "text"),
        (OddAnswer.REPORTED, "They have reported it to another organisation yesterday", "text"),
        (OddAnswer.NOT_SUSPICIOUS, "no", "text"),
    ],
)
def test_it_is_not_settled_by_a_word(people: People, code: OddAnswer | None, text: str, about: str) -> None:
    ref, _ = advice_scene.assessed(people, odd=True)
    people.read(ref, "Otto")
    with pytest.raises(NotNow) as no:
        answer(people, ref, code, text)
    assert no.value.about == about


def test_cancelling_the_task_is_no_way_around_it(people: People) -> None:
    ref, _ = advice_scene.assessed(people, odd=True)
    people.read(ref, "Otto")
    with people.sitting("Oren") as oren, pytest.raises(NotNow, match="cannot be cancelled"):
        tasks.cancel(ref, the_task(ref).id, "Nothing to it, I think.", by=oren, at=people.at)


def test_it_is_not_closed_in_bulk(people: People) -> None:
    refs = [advice_scene.a_request(people, odd=odd)[0] for odd in (True, True, False, False)]
    told = {}
    with people.sitting("Otto") as otto:
        for part in parts_of(refs, Q(part="report")):
            opened = open_stored(part, otto.keys())
            told[part.report] = look_alikes.told_text(opened, row(part.report))
    compared = look_alikes.Compared(told)
    assert [compared.bar(ref) == "odd" for ref in refs] == [True, True, False, False]
    assert "odd" in bulk_close.WHY


def test_another_task_that_is_done_settles_nothing(people: People) -> None:
    ref, _ = advice_scene.assessed(people, odd=True)
    people.read(ref, "Otto")
    with people.sitting("Otto") as otto:
        due = people.at + timedelta(hours=1)
        other = tasks.set_task(ref, "Call them", otto.officer_id, due, by=otto, at=people.at)
        tasks.finish(ref, other, "Called, ABCD-EFGH", odd=OddAnswer.REPORTED, by=otto, at=people.at)
    with pytest.raises(NotNow, match="Say first what became of it"):
        advice_scene.close(people, ref)


def test_unanswered_it_pages_the_supervisor(people: People) -> None:
    ref, _ = advice_scene.a_request(people, odd=True)
    kept_up(people)
    late = the_task(ref).due_at + timedelta(minutes=1)
    with acting("worker"):
        clock.watch_tasks(late)
    alarm = Alarm.objects.get(kind=AlarmKind.TASK_LATE, about_id=ref)
    with acting("worker"):
        called = alarm_kinds.called(alarm, 0, late)
    assert people.house.officers["Oren"].email in called
    answer(people, ref, OddAnswer.NOT_SUSPICIOUS, "It was the window cleaner they had booked.", "Oren")
    alarm.refresh_from_db()
    assert alarm.cleared_at is not None


def test_a_thief_of_the_database_reads_no_odd_thing(people: People) -> None:
    ref, _ = advice_scene.a_request(people, odd=True)
    kept_up(people)
    answer(people, ref, OddAnswer.REPORTED, "Filed as ABCD-EFGH", "Oren")
    stored = serializers.serialize("json", [the_task(ref), row(ref)])
    assert "odd" not in json.dumps(json.loads(stored)).lower()
