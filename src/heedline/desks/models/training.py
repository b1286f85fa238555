"""Officers' completed training, with the completion date and the person who recorded it.

The expiry date is calculated from the pack.
"""

from __future__ import annotations

import uuid

from django.db import models


class CompletedTraining(models.Model):
    """One training course that an officer has completed.

    Rows are never changed. A mistake is withdrawn and a new row is added.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    officer = models.ForeignKey("desks.Officer", on_delete=models.PROTECT, related_name="trainings")
    training = models.CharField(max_length=40)  # a code of the pack's trainings
    completed_on = models.DateField()
    recorded_by = models.ForeignKey("desks.Officer", on_delete=models.PROTECT, related_name="+")
    recorded_on = models.DateField()
    withdrawn_by = models.ForeignKey("desks.Officer", on_delete=models.PROTECT, null=True, related_name="+")
    withdrawn_on = models.DateField(null=True)

    class Meta:
        db_table = "desks_completed_training"
        constraints = [
            models.UniqueConstraint(
                fields=["officer", "training", "completed_on"],
                name="one_training_a_day",
                condition=models.Q(withdrawn_on=None),
            ),
            models.CheckConstraint(
                condition=~models.Q(recorded_by=models.F("officer")), name="nobody_records_themselves"
            ),
            models.CheckConstraint(
                condition=models.Q(completed_on__lte=models.F("recorded_on")),
                name="completed_before_recorded",
            ),
            models.CheckConstraint(
                condition=models.Q(withdrawn_by=None, withdrawn_on=None)
                | models.Q(withdrawn_by__isnull=False, withdrawn_on__isnull=False),
                name="withdrawn_whole",
            ),
        ]
