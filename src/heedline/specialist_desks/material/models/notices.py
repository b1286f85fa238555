"""Models for notices, delivery attempts, companies' answers and checks of items.

Whom a notice goes to, what it says and what came back stand in sealed parts of the desk, whose `thing` is the notice.
What the desk has done (`state`) and what the company says (`answer`) are two columns, and neither sets the other.
"""

from __future__ import annotations

import uuid

from django.db import models

from heedline.specialist_desks.material.liveness import LivenessVerdict
from heedline.specialist_desks.material.models.items import MaterialItem
from heedline.specialist_desks.material.notice_rules.codes import CompanyAnswer, NoticeBasis, NoticeState

#: An attempt that has begun and whose end nobody has recorded yet.
BEGUN = "begun"


class CompanyNotice(models.Model):
    """A notice to a company about one item.

    `container` holds what it says, and `approved_container` what was approved. `step` and `due_at` are the step that
    it waits for, worked out whenever it changes. `token` is the hash of the token of the company's page.
    `escalated` counts the levels of the escalation path that have been taken. `given_on` is the day of service of a
    section 3 notice. `evidence` is the number of the newest entry of evidence, other than routine checks, when it was
    submitted for approval.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    desk = models.ForeignKey("desks.Desk", on_delete=models.PROTECT, related_name="+")
    item = models.ForeignKey(MaterialItem, on_delete=models.PROTECT, related_name="notices")
    reference = models.CharField(max_length=16, unique=True)
    basis = models.CharField(max_length=12)
    crisis = models.BooleanField(default=False)
    state = models.CharField(max_length=10, default=str(NoticeState.DRAFT))
    answer = models.CharField(max_length=10, default=str(CompanyAnswer.NONE))
    version = models.PositiveIntegerField(default=1)
    container = models.UUIDField()
    approved_container = models.UUIDField(null=True)
    composer = models.ForeignKey("desks.Officer", on_delete=models.PROTECT, related_name="+")
    approver = models.ForeignKey("desks.Officer", on_delete=models.PROTECT, related_name="+", null=True)
    owner = models.ForeignKey("desks.Officer", on_delete=models.PROTECT, related_name="+")
    composed_at = models.DateTimeField()
    approved_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    acknowledge_by = models.DateTimeField(null=True)
    answer_by = models.DateTimeField(null=True)
    acknowledged_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    given_on = models.DateField(null=True)
    evidence = models.PositiveIntegerField(default=0)
    step = models.CharField(max_length=12, default="")
    due_at = models.DateTimeField(null=True)
    escalated = models.PositiveSmallIntegerField(default=0)
    token = models.BinaryField(null=True, unique=True)
    token_until = models.DateTimeField(null=True)

    class Meta:
        db_table = "material_notice"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    state__in=[str(one) for one in NoticeState],
                    answer__in=[str(one) for one in CompanyAnswer],
                    basis__in=[str(one) for one in NoticeBasis],
                ),
                name="a_notice_has_codes",
            ),
            models.CheckConstraint(
                condition=~models.Q(basis=str(NoticeBasis.SECTION_3)) | models.Q(token=None),
                name="a_letter_has_no_page",
            ),
        ]
        indexes = [models.Index(fields=["desk", "state", "due_at"], name="notices_by_due")]


class NoticeAttempt(models.Model):
    """A delivery attempt. `container` holds the reply once the attempt has ended."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    notice = models.ForeignKey(CompanyNotice, on_delete=models.PROTECT, related_name="attempts")
    officer = models.ForeignKey("desks.Officer", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    outcome = models.CharField(max_length=10, default=BEGUN)
    container = models.UUIDField(null=True)

    class Meta:
        db_table = "material_notice_attempt"


class NoticeAnswer(models.Model):
    """A company's answer. `officer` is null if it was given on the company's page."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    notice = models.ForeignKey(CompanyNotice, on_delete=models.PROTECT, related_name="answers")
    answer = models.CharField(max_length=10)
    container = models.UUIDField()
    at = models.DateTimeField()
    officer = models.ForeignKey("desks.Officer", on_delete=models.PROTECT, related_name="+", null=True)

    class Meta:
        db_table = "material_notice_answer"


class MaterialSighting(models.Model):
    """The result of an automatic or manual check of an item."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    item = models.ForeignKey(MaterialItem, on_delete=models.PROTECT, related_name="sightings")
    officer = models.ForeignKey("desks.Officer", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    verdict = models.CharField(max_length=20)

    class Meta:
        db_table = "material_sighting"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(verdict__in=[str(one) for one in LivenessVerdict]),
                name="a_sighting_has_a_verdict",
            )
        ]
        indexes = [models.Index(fields=["item", "-at"], name="sightings_by_item")]


class ChannelTestRecord(models.Model):
    """A test of a company's channel.

    `channel` is the channel's number among those of the company in the pack.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    desk = models.ForeignKey("desks.Desk", on_delete=models.PROTECT, related_name="+")
    company = models.CharField(max_length=40)
    channel = models.PositiveSmallIntegerField()
    officer = models.ForeignKey("desks.Officer", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    passed = models.BooleanField()

    class Meta:
        db_table = "material_channel_test"
        indexes = [models.Index(fields=["desk", "company", "channel", "-at"], name="channel_tests")]
