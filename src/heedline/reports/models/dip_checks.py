"""Dip sampling of closed reports by supervisors.

The models record which reports were drawn, what the supervisor found, and that any fault was put right.
The draw is plain arithmetic over the log. Nobody can choose what is reviewed, and anybody who has an
export of the log can repeat the draw.
"""

from __future__ import annotations

import hashlib
import math
import uuid
from collections.abc import Iterable
from datetime import date, timedelta
from uuid import UUID

from django.db import models

#: Of one week's closed reports at one desk: one in twenty, but at least two and at most twenty.
ONE_IN, FEWEST, MOST = 20, 2, 20
_LABEL = b"heedline/v1/dip-sample\0"


def how_many(closed: int) -> int:
    """Return the number of reports to dip sample from those that a desk closed in a week."""
    return min(closed, MOST, max(FEWEST, math.ceil(closed / ONE_IN)))


def draw(root: bytes, desk: UUID, closed: Iterable[UUID]) -> tuple[UUID, ...]:
    """Return the reports drawn for dip sampling.

    These are the reports with the smallest SHA-256 over label, root, desk and report, in that order. `root`
    is the root of the first daily checkpoint after the week, which nobody knew while they closed any of the
    reports.
    """
    reports = sorted(
        set(closed),
        key=lambda report: hashlib.sha256(_LABEL + root + desk.bytes + report.bytes).digest(),
    )
    return tuple(reports[: how_many(len(reports))])


def last_week(day: date) -> date:
    """Return the Monday of the last week that ended before `day`."""
    return day - timedelta(days=day.weekday() + 7)


class DipCheck(models.Model):
    """A closed report drawn for dip sampling.

    `answers` are those of the short form. `verdict` is agree, disagree, or empty until a supervisor has reviewed the report. `words` and `remedy`
    are sealed parts of the report, which say why the supervisor disagrees and how it was put right.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    report = models.ForeignKey("reports.Report", on_delete=models.PROTECT, related_name="dip_checks")
    desk = models.ForeignKey("desks.Desk", on_delete=models.PROTECT, related_name="+")  # that closed it
    week = models.DateField()  # its Monday
    verdict = models.CharField(max_length=8, blank=True)
    judged_by = models.ForeignKey("desks.Officer", on_delete=models.PROTECT, null=True, related_name="+")
    judged_on = models.DateField(null=True)
    answers = models.CharField(max_length=120, blank=True)  # codes of `reports.quality_questions`
    words = models.UUIDField(null=True)
    remedied_by = models.ForeignKey("desks.Officer", on_delete=models.PROTECT, null=True, related_name="+")
    remedied_on = models.DateField(null=True)
    remedy = models.UUIDField(null=True)

    class Meta:
        db_table = "reports_dip_check"
        constraints = [
            models.UniqueConstraint(fields=["report", "desk", "week"], name="drawn_once"),
            models.CheckConstraint(
                condition=models.Q(
                    verdict="", answers="", judged_by=None, judged_on=None, words=None, remedied_by=None
                )
                | models.Q(
                    verdict__in=["agree", "disagree"], judged_by__isnull=False, judged_on__isnull=False
                ),
                name="judged_by_somebody",
            ),
            models.CheckConstraint(
                condition=models.Q(remedied_by=None, remedied_on=None, remedy=None)
                | models.Q(
                    verdict="disagree",
                    words__isnull=False,
                    remedied_by__isnull=False,
                    remedied_on__isnull=False,
                    remedy__isnull=False,
                ),
                name="put_right_by_somebody",
            ),
        ]
