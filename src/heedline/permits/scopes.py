"""What a person can find at all. Row-level security says the same in the database; this is the first wall."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Q, QuerySet

from heedline.dispatch.models import Alarm
from heedline.reports.models import Report


def reports_of(desks: Iterable[UUID]) -> QuerySet[Report]:
    """Reports that belong to one of `desks`, or that one of them watches round the clock."""
    mine = list(desks)
    return Report.objects.filter(Q(desk_id__in=mine) | Q(watch_id__in=mine))


def alarms_of(desks: Iterable[UUID]) -> QuerySet[Alarm]:
    """Alarms of these desks."""
    return Alarm.objects.filter(desk_id__in=list(desks))
