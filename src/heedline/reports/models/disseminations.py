"""Disclosures of reports to partners, and their outcomes.

The text is a sealed part of the report (`part` is `sent`), like every part of it. The partner opens the
same payload through a header of its own (`part` is `partner`, addressed to the partner's epoch and to
nobody else). The partner's answer is a sealed part (`answer`), also with a second header of this kind.
Codes, people, times and signatures are stored unsealed.
"""

from __future__ import annotations

import uuid
from datetime import datetime

from django.contrib.postgres.fields import ArrayField
from django.db import models

from heedline.reports.dissemination_states import OPEN, TO_READ, DisseminationState

#: What a second officer still has to read. Nothing waits where it never went: withdrawn before, or not let go.
UNREAD = models.Q(checked_by=None) & (
    models.Q(state__in=TO_READ) | models.Q(state=DisseminationState.WITHDRAWN, urgent=True)
)
#: What still calls for somebody.
WAITS = models.Q(state__in=OPEN) | UNREAD


class Dissemination(models.Model):
    """A disclosure sent, or to be sent, to one partner.

    `state` is one of `dissemination_states.State`.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    report = models.ForeignKey("reports.Report", on_delete=models.PROTECT, related_name="disseminations")
    partner = models.ForeignKey("desks.Desk", on_delete=models.PROTECT, related_name="disseminations")
    state = models.CharField(max_length=10)
    purpose = models.CharField(max_length=20)  # codes of the pack
    basis = models.CharField(max_length=20)
    conditions = ArrayField(models.CharField(max_length=20), default=list)
    urgent = models.BooleanField()  # life is at risk: sent at once, read by a second officer afterwards
    answer_minutes = models.PositiveIntegerField(
        null=True
    )  # how long they have to answer once opened; none is wanted
    answer_by = models.DateTimeField(null=True)  # set on sending where the time to answer runs from then
    meets_on = models.DateField(null=True)  # the day of the meeting at which a panel decides about it
    due_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)

    container = models.UUIDField()  # the desk's copy of the words
    sha256 = models.BinaryField(max_length=32)  # of the payload that both sides open
    necessity = models.UUIDField()  # the sealed part with why it is needed, which the partner does not get
    voice = models.JSONField()  # the writer's signature, see casework.keys.session_signing.attest
    written_by = models.ForeignKey("desks.Officer", on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField()
    #: The partner's key that somebody of the desk has compared, when it was written; see casework.dissemination.outgoing.
    compared = models.UUIDField(null=True)

    checked_by = models.ForeignKey("desks.Officer", on_delete=models.PROTECT, null=True, related_name="+")
    checked_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    key = models.UUIDField(null=True)  # the partner's header, in reports_sealed_header

    receipt = models.JSONField(null=True)  # signed by whoever opened it first
    received_by = models.ForeignKey("desks.Officer", on_delete=models.PROTECT, null=True, related_name="+")
    received_at = models.DateTimeField(null=True)

    answer_code = models.CharField(max_length=20, blank=True)
    answer = models.UUIDField(null=True)  # the desk's copy of what the partner wrote
    answer_key = models.UUIDField(null=True)  # the partner's header to it
    answer_voice = models.JSONField(null=True)
    answered_by = models.ForeignKey("desks.Officer", on_delete=models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True)

    ended_by = models.ForeignKey("desks.Officer", on_delete=models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True)
    ended_words = models.UUIDField(null=True)  # the sealed part with the reason, where there is one

    class Meta:
        db_table = "reports_dissemination"
        indexes = [
            models.Index(fields=["report"], name="disseminated"),
            models.Index(fields=["partner", "state"], name="with_partner"),
            models.Index(
                fields=["due_at"], name="dissemination_due", condition=models.Q(due_at__isnull=False)
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=[str(one) for one in DisseminationState]),
                name="known_sending_state",
            ),
            models.CheckConstraint(
                condition=models.Q(checked_by=None) | ~models.Q(checked_by=models.F("written_by")),
                name="nobody_checks_their_own",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=["done", "not-sent", "withdrawn"])
                | models.Q(due_at__isnull=False),
                name="sent_has_a_deadline",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=["to-check", "not-sent", "withdrawn"])
                | models.Q(sent_at__isnull=False, key__isnull=False, urgent=True)
                | models.Q(sent_at__isnull=False, key__isnull=False, checked_by__isnull=False),
                name="sent_was_checked",
            ),
            models.CheckConstraint(
                condition=models.Q(receipt__isnull=True, received_by=None, received_at=None)
                | models.Q(receipt__isnull=False, received_by__isnull=False, received_at__isnull=False),
                name="partner_received_whole",
            ),
            models.CheckConstraint(
                condition=models.Q(answer=None, answered_by=None, answered_at=None, answer_code="")
                | (
                    models.Q(answer__isnull=False, answered_by__isnull=False, answered_at__isnull=False)
                    & ~models.Q(answer_code="")
                ),
                name="partner_answered_whole",
            ),
        ]

    @property
    def to_read(self) -> bool:
        """Return whether a second officer must still read the disclosure.

        Same condition as `UNREAD`, for a row that is already loaded.
        """
        gone = self.urgent and self.state == DisseminationState.WITHDRAWN
        return self.checked_by_id is None and (self.state in TO_READ or gone)

    def unanswered(self, at: datetime) -> bool:
        """Return whether the time to answer ran from the sending and is over without an answer, opened or not."""
        with_partner = self.state in (DisseminationState.SENT, DisseminationState.RECEIVED)
        return with_partner and self.answer_by is not None and at > self.answer_by


class EarlierAnswer(models.Model):
    """A partner's earlier answer, superseded by a later one to the same disclosure.

    The newest answer stands in the disclosure itself. An earlier one is copied here, whole and with its signature, in
    the transaction that stores the later one. The parts that it names stay as they are.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    report = models.ForeignKey("reports.Report", on_delete=models.PROTECT, related_name="+")
    dissemination = models.ForeignKey(Dissemination, on_delete=models.PROTECT, related_name="earlier")
    number = models.PositiveSmallIntegerField()
    code = models.CharField(max_length=20)
    container = models.UUIDField()
    key = models.UUIDField()
    voice = models.JSONField()
    by = models.ForeignKey("desks.Officer", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        db_table = "reports_earlier_answer"
        constraints = [
            models.UniqueConstraint(fields=["dissemination", "number"], name="earlier_answers_in_order")
        ]
