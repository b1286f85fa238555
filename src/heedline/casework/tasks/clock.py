"""Worker checks for overdue tasks and unacknowledged shift handover notes.

They read times and names, never texts.
"""

from __future__ import annotations

from datetime import datetime

from heedline.casework.duty.alarm_causes import late_shift_notes
from heedline.casework.duty.paging import raise_alarms, raise_missing
from heedline.dispatch.letters import AlarmKind
from heedline.reports.models import Task
from heedline.reports.models.tasks import TaskState


def watch_tasks(at: datetime) -> None:
    """Raise an alarm for each report that has an overdue task.

    Safe to repeat.
    """
    late = Task.objects.filter(state=TaskState.OPEN, due_at__lt=at)
    raise_missing(AlarmKind.TASK_LATE, at, late.values_list("report__desk_id", "report_id").distinct())


def watch_shift_notes(at: datetime) -> None:
    """Raise an alarm for each desk with a shift handover note that has gone unacknowledged too long.

    Safe to repeat.
    """
    desks = late_shift_notes(at).values_list("desk_id", flat=True).distinct()
    raise_alarms(AlarmKind.SHIFT_NOTE_WAITING, at, [(desk, None) for desk in desks])
