"""Trainings in tests: they lapse, are recorded again, and what was let pass all the same is counted."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from heedline.casework.people import training
from heedline.desks.models import CompletedTraining
from tests.support.scene_people import People, logged

DAY = timedelta(days=1)


def record_of(people: People, name: str, code: str) -> CompletedTraining:
    return CompletedTraining.objects.get(
        officer=people.house.officers[name], training=code, withdrawn_on=None
    )


def lapse(people: People, name: str, code: str, *, ago: timedelta = 3 * DAY) -> None:
    """It has not counted for so long: Stella took the record back then."""
    with people.sitting("Stella", unlocked=False) as stella:
        training.withdraw(record_of(people, name, code).id, by=stella, at=people.at - ago)


def again(people: People, name: str, code: str, *, at: datetime | None = None) -> None:
    officer, at = people.house.officers[name].id, at or people.at
    with people.sitting("Stella", unlocked=False) as stella:
        training.record(code, at.date(), [officer], by=stella, at=at)


def let_pass(code: str, thing: UUID | None = None) -> list[str]:
    return [
        str(event.detail["capability"])
        for event in logged("without-training", thing=thing)
        if event.detail["training"] == code
    ]
