"""The worker's checks for referrals, which raise alarms at the desk that holds the item: one at once, one when it is overdue."""

from __future__ import annotations

from datetime import datetime

from heedline.casework.duty import paging
from heedline.dispatch.models import Alarm
from heedline.specialist_desks.material.models import MaterialItem
from heedline.specialist_desks.material.vocabulary import MaterialAlarm


def watch(at: datetime) -> None:
    """Raise an alarm for each referral that the unit does not have yet, and one at each desk with an overdue one."""
    waiting = MaterialItem.objects.filter(referral_due_at__isnull=False).values_list("desk_id", "id")
    paging.raise_missing(MaterialAlarm.REFERRED, at, waiting)
    late = set(MaterialItem.objects.filter(referral_due_at__lt=at).values_list("desk_id", flat=True))
    paging.raise_alarms(MaterialAlarm.REFERRAL_LATE, at, [(desk, None) for desk in late])


def is_waiting(alarm: Alarm, at: datetime) -> bool:
    """Return whether the alarm's item was referred, and nobody has recorded yet that the unit has it."""
    waiting = MaterialItem.objects.filter(referral_due_at__isnull=False)
    return alarm.about_id is not None and waiting.filter(id=alarm.about_id).exists()


def is_late(alarm: Alarm, at: datetime) -> bool:
    """Return whether the alarm's desk has an overdue referral."""
    return MaterialItem.objects.filter(desk=alarm.desk_id, referral_due_at__lt=at).exists()
