"""Records of specialist desks: one core row for each, and the steps that it has taken.

What a record says lies in a sealed part of its desk (`desk_parts`), whose `thing` is the record. No row names a report.
"""

from __future__ import annotations

import uuid

from django.db import models

#: The three ways in which a record can be held: nobody has it, its owner works on it, or it is finished.
WAITING, TAKEN, ENDED = "waiting", "taken", "ended"


class DeskRecord(models.Model):
    """A record of a specialist desk, such as a visit or a case.

    `held` says whether it must have an owner and a due time. `version` is the number of its last step. `parent` is the
    record of the same desk that it belongs to, and `pair` the id of the record of another desk that goes with it.
    `offered` is the colleague who has been asked to sign for it, and `indexed` the search index that has the record as it is.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    desk = models.ForeignKey("desks.Desk", on_delete=models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(max_length=40)
    state = models.CharField(max_length=40)
    held = models.CharField(max_length=8)
    version = models.PositiveIntegerField(default=1)
    container = models.UUIDField()
    owner = models.ForeignKey("desks.Officer", on_delete=models.PROTECT, related_name="+", null=True)
    offered = models.ForeignKey("desks.Officer", on_delete=models.PROTECT, related_name="+", null=True)
    due_at = models.DateTimeField(null=True)
    parent = models.ForeignKey("self", on_delete=models.PROTECT, related_name="+", null=True)
    pair = models.UUIDField(null=True, unique=True)
    indexed = models.UUIDField(null=True)

    class Meta:
        db_table = "reports_record"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(held=WAITING, owner=None, due_at__isnull=False)
                | models.Q(held=TAKEN, owner__isnull=False, due_at__isnull=False)
                | models.Q(held=ENDED, due_at=None),
                name="open_is_due_and_taken_is_owned",
            ),
            models.CheckConstraint(
                condition=models.Q(offered=None) | models.Q(held=TAKEN), name="only_what_is_owned_is_offered"
            ),
        ]
        indexes = [
            models.Index(fields=["desk", "kind", "due_at", "id"], name="records_by_due"),
            models.Index(
                fields=["due_at"], name="open_records_by_due", condition=models.Q(due_at__isnull=False)
            ),
        ]


class RecordStep(models.Model):
    """A move of a record, by whom and when, with a sealed note (a part of the record) if there is one. Never changed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    record = models.ForeignKey(DeskRecord, on_delete=models.PROTECT, related_name="steps", db_index=False)
    number = models.PositiveIntegerField()
    move = models.CharField(max_length=40)
    from_state = models.CharField(max_length=40)
    to_state = models.CharField(max_length=40)
    by = models.ForeignKey("desks.Officer", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    note = models.UUIDField(null=True)

    class Meta:
        db_table = "reports_record_step"
        constraints = [models.UniqueConstraint(fields=["record", "number"], name="one_step_a_number")]


class RecordMove(models.Model):
    """A legal move of a kind of record, filled by the migration of its desk. A record begins from the state "".

    Whoever makes a move that `involves` takes part in the record. One that `decides` is made by somebody who did not. One
    that is `told` is made by the desk of the record's pair. `owner` is an `OwnerRule`.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=40)
    from_state = models.CharField(max_length=40)
    move = models.CharField(max_length=40)
    to_state = models.CharField(max_length=40)
    held = models.CharField(max_length=8)
    decides = models.BooleanField()
    involves = models.BooleanField()
    told = models.BooleanField(default=False, db_default=False)
    owner = models.CharField(max_length=8)

    class Meta:
        db_table = "reports_record_move"
        constraints = [
            models.UniqueConstraint(fields=["kind", "from_state", "move"], name="a_move_leads_to_one_state")
        ]
