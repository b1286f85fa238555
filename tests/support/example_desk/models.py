"""The one table of the example desk."""

from __future__ import annotations

import uuid

from django.db import models


class FurtherCheck(models.Model):
    """A further check of a report that somebody asked for. Why is sealed: `container` is a part of the report."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    report = models.ForeignKey("reports.Report", on_delete=models.DB_CASCADE, related_name="+")
    container = models.UUIDField()
    due_at = models.DateTimeField()
    done = models.BooleanField(default=False)

    class Meta:
        db_table = "example_further_check"
