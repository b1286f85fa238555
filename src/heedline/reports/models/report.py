"""Models for reports and their sealed parts.

The kind, the coarse area, the urgency, the desk, the stage and the deadlines are stored unsealed.
Everything else is sealed. Headers and payloads of sealed parts are in two separate tables, so that a
report can be addressed to other keys by rewriting its header only. No exact time of arrival is stored
here (see `casework.intake.settle_arrivals`).
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models

from heedline.packs import load_pack
from heedline.reports import next_action
from heedline.reports.lifecycle import Move, Stage, after

#: Rows that one statement writes when many reports move together.
_AT_ONCE = 250
#: Moves whose verbs give the clock columns themselves: they end the clocks of many reports, and restore them.
_BULK = frozenset({Move.SWEEP, Move.UNDO_SWEEP})
#: What a queue is filtered and sorted by, besides the priority and the next time.
QUEUED_BY = ("kind", "area", "channel", "urgency", "priority", "stage", "received_on", "owner")


class Report(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=20)
    channel = models.CharField(max_length=8)
    area = models.CharField(max_length=40)
    urgency = models.CharField(max_length=8)  # of `packs.urgency.Urgency`, as the answers say
    priority = models.CharField(max_length=8, blank=True)  # high | medium | low, as an officer decided
    danger_to_life = models.BooleanField(null=True)
    desk = models.ForeignKey("desks.Desk", on_delete=models.PROTECT, related_name="reports")
    watch = models.ForeignKey(
        "desks.Desk", on_delete=models.PROTECT, null=True, blank=True, related_name="watched"
    )
    #: By which incident's form it came, or None. It says no more than the public page on which that form stands.
    incident = models.ForeignKey(
        "reports.Incident", on_delete=models.PROTECT, null=True, related_name="reports"
    )
    question_set = models.CharField(max_length=64)
    stage = models.CharField(max_length=10, default="waiting")
    #: Quarter hour of arrival; emptied (only the day stays) when an officer first takes the report.
    slot = models.DateTimeField(null=True)
    received_on = models.DateField()
    settled = models.BooleanField(default=False)
    #: Whether an officer has taken the report since it arrived or was last reopened. Then the clock Seen is over and
    #: `due_at` is the clock Next action (`reports.next_action`).
    seen = models.BooleanField(default=False)
    due_at = models.DateTimeField(null=True)
    #: Whether another desk has handed the report over and nobody here has accepted it yet (`HandOver`).
    offered = models.BooleanField(default=False)
    rank = models.PositiveSmallIntegerField()  # 0 danger … 3 low: what the queue is sorted by
    owner = models.ForeignKey(
        "desks.Officer", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    #: Who is writing in the report now, and until when. It keeps two people from writing at once and does nothing else:
    #: when it lapses, neither the owner nor a clock changes.
    lease_by = models.ForeignKey(
        "desks.Officer",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,  # nobody asks by it
    )
    lease_until = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)
    withdraw_asked = models.BooleanField(default=False)
    unread = models.PositiveSmallIntegerField(default=0)  # messages from the reporter that nobody has read
    outcome = models.CharField(max_length=40, blank=True)
    status = models.CharField(max_length=40, default="received")  # what the reporter is told; a pack code

    class Meta:
        db_table = "reports_report"
        indexes = [
            models.Index(
                fields=["desk", "rank", "due_at", "id"],
                name="queue_open",
                condition=~models.Q(stage=Stage.CLOSED),
                # what a queue is filtered and sorted by: such a query reads the index alone
                include=[
                    "watch",
                    "kind",
                    "area",
                    "channel",
                    "urgency",
                    "priority",
                    "stage",
                    "received_on",
                    "owner",
                    "unread",
                ],
            ),
            # each filter and each order of a queue is a stretch of one of these (`permits.queue_rows`), which is read alone:
            # row-level security asks for the watching desk
            *(
                models.Index(
                    fields=["desk", column, "rank", "due_at", "id"],
                    name=f"queue_{column}",
                    condition=~models.Q(stage=Stage.CLOSED),
                    include=["watch"],
                )
                for column in QUEUED_BY
            ),
            # a few rows: what has unread messages is counted on every queue
            models.Index(
                fields=["desk", "id"],
                name="queue_unread",
                condition=models.Q(unread__gt=0) & ~models.Q(stage=Stage.CLOSED),
            ),
            models.Index(
                fields=["watch", "desk", "rank", "due_at", "id"],
                name="queue_watch",
                condition=~models.Q(stage=Stage.CLOSED),
            ),
            models.Index(
                fields=["watch", "due_at", "id"],
                name="queue_danger",
                condition=models.Q(rank=0) & ~models.Q(stage=Stage.CLOSED),
            ),
            models.Index(
                fields=["desk", "received_on", "id"],
                name="queue_closed",
                condition=models.Q(stage=Stage.CLOSED),
                include=["watch", "kind", "area", "channel", "urgency", "priority", "outcome", "rank"],
            ),
            models.Index(fields=["slot"], name="arrivals", condition=models.Q(settled=False)),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(stage__in=[Stage.WAITING, Stage.CLOSED], owner=None)
                | models.Q(
                    stage__in=[Stage.TAKEN, Stage.ASSESSED, Stage.ACTING, Stage.CLOSING],
                    owner__isnull=False,
                    seen=True,
                ),
                name="owned_once_taken",
            ),
            models.CheckConstraint(
                condition=models.Q(lease_by=None, lease_until=None)
                | (
                    models.Q(lease_by__isnull=False, lease_until__isnull=False)
                    & ~models.Q(stage=Stage.CLOSED)
                ),
                name="lease_has_a_writer",
            ),
            models.CheckConstraint(
                condition=models.Q(offered=False) | models.Q(stage=Stage.WAITING),
                name="offered_while_waiting",
            ),
            models.CheckConstraint(
                condition=models.Q(seen=False) | models.Q(slot=None), name="no_arrival_once_seen"
            ),
            models.CheckConstraint(
                condition=models.Q(stage__in=["waiting", "taken", "assessed", "acting", "closing", "closed"]),
                name="known_stage",
            ),
            models.CheckConstraint(
                condition=models.Q(stage=Stage.CLOSED) | models.Q(due_at__isnull=False),
                name="open_has_a_next_time",
            ),
        ]

    def apply(
        self,
        move: Move,
        *,
        by: UUID,
        at: datetime,
        codes: Mapping[str, Any] | None = None,
        note: UUID | None = None,
        **changes: Any,
    ) -> None:
        """Apply a permitted move to the report and save the result.

        This saves the new stage, the next version, the other `changes` of the row, and the Step. The clocks
        follow from the move (`next_action.after_move`), so `changes` holds neither `seen` nor `due_at`. Only
        a bulk closure and its undoing give them, and `review_at` is the time that a review sets. The row must
        be locked in the caller's transaction. Raises NotNow, before anything is written.
        """
        review_at = changes.pop("review_at", None)
        restores = move in _BULK
        if not restores and not changes.keys().isdisjoint({"seen", "due_at"}):
            raise TypeError("the move sets the clocks")
        to = self.add_step(move, by=by, at=at, codes=codes, note=note)
        for field, value in changes.items():
            setattr(self, field, value)
        clocks = self.clocks_after(move, at=at, review_at=review_at) if not restores else {}
        for field, value in clocks.items():
            setattr(self, field, value)
        self.stage = to
        self.version += 1
        self.save(update_fields=["stage", "version", *changes, *clocks])

    def clocks_after(self, move: Move, *, at: datetime, review_at: datetime | None = None) -> dict[str, Any]:
        """Return the values of the clock columns after `move`.

        Raises NotNow for a review that is set too late.
        """
        now = next_action.ClockState(
            kind=self.kind,
            area=self.area,
            urgency=self.urgency,
            priority=self.priority,
            danger_to_life=self.danger_to_life,
            seen=self.seen,
            due_at=self.due_at,
        )
        seen, due_at = next_action.after_move(
            now, move, at=at, pack=load_pack(settings.PACK), review_at=review_at
        )
        return {"seen": seen, "due_at": due_at}

    def add_step(
        self,
        move: Move,
        *,
        by: UUID,
        at: datetime,
        codes: Mapping[str, Any] | None = None,
        note: UUID | None = None,
        to_desk: UUID | None = None,
    ) -> Stage:
        """Record the Step of a permitted move and return the resulting stage.

        Raises NotNow. Only `apply` and a handover use this: `permits.hand_over` writes the row, which leaves
        the officer's sight.
        """
        to = after(Stage(self.stage), move)
        last = Step.objects.filter(report=self).aggregate(number=models.Max("number"))["number"] or 0
        Step(
            report=self,
            number=last + 1,
            version=self.version + 1,
            move=move,
            from_stage=self.stage,
            to_stage=to,
            by_id=by,
            at=at,
            on=at.date(),
            from_desk=self.desk_id,
            to_desk=to_desk or self.desk_id,
            codes=dict(codes or {}),
            note=note,
        ).save(force_insert=True)
        return to


class SealedHeader(models.Model):
    """The age encryption header of a sealed part, which determines who can open it.

    Rewritten when the report is addressed to other keys.
    """

    container = models.UUIDField(primary_key=True)
    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="headers")
    #: report | identity | note | message | release | language | translation | asked-before | link | subject | sent | answer | file |
    #: derivative | derivative-description, where the payload of a file or a derivative is an object in storage; or partner:
    #: a second header to the payload of what was sent or answered, for the partner, under an id of its own
    part = models.CharField(max_length=40)
    header = models.BinaryField()
    epochs = ArrayField(models.UUIDField(), default=list)

    class Meta:
        db_table = "reports_sealed_header"
        indexes = [
            models.Index(fields=["report"], name="asked_before", condition=models.Q(part="asked-before"))
        ]


class SealedPayload(models.Model):
    """The age-encrypted payload of a sealed part, with the SHA-256 of the original header and payload.

    The hash is of header and payload as they arrived.
    """

    container = models.UUIDField(primary_key=True)
    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="payloads")
    payload = models.BinaryField()
    sha256 = models.BinaryField(max_length=32)

    class Meta:
        db_table = "reports_sealed_payload"


class IdentityShare(models.Model):
    """One of the two shares of the key to a report's identity container.

    `share` is 1 for the desk's share and 2 for the authorisers'.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="shares")
    share = models.PositiveSmallIntegerField()
    epoch = models.UUIDField(null=True)
    sealed = models.BinaryField()

    class Meta:
        db_table = "reports_identity_share"
        constraints = [models.CheckConstraint(condition=models.Q(share__in=[1, 2]), name="two_shares")]


class Receipt(models.Model):
    """A report's receipt, which is looked up by a hash of the reporter's code.

    The code itself is not stored.
    """

    report = models.OneToOneField(Report, on_delete=models.PROTECT, primary_key=True, related_name="receipt")
    lookup = models.BinaryField(max_length=32, unique=True)
    reporter_key = models.BinaryField()
    body_mac = models.BinaryField(max_length=32)
    closed = models.BooleanField(default=False)
    #: Each message is shown during one visit only, because the reporter chose so.
    only_new = models.BooleanField(default=False)
    #: Quarter hour in which the reporter last did something to their rows, until that quarter hour is settled.
    touched = models.DateTimeField(null=True)

    class Meta:
        db_table = "reports_receipt"
        indexes = [
            models.Index(fields=["touched"], name="stirred", condition=models.Q(touched__isnull=False))
        ]


class Message(models.Model):
    """A message between the desk and a reporter.

    A message from the desk has two sealed copies, and one from the reporter has one. `container` is the
    desk's copy. `copy_header`/`copy_payload` are the reporter's copy, emptied when the reporter deletes it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="messages")
    from_us = models.BooleanField()
    container = models.UUIDField()
    copy_header = models.BinaryField(null=True)
    copy_payload = models.BinaryField(null=True)
    voice = models.JSONField(null=True)  # signature of the officer, see casework.keys.session_signing
    slot = models.DateTimeField(null=True)  # of a reporter's message, until the desk has read it
    sent_on = models.DateField()
    position = models.PositiveSmallIntegerField()
    seen = models.BooleanField(default=False)  # by the other side
    body_mac = models.BinaryField(max_length=32, null=True)
    settled = models.BooleanField(default=False)

    class Meta:
        db_table = "reports_message"
        constraints = [models.UniqueConstraint(fields=["report", "position"], name="message_order")]


class Step(models.Model):
    """A recorded move of a report from one stage to another.

    Steps form the report's history and are never changed.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="steps")
    number = models.PositiveIntegerField()
    #: The version that an officer's move gave the report. The database takes no move of the office without such a step.
    version = models.PositiveIntegerField(null=True)
    move = models.CharField(max_length=12)
    from_stage = models.CharField(max_length=10)
    to_stage = models.CharField(max_length=10)
    #: Empty for the one move that a reporter makes: writing again after the desk has closed.
    by = models.ForeignKey("desks.Officer", on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(null=True)
    on = models.DateField()
    from_desk = models.UUIDField()
    to_desk = models.UUIDField()
    codes = models.JSONField(default=dict)  # priority, outcome, status: pack codes, no words
    note = models.UUIDField(null=True)  # the sealed container with the officer's words

    class Meta:
        db_table = "reports_step"
        constraints = [models.UniqueConstraint(fields=["report", "number"], name="step_order")]


def apply_to_all(
    reports: Sequence[Report],
    move: Move,
    *,
    by: UUID,
    at: datetime,
    changes: Callable[[Report], Mapping[str, Any]],
    codes: Mapping[str, Any] | None = None,
    notes: Mapping[UUID, UUID] | None = None,
) -> None:
    """Apply the same move to many reports in a few SQL queries, as `Report.apply` does to one.

    `changes` gives the other columns of each row, the same ones for all; `notes` the sealed note of each report. The rows
    must be locked in the caller's transaction. Raises NotNow, before anything is written.
    """
    restores = move in _BULK
    to = {report.id: after(Stage(report.stage), move) for report in reports}
    last = Step.objects.filter(report__in=reports).values_list("report_id").annotate(n=models.Max("number"))
    numbers = dict(last)
    Step.objects.bulk_create(
        [
            Step(
                report=report,
                number=numbers.get(report.id, 0) + 1,
                version=report.version + 1,
                move=move,
                from_stage=report.stage,
                to_stage=to[report.id],
                by_id=by,
                at=at,
                on=at.date(),
                from_desk=report.desk_id,
                to_desk=report.desk_id,
                codes=dict(codes or {}),
                note=(notes or {}).get(report.id),
            )
            for report in reports
        ],
        batch_size=_AT_ONCE,
    )
    changed: dict[str, None] = {}
    for report in reports:
        for field, value in changes(report).items():
            setattr(report, field, value)
            changed[field] = None
        for field, value in ({} if restores else report.clocks_after(move, at=at)).items():
            setattr(report, field, value)
            changed[field] = None
        report.stage = to[report.id]
        report.version += 1
    Report.objects.bulk_update(reports, ["stage", "version", *changed], batch_size=_AT_ONCE)
