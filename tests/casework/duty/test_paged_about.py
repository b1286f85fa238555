"""Tests that whoever was paged finds the matter on My work, also where the alarm is another desk's."""

from __future__ import annotations

import uuid
from datetime import timedelta
from pathlib import Path

import pytest
from pytest_django import Settings

from heedline.casework.duty import alarm_board, alarms
from heedline.casework.errors import NotHere
from heedline.dispatch.clocks import slot_of
from heedline.dispatch.models import Alarm
from tests.support.duty_scene import NOON, Scene

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene(tmp_path: Path, settings: Settings) -> Scene:
    settings.MAILERS = {"default": {"BACKEND": "heedline.dispatch.folder.FolderMail"}}
    settings.PAGES_DIR = tmp_path
    settings.DEMO = False
    scene = Scene(tmp_path)
    for code in ("north-east", "identity"):
        scene.desk(code)
    scene.desk("national", watch=True)
    scene.officer("Odile", "north-east")
    scene.officer("Nadia", "national")
    scene.officer("Max", "national")
    scene.officer("Ada", "identity", "authoriser")
    scene.on_duty("Odile", "north-east")
    scene.on_call("Max", "national", 3)
    return scene


def about(scene: Scene, name: str, minutes: int = 0) -> list[tuple[str, str, bool]]:
    """Return the kind, the page and whether they can acknowledge it, of all that this officer was paged about."""
    at = NOON + timedelta(minutes=minutes)
    with scene.sitting(name, at) as by:
        things = alarm_board.paged_about(by=by, at=at).things
    return [(line.kind, line.page, line.can_acknowledge) for thing in things for line in thing.lines]


def test_a_duty_manager_finds_the_identity_request_that_they_were_paged_about(scene: Scene) -> None:
    alarm = Alarm.objects.create(
        kind="identity-overdue",
        desk=scene.desks["identity"],
        about_kind="request",
        about_id=uuid.uuid4(),
        slot=slot_of(NOON),
    )
    assert about(scene, "Max") == []
    scene.tick(5)
    assert scene.paged() == ["ada", "max"]
    assert about(scene, "Ada") == [("identity-overdue", "identity-request", True)]
    assert about(scene, "Max") == [("identity-overdue", "", False)], "only authorisers open and answer it"
    assert about(scene, "Nadia") == []
    with scene.sitting("Max") as max_:
        with pytest.raises(NotHere):
            alarms.acknowledge(alarm.id, by=max_, at=NOON)
        assert Alarm.objects.filter(pk=alarm.pk).update(because="x") == 0, "the database, too"
    with scene.sitting("Nadia"):
        assert not Alarm.objects.exists()


def test_danger_comes_first_and_what_a_colleague_acknowledged_stays_for_an_hour(scene: Scene) -> None:
    scene.on_duty("Nadia", "national")
    scene.report("north-east", at=NOON - timedelta(days=3))
    scene.tick(5)
    scene.report("north-east", "danger")
    scene.watch(NOON)
    scene.tick(20)
    assert [kind for kind, *_ in about(scene, "Odile")] == ["danger", "overdue"]
    with scene.sitting("Odile") as odile:
        (danger, _) = alarm_board.paged_about(by=odile, at=NOON).things
        alarms.acknowledge(danger.first.id, by=odile, at=NOON)
    assert [kind for kind, *_ in about(scene, "Odile")] == ["overdue"], "she knows"
    assert [kind for kind, *_ in about(scene, "Nadia")] == ["danger", "overdue"]
    assert [kind for kind, *_ in about(scene, "Nadia", 61)] == ["overdue"]


def test_my_work_lists_five_and_says_how_many_follow(scene: Scene) -> None:
    for _ in range(8):
        scene.report("north-east", "danger")
    scene.tick(5)
    with scene.sitting("Odile") as odile:
        found = alarm_board.paged_about(by=odile, at=NOON)
    assert (len(found.things), found.more) == (alarm_board.MOST_PAGED, 3)


def test_a_report_with_several_alarms_counts_once(scene: Scene) -> None:
    scene.report("north-east", "danger")
    scene.tick(5)
    later = NOON + timedelta(hours=3)
    scene.watch(later)
    with scene.sitting("Odile") as odile:
        assert alarms.unanswered(by=odile).count() > 1
        assert alarm_board.paged_about(by=odile, at=later).unanswered == 1
    with scene.sitting("Nadia") as nadia:  # whether or not she was paged herself
        assert alarm_board.paged_about(by=nadia, at=later).unanswered == 1
