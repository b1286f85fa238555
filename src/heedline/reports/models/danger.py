"""Models for dangers to life and their log entries.

A report has one row for each episode of danger. An episode is opened when an officer records danger to life,
or at the first take of a report that came with it, and stays open until a second person confirms its discharge
(`database/triggers/danger.sql`). Only people, times and codes of no content are stored unsealed. What was
done, decided and why is in sealed parts of the report (`part` is `note`), and so is the kind of each entry.
"""

from __future__ import annotations

import uuid

from django.db import models


class DangerEpisode(models.Model):
    """A danger to life, from its opening to its discharge.

    `watch_added` means that the round-the-clock desk was added to the report because of this danger and
    leaves it at the discharge. `offered_to` is the officer who was asked to take over and has not answered.
    `discharge_asked_by` asked for the discharge and gave the reason. `discharged_alone` means that nobody else was on duty
    who could confirm it: a supervisor reviews it later.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    report = models.ForeignKey("reports.Report", on_delete=models.PROTECT, related_name="dangers")
    opened_by = models.ForeignKey("desks.Officer", on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()
    watch_added = models.BooleanField(default=False)
    review_at = models.DateTimeField()
    acknowledged_by = models.ForeignKey(
        "desks.Officer", on_delete=models.PROTECT, null=True, related_name="+"
    )
    acknowledged_at = models.DateTimeField(null=True)
    offered_to = models.ForeignKey("desks.Officer", on_delete=models.PROTECT, null=True, related_name="+")
    offered_by = models.ForeignKey("desks.Officer", on_delete=models.PROTECT, null=True, related_name="+")
    discharge_asked_by = models.ForeignKey(
        "desks.Officer", on_delete=models.PROTECT, null=True, related_name="+"
    )
    discharge_asked_at = models.DateTimeField(null=True)
    discharged_by = models.ForeignKey("desks.Officer", on_delete=models.PROTECT, null=True, related_name="+")
    discharged_at = models.DateTimeField(null=True)
    discharge_note = models.UUIDField(null=True)  # the sealed part with the reason
    discharged_alone = models.BooleanField(default=False)
    discharge_reviewed_by = models.ForeignKey(
        "desks.Officer", on_delete=models.PROTECT, null=True, related_name="+"
    )
    discharge_reviewed_at = models.DateTimeField(null=True)
    discharge_review_note = models.UUIDField(null=True)  # the sealed part with what the reviewer found

    class Meta:
        db_table = "reports_danger"
        constraints = [
            models.UniqueConstraint(
                fields=["report"], name="one_open_danger", condition=models.Q(discharged_at=None)
            ),
            models.CheckConstraint(
                condition=models.Q(acknowledged_by=None, acknowledged_at=None)
                | models.Q(acknowledged_by__isnull=False, acknowledged_at__isnull=False),
                name="a_danger_acknowledged_by_name",
            ),
            models.CheckConstraint(
                condition=models.Q(discharge_asked_by=None, discharge_asked_at=None, discharge_note=None)
                | models.Q(
                    discharge_asked_by__isnull=False,
                    discharge_asked_at__isnull=False,
                    discharge_note__isnull=False,
                ),
                name="a_discharge_asked_whole",
            ),
            models.CheckConstraint(
                condition=models.Q(discharged_by=None, discharged_at=None, discharged_alone=False)
                | models.Q(
                    discharged_by__isnull=False, discharged_at__isnull=False, discharge_note__isnull=False
                ),
                name="a_danger_discharged_whole",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    discharge_reviewed_by=None, discharge_reviewed_at=None, discharge_review_note=None
                )
                | models.Q(
                    discharged_alone=True,
                    discharge_reviewed_by__isnull=False,
                    discharge_reviewed_at__isnull=False,
                    discharge_review_note__isnull=False,
                ),
                name="a_discharge_reviewed_whole",
            ),
            models.CheckConstraint(
                condition=models.Q(offered_to=None, offered_by=None)
                | models.Q(offered_to__isnull=False, offered_by__isnull=False),
                name="a_danger_offered_by_name",
            ),
        ]


class DangerEntry(models.Model):
    """An entry in the log for a danger to life.

    Entries are never changed. A correction is a later entry. `told` says that the control room was told: without
    such an entry no danger is discharged.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    danger = models.ForeignKey(DangerEpisode, on_delete=models.PROTECT, related_name="entries")
    report = models.ForeignKey("reports.Report", on_delete=models.PROTECT, related_name="+")
    number = models.PositiveSmallIntegerField()
    by = models.ForeignKey("desks.Officer", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    told = models.BooleanField(default=False)
    note = models.UUIDField()  # the sealed part: what kind of entry it is, and its text

    class Meta:
        db_table = "reports_danger_entry"
        constraints = [models.UniqueConstraint(fields=["danger", "number"], name="danger_entry_order")]
