"""Visits of the example desk, made by the people of tests/support/scene_people."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from heedline.reports.models import DeskRecord
from tests.support.example_desk import visits
from tests.support.scene_people import People


def asked(people: People) -> UUID:
    """A visit that Odile has asked for."""
    desk = people.house.desks["north-east"].id
    with people.sitting("Odile") as by:
        return visits.ask(desk, "The theatre", by=by, at=people.at)


def version_of(ref: UUID) -> int:
    return DeskRecord.objects.get(id=ref).version


def made(people: People, ref: UUID, name: str, how: str, **more: Any) -> None:
    """Let this person make a move of a visit as it is now."""
    with people.sitting(name) as by:
        visits.move(ref, how, version=version_of(ref), by=by, at=people.at, **more)
