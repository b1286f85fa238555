"""Tasks with a visit or contact, set before the report matched the interest register: given, finished, and on My work."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from heedline.casework.checks.register import CheckOutcome
from heedline.casework.linking import deconfliction, interests
from heedline.casework.linking.deconfliction import Trace
from heedline.casework.report import officer_notes
from heedline.casework.retention import keeping
from heedline.casework.tasks import tasks
from heedline.casework.tasks.tasks import FirstContact
from heedline.reports.lifecycle import NotNow
from heedline.reports.models import InterestHit, Task
from tests.support import check_scene, stories
from tests.support.linking_scene import BOY, compared, interest
from tests.support.scene_people import DANGER, MINUTE, People, logged

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
OTTO = "Otto O., South West desk"
PEOPLE = "people-or-permits"


def planned(people: People, *, contact: bool = True, **told: Any) -> tuple[UUID, UUID]:
    """A report with a task of its owner, which matches the register only afterwards."""
    ref, _ = people.taken(narrative=BOY[0], **told)
    with people.sitting("Odile") as here:
        task = tasks.set_task(
            ref,
            "Visit the school.",
            here.officer_id,
            people.at + HOUR,
            contact=contact,
            by=here,
            at=people.at,
        )
    interest(people)
    compared(people, "Odile")
    return ref, task


def give(people: People, ref: UUID, task: UUID) -> None:
    with people.sitting("Odile") as here:
        to = people.house.officers["Olga"].id
        tasks.give(ref, task, to, people.at + 2 * HOUR, by=here, at=people.at + MINUTE)


def finish(people: People, ref: UUID, task: UUID, text: str = "", first: FirstContact | None = None) -> None:
    with people.sitting("Odile") as here:
        tasks.finish(ref, task, text, first=first, by=here, at=people.at + MINUTE)


def released(people: People) -> None:
    with people.sitting("Otto") as here:
        interests.release(InterestHit.objects.get().id, "Go ahead.", by=here, at=people.at)


def shown(people: People, name: str = "Odile", *, unlocked: bool = True) -> list[tuple[UUID, list[str]]]:
    """What My work says about whom to contact."""
    if not unlocked:
        people.tokens.pop(name, None)
    with people.sitting(name, unlocked=unlocked) as here:
        found = deconfliction.contact_first(by=here)
    return [(one.ref, [person.name for person in one.contacts]) for one in found]


def test_a_visit_is_not_given_to_somebody_before_the_owner_lets_the_desk_act(people: People) -> None:
    ref, task = planned(people)
    with pytest.raises(NotNow, match=f"Contact {OTTO} first"):
        give(people, ref, task)
    assert Task.objects.get().owner_id == people.house.officers["Odile"].id
    released(people)
    give(people, ref, task)
    assert Task.objects.get().owner_id == people.house.officers["Olga"].id


@pytest.mark.parametrize("first", FirstContact)
def test_a_visit_is_finished_only_with_what_was_said_or_that_it_came_too_early(
    people: People, first: FirstContact
) -> None:
    ref, task = planned(people)
    with pytest.raises(NotNow, match=f"Say whether {OTTO} cleared you") as no:
        finish(people, ref, task, "The head was in.")
    assert no.value.about == "first"
    with pytest.raises(NotNow, match="Write what they said"):
        finish(people, ref, task, first=first)
    assert Task.objects.get().state == "open"
    finish(people, ref, task, "The head was in.", first)
    [line] = people.read(ref).history.tasks
    assert line.ended == (
        ("What was done", "The head was in."),
        ("To be contacted first", f"{OTTO}. {tasks.FIRST_CONTACT[first]}."),
    )
    assert [event.detail for event in logged("task-done", thing=ref)] == [{"task": str(task)}]
    assert {str(event.detail) for event in logged("deconflicted", thing=ref)} == {"{}"}, (
        "the log does not say which report matches the register"
    )


@pytest.mark.parametrize("way", ["released", "no visit", "danger"])
def test_a_task_is_given_and_finished_as_before_where_nobody_must_be_contacted(
    people: People, way: str
) -> None:
    ref, task = planned(people, contact=way != "no visit", **(DANGER if way == "danger" else {}))
    if way == "released":
        released(people)
    with people.sitting("Odile") as here:
        me = here.officer_id
        tasks.give(ref, task, me, people.at + 2 * HOUR, by=here, at=people.at + MINUTE)
    finish(people, ref, task)
    [line] = people.read(ref).history.tasks
    assert (line.state, line.ended) == ("done", ())


@pytest.mark.parametrize("result", [check_scene.TRACE, check_scene.NOT_DONE])
def test_a_check_that_was_asked_of_people_ends_only_with_what_was_said_first(
    people: People, result: CheckOutcome
) -> None:
    ref, _ = people.taken(narrative=BOY[0])
    check_scene.recorded(people, ref, check_scene.one(people, PEOPLE, check_scene.ASKED))
    interest(people)
    compared(people, "Odile")
    ended = check_scene.one(people, PEOPLE, result)
    with pytest.raises(NotNow, match=f"Say whether {OTTO} cleared you") as no:
        check_scene.recorded(people, ref, ended)
    assert no.value.about == "first"
    assert Task.objects.get().state == "open"
    check_scene.recorded(people, ref, ended, first=FirstContact.TOO_LATE)
    assert Task.objects.get().state == "done"
    (found,) = [one.latest for one in check_scene.register(people, ref) if one.system.code == PEOPLE]
    assert found is not None
    assert f"{OTTO}. {tasks.FIRST_CONTACT[FirstContact.TOO_LATE]}." in found.text
    assert Task.objects.get().ended_note is None, "what is stored in clear does not say which report matches"


def test_a_check_of_records_ends_whoever_must_be_contacted_first(people: People) -> None:
    ref, _ = people.taken(narrative=BOY[0])
    check_scene.recorded(people, ref, check_scene.one(people, result=check_scene.ASKED))
    interest(people)
    compared(people, "Odile")
    check_scene.recorded(people, ref, check_scene.one(people))
    assert Task.objects.get().state == "done"


def test_an_identifier_that_is_added_later_stops_the_visit_as_well(people: People) -> None:
    ref, _ = people.taken(narrative="Somebody on our street collects money for the fight.")
    interest(people, names="", identifiers="01632 960455")
    compared(people, "Odile")
    with people.sitting("Odile") as here:
        due = people.at + 3 * HOUR
        task = tasks.set_task(ref, "Visit him.", here.officer_id, due, contact=True, by=here, at=people.at)
        officer_notes.write(ref, "The landlord says his number is 01632 960455.", by=here, at=people.at)
    compared(people, "Odile", at=people.at + 90 * MINUTE)
    with pytest.raises(NotNow, match=f"Contact {OTTO} first"):
        give(people, ref, task)


def test_my_work_says_whom_to_contact_and_never_why(people: People) -> None:
    ref, _ = planned(people)
    people.taken(narrative="A van stood there.")
    assert shown(people) == [(ref, ["Otto O."])]
    assert shown(people, "Olga") == [], "neither the owner of the report nor of a task on it"
    with people.sitting("Odile") as here:
        assert "Operation" not in repr(deconfliction.contact_first(by=here))
    released(people)
    assert shown(people) == []
    assert shown(people, unlocked=False) == []


def test_a_report_that_is_never_compared_waits_for_no_comparison(people: People) -> None:
    """A request for advice, by its kind, and a report whose processing is restricted."""
    new = stories.new_report("advice", **stories.NEEDED["advice"])
    stories.send(new, at=people.at)
    ref, _ = people.taken(narrative=BOY[0])
    with people.sitting("Odile") as here:
        assert deconfliction.check(ref, by=here, at=people.at).trace is Trace.WAITING
        keeping.hold(ref, "restriction", "Accuracy disputed", by=here, at=people.at)
        assert deconfliction.check(ref, by=here, at=people.at).trace is Trace.NOT_COMPARED
    compared(people, "Odile")
    with people.sitting("Nadia") as here:
        assert deconfliction.check(new.report_id, by=here, at=people.at).trace is Trace.NOT_COMPARED


def test_my_work_says_it_to_whoever_has_a_task_on_the_report(people: People) -> None:
    ref, _ = people.taken(narrative=BOY[0])
    with people.sitting("Odile") as here:
        olga = people.house.officers["Olga"].id
        tasks.set_task(ref, "Visit the school.", olga, people.at + HOUR, contact=True, by=here, at=people.at)
    interest(people)
    compared(people, "Odile")
    assert shown(people, "Olga") == [(ref, ["Otto O."])]
