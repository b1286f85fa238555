"""How long a closed report is kept and why, what keeps it from being disposed of, and what is left when it was.

In the clear: codes of the pack, dates, who decided. Words stand in sealed notes of the report and go with it. A disposal
outlives its report: it names the report's id, so that older copies can be held against it, and nothing of what it said.
"""

from __future__ import annotations

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models


class Keeping(models.Model):
    """The clocks of one closed report. Both stand still (empty) while it is open again.

    `identity_until`: the day on which who sent it is disposed of, sooner than the rest and whether anybody gave a name or
    not. `identity_gone_on`: when that was.
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
    """One decision to keep a report: until when, in which group, why. Never changed."""

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
    """What keeps a report from being disposed of until somebody releases it."""

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
    """A proposal to dispose of a report, and what became of it. `report` points to nothing once it is done."""

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
                    decided_by=None, decided_on=None, done=False, certificate=None, true_from=None
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
                    certificate=None,
                    true_from=None,
                ),
                name="disposed_whole",
            ),
        ]


class SubjectRequest(models.Model):
    """That somebody used their rights about data on them. Who they are stands with the data-protection officer.

    `reference`: that officer's own number, a code without a name. `found`: reports that concern them, as far as looked.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    desk = models.ForeignKey("desks.Desk", on_delete=models.PROTECT, related_name="subject_requests")
    reference = models.CharField(max_length=24)
    right = models.CharField(max_length=20)  # a code of the pack
    received_on = models.DateField()
    due_on = models.DateField()
    found = ArrayField(models.UUIDField(), default=list)
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
