"""Handovers between desks, from the offer until the other desk accepts or returns the report."""

from __future__ import annotations

import uuid
from enum import StrEnum

from django.db import models


class HandOverState(StrEnum):
    """The state of a handover."""

    WAITING = "waiting"
    ACCEPTED = "accepted"
    RETURNED = "returned"


class HandOver(models.Model):
    """The handover of a report from one desk to another.

    The desk that gave it away cannot read the report any more. It sees this row, which says nothing of the contents,
    until the other desk has accepted or returned the report. `due_at` is the time by which it does.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    report = models.ForeignKey("reports.Report", on_delete=models.PROTECT, related_name="hand_overs")
    from_desk = models.ForeignKey("desks.Desk", on_delete=models.PROTECT, related_name="+")
    to_desk = models.ForeignKey("desks.Desk", on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey("desks.Officer", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    due_at = models.DateTimeField()
    state = models.CharField(max_length=8, default=HandOverState.WAITING)
    ended_by = models.ForeignKey("desks.Officer", on_delete=models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "reports_hand_over"
        constraints = [
            models.UniqueConstraint(
                fields=["report"], name="offered_once", condition=models.Q(state=HandOverState.WAITING)
            ),
            models.CheckConstraint(
                condition=models.Q(state=HandOverState.WAITING, ended_by=None, ended_at=None)
                | models.Q(
                    state__in=[HandOverState.ACCEPTED, HandOverState.RETURNED],
                    ended_by__isnull=False,
                    ended_at__isnull=False,
                ),
                name="hand_over_ended_by_somebody",
            ),
        ]
