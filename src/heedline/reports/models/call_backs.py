"""A call that a reporter asked for, as far as its clock needs it in the clear.

The row is made when an officer first reads the report (the site that took the report in could not mark it: nothing in
the clear says which reports hold a way to reach somebody). Number, name, safe times and what was said are sealed; each
attempt is a `Step` of the report.
"""

from __future__ import annotations

from django.db import models


class CallBack(models.Model):
    """One report's call: open until `done`. `due_at`: by when it is tried next. `missed`: attempts that reached nobody
    who may be spoken to, since the last that did."""

    report = models.OneToOneField(
        "reports.Report", on_delete=models.PROTECT, primary_key=True, related_name="call_back"
    )
    due_at = models.DateTimeField()
    missed = models.PositiveSmallIntegerField(default=0)
    done = models.BooleanField(default=False)

    class Meta:
        db_table = "reports_call_back"
        indexes = [
            models.Index(fields=["due_at"], name="calls_to_make", condition=models.Q(done=False)),
        ]
