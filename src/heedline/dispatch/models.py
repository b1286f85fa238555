"""Models for the outbox of work due after a commit, and for alarms."""

from __future__ import annotations

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models


class Outbox(models.Model):
    """A letter that is delivered only if its transaction commits.

    It carries ids and a slot, and never a time or a text.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    letter = models.CharField(max_length=40)  # dispatch.letters.Letter
    desk = models.UUIDField(null=True)
    thing_id = models.UUIDField(null=True)
    slot = models.DateTimeField()

    class Meta:
        db_table = "dispatch_outbox"


class About(models.TextChoices):
    """The kind of object that an alarm is about.

    For a desk or the installation, `Alarm.about_id` is empty.
    """

    DESK = "desk"
    REPORT = "report"
    REQUEST = "request"
    OFFICER = "officer"
    PROPOSAL = "proposal"
    INTEREST = "interest"
    QUESTION = "question"
    ROTA_GAP = "rota-gap"
    RECORD = "record"


class Alarm(models.Model):
    """An alarm raised by the worker at one desk, with who acknowledged and cleared it, and when.

    The worker raises alarms, and people acknowledge and clear them. The exact time of raising is not kept.
    `slot` is a quarter hour, and `steps_sent` is how far up the chain the pager has gone. The pager's
    deadlines are held in its memory, so after a restart it sends the next step at once. `paged` are the officers whom a
    page about it reached.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=40)  # dispatch.letters.AlarmKind
    desk = models.ForeignKey("desks.Desk", on_delete=models.PROTECT, related_name="alarms")
    about_kind = models.CharField(max_length=20)  # About, or a kind of thing of a specialist desk
    about_id = models.UUIDField(null=True)
    slot = models.DateTimeField()
    steps_sent = models.PositiveSmallIntegerField(default=0)
    failures = models.PositiveSmallIntegerField(default=0)
    paged = ArrayField(models.UUIDField(), default=list, db_default=[])
    acknowledged_by = models.UUIDField(null=True)
    acknowledged_at = models.DateTimeField(null=True)
    cleared_by = models.UUIDField(null=True)
    cleared_at = models.DateTimeField(null=True)
    because = models.CharField(max_length=200, blank=True)
    settled = models.BooleanField(default=False)

    class Meta:
        db_table = "dispatch_alarm"
        indexes = [models.Index(fields=["desk"], name="alarm_open", condition=models.Q(cleared_at=None))]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "desk", "about_id"],
                name="one_open_alarm_each",
                condition=models.Q(cleared_at=None),
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=models.Q(cleared_by=None, cleared_at=None)
                | (models.Q(cleared_by__isnull=False) & models.Q(cleared_at__isnull=False)),
                name="a_named_person_clears",
            ),
            models.CheckConstraint(
                condition=models.Q(about_kind="desk", about_id=None)
                | (~models.Q(about_kind="desk") & models.Q(about_id__isnull=False)),
                name="an_alarm_is_about_something",
            ),
        ]


class WorkerBeat(models.Model):
    """The last minute in which a thread of the worker ran: the one that pages about danger, or the one of all other tasks."""

    DANGERS, TASKS = 1, 2

    id = models.SmallIntegerField(primary_key=True, default=1)
    minute = models.DateTimeField()

    class Meta:
        db_table = "dispatch_worker_beat"
