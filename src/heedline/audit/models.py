"""The tables of the audit log.

They are insert-only by privilege and by trigger (`database/roles` and `database/triggers/log.sql`).
"""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models.functions import Now


class ThisTransaction(models.Func):
    """A database function that returns the current transaction ID as an integer."""

    template = "((pg_current_xact_id())::text)::bigint"
    output_field = models.BigIntegerField()


class Event(models.Model):
    """An action recorded in the log.

    `at` is exact for officers' acts. For arrivals it is a quarter-hour slot, because the event must not be
    linked to the row of the report.

    Events are ordered by (generation, xid, id). `xid` is the number of the transaction that wrote the event.
    Transaction numbers start again in every database cluster, so `generation` counts how often the log has
    been moved into a new cluster by a restore. The database sets all three.
    """

    id = models.BigAutoField(primary_key=True)
    generation = models.IntegerField(db_default=1)
    xid = models.BigIntegerField(db_default=ThisTransaction())
    at = models.DateTimeField(db_default=Now())
    act = models.CharField(max_length=40)
    actor = models.UUIDField(null=True)
    desk = models.UUIDField(null=True)
    thing = models.CharField(max_length=20, blank=True)
    thing_id = models.UUIDField(null=True)
    outcome = models.CharField(max_length=12, default="done")  # done | refused
    detail = models.JSONField(default=dict)  # codes, counts and ids only

    class Meta:
        db_table = "audit_event"
        indexes = [
            models.Index(fields=["generation", "xid", "id"], name="event_order"),
            models.Index(fields=["thing_id", "id"], name="event_thing"),
            models.Index(fields=["actor", "id"], name="event_actor"),
            models.Index(fields=["at", "id"], name="event_time"),
        ]


class ThisSlot(models.Func):
    """A database function that returns the start of the current quarter hour."""

    template = "date_bin('15 minutes', now(), timestamptz '2000-01-01 00:00:00+00')"
    output_field = models.DateTimeField()


class Waiting(models.Model):
    """An action not logged yet because its exact time would reveal a reporter's activity.

    Either an officer's, which then names no report, or a reporter's own, which names the report and no actor.

    It waits here until its quarter hour is over. `clockwork.settle` then writes it to the log, shuffled with
    the arrivals. The database sets `slot`.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    slot = models.DateTimeField(db_default=ThisSlot())
    act = models.CharField(max_length=40)
    actor = models.UUIDField(null=True)
    desk = models.UUIDField(null=True)
    report = models.UUIDField(null=True)
    outcome = models.CharField(max_length=12)  # done | refused
    detail = models.JSONField(default=dict)  # codes only

    class Meta:
        db_table = "audit_waiting"


class Tile(models.Model):
    """A tile of up to 256 consecutive hashes in the Merkle tree over the events (`audit.tree`).

    Tiles can be rebuilt from the events.
    """

    pk = models.CompositePrimaryKey("level", "number")
    level = models.SmallIntegerField()
    number = models.BigIntegerField()
    hashes = models.BinaryField()

    class Meta:
        db_table = "audit_tile"


class Mark(models.Model):
    """The sequencer's progress through the log, stored in one row.

    `generation`, `xid` and `event` identify the last event in the tree. `newest` is the highest event id in
    the tree. An event with a higher id that sorts before the mark was inserted afterwards.
    """

    id = models.SmallIntegerField(primary_key=True, default=1)
    size = models.BigIntegerField(default=0)
    generation = models.IntegerField(default=0)
    xid = models.BigIntegerField(default=0)
    event = models.BigIntegerField(default=0)
    newest = models.BigIntegerField(default=0)

    class Meta:
        db_table = "audit_mark"


class Checkpoint(models.Model):
    """A signed checkpoint that has been published or is ready for publication.

    The `day` feed is open to everyone. The `slot` feed is for emails. `proof` holds the hashes that prove
    that the feed's previous checkpoint (of `old` leaves) is a prefix of this one. `key` is the log's public
    key, for readers who have no better source for it.
    """

    pk = models.CompositePrimaryKey("feed", "size")
    feed = models.CharField(max_length=4)  # day | slot
    size = models.BigIntegerField()
    generation = models.IntegerField()
    old = models.BigIntegerField()
    slot = models.DateTimeField()
    note = models.TextField()
    key = models.CharField(max_length=300)
    proof = models.BinaryField()

    class Meta:
        db_table = "audit_checkpoint"
        constraints = [
            models.CheckConstraint(condition=models.Q(feed__in=["day", "slot"]), name="a_feed_of_checkpoints")
        ]
