"""The worker's checks for unaccepted handovers, neglected reports and missing files."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q

from heedline.casework.attachments import sweeping
from heedline.casework.duty.paging import raise_late, raise_missing
from heedline.dispatch.letters import AlarmKind
from heedline.packs import load_pack
from heedline.reports.lifecycle import Stage
from heedline.reports.models import HandOver, Report
from heedline.reports.models.hand_overs import HandOverState

_ONCE_A_DAY = timedelta(days=1)


def watch_hand_overs(at: datetime) -> None:
    """Raise an alarm at the sending desk for each handover that was not accepted in time.

    Safe to repeat.

    The receiving desk has the alarm of an overdue report.
    """
    late = HandOver.objects.filter(state=HandOverState.WAITING, due_at__lt=at)
    allowed = load_pack(settings.PACK).priorities["high"].seen_within
    rows = late.values_list("from_desk_id", "report_id")
    raise_late(AlarmKind.HAND_OVER_WAITING, at, [(desk, report, allowed) for desk, report in rows])


def check_files(at: datetime) -> int:
    """Mark files whose objects are missing or truncated, and return the count.

    Raises an alarm at the desk of each report that has lost one. If the alarm was cleared meanwhile, it is raised again.
    """
    missing = sweeping.check(at)
    raise_missing(AlarmKind.FILE_MISSING, at, sweeping.reports_with_missing())
    return missing


def not_in_order(at: datetime) -> Q:
    """Return the filter for open reports that nobody is currently dealing with.

    Such a report was taken once and has no owner now, is owned by somebody who has left, has no time for its
    next action, or has waited too long for another desk to accept it.
    """
    nobody = Q(seen=True, owner=None, offered=False)
    left = Q(owner__is_active=False)
    no_time = Q(due_at=None)
    too_long = Q(offered=True, due_at__lt=at)
    return ~Q(stage=Stage.CLOSED) & (nobody | left | no_time | too_long)


def reconcile(at: datetime) -> int:
    """Raise an alarm for each open report that nobody is dealing with, and return the number of reports.

    Run once a day.
    """
    rows = list(Report.objects.filter(not_in_order(at)).values_list("desk_id", "id"))
    raise_late(AlarmKind.NOT_IN_ORDER, at, [(desk, report, _ONCE_A_DAY) for desk, report in rows])
    return len(rows)
