"""Notices to officers whose reports a supervisor has reassigned."""

from __future__ import annotations

import uuid

from django.db import models


class OwnerNotice(models.Model):
    """A notice that a report was reassigned, shown to its former owner until they have read it.

    `officer` owned the report and `to` has owned it since. The reason is in the sealed part `note` of the report, which
    its step names as well. Only `seen_at` is ever written later, once and by that officer.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    report = models.ForeignKey("reports.Report", on_delete=models.PROTECT, related_name="+")
    officer = models.ForeignKey("desks.Officer", on_delete=models.PROTECT, related_name="+")
    to = models.ForeignKey("desks.Officer", on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey("desks.Officer", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    note = models.UUIDField()
    seen_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "reports_owner_notice"
        indexes = [
            models.Index(fields=["officer"], name="notices_unseen", condition=models.Q(seen_at=None)),
            models.Index(fields=["report"], name="notices_of"),
        ]
