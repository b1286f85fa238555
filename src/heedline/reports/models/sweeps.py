"""Many reports closed as one act, and what it takes to undo that.

`Swept` keeps how a report stood before, the quarter hour of its arrival with it: only for as long as the sweep may be
undone. Then the worker removes it, and of the arrival only the day is left, as of any report that was taken.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.db import models

from heedline.packs.urgency import Urgency
from heedline.reports.lifecycle import Stage

if TYPE_CHECKING:
    from heedline.reports.models import Report


def why_not(report: Report) -> str:
    """The code of what keeps this report out of any sweep, as far as its row says; "" when nothing does.

    `casework.journey.transitions.bulk_close.WHY` has the words. What it says inside, and who is called back, is looked at besides.
    """
    if report.urgency == Urgency.DANGER or report.danger_to_life or report.rank == 0:
        return "danger"
    if report.stage == Stage.CLOSED:
        return "closed"
    if report.stage != Stage.WAITING:
        return "held"
    return "message" if report.unread else ""


class Sweep(models.Model):
    """One sweep of one desk: who, when, as what; which reports it left out and why. No words: those are sealed notes."""

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
    """How one report stood before a sweep closed it. `version`: the edition that the sweep made of it."""

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
