"""Officers' file-viewing time, as totals for welfare leads."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Max, Q, Sum

from heedline.audit import journal
from heedline.audit.acts import Act
from heedline.casework.access.session import Attendance
from heedline.casework.recording import refusals_logged
from heedline.desks.models import ViewingMinutes
from heedline.permits.capabilities import Capability

WEEK, MONTH = timedelta(days=7), timedelta(days=28)


@dataclass(frozen=True)
class ViewingTotal:
    """One officer's viewing minutes in the last 7 and 28 days, and the highest daily total."""

    name: str
    week: int
    month: int
    most: int


def totals(*, by: Attendance, at: datetime) -> tuple[ViewingTotal, ...]:
    """Return the viewing totals of the last 28 days, sorted by the last 7 days, highest first.

    Which files they were is recorded nowhere but in the log of each report. Raises Refused.
    """
    today = at.date()
    with refusals_logged(Act.WELFARE_READ, by=by.officer_id):
        by.require(Capability.SEE_WELFARE)
        journal.record(Act.WELFARE_READ, actor=by.officer_id)
    rows = (
        ViewingMinutes.objects.filter(day__gt=today - MONTH)
        .values("officer__name")
        .annotate(
            week=Sum("minutes", filter=Q(day__gt=today - WEEK), default=0),
            month=Sum("minutes"),
            most=Max("minutes"),
        )
        .order_by("-week", "-month", "officer__name")
    )
    return tuple(ViewingTotal(one["officer__name"], one["week"], one["month"], one["most"]) for one in rows)
