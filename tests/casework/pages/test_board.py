"""The supervisor's board: its figures are those of the queues, each leads to its list, and nobody else sees it."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import pytest
from django.db import connection

from heedline.casework.errors import NotHere
from heedline.casework.pages.board import board as pages_board
from heedline.casework.pages.board.board import AGES, STAGES, Board
from heedline.casework.pages.queues import figures
from heedline.casework.pages.queues.queue import queue
from heedline.casework.pages.queues.queue_view import NOBODY, OVERDUE, QueueView
from heedline.permits.gate import Refused
from heedline.reports.models import Report
from tests.casework.journey.test_hand_over import give
from tests.support.acting import acting
from tests.support.keeping_scene import with_leads
from tests.support.scene_people import DANGER, SOUTH_WEST, People, logged

pytestmark = pytest.mark.django_db


def seen(people: People, name: str = "Olga", *, days: float = 0) -> Board:
    at = people.at + timedelta(days=days)
    with people.sitting(name, at=at) as here:
        return pages_board.board(pages_board.desk_led("north-east", by=here), by=here, at=at)


def listed(people: People, *, days: float, **view: str) -> int:
    at = people.at + timedelta(days=days)
    with people.sitting("Olga", at=at) as olga:
        return queue(by=olga, at=at, view=QueueView(desk="north-east", **view)).total  # type: ignore[arg-type]


def open_work(desk: UUID, at: datetime) -> list[object]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM permits.open_work(%s, %s, %s, '{0}')", [desk, at, at.date()])
        return list(cursor.fetchall())


def a_day(people: People) -> None:
    """Reports in every stage, of two officers, at two desks."""
    with_leads(people)
    people.send()
    people.send(**DANGER)
    people.taken()
    people.taken("Olga")
    people.assessed()
    people.closed()
    people.send(**SOUTH_WEST)


@pytest.mark.parametrize("days", [0, 0.4, 3, 8, 45])
def test_each_figure_is_that_of_its_list(people: People, days: float) -> None:
    a_day(people)
    found = seen(people, days=days)
    assert found.total == listed(people, days=days) == 5
    by_age = dict(zip([code for code, _ in reversed(AGES)], range(len(AGES)), strict=True))
    for line in found.stages:
        assert line.total == listed(people, days=days, stage=line.stage)
        assert line.overdue == listed(people, days=days, stage=line.stage, due=OVERDUE)
        for code, place in by_age.items():
            assert line.ages[place] == listed(people, days=days, stage=line.stage, received=code)
    assert [line.stage for line in found.stages] == list(STAGES)
    assert found.ages[by_age["older-month" if days == 45 else "weeks" if days == 8 else "days"]] == (
        5 if days >= 3 else found.ages[by_age["days"]]
    )
    for one in found.officers:
        assert one.owned == listed(people, days=days, owner=str(one.id))
        assert one.overdue == listed(people, days=days, owner=str(one.id), due=OVERDUE)
    assert found.owned_by_nobody == listed(people, days=days, owner=NOBODY) == 2
    assert sum(line.overdue for line in found.stages) == found.figures.overdue


def test_people_stand_by_name_with_their_duty(people: People) -> None:
    a_day(people)
    odile, olga = seen(people).officers
    assert (odile.name, odile.owned, olga.name, olga.owned) == ("Odile O.", 2, "Olga O.", 1)
    assert odile.oldest == Report.objects.filter(owner=odile.id).earliest("received_on").received_on
    assert (odile.on_duty, odile.shift_until) == (True, None), "signed in and unlocked, and not on the rota"


def test_hand_overs_wait_on_both_boards(people: People) -> None:
    with_leads(people)
    ref, _ = people.taken()
    give(people, ref, "south-west")
    (waiting,) = seen(people).hand_overs
    assert (waiting.here, waiting.other, waiting.ref) == (False, "South West desk", ref)


@pytest.mark.parametrize("name", ["Odile", "Ned", "Stella", "Ada"])
def test_only_who_leads_the_desk_sees_its_board(people: People, name: str) -> None:
    """An officer of the desk, an overseer, a steward and an authoriser do not."""
    with_leads(people)
    with people.sitting(name, unlocked=name == "Odile") as here:
        assert pages_board.led_by(here) == ()
        with pytest.raises((Refused, NotHere)):
            pages_board.desk_led("north-east", by=here)
    assert [one.actor for one in logged("queue-read", refused=True)] == [people.house.officers[name].id]


def test_a_curious_supervisor_does_not_see_another_desk(people: People) -> None:
    with_leads(people)
    with people.sitting("Olga") as olga:
        for code in ("south-west", "national", "nowhere"):
            with pytest.raises(NotHere):
                pages_board.desk_led(code, by=olga)
        desk = pages_board.desk_led("north-east", by=olga)
    with people.sitting("Nadia") as nadia, pytest.raises(Refused):
        pages_board.board(desk, by=nadia, at=people.at)


def test_the_database_counts_the_open_work_of_ones_own_desks_alone(people: People) -> None:
    a_day(people)
    for name, desks in (("Olga", {"north-east"}), ("Nadia", {"national"}), ("Stella", set()), ("Ada", set())):
        with people.sitting(name, unlocked=False):
            counted = {
                code for code, desk in people.house.desks.items() if list(open_work(desk.id, people.at))
            }
        assert counted <= desks, name
        assert counted or name != "Olga"
    with acting("office"):  # nobody is signed in
        assert not list(open_work(people.house.desks["north-east"].id, people.at))


def test_all_figures_of_the_queues_are_there(people: People) -> None:
    a_day(people)
    with people.sitting("Olga") as olga:
        known = figures.figures(by=olga, at=people.at)[people.house.desks["north-east"].id]
    assert seen(people).figures == known
