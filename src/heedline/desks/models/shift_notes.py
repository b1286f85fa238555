"""Handover notes from one shift to the next."""

from __future__ import annotations

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models


class ShiftNote(models.Model):
    """A shift's handover note, sealed to the keys that its desk had on that day.

    It is never changed. Somebody else of the desk acknowledges it once, by name. It is deleted after two weeks, so it is
    not addressed to later keys.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    desk = models.ForeignKey("desks.Desk", on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey("desks.Officer", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    epochs = ArrayField(models.UUIDField(), default=list)
    header = models.BinaryField()
    payload = models.BinaryField()
    acknowledged_by = models.ForeignKey(
        "desks.Officer", on_delete=models.PROTECT, null=True, related_name="+"
    )
    acknowledged_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "desks_shift_note"
        indexes = [models.Index(fields=["desk", "at"], name="shift_notes_of")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(acknowledged_by=None, acknowledged_at=None)
                | (
                    models.Q(acknowledged_by__isnull=False, acknowledged_at__isnull=False)
                    & ~models.Q(acknowledged_by=models.F("by"))
                ),
                name="a_shift_note_acknowledged_by_another",
            )
        ]
