"""Tasks on a report, with the officer responsible for each and its due time.

The text of a task is in a sealed part of the report.
"""

from __future__ import annotations

import uuid
from enum import StrEnum

from django.db import models


class TaskState(StrEnum):
    """The state of a task."""

    OPEN = "open"
    DONE = "done"
    CANCELLED = "cancelled"


class Task(models.Model):
    """A task on a report, which an officer must complete by its due time.

    `container` is the sealed part with the text of the task, `ended_note` the one with what was done or why it was
    cancelled. A task that came to this desk with its report has no owner until somebody is given it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    report = models.ForeignKey("reports.Report", on_delete=models.PROTECT, related_name="tasks")
    owner = models.ForeignKey("desks.Officer", on_delete=models.PROTECT, null=True, related_name="+")
    set_by = models.ForeignKey("desks.Officer", on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField()
    due_at = models.DateTimeField()
    container = models.UUIDField()
    state = models.CharField(max_length=9, default=TaskState.OPEN)
    ended_by = models.ForeignKey("desks.Officer", on_delete=models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True)
    ended_note = models.UUIDField(null=True)

    class Meta:
        db_table = "reports_task"
        indexes = [
            models.Index(fields=["report"], name="tasks_of"),
            models.Index(
                fields=["owner", "due_at"], name="tasks_open", condition=models.Q(state=TaskState.OPEN)
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state=TaskState.OPEN, ended_by=None, ended_at=None, ended_note=None)
                | models.Q(state=TaskState.DONE, ended_by__isnull=False, ended_at__isnull=False)
                | models.Q(
                    state=TaskState.CANCELLED,
                    ended_by__isnull=False,
                    ended_at__isnull=False,
                    ended_note__isnull=False,
                ),
                name="task_ended_whole",
            ),
        ]
