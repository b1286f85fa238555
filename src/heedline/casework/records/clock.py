"""The worker's check for overdue records of specialist desks. It reads times and owners, never what a record says."""

from __future__ import annotations

from datetime import datetime

from heedline.casework.duty.paging import raise_missing
from heedline.dispatch.letters import AlarmKind
from heedline.reports.models import DeskRecord
from heedline.reports.record_kinds import kinds


def watch(at: datetime) -> None:
    """Raise an alarm for each overdue record of a registered kind.

    Safe to repeat.
    """
    late = DeskRecord.objects.filter(due_at__lt=at, kind__in=kinds())
    raise_missing(AlarmKind.RECORD_OVERDUE, at, late.values_list("desk_id", "id"))
