"""Officers who currently have a report open.

Rows live for ten minutes and are not part of any backup.
"""

from __future__ import annotations

from django.db import models


class Presence(models.Model):
    """An officer who has opened a report in the last ten minutes.

    The table is UNLOGGED (`database/policies/presence.sql`): nothing of it is written ahead, replicated or backed up.
    """

    pk = models.CompositePrimaryKey("report", "officer")
    report = models.ForeignKey("reports.Report", on_delete=models.PROTECT, related_name="+")
    officer = models.ForeignKey("desks.Officer", on_delete=models.PROTECT, related_name="+")
    minute = models.DateTimeField()

    class Meta:
        db_table = "reports_presence"
