"""Many alarms at once: each round of pages asks as few questions of the database as with one, and danger comes first."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from heedline.casework.duty import paging
from heedline.dispatch.clocks import SLOT, slot_of
from heedline.dispatch.models import About, Alarm, Outbox, WorkerBeat
from tests.support.acting import acting
from tests.support.duty_scene import NOON, Scene, play

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene(settings: Settings, tmp_path: Path) -> Scene:
    settings.MAILERS = {"default": {"BACKEND": "heedline.dispatch.folder.FolderMail"}}
    settings.PAGES_DIR, settings.DEMO = tmp_path, False
    scene = play(tmp_path)
    scene.on_duty("Odile", "north-east")
    scene.on_duty("Nadia", "national")
    return scene


def a_flood(scene: Scene, each: int) -> None:
    """Alarms of several kinds and desks, as when nobody reads what arrives."""
    Alarm.objects.bulk_create(
        Alarm(
            kind=kind,
            desk=scene.desks[desk],
            about_kind=About.REPORT,
            about_id=uuid4(),
            slot=slot_of(NOON) - SLOT,
        )
        for kind in ("nobody-on-duty", "overdue", "message-waiting", "call-late")
        for desk in ("north-east", "south-west")
        for _ in range(each)
    )


def test_a_flood_of_alarms_is_paged_by_kind_desk_and_step(scene: Scene) -> None:
    asked = []
    for each in (1, 120):
        Alarm.objects.all().delete()
        scene.restart()
        a_flood(scene, each)
        with acting("worker"):
            paging.beat(NOON, thread=WorkerBeat.DANGERS)  # written once a minute, not in each round
            with CaptureQueriesContext(connection) as queries:
                assert paging.page_round(NOON, 1_000_000, scene.memory) == 8 * each
        asked.append(len(queries))
        assert not Alarm.objects.exclude(steps_sent=1).exists()
    assert asked[0] == asked[1] <= 50


def test_a_danger_is_read_and_paged_before_a_flood(scene: Scene) -> None:
    a_flood(scene, 60)
    for _ in range(40):
        scene.report("south-west")
    danger = scene.report("north-east", "danger")
    with acting("worker"), CaptureQueriesContext(connection) as queries:
        assert paging.drain(NOON, dangers=True) == 1
        assert paging.page_dangers(NOON, 1_000_000, scene.memory) == 1
    assert len(queries) <= 25
    assert scene.paged() == ["nadia", "odile"]
    assert Alarm.objects.get(steps_sent=1).about_id == danger
    assert Outbox.objects.count() == 40


def test_letters_of_a_flood_are_read_together(scene: Scene) -> None:
    for _ in range(60):
        scene.report("south-west")
    with acting("worker"), CaptureQueriesContext(connection) as queries:
        assert paging.drain(NOON) == 60
    assert len(queries) <= 15
    assert Alarm.objects.filter(kind="nobody-on-duty").count() == 60
