"""Retention of closed reports, holds, and the records left after disposal.

The models say how long a report is kept and why, and what prevents its disposal. Codes of the pack,
dates and deciders are stored unsealed. Text is in sealed notes of the report and is deleted with it. A
disposal outlives its report. It contains the report's id, so that older copies can be compared with it,
but nothing of what the report said.
"""

from __future__ import annotations

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models


class Keeping(models.Model):
    """The retention dates of a closed report.

    Both are empty while the report is open again. `identity_until` is the day on which the reporter's
    identity is disposed of. This is sooner than the rest and does not depend on whether a name was given.
    `identity_gone_on` is the day on which that was done.
    """

    report = models.OneToOneField(
        "reports.Report", on_delete=models.PROTECT, primary_key=True, related_name="keeping"
    )
    group = models.CharField(max_length=20)  # a code of the pack's retention groups
    review_on = models.DateField(null=True)
    identity_until = models.DateField(null=True)
    identity_gone_on = models.DateField(null=True)

    class Meta:
        db_table = "reports_keeping"
        indexes = [
            models.Index(fields=["review_on"], name="keeping_reviews"),
            models.Index(
                fields=["identity_until"],
                name="keeping_identities",
                condition=models.Q(identity_gone_on=None),
            ),
        ]


class Review(models.Model):
    """A decision to keep a report, with its retention group, reason and next review date.

    Never changed.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    report = models.ForeignKey("reports.Report", on_delete=models.PROTECT, related_name="reviews")
    group = models.CharField(max_length=20)
    reason = models.CharField(max_length=30)  # a code of the pack
    words = models.UUIDField(null=True)  # the sealed note
    next_on = models.DateField()
    by = models.ForeignKey("desks.Officer", on_delete=models.PROTECT, related_name="+")
    on = models.DateField()

    class Meta:
        db_table = "reports_review"


class Hold(models.Model):
    """A hold that prevents a report's disposal until an officer releases it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    report = models.ForeignKey("reports.Report", on_delete=models.PROTECT, related_name="holds")
    reason = models.CharField(max_length=30)  # a code of the pack
    words = models.UUIDField(null=True)  # the sealed note: for which case, who asked
    placed_by = models.ForeignKey("desks.Officer", on_delete=models.PROTECT, related_name="+")
    placed_on = models.DateField()
    released_by = models.ForeignKey("desks.Officer", on_delete=models.PROTECT, null=True, related_name="+")
    released_on = models.DateField(null=True)

    class Meta:
        db_table = "reports_hold"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(released_by=None, released_on=None)
                | models.Q(released_by__isnull=False, released_on__isnull=False),
                name="released_by_somebody",
            ),
            models.UniqueConstraint(
                fields=["report", "reason"], name="one_hold_a_reason", condition=models.Q(released_on=None)
            ),
        ]


class Disposal(models.Model):
    """A proposal to dispose of a report, and its outcome.

    `report` points to nothing once the disposal is done.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    report = models.UUIDField()
    desk = models.ForeignKey("desks.Desk", on_delete=models.PROTECT, related_name="disposals")
    group = models.CharField(max_length=20)
    reason = models.CharField(max_length=30)  # a code of the pack
    proposed_by = models.ForeignKey("desks.Officer", on_delete=models.PROTECT, related_name="+")
    proposed_on = models.DateField()
    proposal = (
        models.JSONField()
    )  # what was proposed and the proposer's signature: casework.keys.certificates
    decided_by = models.ForeignKey("desks.Officer", on_delete=models.PROTECT, null=True, related_name="+")
    decided_on = models.DateField(null=True)
    done = models.BooleanField(default=False)
    certificate = models.JSONField(null=True)  # signed by both: casework.keys.certificates
    #: From this day on no copy that is kept by the rules opens the report.
    true_from = models.DateField(null=True)

    class Meta:
        db_table = "reports_disposal"
        indexes = [models.Index(fields=["report"], name="disposals_of")]
        constraints = [
            models.UniqueConstraint(
                fields=["report"], name="one_open_proposal", condition=models.Q(decided_on=None)
            ),
            models.CheckConstraint(
                condition=models.Q(decided_by=None)
                | ~models.Q(decided_by=models.F("proposed_by"), done=True),
                name="two_people_dispose",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    decided_by=None, decided_on=None, done=False, certificate__isnull=True, true_from=None
                )
                | models.Q(
                    decided_by__isnull=False,
                    decided_on__isnull=False,
                    done=True,
                    certificate__isnull=False,
                    true_from__isnull=False,
                )
                | models.Q(
                    decided_by__isnull=False,
                    decided_on__isnull=False,
                    done=False,
                    certificate__isnull=True,
                    true_from=None,
                ),
                name="disposed_whole",
            ),
        ]


class SubjectRequest(models.Model):
    """A data subject's request to exercise their rights over their personal data.

    The data protection officer holds the requester's identity. `reference` is that officer's own number, a
    code without a name. The reports that concern the requester are sealed to the desk, because they concern one person. A header
    lies apart from its payload in a backup, so it may be missing for a moment.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    desk = models.ForeignKey("desks.Desk", on_delete=models.PROTECT, related_name="subject_requests")
    reference = models.CharField(max_length=24)
    right = models.CharField(max_length=20)  # a code of the pack
    received_on = models.DateField()
    due_on = models.DateField()
    epochs = ArrayField(models.UUIDField())
    header = models.BinaryField(null=True)
    payload = models.BinaryField()
    opened_by = models.ForeignKey("desks.Officer", on_delete=models.PROTECT, related_name="+")
    answer = models.CharField(max_length=30, blank=True)  # a code of the pack
    answered_by = models.ForeignKey("desks.Officer", on_delete=models.PROTECT, null=True, related_name="+")
    answered_on = models.DateField(null=True)

    class Meta:
        db_table = "reports_subject_request"
        constraints = [
            models.UniqueConstraint(fields=["desk", "reference"], name="one_request_a_reference"),
            models.CheckConstraint(
                condition=models.Q(answer="", answered_by=None, answered_on=None)
                | (~models.Q(answer="") & models.Q(answered_by__isnull=False, answered_on__isnull=False)),
                name="answered_whole",
            ),
        ]
