"""Who is on duty now, and which desks never close."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import Q

from heedline.desks.models import Desk, Shift


def shifts_now(at: datetime) -> Q:
    """Shifts that cover this moment."""
    return Q(starts_at__lte=at, ends_at__gt=at, officer__is_active=True)


def staffed_desks(at: datetime) -> frozenset[UUID]:
    """Desks where somebody is on duty now."""
    return frozenset(Shift.objects.filter(shifts_now(at)).values_list("desk_id", flat=True))


def watch_desks() -> frozenset[UUID]:
    """The round-the-clock desks that read reports."""
    return frozenset(Desk.objects.filter(round_the_clock=True, kind="activity").values_list("id", flat=True))


def desk_for_everything() -> UUID | None:
    """The desk that alarms about the installation hang on: a round-the-clock one, else any that reads reports."""
    return (
        Desk.objects.filter(kind="activity")
        .order_by("-round_the_clock", "code")
        .values_list("id", flat=True)
        .first()
    )
