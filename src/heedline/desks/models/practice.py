"""Exercises in practice mode, in which an officer works on an invented report.

Exercises are not reports and have no link to any. Nothing here refers to a report, a desk or a message,
and nothing there refers to an exercise, so an exercise never appears in a queue, a deadline, an alarm, a
search, the log's counts or anything sent to a partner.
"""

from __future__ import annotations

import uuid

from django.db import models


class Exercise(models.Model):
    """A practice scenario from the pack, as worked on by one officer.

    The officer's text is sealed under their session cookie alone.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    officer = models.ForeignKey("desks.Officer", on_delete=models.PROTECT, related_name="exercises")
    scenario = models.CharField(max_length=40)  # a code of the pack's practice
    stage = models.CharField(max_length=10, default="waiting")  # reports.lifecycle.Stage
    version = models.PositiveIntegerField(default=1)
    priority = models.CharField(max_length=10, blank=True)
    danger = models.BooleanField(null=True)
    outcome = models.CharField(max_length=40, blank=True)
    began_on = models.DateField()
    ended_on = models.DateField(null=True)
    sealed = models.BinaryField(default=b"")

    class Meta:
        db_table = "desks_exercise"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(stage="closed", ended_on__isnull=False)
                | (~models.Q(stage="closed") & models.Q(ended_on=None)),
                name="exercise_ends_closed",
            )
        ]
