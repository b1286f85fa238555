"""Incidents, each with a public form of its own while many people report one event.

The name and the path are public. A row says nothing about any report.
"""

from __future__ import annotations

import uuid

from django.db import models


class Incident(models.Model):
    """An event that many people report, with the times at which its public form was opened and closed, and by whom."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=80)  # as the public site shows it
    slug = models.SlugField(
        max_length=40, unique=True, db_index=False
    )  # never used again, so that an old address stays true
    kind = models.CharField(max_length=20)  # of the pack's `incidents`
    desk = models.ForeignKey(
        "desks.Desk", on_delete=models.PROTECT, related_name="+"
    )  # that takes its reports
    opened_at = models.DateTimeField()
    opened_by = models.ForeignKey("desks.Officer", on_delete=models.PROTECT, related_name="+")
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey("desks.Officer", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        db_table = "reports_incident"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(closed_at=None, closed_by=None)
                | models.Q(closed_at__gte=models.F("opened_at"), closed_by__isnull=False),
                name="closed_by_somebody",
            )
        ]
