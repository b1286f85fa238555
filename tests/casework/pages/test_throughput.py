"""Daily counts: added when a report is first taken or closed, without a trace of the arrival, and who sees them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction

from heedline.audit.acts import Act
from heedline.casework.journey import transitions
from heedline.casework.oversight.daily_counts import DailyFigure
from heedline.casework.pages.board import board as pages_board
from heedline.casework.pages.board import repeats, throughput
from heedline.casework.pages.board.throughput import FigureLines
from heedline.desks.models import DailyCount
from heedline.permits import count_functions
from heedline.permits.gate import Refused
from heedline.reports.models import Report
from tests.casework.journey.test_repeats import about_a_person, assessment
from tests.support.keeping_scene import with_leads
from tests.support.scene_people import SOUTH_WEST, People, logged, row

pytestmark = pytest.mark.django_db


def counted(figure: DailyFigure) -> dict[tuple[str, str], int]:
    rows = DailyCount.objects.filter(figure=figure).values_list("desk__code", "band", "number")
    return {(desk, band): number for desk, band, number in rows}


def sums(found: tuple[FigureLines, ...], figure: DailyFigure) -> dict[str, tuple[int, ...]]:
    lines = next(one for one in found if one.figure is figure)
    return {line.band: line.sums for line in lines.bands}


def test_a_first_take_counts_once_and_by_its_clock(people: People) -> None:
    in_time, _ = people.send()
    late, _ = people.send()
    people.take(in_time)
    with people.sitting("Odile") as odile:
        transitions.release(in_time, by=odile, at=people.at)
    people.take(in_time)
    del people.tokens["Odile"]
    people.take(late, at=people.at + timedelta(hours=20))
    assert counted(DailyFigure.FIRST_TAKE) == {("north-east", "in-time"): 1, ("north-east", "day"): 1}


def test_reports_of_one_quarter_hour_fall_into_one_band_whenever_they_came(people: People) -> None:
    """A count says no more of an arrival than the log, which has its quarter hour."""
    first, _ = people.send()
    due = row(first).due_at
    assert due is not None
    assert (due.minute % 15, due.second, due.microsecond) == (0, 0, 0)
    assert {field.name for field in DailyCount._meta.concrete_fields} == {
        "desk",
        "day",
        "figure",
        "band",
        "number",
    }


def test_closing_counts_by_its_clock_and_by_days(people: People) -> None:
    people.closed()
    people.closed("Otto", **SOUTH_WEST)
    assert counted(DailyFigure.CLOSE) == {("north-east", "in-time"): 1, ("south-west", "in-time"): 1}
    assert counted(DailyFigure.CLOSED_AGE) == {("north-east", "same-day"): 1, ("south-west", "same-day"): 1}


def test_the_board_adds_up_days_weeks_and_four_weeks(people: People) -> None:
    with_leads(people)
    people.taken()
    for days in (0, 3, 20, 40):
        at = people.at + timedelta(days=days)
        people.tokens.pop("Olga", None)
        with people.sitting("Olga", at=at) as olga:
            desk = pages_board.desk_led("north-east", by=olga)
            found = pages_board.board(desk, by=olga, at=at).throughput
        assert sums(found, DailyFigure.FIRST_TAKE)["in-time"] == (days == 0, days < 7, days < 28)


def test_an_overseer_sees_counts_of_every_desk_and_nothing_else(people: People) -> None:
    with_leads(people)
    people.taken()
    people.taken("Otto", **SOUTH_WEST)
    with people.sitting("Ned", unlocked=False) as ned:
        found = throughput.of_every_desk(by=ned, at=people.at)
        assert not Report.objects.exists()
    known = {one.name: sums(one.figures, DailyFigure.FIRST_TAKE)["in-time"][0] for one in found}
    assert known == {"National desk": 0, "North East desk": 1, "South West desk": 1}
    assert logged(Act.LOG_READ)[-1].detail == {"view": "figures"}
    for name in ("Olga", "Odile", "Stella"):
        with people.sitting(name, unlocked=name != "Stella") as here, pytest.raises(Refused):
            throughput.of_every_desk(by=here, at=people.at)


def test_a_dishonest_officer_changes_no_count_and_adds_to_no_other_desk(people: People) -> None:
    """With the office's own role: only one at a time, and only at their own desk."""
    people.taken()
    there = people.house.desks["south-west"].id
    with people.sitting("Odile"):
        for attempt in (
            lambda: DailyCount.objects.update(number=0),
            lambda: DailyCount.objects.all().delete(),
            lambda: DailyCount.objects.create(
                desk_id=there, day=people.at.date(), figure="close", band="in-time", number=9
            ),
        ):
            with pytest.raises(DatabaseError), transaction.atomic():
                attempt()
        count_functions.count_act(there, people.at.date(), "close", "in-time")
        count_functions.count_act(people.house.desks["north-east"].id, people.at.date(), "x'; --", "in-time")
    assert counted(DailyFigure.FIRST_TAKE) == {("north-east", "in-time"): 1}
    assert DailyCount.objects.count() == 1
    with people.sitting("Otto"):
        assert not DailyCount.objects.exists()


def test_the_days_repeats_are_listed_by_opening_them_and_stand_nowhere_in_the_clear(people: People) -> None:
    ref, officer, lead = about_a_person(people)
    with people.sitting(officer) as here:
        transitions.assess(ref, assessment("possible"), version=row(ref).version, by=here, at=people.at)
    with people.sitting(lead) as here:
        desk = pages_board.desk_led(row(ref).desk.code, by=here)
        (line,) = repeats.repeats_of_today(desk, by=here, at=people.at)
        assert line.ref == ref
        assert repeats.repeats_of_today(desk, by=here, at=people.at + timedelta(days=2)) == ()
    assert logged("queue-read")[0].detail == {"state": "repeats", "opened": [str(ref)], "new": 0}
    assert not DailyCount.objects.exclude(figure=DailyFigure.FIRST_TAKE).exists()
    with people.sitting(officer) as here:
        transitions.assess(ref, assessment("no"), version=row(ref).version, by=here, at=people.at)
        with pytest.raises(Refused):
            repeats.repeats_of_today(desk, by=here, at=people.at)
    with people.sitting(lead) as here:
        assert repeats.repeats_of_today(desk, by=here, at=people.at) == (), "the newest assessment counts"
