"""Exercises of practice mode: invented reports that one officer works on. They are no reports and hang on none.

Nothing here points at a report, a desk or a message, and nothing there points here: what is practised has no row that a
queue, a clock, an alarm, a search, the log's counts or a partner could find.
"""

from __future__ import annotations

import uuid

from django.db import models


class Exercise(models.Model):
    """One scenario of the pack as one officer works on it. Their words are sealed under their session's cookie alone."""

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
