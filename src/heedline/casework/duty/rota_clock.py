"""The worker's alarms about gaps in the rota."""

from __future__ import annotations

from datetime import datetime

from heedline.casework.duty import paging
from heedline.casework.duty.alarm_causes import gap_ahead
from heedline.desks.models import TAKE_NO_REPORTS, Desk
from heedline.dispatch.letters import AlarmKind


def watch(at: datetime) -> None:
    """Raise an alarm for each desk that has reports and a rota gap starting soon.

    Safe to repeat.
    """
    desks = Desk.objects.exclude(kind__in=TAKE_NO_REPORTS).order_by("code")
    paging.raise_alarms(
        AlarmKind.ROTA_GAP, at, [(desk.id, None) for desk in desks if gap_ahead(desk, at) is not None]
    )
