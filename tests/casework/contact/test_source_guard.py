"""A member of the public is not made an agent by accident: warned, referred in one press, or sent for a reason."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest

from heedline.casework.contact import messages, source_guard
from heedline.casework.contact.source_guard import Despite, of_message, of_report
from heedline.casework.duty import paging
from heedline.casework.language import translating
from heedline.dispatch.models import Alarm
from heedline.packs import load_pack
from heedline.permits.gate import Refused
from heedline.reports.lifecycle import NotNow
from heedline.reports.models import Step
from tests.support.acting import acting
from tests.support.scene_people import People, logged, row

pytestmark = pytest.mark.django_db
TASK = "Can you find out what is in the sacks?"
WHY = "A bomb may be there, and nobody else is near"


def ask(
    people: People, ref: UUID, text: str = TASK, despite: Despite | None = None, name: str = "Odile"
) -> None:
    with people.sitting(name) as here:
        messages.ask(ref, text, despite=despite, version=row(ref).version, by=here, at=people.at)


def called(people: People) -> set[str]:
    with acting("worker"):
        paging.drain(people.at)
    return set(Alarm.objects.values_list("kind", flat=True))


def test_a_question_that_tasks_them_is_not_sent_unweighed(people: People) -> None:
    ref, code = people.taken()
    with pytest.raises(NotNow, match="Read the warnings"):
        ask(people, ref)
    with pytest.raises(NotNow):
        ask(people, ref, despite=Despite(("repeated",), WHY))  # another warning was weighed
    with pytest.raises(NotNow):
        ask(people, ref, despite=Despite(("tasking",), ""))
    with people.sitting("Odile") as here, pytest.raises(NotNow):
        translating.ask_answer(ref, TASK, "pl", version=row(ref).version, by=here, at=people.at)
    with acting("public"):
        assert messages.visit(code, at=people.at).messages == ()


def test_somebody_who_may_be_a_child_is_not_asked_unweighed(people: People) -> None:
    ref, _ = people.taken(narrative="I am 15 and my uncle has sacks in his garage")
    other, code = people.taken()
    with acting("public"):
        messages.say(code, "I am 15, by the way", message_id=uuid4(), at=people.at)
    for one in (ref, other):
        with pytest.raises(NotNow, match="Read the warnings"):
            ask(people, one, "When was it?")
        with people.sitting("Odile") as here, pytest.raises(NotNow):
            translating.ask_answer(one, "When?", "pl", version=row(one).version, by=here, at=people.at)
        ask(people, one, "When was it?", Despite(("young",), WHY))
        [event] = logged("source-overridden", thing=one)
        assert event.detail == {"young": True}


def test_a_reporter_who_answers_that_they_are_under_18_is_not_asked_unweighed(people: People) -> None:
    ref, _ = people.taken(you={"who": "anonymous", "under18": "yes"})
    with pytest.raises(NotNow, match="Read the warnings"):
        ask(people, ref, "When was it?")
    ask(people, ref, "When was it?", Despite(("young",), WHY))
    older, _ = people.taken(you={"who": "anonymous", "under18": "no"})
    ask(people, older, "When was it?")


def test_it_is_sent_for_a_reason_that_supervisors_are_called_to_read(people: People) -> None:
    ref, code = people.taken()
    ask(people, ref, despite=Despite(("tasking",), WHY))
    with acting("public"):
        [told] = messages.visit(code, at=people.at).messages
    assert told.text == TASK  # of the reason they see nothing
    [line] = people.read(ref, "Olga").messages.lines
    assert (line.text, line.despite) == (TASK, WHY)
    [event] = logged("source-overridden", thing=ref)
    assert event.detail == {"tasking": True}
    assert called(people) == {"source-overridden"}


def test_it_is_referred_and_nothing_is_sent(people: People) -> None:
    ref, code = people.taken()
    with people.sitting("Olga") as here, pytest.raises(Refused):
        source_guard.refer(ref, TASK, version=row(ref).version, by=here, at=people.at)
    with people.sitting("Odile") as here:
        source_guard.refer(ref, TASK, version=row(ref).version, by=here, at=people.at)
    file = people.read(ref)
    assert file.history.steps[0].move == "refer"
    assert ("Reason", TASK) in file.history.steps[0].words
    assert "sacks" not in str(list(Step.objects.values()))
    assert called(people) == {"source-referred"}
    with acting("public"):
        assert messages.visit(code, at=people.at).messages == ()


def test_writing_often_is_weighed_too(people: People) -> None:
    ref, _ = people.taken()
    for _time in range(load_pack("uk").source_guard.contacts):
        ask(people, ref, "When was it?")
    with pytest.raises(NotNow):
        ask(people, ref, "When was it?")
    ask(people, ref, "When was it?", Despite(("repeated",), WHY))


@pytest.mark.parametrize(
    "text",
    [
        TASK,
        "Please follow him home.",
        "Could you take a photo of the door?\nThank you.",
        "Do not worry. Ask her where she goes.",
        "FIND OUT who he meets",
    ],
)
def test_what_tasks_somebody(text: str) -> None:
    assert [one.code for one in of_message(text, sent=0)] == ["tasking"], text


@pytest.mark.parametrize(
    "text",
    [
        "When was it?",
        "Please do not go back to look.",
        "Never follow him.",
        "Did you take a photo at the time?",
        "You said that he photographed the door. What did you see?",
    ],
)
def test_what_does_not(text: str) -> None:
    assert of_message(text, sent=0) == (), text


def test_the_packs_own_questions_never_task_anybody() -> None:
    pack = load_pack("uk")
    for one in pack.question_templates.values():
        assert of_message(pack.words("en")[one.words], sent=0) == (), one.code


@pytest.mark.parametrize(
    "text", ["I am 15 and he is my uncle", "a 14 year old boy", "My teacher said", "She's only 9."]
)
def test_who_may_be_under_eighteen(text: str) -> None:
    assert [one.code for one in of_report([text])] == ["young"], text


@pytest.mark.parametrize("text", ["I am 51", "He is 10 minutes late", "It is 15 miles", "17 sacks"])
def test_who_is_not_said_to_be(text: str) -> None:
    assert of_report([text]) == (), text
