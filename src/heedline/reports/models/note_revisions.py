"""Officers' notes on a report, with every revision."""

from __future__ import annotations

import uuid

from django.db import models


class NoteRevision(models.Model):
    """A revision of a note that an officer wrote on a report.

    A correction is a new revision by the same officer. No revision is ever changed or deleted, except together
    with its report. `note` is the id of the first revision. The text is in the sealed part `container`.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    report = models.ForeignKey("reports.Report", on_delete=models.PROTECT, related_name="+")
    note = models.UUIDField()
    number = models.PositiveSmallIntegerField()
    container = models.UUIDField()
    by = models.ForeignKey("desks.Officer", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        db_table = "reports_note_revision"
        indexes = [models.Index(fields=["report"], name="notes_of")]
        constraints = [models.UniqueConstraint(fields=["note", "number"], name="note_order")]
