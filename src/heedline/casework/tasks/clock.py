"""The worker's check for overdue tasks.

It reads their due times and owners, never their texts.
"""

from __future__ import annotations

from datetime import datetime

from heedline.casework.duty.paging import raise_missing
from heedline.dispatch.letters import AlarmKind
from heedline.reports.models import Task
from heedline.reports.models.tasks import TaskState


def watch_tasks(at: datetime) -> None:
    """Raise an alarm for each report that has an overdue task.

    Safe to repeat.
    """
    late = Task.objects.filter(state=TaskState.OPEN, due_at__lt=at)
    raise_missing(AlarmKind.TASK_LATE, at, late.values_list("report__desk_id", "report_id").distinct())
