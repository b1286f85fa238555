"""Disposal of an item's notices together with the item."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import Q

from heedline.casework.access.session import Attendance
from heedline.casework.records import desk_parts
from heedline.reports.lifecycle import NotNow
from heedline.specialist_desks.material.models import (
    CompanyNotice,
    MaterialSighting,
    NoticeAnswer,
    NoticeAttempt,
)
from heedline.specialist_desks.material.notice_rules.states import OPEN_NOTICES

STILL_OPEN = (
    "A notice about this item is still open, or nobody has read an answer to it. Close it, withdraw it, give it up, or"
    " read the answer first."
)


def open_notices(item: UUID) -> bool:
    """Return whether an open or unread notice prevents an item's disposal."""
    waits = Q(state__in=[str(one) for one in OPEN_NOTICES]) | Q(due_at__isnull=False)
    return CompanyNotice.objects.filter(waits, item_id=item).exists()


def remove(item: UUID, *, by: Attendance, at: datetime) -> int:
    """Delete an item's notices, replies and checks, and return the number of sealed parts deleted.

    Must be called inside the transaction in which the item is disposed of. The database refuses it to everybody but
    whoever leads the desk. Raises NotNow while a notice is open.
    """
    if open_notices(item):
        raise NotNow(STILL_OPEN)
    rows = list(
        CompanyNotice.objects.filter(item_id=item, desk_id__in=by.desk_ids).values_list("id", "desk_id")
    )
    refs = [ref for ref, _ in rows]
    NoticeAttempt.objects.filter(notice_id__in=refs).delete()
    NoticeAnswer.objects.filter(notice_id__in=refs).delete()
    CompanyNotice.objects.filter(id__in=refs).delete()
    MaterialSighting.objects.filter(item_id=item).delete()
    return sum(desk_parts.dispose(desk, ref) for ref, desk in rows)
