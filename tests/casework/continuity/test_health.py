"""Tests for the figures that the operator's monitoring gets: true, and too coarse to date a report."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from heedline.casework.continuity import health
from heedline.dispatch.clocks import slot_of
from heedline.reports.models import Report
from tests.support.acting import acting
from tests.support.duty_scene import NOON, Scene, play

pytestmark = pytest.mark.django_db
QUARTER = timedelta(minutes=15)


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return play(tmp_path)


def figures(minutes: float) -> health.HealthFigures:
    with acting("worker"):
        return health.figures(slot_of(NOON) + timedelta(minutes=minutes))


def test_a_report_is_counted_once_its_quarter_hour_is_over_and_settled(scene: Scene) -> None:
    for _ in range(3):
        scene.report("north-east")
    assert figures(14).unread_reports == 0
    assert figures(16).unread_reports == 0, "settling has still to remove what dates them"
    Report.objects.update(settled=True)  # as `clockwork.settle` does
    later = figures(16)
    assert (later.unread_reports, later.oldest_unread) == (1, QUARTER.total_seconds())
    assert figures(29) == later, "nothing changes within a quarter hour"


def test_a_report_counts_as_late_once_it_is_due_and_nobody_has_read_it(scene: Scene) -> None:
    for _ in range(2):
        scene.report("north-east")
    quarter_hour = slot_of(NOON) + QUARTER
    Report.objects.update(settled=True, due_at=quarter_hour)
    assert figures(16).overdue_reports == 0
    assert figures(31).overdue_reports == 1
    Report.objects.update(seen=True, slot=None)
    assert figures(31).overdue_reports == 0


def test_a_standby_that_lost_its_connection_is_counted_by_its_slot(scene: Scene) -> None:
    assert figures(16).standbys == health.StandbyFigures(required=False, slots=0, attached=0, lag=None)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_create_physical_replication_slot('gone', true)")
        try:
            assert figures(16).standbys == health.StandbyFigures(
                required=False, slots=1, attached=0, lag=None
            )
        finally:
            cursor.execute("SELECT pg_drop_replication_slot('gone')")


def test_room_on_the_databases_disk_is_twice_what_drafts_leave(
    scene: Scene, tmp_path: Path, settings: Settings
) -> None:
    assert figures(16).database_has_room is None, "the disk cannot be seen from here"
    settings.DATABASE_DISK, settings.KEEP_FREE = tmp_path, 1
    assert figures(16).database_has_room is True
    settings.KEEP_FREE = 2**60
    assert figures(16).database_has_room is False


def test_alarms_are_counted_by_kind_and_only_while_they_are_open(scene: Scene) -> None:
    for _ in range(6):
        scene.report("north-east", watch="national")
    scene.tick(5)
    assert figures(10).alarms == {}
    assert figures(16).alarms == {"nobody-on-duty": 5}


def test_no_desk_officer_or_report_is_told(scene: Scene) -> None:
    report = scene.report("north-east", watch="national")
    scene.tick(5)
    told = str(figures(31))
    for secret in (report, *(desk.id for desk in scene.desks.values()), "north-east", "Nadia"):
        assert str(secret) not in told


def test_figures_take_as_many_queries_in_a_flood_as_on_a_quiet_day(scene: Scene) -> None:
    for _ in range(40):
        scene.report("north-east", watch="national")
    scene.tick(5)
    with acting("worker"), CaptureQueriesContext(connection) as queries:
        health.figures(NOON + QUARTER)
    assert len(queries) <= 9
