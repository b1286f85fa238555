"""Tasks on reports: who sets, ends and gives them away, what is sealed, what alarms, and how they go with their report."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError, transaction

from heedline.casework.duty import alarm_kinds, alarms
from heedline.casework.errors import Locked, NotHere
from heedline.casework.journey import bulk_close, transitions
from heedline.casework.pages.board import board as pages_board
from heedline.casework.pages.queues import bulk_preview
from heedline.casework.pages.task_lines import TaskLine
from heedline.casework.setup import leavers
from heedline.casework.tasks import clock, tasks
from heedline.dispatch.letters import AlarmKind
from heedline.dispatch.models import Alarm
from heedline.permits.gate import Refused
from heedline.reports.lifecycle import NotNow
from heedline.reports.models import SealedPayload, Sweep, Task
from tests.casework.journey.test_hand_over import give
from tests.support import stories
from tests.support.acting import acting
from tests.support.keeping_scene import with_leads
from tests.support.scene_people import MINUTE, SOUTH_WEST, People, logged, row

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
WHAT = "Zinnober-task: ask the landlord for the recordings"


def set_one(people: People, ref: UUID, to: str = "Odile", name: str = "Odile", text: str = WHAT) -> UUID:
    with people.sitting(name) as here:
        owner = people.house.officers[to].id
        return tasks.set_task(ref, text, owner, people.at + HOUR, by=here, at=people.at)


def shown(people: People, ref: UUID, name: str = "Odile") -> tuple[TaskLine, ...]:
    return people.read(ref, name).history.tasks


def test_a_task_is_sealed_shown_and_done(people: People) -> None:
    ref, _ = people.taken()
    task = set_one(people, ref, to="Olga")
    stored = Task.objects.get(pk=task)
    assert WHAT.encode() not in bytes(SealedPayload.objects.get(container=stored.container).payload)
    (line,) = shown(people, ref)
    assert (line.text, line.owner, line.is_open, line.changes) == (WHAT, "Olga O.", True, True)
    with people.sitting("Olga") as olga:
        (mine,) = tasks.mine(by=olga, at=people.at)
        assert (mine.text, mine.ref, mine.overdue) == (WHAT, ref, False)
        tasks.finish(ref, task, "They are kept for a week", by=olga, at=people.at + MINUTE)
        assert tasks.mine(by=olga, at=people.at) == ()
        with pytest.raises(NotNow, match="ended"):
            tasks.finish(ref, task, "", by=olga, at=people.at)
    (line,) = shown(people, ref)
    assert (line.is_open, line.ended) == (False, (("What was done", "They are kept for a week"),))
    titles = [(one.kind, one.what, one.by) for one in people.read(ref).history.timeline]
    assert ("tasks", "task-set", "Odile O.") in titles
    assert ("tasks", "task-done", "Olga O.") in titles
    assert [len(logged(act, thing=ref)) for act in ("task-set", "task-done")] == [1, 1]


def test_lists_of_tasks_say_in_the_log_whose_texts_they_opened(people: People) -> None:
    ref, _ = people.taken()
    set_one(people, ref)
    with_leads(people)
    with people.sitting("Odile") as odile:
        tasks.mine(by=odile, at=people.at)
    with people.sitting("Olga") as olga:
        assert tasks.mine(by=olga, at=people.at) == ()
        tasks.of_desk(pages_board.desk_led("north-east", by=olga), by=olga, at=people.at)
    looks = [
        (one.actor, one.detail["opened"]) for one in logged("queue-read") if one.detail["state"] == "tasks"
    ]
    officers = people.house.officers
    assert looks == [(officers["Odile"].id, [str(ref)]), (officers["Olga"].id, [str(ref)])], (
        "nothing opened, nothing said"
    )
    del people.tokens["Odile"]
    with people.sitting("Odile", unlocked=False) as odile:
        (line,) = tasks.mine(by=odile, at=people.at)
    assert WHAT not in line.text
    assert len([one for one in logged("queue-read") if one.detail["state"] == "tasks"]) == 2


def test_a_task_is_cancelled_only_with_a_reason(people: People) -> None:
    ref, _ = people.taken()
    task = set_one(people, ref)
    with people.sitting("Odile") as odile:
        with pytest.raises(NotNow, match="why"):
            tasks.cancel(ref, task, " ", by=odile, at=people.at)
        tasks.cancel(ref, task, "Not needed any more", by=odile, at=people.at)
    assert shown(people, ref)[0].ended == (("Reason", "Not needed any more"),)


@pytest.mark.parametrize(
    ("after", "to"),
    [(timedelta(0), "Odile"), (-HOUR, "Odile"), (timedelta(days=29), "Odile"), (HOUR, "Otto")],
)
def test_a_due_time_still_comes_and_the_owner_works_here(people: People, after: timedelta, to: str) -> None:
    ref, _ = people.taken()
    owner = people.house.officers[to].id
    with people.sitting("Odile") as odile, pytest.raises(NotNow):
        tasks.set_task(ref, WHAT, owner, people.at + after, by=odile, at=people.at)
    assert not Task.objects.exists()


def test_nothing_is_set_without_words_with_locked_keys_or_on_what_is_closed(people: People) -> None:
    ref, _ = people.taken()
    with pytest.raises(NotNow, match="Write what"):
        set_one(people, ref, text="  ")
    closed, _ = people.closed()
    with pytest.raises(NotNow, match="Reopen"):
        set_one(people, closed)
    del people.tokens["Odile"]
    with people.sitting("Odile", unlocked=False) as odile, pytest.raises(Locked):
        tasks.set_task(ref, WHAT, odile.officer_id, people.at + HOUR, by=odile, at=people.at)


def test_only_its_owner_whoever_set_it_and_a_supervisor_change_a_task(people: People) -> None:
    """And a curious officer of another desk finds none."""
    ref, _ = people.taken()
    task = set_one(people, ref)  # Odile's own: Olga neither set it nor owns it
    with people.sitting("Olga") as olga, pytest.raises(Refused):
        tasks.finish(ref, task, "", by=olga, at=people.at)
    assert [line.changes for line in shown(people, ref, "Olga")] == [False]
    with people.sitting("Otto") as otto:
        with pytest.raises(NotHere):
            tasks.finish(ref, task, "", by=otto, at=people.at)
        with pytest.raises(NotHere):
            tasks.set_task(ref, WHAT, otto.officer_id, people.at + HOUR, by=otto, at=people.at)
    assert len(logged("task-done", refused=True)) == 2
    with_leads(people)
    del people.tokens["Olga"]
    with people.sitting("Olga") as olga:
        tasks.give(ref, task, olga.officer_id, people.at + 2 * HOUR, by=olga, at=people.at)
    assert Task.objects.get().owner == people.house.officers["Olga"]
    other, _ = people.taken("Otto", **SOUTH_WEST)
    with people.sitting("Olga") as olga, pytest.raises(NotHere):
        tasks.finish(other, task, "", by=olga, at=people.at)
    with people.sitting("Olga") as olga, pytest.raises(NotHere):
        tasks.finish(ref, uuid4(), "", by=olga, at=people.at)


def test_the_task_of_somebody_who_has_left_keeps_no_report_open_for_ever(people: People) -> None:
    """Not every desk has a supervisor, and Odile, who set it, was its owner as well."""
    ref, _ = people.taken("Olga")
    task = set_one(people, ref)
    house = people.house
    leavers.leave_desk(
        house.officers["Odile"], house.desks["north-east"], hands=house.hands, at=people.at + MINUTE
    )
    assert [line.changes for line in shown(people, ref, "Olga")] == [True]
    with people.sitting("Olga") as olga:
        tasks.finish(ref, task, "They are kept for a week", by=olga, at=people.at + MINUTE)
        tasks.nothing_open(ref)
    with people.sitting("Otto") as otto, pytest.raises(NotHere):
        tasks.finish(ref, task, "", by=otto, at=people.at)


def test_a_late_task_alarms_once_a_report_until_none_is_late(people: People) -> None:
    ref, _ = people.taken()
    first, second = set_one(people, ref), set_one(people, ref, to="Olga")
    late = people.at + HOUR + MINUTE
    with acting("worker"):
        clock.watch_tasks(people.at)
        assert not Alarm.objects.filter(kind=AlarmKind.TASK_LATE).exists()
        clock.watch_tasks(late)
        clock.watch_tasks(late + MINUTE)
        alarm = Alarm.objects.get(kind=AlarmKind.TASK_LATE)
        called = alarm_kinds.called(alarm, 0, late)
    assert {"odile@unit.example", "olga@unit.example"} <= called
    with people.sitting("Odile", at=late) as odile:
        with pytest.raises(NotNow, match="Finish the task"):
            alarms.clear(alarm.id, "false-alarm", by=odile, at=late)
    people.tokens.pop("Odile")  # her keys were locked after an hour
    with people.sitting("Odile", at=late) as odile:
        tasks.finish(ref, first, "", by=odile, at=late)
        assert Alarm.objects.get(pk=alarm.id).cleared_at is None, "the other is late still"
        tasks.give(ref, second, odile.officer_id, late + HOUR, by=odile, at=late)
    assert Alarm.objects.get(pk=alarm.id).because == "task-ended"
    with acting("worker"):
        clock.watch_tasks(late + 2 * HOUR)
        assert Alarm.objects.filter(kind=AlarmKind.TASK_LATE, cleared_at=None).count() == 1


def test_a_report_with_an_open_task_is_not_closed(people: People) -> None:
    ref, _ = people.taken()
    task = set_one(people, ref)
    with people.sitting("Odile") as odile:
        for _ in range(2):
            with pytest.raises(NotNow, match="task"):
                transitions.assess_and_close(
                    ref, stories.VAGUE, stories.NOTHING, version=row(ref).version, by=odile, at=people.at
                )
        tasks.cancel(ref, task, "Not needed", by=odile, at=people.at)
        transitions.assess_and_close(
            ref, stories.VAGUE, stories.NOTHING, version=row(ref).version, by=odile, at=people.at
        )


def test_a_bulk_closure_leaves_out_what_has_an_open_task(people: People) -> None:
    ref, _ = people.send()
    set_one(people, ref)
    with people.sitting("Odile") as odile:
        (item,) = bulk_preview.look("north-east", [ref], by=odile, at=people.at)
        assert item.left_out == bulk_close.WHY["task"], "and the preview says so before anybody confirms"
        made = bulk_close.sweep(
            "north-east", {ref: row(ref).version}, stories.NOTHING, by=odile, at=people.at
        )
    assert Sweep.objects.get(pk=made).left_out == {str(ref): "task"}


def test_a_task_goes_with_its_report_and_has_no_owner_there(people: People) -> None:
    ref, _ = people.taken()
    task = set_one(people, ref)
    give(people, ref, "south-west")
    people.take(ref, "Otto")
    (line,) = shown(people, ref, "Otto")
    assert (line.text, line.owner, line.changes) == (WHAT, "", True)
    with people.sitting("Odile") as odile:
        assert tasks.mine(by=odile, at=people.at) == ()
        with pytest.raises(NotHere):
            tasks.finish(ref, task, "", by=odile, at=people.at)
    with people.sitting("Otto") as otto:
        tasks.give(ref, task, otto.officer_id, people.at + HOUR, by=otto, at=people.at)
        assert [one.text for one in tasks.mine(by=otto, at=people.at)] == [WHAT]


def test_the_database_keeps_a_task_as_it_was_set(people: People) -> None:
    """A dishonest officer with the office's own role changes no text, sets none for a colleague, and reopens none."""
    ref, _ = people.taken()
    task = set_one(people, ref)
    with people.sitting("Olga") as olga:
        for changed in ({"container": uuid4()}, {"set_by_id": olga.officer_id}, {"report_id": ref}):
            with pytest.raises(DatabaseError), transaction.atomic():
                Task.objects.filter(pk=task).update(**changed)
        with pytest.raises(DatabaseError), transaction.atomic():
            Task.objects.create(
                report_id=ref, owner_id=olga.officer_id, set_by=people.house.officers["Odile"],
                set_at=people.at, due_at=people.at, container=uuid4(),
            )  # fmt: skip
        with pytest.raises(DatabaseError), transaction.atomic():
            Task.objects.filter(pk=task).delete()
    with people.sitting("Odile") as odile:
        tasks.finish(ref, task, "", by=odile, at=people.at)
        assert Task.objects.filter(pk=task).update(due_at=people.at) == 0
    with acting("worker"), pytest.raises(DatabaseError), transaction.atomic():
        list(Task.objects.values_list("container"))


def test_the_board_counts_tasks_and_lists_them(people: People) -> None:
    with_leads(people)
    ref, _ = people.taken()
    set_one(people, ref, to="Olga")
    set_one(people, ref)
    at = people.at + 2 * HOUR
    with people.sitting("Olga", at=at) as olga:
        desk = pages_board.desk_led("north-east", by=olga)
        found = pages_board.board(desk, by=olga, at=at)
        assert (found.tasks, found.late_tasks) == (2, 2)
        assert [(one.tasks, one.late_tasks) for one in found.officers] == [(1, 1), (1, 1)]
        assert len(tasks.of_desk(desk, by=olga, at=at)) == 2
    with people.sitting("Odile", at=at) as odile, pytest.raises(Refused):
        tasks.of_desk(desk, by=odile, at=at)
