"""The register of checks: what is recorded, what it moves, who may end what was asked, and what a closure needs of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from heedline.casework.checks import recording
from heedline.casework.errors import Changed, Locked, NotHere
from heedline.casework.journey import transitions
from heedline.casework.search import documents
from heedline.casework.subjects import changing
from heedline.casework.tasks import clock, tasks
from heedline.dispatch.clocks import minute_of
from heedline.dispatch.letters import AlarmKind
from heedline.dispatch.models import Alarm
from heedline.permits.gate import Refused
from heedline.reports.lifecycle import NotNow
from heedline.reports.models import Step, Task
from tests.casework.journey.test_closing_rules import EXPLAINED, PROOF, assess, close
from tests.casework.journey.test_hand_over import give
from tests.support import danger_scene, stories
from tests.support.acting import acting
from tests.support.check_scene import (
    ASKED,
    FOUND,
    NO_TRACE,
    NOT_DONE,
    TRACE,
    checked,
    one,
    recorded,
    register,
)
from tests.support.scene_people import DANGER, MINUTE, SOUTH_WEST, People, logged, row
from tests.support.subject_scene import BOY, linked

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
CLOSING = replace(EXPLAINED, proof=PROOF)


def latest(people: People, ref: UUID, system: str = "national-records") -> str:
    rows = [each for each in register(people, ref) if each.system.code == system]
    return str(rows[0].latest.result) if rows[0].latest else ""


def test_several_results_are_one_step_and_stand_in_the_register_the_timeline_and_the_log(
    people: People,
) -> None:
    ref, _ = people.taken()
    before = row(ref).version
    recorded(
        people,
        ref,
        one(people, result=TRACE),
        one(people, "local-records"),
        one(people, "open-sources", NOT_DONE),
    )
    assert row(ref).version == before + 1
    (step,) = Step.objects.filter(report=ref, move="check")
    assert step.codes == {}
    first, second, *_, people_row = register(people, ref)
    assert (first.latest.result, first.latest.text, first.latest.by) == (TRACE, FOUND, "Odile O.")  # type: ignore[union-attr]
    assert second.latest is not None
    assert people_row.latest is None
    shown = dict(people.read(ref).history.timeline[-1].words)
    assert shown["National police records: The report itself"] == f"Trace. {FOUND}"
    assert shown["Checked by"] == "Odile O."
    assert [event.detail for event in logged("report-checked", thing=ref)] == [{}]


def test_only_a_check_that_was_made_moves_the_clock(people: People) -> None:
    ref, _ = people.taken()
    due = row(ref).due_at
    people.at += 5 * MINUTE
    recorded(people, ref, one(people, result=ASKED), one(people, "open-sources", NOT_DONE))
    assert row(ref).due_at == due
    recorded(people, ref, one(people))
    assert row(ref).due_at == minute_of(people.at) + timedelta(hours=8)


@pytest.mark.parametrize("text", ["x", ".", "ok", "done", "", " ", "n/a", "-----"])
@pytest.mark.parametrize("result", [TRACE, NO_TRACE, ASKED, NOT_DONE])
def test_a_result_that_says_nothing_is_refused(
    people: People, result: recording.CheckOutcome, text: str
) -> None:
    ref, _ = people.taken()
    before = row(ref)
    with pytest.raises(NotNow, match=recording.MISSING[result].split(",")[0]):
        recorded(people, ref, one(people, result=result, text=text))
    assert (row(ref).version, row(ref).due_at) == (before.version, before.due_at)
    assert not Task.objects.filter(report=ref).exists()


def test_a_check_needs_somebody_who_made_it_and_a_save_a_result(people: People) -> None:
    ref, _ = people.taken()
    for who in ("", ".", "x"):
        with pytest.raises(NotNow, match="Say who made"):
            recorded(people, ref, one(people), who=who)
    with pytest.raises(NotNow, match="Choose a result"):
        recorded(people, ref)


def test_rows_are_the_subjects_that_officers_linked_and_the_systems_that_know_them(people: People) -> None:
    ref, _ = people.taken(narrative=BOY[0])
    link = linked(people, ref)
    assess(people, ref, "high")
    of_the_boy = {each.system.code: each for each in register(people, ref) if each.subject == link}
    assert set(of_the_boy) == {"national-records", "local-records", "open-sources", "people-or-permits"}
    assert "Caoimhin Tierney" in of_the_boy["local-records"].words
    required = {(each.system.code, each.subject) for each in register(people, ref) if each.required}
    assert required == {
        ("national-records", link),
        ("local-records", link),
        ("open-sources", link),
        ("vehicle-records", None),  # no vehicle is linked
    }
    recorded(people, ref, one(people, subject=link))
    assert latest(people, ref) == NO_TRACE
    for system, subject in (("vehicle-records", link), ("national-records", uuid4()), ("made-up", None)):
        with pytest.raises(NotHere):
            recorded(people, ref, one(people, system, subject=subject))


def test_what_is_asked_is_a_task_with_an_alarm_and_ends_with_its_result(people: People) -> None:
    ref, _ = people.assessed()
    recorded(people, ref, one(people, result=ASKED))
    task = Task.objects.get(report=ref)
    assert task.due_at == minute_of(people.at + timedelta(hours=4))
    with people.sitting("Odile") as here:
        for end in (tasks.finish, tasks.cancel):
            with pytest.raises(NotNow, match="page Checks"):
                end(ref, task.id, "It came back", by=here, at=people.at)
    with pytest.raises(NotNow, match="task on this report is open"):
        close(people, ref)
    with acting("worker"):
        clock.watch_tasks(task.due_at + HOUR)
    assert Alarm.objects.filter(kind=AlarmKind.TASK_LATE, cleared_at=None).count() == 1
    people.at = task.due_at + HOUR
    people.tokens.clear()
    recorded(people, ref, one(people, result=TRACE))
    task.refresh_from_db()
    assert task.state == "done"
    assert not Alarm.objects.filter(kind=AlarmKind.TASK_LATE, cleared_at=None).exists()


def test_nobody_marks_a_check_done_that_a_colleague_has_to_see(people: People) -> None:
    ref, _ = people.taken()
    recorded(people, ref, one(people, "local-records", ASKED), name="Olga")
    with pytest.raises(Refused, match="Only the task’s owner"):
        recorded(people, ref, one(people, "local-records"))
    assert latest(people, ref, "local-records") == ASKED
    recorded(people, ref, one(people, "local-records"), name="Olga")
    assert latest(people, ref, "local-records") == NO_TRACE


def test_a_second_save_of_the_same_version_is_a_conflict_and_a_locked_session_records_nothing(
    people: People,
) -> None:
    ref, _ = people.taken()
    before = row(ref).version
    recorded(people, ref, one(people))
    with pytest.raises(Changed):
        recorded(people, ref, one(people, result=TRACE), version=before)
    assert latest(people, ref) == NO_TRACE
    people.tokens.clear()
    with people.sitting("Odile", unlocked=False):
        pass
    with pytest.raises(Locked):
        recorded(people, ref, one(people, result=TRACE))


def test_an_officer_of_another_desk_finds_no_report(people: People) -> None:
    ref, _ = people.send(**SOUTH_WEST)
    with people.sitting("Odile") as here:
        said = {"who": "Odile", "version": 1, "by": here, "at": people.at}
        with pytest.raises(NotHere):
            recording.record_results(ref, [one(people)], **said)
    assert logged("report-checked", refused=True)


def test_what_was_found_is_searched_and_its_codes_are_not(people: People) -> None:
    told = {
        "checks": [
            {
                "system": "national-records",
                "subject": "",
                "about": "The report itself",
                "task": "",
                "result": "trace",
                "text": FOUND,
            }
        ],
        "who": "Odile O.",
        "pad": "   ",
    }
    (text,) = documents.texts_of_opened(row(people.taken()[0]), None, [("note", told)])
    assert (text.text, text.where) == (FOUND, "Further checks")


def test_explained_needs_the_required_checks_and_what_explains_it(people: People) -> None:
    ref, _ = people.taken()
    assess(people, ref, "medium")
    with pytest.raises(NotNow, match="what explains"):
        close(people, ref, EXPLAINED)
    with pytest.raises(NotNow, match=r"National police records.*Local force records.*Vehicle"):
        close(people, ref, CLOSING)
    recorded(
        people,
        ref,
        one(people),
        one(people, "local-records", NOT_DONE),
        one(people, "vehicle-records", ASKED),
    )
    with pytest.raises(NotNow, match="record these checks or say why they were not done: Vehicle"):
        close(people, ref, CLOSING)
    recorded(people, ref, one(people, "vehicle-records", NOT_DONE))
    close(people, ref, CLOSING)
    assert row(ref).stage == "closed"


def test_reasons_why_nothing_was_checked_explain_nothing(people: People) -> None:
    ref, _ = people.taken()
    assess(people, ref, "medium")
    checked(people, ref, result=NOT_DONE)
    with pytest.raises(NotNow, match="at least one check that was made"):
        close(people, ref, CLOSING)


def test_on_high_whoever_recorded_the_checks_does_not_close(people: People) -> None:
    ref, _ = people.taken()
    assess(people, ref, "high")
    with pytest.raises(NotNow, match="National police records"):
        close(people, ref, CLOSING)
    people.passed_on(ref, "Odile", "Olga")
    checked(people, ref, "Olga")
    with pytest.raises(NotNow, match="You recorded these checks yourself"):
        close(people, ref, CLOSING, "Olga")
    checked(people, ref, "Odile")
    people.at = row(ref).lease_until or people.at
    people.tokens.clear()
    close(people, ref, CLOSING, "Olga")
    assert row(ref).stage == "closing"  # until it has been compared


def test_lowering_the_priority_gets_rid_of_no_check(people: People) -> None:
    ref, _ = people.taken()
    assess(people, ref, "high")
    assess(people, ref, "low")
    assert any(each.is_missing for each in register(people, ref))
    people.passed_on(ref, "Odile", "Olga")
    with pytest.raises(NotNow, match="Open sources"):
        close(people, ref, CLOSING, "Olga")


def test_danger_and_handing_over_wait_for_no_check(people: People) -> None:
    ref, _ = people.taken(**DANGER)
    recorded(people, ref, one(people, result=ASKED))
    assert people.read(ref).header.has_danger
    danger_scene.with_leads(people)
    danger_scene.end(people, ref)
    with people.sitting("Odile") as here:
        lower = replace(stories.VAGUE, priority="medium")
        transitions.assess(ref, lower, version=row(ref).version, by=here, at=people.at)
    give(people, ref)
    assert row(ref).offered
    assert Task.objects.get(report=ref).owner_id is None


def test_asking_somebody_outside_counts_as_a_contact(people: People) -> None:
    ref, _ = people.taken()
    recorded(people, ref, one(people, "people-or-permits", ASKED), one(people, result=ASKED))
    contact = {each.text.split(":")[0]: each.contact for each in people.read(ref).history.tasks}
    assert contact == {"People who know, or who issue permits": True, "National police records": False}


def test_what_was_asked_of_a_subject_can_be_ended_after_its_link_was_undone(people: People) -> None:
    ref, _ = people.assessed(narrative=BOY[0])
    link = linked(people, ref)
    recorded(people, ref, one(people, subject=link, result=ASKED), one(people, "local-records", subject=link))
    with people.sitting("Odile") as here:
        changing.undo(ref, link, "Two cousins.", not_same=True, by=here, at=people.at)
    assert [each.system.code for each in register(people, ref) if each.subject == link] == [
        "national-records"
    ]
    recorded(people, ref, one(people, subject=link, result=NOT_DONE))
    assert not any(each.subject == link for each in register(people, ref))
    assert Task.objects.get(report=ref).state == "done"
