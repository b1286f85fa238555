"""Coming on duty, planning shifts, and the on-call chain of a desk."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from pytest_django import Settings

from heedline.casework.access import session
from heedline.casework.access.session import Attendance
from heedline.casework.duty import rota
from heedline.casework.errors import NotHere
from heedline.desks import duty_hours
from heedline.permits.gate import Refused
from heedline.reports.lifecycle import NotNow
from heedline.vault.keys import new_seed
from tests.support.duty_scene import NOON, Scene, events, play

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def scene(settings: Settings, tmp_path: Path) -> Scene:
    settings.MAILERS = {"default": {"BACKEND": "heedline.dispatch.folder.FolderMail"}}
    settings.PAGES_DIR = tmp_path
    settings.DEMO = False
    return play(tmp_path)


def names(desk: UUID) -> list[str]:
    return [one.name for one in duty_hours.on_duty(NOON, desk).values()]


def come_on(by: Attendance, desk: UUID, hours: float = 8) -> None:
    rota.come_on(by=by, desk=desk, until=NOON + timedelta(hours=hours), at=NOON)


def test_a_shift_staying_longer_and_going_off(scene: Scene) -> None:
    desk = scene.desks["north-east"].id
    with scene.sitting("Odile") as odile:
        come_on(odile, desk, 2)
        come_on(odile, desk, 8)
        assert names(desk) == [], "the rota says who should be there, and nothing else"
        (line,) = rota.rota(by=odile, at=NOON)
        assert [(one.name, one.ends) for one in line.missing] == [("Odile", NOON + 8 * HOUR)]
        odile = session.unlock_with_seed(odile, new_seed(), at=NOON)
        (one,) = duty_hours.on_duty(NOON, desk).values()
        assert one.name == "Odile"
        shorter = rota.come_on(by=odile, desk=desk, until=NOON + 4 * HOUR, at=NOON)
        assert shorter == NOON + 8 * HOUR, (
            "a choice of fewer hours takes nothing from a shift that is planned"
        )
        (line,) = rota.rota(by=odile, at=NOON)
        assert (line.code, line.mine_until, line.missing) == ("north-east", NOON + 8 * HOUR, ())
        assert [one.name for one in line.on_duty] == ["Odile"]
        assert rota.go_off(by=odile, desk=desk, at=NOON) is False
        assert names(desk) == [], "her keys are locked"
        odile = replace(odile, keyring=None)
        with pytest.raises(NotNow, match="not on duty"):
            rota.go_off(by=odile, desk=desk, at=NOON)
    assert len(events("came-on-duty")) == 3
    assert len(events("went-off-duty")) == 1


def test_going_off_duty_locks_the_keys_in_every_session(scene: Scene) -> None:
    """An officer who was unlocked in a second browser stayed on duty, and counted as somebody else who is."""
    desk = scene.desks["north-east"].id
    with scene.sitting("Odile") as elsewhere:
        session.unlock_with_seed(elsewhere, new_seed(), at=NOON)
    with scene.sitting("Odile") as odile:
        assert rota.go_off(by=odile, desk=desk, at=NOON) is False
    assert names(desk) == []


@pytest.mark.parametrize("hours", [0, -1, 17])
def test_hours_that_cannot_be(scene: Scene, hours: float) -> None:
    with scene.sitting("Odile") as odile, pytest.raises(NotNow, match="A shift"):
        come_on(odile, scene.desks["north-east"].id, hours)


def test_nobody_comes_on_duty_at_another_desk_and_the_refusal_is_logged(scene: Scene) -> None:
    with scene.sitting("Otto") as otto, pytest.raises(Refused):
        come_on(otto, scene.desks["north-east"].id)
    (event,) = events("came-on-duty")
    assert (event["outcome"], event["actor"]) == ("refused", scene.people["Otto"].id)


def test_the_chain_of_a_desk_is_said_by_its_supervisor_or_a_steward(scene: Scene) -> None:
    desk, odile_id = scene.desks["north-east"].id, scene.people["Odile"].id
    stella = scene.steward("Stella").id
    with scene.sitting("Odile") as odile, pytest.raises(Refused, match="supervisor"):
        rota.put_on_call(odile_id, desk=desk, step=1, by=odile, at=NOON)
    with scene.sitting("Orla") as orla:
        rota.put_on_call(odile_id, desk=desk, step=1, by=orla, at=NOON)
        rota.put_on_call(odile_id, desk=desk, step=1, by=orla, at=NOON)
        with pytest.raises(Refused, match="supervisor"):
            rota.put_on_call(
                scene.people["Otto"].id, desk=scene.desks["south-west"].id, step=1, by=orla, at=NOON
            )
        with pytest.raises(NotHere):
            rota.put_on_call(scene.people["Otto"].id, desk=desk, step=1, by=orla, at=NOON)
        for step in (0, 4):
            with pytest.raises(NotNow, match="from 1 to 3"):
                rota.put_on_call(odile_id, desk=desk, step=step, by=orla, at=NOON)
    with scene.sitting("Stella") as here:
        rota.put_on_call(odile_id, desk=desk, step=3, by=here, at=NOON)
    said = [(e["outcome"], e["actor"], e["detail"].get("step")) for e in events("put-on-call")]
    orla_id = scene.people["Orla"].id
    refusals = [("refused", odile_id, None), ("refused", orla_id, None)]
    assert said == [refusals[0], ("done", orla_id, 1), refusals[1], ("done", stella, 3)]
    with scene.sitting("Odile") as odile:
        (line,) = rota.rota(by=odile, at=NOON)
    assert line.chain == ((1, "Odile"), (3, "Odile"))
