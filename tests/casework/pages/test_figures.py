"""The same figures everywhere, held against the tables, and what the daily reconciliation names."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from django.db import connection

from heedline.casework.duty import alarms, paging, reports_clock
from heedline.casework.journey import transitions
from heedline.casework.pages import home
from heedline.casework.pages.queues import figures
from heedline.casework.pages.queues.queue import QueueView, queue
from heedline.dispatch.letters import AlarmKind
from heedline.dispatch.models import Alarm
from heedline.permits import functions
from heedline.permits.gate import Refused
from heedline.reports.lifecycle import NotNow
from tests.casework.journey.test_hand_over import give
from tests.support.acting import acting
from tests.support.keeping_scene import with_leads
from tests.support.scene_people import DANGER, SOUTH_WEST, People, row

pytestmark = pytest.mark.django_db


def counted(sql: str, *params: object) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM reports_report WHERE {sql}", list(params))
        return int(cursor.fetchone()[0])


def a_busy_day(people: People) -> dict[str, UUID]:
    """Reports in every stage, some of them in danger, some at another desk."""
    return {
        "waiting": people.send()[0],
        "taken": people.taken()[0],
        "assessed": people.assessed()[0],
        "closed": people.closed()[0],
        "danger": people.taken(**DANGER)[0],
        "there": people.send(**SOUTH_WEST)[0],
        "danger there": people.taken("Otto", **DANGER, **SOUTH_WEST)[0],
    }


@pytest.mark.parametrize("hours", [0, 1, 9, 72])
def test_my_work_the_queue_and_the_alarms_count_the_same(people: People, hours: int) -> None:
    a_busy_day(people)
    at = people.at + timedelta(hours=hours)
    desk, watch = people.house.desks["north-east"].id, people.house.desks["national"].id
    with people.sitting("Odile", at=at) as odile:
        known = figures.figures(by=odile, at=at)[desk]
        (mine,) = home.my_desks(by=odile, at=at)
        lines = queue(by=odile, at=at, view=QueueView(size=50)).lines
        totals = figures.totals(by=odile, at=at, desk="north-east")
    with people.sitting("Nadia", at=at) as nadia:
        national = figures.figures(by=nadia, at=at)[watch]
        watched = queue(by=nadia, at=at, view=QueueView(size=50)).lines
    late = counted("desk_id = %s AND stage <> 'closed' AND due_at < %s", desk, at)
    assert known.overdue == mine.overdue == totals.overdue == sum(line.overdue for line in lines) == late
    assert known.waiting == mine.waiting == counted("desk_id = %s AND stage = 'waiting'", desk)
    assert (
        known.danger == mine.danger == counted("desk_id = %s AND stage <> 'closed' AND rank = 0", desk) == 1
    )
    elsewhere = counted("watch_id = %s AND stage <> 'closed' AND due_at < %s", watch, at)
    assert national.overdue_elsewhere == sum(line.overdue for line in watched) == elsewhere
    assert (
        national.danger_elsewhere == counted("watch_id = %s AND stage <> 'closed' AND rank = 0", watch) == 2
    )
    with acting("worker"):
        paging.watch_clocks(at)
    raised = Alarm.objects.filter(kind=AlarmKind.OVERDUE, cleared_at=None)
    assert raised.filter(desk_id=desk).count() == late
    assert raised.count() == counted("stage <> 'closed' AND due_at < %s", at)


def test_the_round_the_clock_desk_sees_danger_and_what_is_overdue_in_every_stage(people: People) -> None:
    refs = a_busy_day(people)
    at = people.at + timedelta(days=9)
    with people.sitting("Nadia", at=at) as nadia:
        seen = {line.ref for line in queue(by=nadia, at=at, view=QueueView(size=50)).lines}
    assert seen == set(refs.values()) - {refs["closed"]}
    with people.sitting("Ada", unlocked=False) as ada, pytest.raises(Refused):
        figures.figures(by=ada, at=at)


def test_nobody_counts_what_another_desk_has(people: People) -> None:
    a_busy_day(people)
    with people.sitting("Otto"):
        desks = [people.house.desks[code].id for code in ("north-east", "south-west")]
        known = functions.figures(desks, people.at + timedelta(days=9))
    assert (known[desks[0]].overdue, known[desks[0]].waiting) == (0, 0), "row-level security holds inside"
    assert known[desks[1]].overdue == 2


def test_the_daily_reconciliation_names_every_open_report_that_is_not_in_order(people: People) -> None:
    with_leads(people)
    refs = a_busy_day(people)
    for name, who in (("taken", "Odile"), ("assessed", "Odile")):
        with people.sitting(who) as here:
            transitions.release(refs[name], by=here, at=people.at)
    people.take(refs["assessed"], "Olga")
    give(people, refs["waiting"])
    people.house.officers["Otto"].is_active = False
    people.house.officers["Otto"].save(update_fields=["is_active"])
    later = people.at + timedelta(days=1)
    with acting("worker"):
        assert reports_clock.reconcile(people.at) == 2
        assert reports_clock.reconcile(later) == 3
        reports_clock.watch_hand_overs(later)
    named = Alarm.objects.filter(kind=AlarmKind.NOT_IN_ORDER)
    assert set(named.values_list("about_id", flat=True)) == {
        refs["taken"],  # released, and nobody has it
        refs["danger there"],  # its owner has left
        refs["waiting"],  # offered, and accepted by nobody
    }
    waiting = Alarm.objects.get(kind=AlarmKind.HAND_OVER_WAITING)
    assert (waiting.desk_id, waiting.about_id) == (people.house.desks["north-east"].id, refs["waiting"])
    with people.sitting("Olga", at=later) as olga:
        with pytest.raises(NotNow, match="assign an owner"):
            alarms.clear(named.get(about_id=refs["taken"]).id, "being-dealt-with", by=olga, at=later)
        with pytest.raises(NotNow, match="Phone the other desk"):
            alarms.clear(waiting.id, "being-dealt-with", by=olga, at=later)
        transitions.take(refs["taken"], by=olga, at=later)
    assert named.get(about_id=refs["taken"]).cleared_at == later
    people.take(refs["waiting"], "Oren", at=later)
    with people.sitting("Olga", at=later) as olga:
        alarms.clear(waiting.id, "being-dealt-with", by=olga, at=later)
    assert row(refs["waiting"]).owner == people.house.officers["Oren"]
    with acting("worker"):
        assert reports_clock.reconcile(later) == 1
