"""Bulk closures of reports, and the data needed to undo them.

`Swept` keeps the state of a report before the closure, including the quarter hour of its arrival, for
only as long as the closure may be undone. Then the worker deletes it, and only the day of arrival is
left, as for any report that was taken.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.db import models

from heedline.packs.urgency import Urgency
from heedline.reports.lifecycle import Stage

if TYPE_CHECKING:
    from heedline.reports.models.report import Report


def why_not(report: Report) -> str:
    """Return the code of the reason that excludes a report from bulk closure, or "" if there is none.

    Only the report's row is checked here. `casework.journey.transitions.bulk_close.WHY` has the texts. The
    sealed content and pending call-backs are checked separately.
    """
    if report.urgency in {Urgency.DANGER, Urgency.PLANNED} or report.danger_to_life or report.rank == 0:
        return "danger"
    if report.stage == Stage.CLOSED:
        return "closed"
    if report.stage != Stage.WAITING or report.offered or report.priority:
        return "held"  # a priority says that somebody has assessed it, whoever released it since
    return "message" if report.unread else ""


class Sweep(models.Model):
    """A bulk closure at one desk.

    It records who closed the reports, when and with which outcome, and which reports were left out and why.
    It contains no text, which is in sealed notes.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    desk = models.ForeignKey("desks.Desk", on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey("desks.Officer", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    until = models.DateTimeField()  # when undoing ends
    outcome = models.CharField(max_length=40)
    closed = models.PositiveIntegerField()
    left_out = models.JSONField(default=dict)  # report → code of the reason
    undone_by = models.ForeignKey("desks.Officer", on_delete=models.PROTECT, null=True, related_name="+")
    undone_at = models.DateTimeField(null=True)
    not_restored = models.JSONField(default=dict)  # report → code of the reason

    class Meta:
        db_table = "reports_sweep"
        indexes = [models.Index(fields=["desk", "until"], name="sweeps_of_desk")]


class Swept(models.Model):
    """The state of a report before a bulk closure, needed to undo it.

    `version` is the version of the report that the closure made.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    sweep = models.ForeignKey(Sweep, on_delete=models.CASCADE, related_name="swept")
    report = models.ForeignKey("reports.Report", on_delete=models.PROTECT, related_name="+")
    version = models.PositiveIntegerField()
    slot = models.DateTimeField(null=True)
    due_at = models.DateTimeField()
    status = models.CharField(max_length=40)

    class Meta:
        db_table = "reports_swept"
        constraints = [models.UniqueConstraint(fields=["sweep", "report"], name="swept_once")]
