"""The one table of the log. Insert-only by privilege and by trigger (see migration 0002)."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now


class Event(models.Model):
    """One act. `at` is exact for what officers do, and a quarter-hour slot for arrivals, which a report's row must not be tied to."""

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField(db_default=Now())
    act = models.CharField(max_length=40)
    actor = models.UUIDField(null=True)
    desk = models.UUIDField(null=True)
    thing = models.CharField(max_length=20, blank=True)
    thing_id = models.UUIDField(null=True)
    outcome = models.CharField(max_length=12, default="done")  # done | refused
    detail = models.JSONField(default=dict)  # codes, counts and ids only

    class Meta:
        db_table = "audit_event"
        indexes = [
            models.Index(fields=["thing_id", "id"], name="event_thing"),
            models.Index(fields=["actor", "id"], name="event_actor"),
        ]
