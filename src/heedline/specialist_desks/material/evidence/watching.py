"""Regular checks on items, and the alarm for overdue checks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from heedline.casework.access.session import Attendance
from heedline.casework.duty import paging
from heedline.dispatch.models import Alarm
from heedline.reports.lifecycle import NotNow
from heedline.specialist_desks.material.evidence.readings import NO_PAGE, locator_of
from heedline.specialist_desks.material.items import check_times
from heedline.specialist_desks.material.items.found_item import FoundItem, find, item_verb, my_desk
from heedline.specialist_desks.material.models import LivenessWatch
from heedline.specialist_desks.material.rules import WATCHED
from heedline.specialist_desks.material.vocabulary import MaterialAct, MaterialAlarm, MaterialCapability


@item_verb(MaterialAct.WATCH_BEGUN)
def watch(ref: UUID, *, by: Attendance, at: datetime) -> None:
    """Start an item's regular checks. Raise NotHere, Refused or NotNow."""
    found = find(ref, by=by, at=at)
    found.permit(MaterialCapability.EXAMINE)
    if found.state not in WATCHED:
        raise NotNow("Only items that should be taken down are checked regularly.")
    if locator_of(found.content) is None:
        raise NotNow(NO_PAGE)
    begin(found, at)
    found.record(MaterialAct.WATCH_BEGUN)


def begin(found: FoundItem, at: datetime) -> None:
    """Restart an item's schedule of checks from this time, if the item can be checked."""
    if found.state not in WATCHED or locator_of(found.content) is None:
        return
    item = found.item
    due, late = check_times.due_and_late(item.id, at, 0)
    anew = {"began_at": at, "done": 0, "due_at": due, "late_at": late}
    LivenessWatch.objects.update_or_create(
        item_id=item.id, defaults=anew, create_defaults={"desk_id": item.desk_id, **anew}
    )


def due(*, by: Attendance, at: datetime) -> Sequence[UUID]:
    """Return up to 500 items due for checks, earliest first. Raise NotHere for officers of other desks."""
    rows = LivenessWatch.objects.filter(desk_id=my_desk(by), due_at__lte=at).order_by("due_at")
    return list(rows.values_list("item_id", flat=True)[:500])


def raise_late(at: datetime) -> None:
    """Raise an alarm at each desk with a check that is overdue under the pack's limits. Safe to repeat."""
    late = LivenessWatch.objects.filter(late_at__lt=at)
    desks = set(late.values_list("desk_id", flat=True))
    paging.raise_alarms(MaterialAlarm.CHECK_LATE, at, [(desk, None) for desk in desks])


def is_late(alarm: Alarm, at: datetime) -> bool:
    """Return whether the alarm's desk has an overdue check."""
    return LivenessWatch.objects.filter(desk=alarm.desk_id, late_at__lt=at).exists()
