"""Retention tasks run by the worker.

Reporters' identities are deleted when their retention period ends, and alarms are raised for what is
overdue.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Max

from heedline.audit import journal
from heedline.audit.acts import Act
from heedline.dispatch import clockwork
from heedline.dispatch.clocks import may_raise_again, slot_of
from heedline.dispatch.letters import AlarmKind
from heedline.dispatch.models import About, Alarm
from heedline.reports.models import Hold, Keeping, SubjectRequest

#: Somebody who used their rights is answered in time when the alarm comes so long before the day.
BEFORE_ANSWER = timedelta(days=7)
_ONCE_A_DAY = timedelta(days=1)


def end_identities(at: datetime) -> int:
    """Delete reporters' identities whose retention period has ended, and return the number deleted.

    Safe to repeat.
    """
    with transaction.atomic():
        gone = clockwork.end_identities()
        for report, desk in gone:
            journal.record(
                Act.IDENTITY_DISPOSED,
                actor=None,
                desk=desk,
                thing="report",
                thing_id=report,
                at_slot=slot_of(at),
            )
    return len(gone)


def watch(at: datetime) -> None:
    """Raise alarms for desks with overdue reviews or with data subject requests that are due soon."""
    today = at.date()
    late = Keeping.objects.filter(review_on__lt=today).exclude(
        report_id__in=Hold.objects.filter(released_on=None).values("report_id")
    )
    _raise(AlarmKind.REVIEW_LATE, at, late.values_list("report__desk_id", flat=True).distinct())
    soon = SubjectRequest.objects.filter(answered_on=None, due_on__lte=today + BEFORE_ANSWER)
    _raise(AlarmKind.SUBJECT_LATE, at, soon.values_list("desk_id", flat=True).distinct())


def _raise(kind: AlarmKind, at: datetime, desks: Iterable[UUID]) -> None:
    """Raise an alarm for each desk that has none open, at most once a day.

    A cleared alarm returns the next day.
    """
    cleared = Alarm.objects.filter(kind=kind, cleared_at__isnull=False).values_list("desk_id")
    last = dict(cleared.annotate(last=Max("cleared_at")))
    Alarm.objects.bulk_create(
        [
            Alarm(kind=kind, desk_id=desk, about_kind=About.DESK, slot=slot_of(at))
            for desk in desks
            if last.get(desk) is None or may_raise_again(last[desk], _ONCE_A_DAY, at)
        ],
        ignore_conflicts=True,
    )
