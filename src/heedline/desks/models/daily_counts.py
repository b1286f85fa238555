"""Daily activity counts for a desk, in bands, for its board and for overseers."""

from __future__ import annotations

from django.db import models


class DailyCount(models.Model):
    """A desk's count of one kind of action on one day, in one band.

    It identifies no report and no officer. `figure` and `band` are codes of
    `casework.oversight.daily_counts`. The office adds to it through `permits.count_act` alone.
    """

    pk = models.CompositePrimaryKey("desk_id", "day", "figure", "band")
    desk = models.ForeignKey("desks.Desk", on_delete=models.PROTECT, related_name="+")
    day = models.DateField()
    figure = models.CharField(max_length=12)
    band = models.CharField(max_length=12)
    number = models.PositiveIntegerField()

    class Meta:
        db_table = "desks_daily_count"
