"""The worker's checks that reports can be searched, and are compared across desks in time.

It reads which reports have been sent to the linking desk and which wait there, and opens nothing.
"""

from __future__ import annotations

from datetime import datetime

from heedline.casework.duty import paging
from heedline.casework.duty.alarm_causes import COMPARED_WITHIN, missing_values
from heedline.dispatch.letters import AlarmKind
from heedline.reports.models import SealedValues, SearchWaiting


def watch(at: datetime) -> None:
    """Raise an alarm where reports wait at the linking desk for too long, were never sent there, or could not be indexed.

    Safe to repeat.
    """
    late = SealedValues.objects.filter(matched_at=None, slot__lt=at - COMPARED_WITHIN)
    paging.raise_alarms(
        AlarmKind.COMPARING_LATE, at, [(desk, None) for desk in set(late.values_list("desk_id", flat=True))]
    )
    aside = SearchWaiting.objects.filter(aside=True)
    paging.raise_alarms(
        AlarmKind.NOT_SEARCHABLE, at, [(desk, None) for desk in set(aside.values_list("desk_id", flat=True))]
    )
    missing = set(missing_values(at).values_list("desk_id", flat=True))
    paging.raise_alarms(AlarmKind.NOT_COMPARED, at, [(desk, None) for desk in missing])
