"""The worker's alarms about gaps in the rota."""

from __future__ import annotations

from datetime import datetime

from heedline.casework.duty import paging
from heedline.casework.duty.alarm_causes import gaps_ahead
from heedline.desks.models import TAKE_NO_REPORTS, Desk
from heedline.dispatch.letters import AlarmKind


def watch(at: datetime) -> None:
    """Raise an alarm for each rota gap that starts soon, at every desk that has reports.

    Safe to repeat.
    """
    desks = Desk.objects.exclude(kind__in=TAKE_NO_REPORTS).order_by("code")
    paging.raise_alarms(
        AlarmKind.ROTA_GAP, at, [(desk.id, gap) for desk in desks for gap in gaps_ahead(desk, at)]
    )
