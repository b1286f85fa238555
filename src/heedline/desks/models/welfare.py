"""Time that each officer has spent viewing files, kept for their welfare."""

from __future__ import annotations

from django.db import models


class ViewingMinutes(models.Model):
    """The minutes of one day in which an officer had an uncovered file on screen.

    It names no file and no report. `minute` is the last minute that was counted, so that several files on screen
    at once count once. Only `viewer.open_capability` adds to it.
    """

    pk = models.CompositePrimaryKey("officer_id", "day")
    officer = models.ForeignKey("desks.Officer", on_delete=models.PROTECT, related_name="+")
    day = models.DateField()
    minutes = models.PositiveSmallIntegerField()
    minute = models.DateTimeField()

    class Meta:
        db_table = "desks_viewing_minutes"
