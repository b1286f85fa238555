"""The tables of the log. Insert-only by privilege and by trigger (database/roles and database/triggers/log.sql)."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models.functions import Now


class ThisTransaction(models.Func):
    """The number of the present transaction, as a number."""

    template = "((pg_current_xact_id())::text)::bigint"
    output_field = models.BigIntegerField()


class Event(models.Model):
    """One act. `at` is exact for what officers do, and a quarter-hour slot for arrivals, which a report's row must not be tied to.

    Events are ordered by (generation, xid, id). `xid` is the number of the transaction that wrote it; as it starts anew
    in every database cluster, `generation` counts how often the log was moved into a new one, which is when it is
    restored. The database sets all three.
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
    """The start of the present quarter hour."""

    template = "date_bin('15 minutes', now(), timestamptz '2000-01-01 00:00:00+00')"
    output_field = models.DateTimeField()


class Waiting(models.Model):
    """An act of an officer that would date a member of the public: it waits here until its quarter hour is over.

    Then `clockwork.settle` writes it into the log, in shuffled order with the arrivals. The database sets `slot`.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    slot = models.DateTimeField(db_default=ThisSlot())
    act = models.CharField(max_length=40)
    actor = models.UUIDField()
    desk = models.UUIDField(null=True)
    outcome = models.CharField(max_length=12)  # done | refused
    detail = models.JSONField(default=dict)  # codes only

    class Meta:
        db_table = "audit_waiting"


class Tile(models.Model):
    """Up to 256 neighbouring hashes of the tree over the events (`audit.tree`). Can be made anew from the events."""

    pk = models.CompositePrimaryKey("level", "number")
    level = models.SmallIntegerField()
    number = models.BigIntegerField()
    hashes = models.BinaryField()

    class Meta:
        db_table = "audit_tile"


class Mark(models.Model):
    """How far the sequencer has come; one row. `generation`, `xid`, `event`: the last event in the tree.

    `newest`: the highest id among them. An event with a higher id that belongs before the mark has been slipped in.
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
    """A signed checkpoint that has left the house, or may: the `day` feed is for everyone, the `slot` feed for mails.

    `proof`: hashes that show that the feed's checkpoint before (`old` leaves) is the beginning of this one. `key`: the
    log's public key, for whoever has not got it from a better place.
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
