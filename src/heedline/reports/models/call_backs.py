"""Call-backs requested by reporters, with the unsealed fields that deadlines need.

The row is created when an officer first reads the report. The site that received the report could not
mark it, because nothing unsealed says which reports contain contact details. The number, the name, the
safe times and what was said are sealed. Each attempt is a `Step` of the report.
"""

from __future__ import annotations

from django.db import models


class CallBack(models.Model):
    """The call-back of one report, open until `done`.

    `due_at` is the time by which the next attempt is due. `missed` counts the attempts since the last
    successful one that did not reach anybody who may be spoken to.
    """

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
