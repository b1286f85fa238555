"""Sealed values that desks compare through the linking desk, and the interest register.

Everything that says what a report is about is sealed. No row says that two reports concern one person, or that a report
matches an entry of the register. A header lies apart from its payload in a backup, so it may be missing for a moment.
"""

from __future__ import annotations

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models


class SealedValues(models.Model):
    """The values extracted from one report, sealed to the linking desk.

    `report` is not a reference: the linking desk may not see it. `parts` is the number of the report's texts that were
    read, and says whether the values are up to date. `slot` is the quarter hour in which an officer's session sealed them.
    `indexed` and `matched_at` say what the linking desk's sessions have done with them. `due_at` is the minute by which they
    are to be compared, until they have been.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    report = models.UUIDField(unique=True)
    desk = models.ForeignKey("desks.Desk", on_delete=models.PROTECT, related_name="+", db_index=False)
    parts = models.PositiveSmallIntegerField()
    slot = models.DateTimeField()
    indexed = models.BooleanField(default=False)
    matched_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    epochs = ArrayField(models.UUIDField())
    header = models.BinaryField()
    payload = models.BinaryField()

    class Meta:
        db_table = "reports_sealed_values"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(matched_at=None, due_at__isnull=False)
                | models.Q(matched_at__isnull=False, due_at=None),
                name="values_due_or_compared",
            )
        ]
        indexes = [
            models.Index(
                fields=["desk", "due_at", "id"], name="values_to_match", condition=models.Q(indexed=False)
            )
        ]


class DeskNotice(models.Model):
    """A sealed notice to a desk about one of its reports.

    It is a possible match at another desk, a question or an answer about one, or that somebody must be contacted before
    the desk acts. What it is and which report it is about stand inside the seal. `aside` means that a session of the desk
    has found a wrong signature in it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    desk = models.ForeignKey("desks.Desk", on_delete=models.PROTECT, related_name="+")
    on = models.DateField()
    aside = models.BooleanField(default=False)
    epochs = ArrayField(models.UUIDField())
    header = models.BinaryField(null=True)
    payload = models.BinaryField()

    class Meta:
        db_table = "reports_desk_notice"


class DeskQuestion(models.Model):
    """A desk's unanswered question to another desk about a possible match.

    What it says and which reports it is about stand in sealed notices only, which name its id. `owner` is the officer who
    answers it, if somebody has taken it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    from_desk = models.ForeignKey("desks.Desk", on_delete=models.PROTECT, related_name="+", db_index=False)
    to_desk = models.ForeignKey("desks.Desk", on_delete=models.PROTECT, related_name="+")
    owner = models.ForeignKey(
        "desks.Officer", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    due_at = models.DateTimeField()

    class Meta:
        db_table = "reports_desk_question"


class Interest(models.Model):
    """An entry in the interest register, with its names and identifiers and an expiry date.

    `desk` is the linking desk, to which it is sealed so that its sessions compare reports with it, and `home` the desk of
    the owner. Whatever is registered, and the ground, are inside the seal. `unindexed_since` is when the entry was registered
    or, if the linking desk's index has been rebuilt since, when that began. `matches` is how many reports have matched it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey("desks.Officer", on_delete=models.PROTECT, related_name="+")
    home = models.ForeignKey("desks.Desk", on_delete=models.PROTECT, related_name="+", db_index=False)
    desk = models.ForeignKey("desks.Desk", on_delete=models.PROTECT, related_name="+")
    registered_at = models.DateTimeField()
    until = models.DateField()
    ended_at = models.DateTimeField(null=True)
    indexed = models.BooleanField(default=False)
    unindexed_since = models.DateTimeField()
    matches = models.PositiveIntegerField(default=0)
    epochs = ArrayField(models.UUIDField())
    header = models.BinaryField(null=True)
    payload = models.BinaryField()

    class Meta:
        db_table = "reports_interest"


class InterestHit(models.Model):
    """A report that matches an entry of the interest register, sealed to the owner's desk.

    Its alarm stays until the owner has acknowledged it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    interest = models.ForeignKey(Interest, on_delete=models.PROTECT, related_name="hits")
    owner = models.ForeignKey("desks.Officer", on_delete=models.PROTECT, related_name="+")
    home = models.ForeignKey("desks.Desk", on_delete=models.PROTECT, related_name="+", db_index=False)
    on = models.DateField()
    acknowledged_at = models.DateTimeField(null=True)
    epochs = ArrayField(models.UUIDField())
    header = models.BinaryField(null=True)
    payload = models.BinaryField()

    class Meta:
        db_table = "reports_interest_hit"
