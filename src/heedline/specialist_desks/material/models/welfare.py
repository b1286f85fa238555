"""Examiners' viewing time and opt-outs."""

from __future__ import annotations

import uuid

from django.db import models


class ExaminerAccount(models.Model):
    """An examiner's viewing time on their most recent working day.

    `last_severe` says whether the item viewed last may show what the pack calls severe: the minutes until the next view
    count as spent with it. `opted_out` holds categories that they are not to be shown, sealed to themselves. Earlier days are not kept.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    officer = models.OneToOneField("desks.Officer", on_delete=models.PROTECT, related_name="+")
    day = models.DateField()
    minutes = models.PositiveSmallIntegerField(default=0)
    since_break = models.PositiveSmallIntegerField(default=0)
    last_at = models.DateTimeField(null=True)
    break_until = models.DateTimeField(null=True)
    last_severe = models.BooleanField(default=False)
    opted_out = models.BinaryField(null=True)

    class Meta:
        db_table = "material_examiner_account"


class ExaminerDay(models.Model):
    """An examiner's viewing minutes on one day, for the welfare lead.

    It names no item. `severe` counts those of the minutes that were spent with items which may show what the pack calls
    severe.
    """

    pk = models.CompositePrimaryKey("officer_id", "day")
    officer = models.ForeignKey("desks.Officer", on_delete=models.PROTECT, related_name="+")
    day = models.DateField()
    minutes = models.PositiveSmallIntegerField(default=0)
    severe = models.PositiveSmallIntegerField(default=0)

    class Meta:
        db_table = "material_examiner_day"
