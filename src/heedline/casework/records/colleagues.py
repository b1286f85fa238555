"""The officers to whom a desk's records can be given, and giving them one."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from heedline.audit.acts import Act
from heedline.casework.access.session import Attendance
from heedline.casework.errors import NotHere
from heedline.casework.records import record
from heedline.desks.models import Appointment
from heedline.permits.capabilities import Capability
from heedline.permits.roles import Role
from heedline.reports.lifecycle import NotNow
from heedline.reports.models import DeskRecord
from heedline.reports.record_kinds import REASSIGN, kinds


def colleagues(desk: UUID, *, without: UUID | None = None) -> tuple[tuple[UUID, str], ...]:
    """Return the id and the name of each officer and supervisor of a desk who can sign in, but for one of them."""
    held = Appointment.objects.filter(
        desk=desk, role__in=(Role.OFFICER, Role.SUPERVISOR), ended_on=None, officer__is_active=True
    ).exclude(officer=without)
    return tuple(held.order_by("officer__name").values_list("officer_id", "officer__name").distinct())


@record.record_verb(Act.RECORD_PASSED_ON)
def pass_on(ref: UUID, to: UUID, because: str, *, by: Attendance, at: datetime) -> None:
    """Give a record to a colleague of its desk, with a sealed reason. Its due time stays.

    Raises NotHere, Refused for an officer who does not supervise the desk, Locked, CannotOpen, and NotNow for somebody of
    another desk, its owner, and a record that nobody owns.
    """
    kind = kinds().get(DeskRecord.objects.filter(id=ref).values_list("kind", flat=True).first() or "")
    if kind is None:
        raise NotHere
    found = record.find(kind, ref, by=by, at=at)
    found.permit(Capability.ASSIGN)
    if to not in dict(colleagues(found.row.desk_id, without=found.row.owner_id)):
        raise NotNow("Choose another officer who works at this desk.")
    found.move(REASSIGN, owner=to, reason=because)
    found.record(Act.RECORD_PASSED_ON, to=str(to))
