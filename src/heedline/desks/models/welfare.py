"""Officers' file-viewing time, recorded for their welfare."""

from __future__ import annotations

from django.db import models


class ViewingMinutes(models.Model):
    """One officer's minutes with an uncovered file on screen in one day.

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
