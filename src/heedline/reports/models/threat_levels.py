"""Threat levels from terrorism, as two advisers recorded them from a source.

A row has codes of the pack only, so that nobody can put words of their own on the public site through this table.
"""

from __future__ import annotations

import uuid

from django.db import models

#: The states of an entry, as `permits.second_person.RequestState` has them.
WAITING, AGREED, REFUSED, WITHDRAWN = "waiting", "agreed", "refused", "withdrawn"


class ThreatLevel(models.Model):
    """A threat level that one adviser entered, and what a second one decided about it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    desk = models.ForeignKey("desks.Desk", on_delete=models.PROTECT, related_name="+")
    scope = models.CharField(max_length=20)  # these three are codes of the pack's `threat_level.toml`
    level = models.CharField(max_length=20)
    source = models.CharField(max_length=20)
    read_on = models.DateField()  # the day on which it was read at the source
    state = models.CharField(max_length=10, default=WAITING)
    entered_at = models.DateTimeField()
    entered_by = models.ForeignKey("desks.Officer", on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey("desks.Officer", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        db_table = "reports_threat_level"
        constraints = [
            models.UniqueConstraint(
                "desk", "scope", condition=models.Q(state=WAITING), name="one_level_waits"
            ),
            models.CheckConstraint(
                condition=models.Q(state=WAITING, decided_at=None, decided_by=None)
                | models.Q(
                    state__in=(AGREED, REFUSED, WITHDRAWN), decided_at__isnull=False, decided_by__isnull=False
                ),
                name="level_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=~models.Q(state=AGREED, decided_by=models.F("entered_by")),
                name="level_confirmed_by_another",
            ),
        ]
