"""The worker's check for overdue referrals, which raises an alarm at the desk that holds the item."""

from __future__ import annotations

from datetime import datetime

from heedline.casework.duty import paging
from heedline.dispatch.models import Alarm
from heedline.specialist_desks.material.models import MaterialItem
from heedline.specialist_desks.material.vocabulary import MaterialAlarm


def watch(at: datetime) -> None:
    """Raise an alarm at each desk with an overdue referral."""
    late = set(MaterialItem.objects.filter(referral_due_at__lt=at).values_list("desk_id", flat=True))
    paging.raise_alarms(MaterialAlarm.REFERRAL_LATE, at, [(desk, None) for desk in late])


def is_late(alarm: Alarm, at: datetime) -> bool:
    """Return whether the alarm's desk has an overdue referral."""
    return MaterialItem.objects.filter(desk=alarm.desk_id, referral_due_at__lt=at).exists()
