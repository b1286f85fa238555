"""Queries for who is on duty now, who should be, and which desks are staffed round the clock.

On duty means signed in and unlocked. The rota's shifts say only who should be.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection
from django.db.models import Q

from heedline.desks.models import Desk


@dataclass(frozen=True, slots=True)
class Present:
    """An officer who is on duty at a desk, with one of their roles there."""

    desk: UUID
    officer: UUID
    role: str
    name: str


def present(at: datetime) -> tuple[Present, ...]:
    """Return the officers who are signed in and have unlocked their keys, once for each desk and role, by name."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT o.desk_id, o.officer_id, o.role, f.name FROM permits.on_duty(%s) o"
            " JOIN desks_officer f ON f.id = o.officer_id ORDER BY f.name, f.id",
            [at],
        )
        return tuple(Present(*row) for row in cursor.fetchall())


def on_duty(at: datetime, *desks: UUID | None) -> dict[UUID, Present]:
    """Return the officers on duty at any of these desks, by id, each once and ordered by name."""
    return {one.officer: one for one in present(at) if one.desk in desks}


def shifts_now(at: datetime) -> Q:
    """Return a filter for the shifts that cover this moment."""
    return Q(starts_at__lte=at, ends_at__gt=at, officer__is_active=True)


def staffed_desks(at: datetime) -> frozenset[UUID]:
    """Return the ids of the desks where an officer is on duty now."""
    return frozenset(one.desk for one in present(at))


def watch_desks() -> frozenset[UUID]:
    """Return the ids of the round-the-clock desks that read reports."""
    return frozenset(Desk.objects.filter(round_the_clock=True, kind="activity").values_list("id", flat=True))


def desk_for_everything() -> UUID | None:
    """Return the id of the desk that receives alarms about the installation itself.

    This is a round-the-clock desk that reads reports, or otherwise any desk that does.
    """
    return (
        Desk.objects.filter(kind="activity")
        .order_by("-round_the_clock", "code")
        .values_list("id", flat=True)
        .first()
    )
