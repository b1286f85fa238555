"""The officers to whom a desk's records can be given."""

from __future__ import annotations

from uuid import UUID

from heedline.desks.models import Appointment
from heedline.permits.roles import Role


def colleagues(desk: UUID, *, without: UUID | None = None) -> tuple[tuple[UUID, str], ...]:
    """Return the id and the name of each officer and supervisor of a desk who can sign in, but for one of them."""
    held = Appointment.objects.filter(
        desk=desk, role__in=(Role.OFFICER, Role.SUPERVISOR), ended_on=None, officer__is_active=True
    ).exclude(officer=without)
    return tuple(held.order_by("officer__name").values_list("officer_id", "officer__name").distinct())
