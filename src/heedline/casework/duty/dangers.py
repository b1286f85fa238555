"""Alarms about dangers to life: the worker's watch, and pages to supervisors when an owner goes off duty.

An owner leaves by signing out, by going off duty, or by leaving their keys to lock. Nobody is kept from leaving. The worker decrypts
nothing and never reads the content of a danger.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from heedline.casework.access.session import Attendance
from heedline.casework.duty import alarms, paging
from heedline.casework.duty.alarm_kinds import AlarmEvent
from heedline.desks.duty_hours import present
from heedline.dispatch.letters import AlarmKind, Letter
from heedline.dispatch.outbox import post
from heedline.packs import load_pack
from heedline.permits.capabilities import Capability
from heedline.reports.models import DangerEpisode


def watch_dangers(at: datetime) -> None:
    """Raise alarms for danger-to-life records that need a supervisor's attention.

    A danger needs attention if no supervisor has acknowledged it, if its review is overdue, or if its owner
    is away. So does one that a single supervisor has discharged, until another has reviewed that.

    Letters posted with each action raise most of these alarms immediately. This function finds the dangers that they miss:
    after a lost letter, when an owner's keys have locked, or when a danger was handed over to another desk.
    """
    waiting = DangerEpisode.objects.filter(discharged_at=None)
    _raise(AlarmKind.DANGER_OPENED, waiting.filter(acknowledged_at=None), at)
    _raise(AlarmKind.DANGER_REVIEW_LATE, waiting.filter(review_at__lte=at), at)
    alone = DangerEpisode.objects.filter(discharged_alone=True, discharge_reviewed_at=None)
    _raise(AlarmKind.DISCHARGE_UNREVIEWED, alone, at)
    # avoids repeated alarms about an owner whose keys lock now and then
    again_after = load_pack(settings.PACK).clock("danger_review")
    away = [(desk, report, again_after) for desk, report in unattended(at)]
    paging.raise_late(AlarmKind.DANGER_OWNER_AWAY, at, away)


def _raise(kind: AlarmKind, rows: QuerySet[DangerEpisode], at: datetime) -> None:
    paging.raise_missing(kind, at, rows.values_list("report__desk_id", "report_id"))


def _owned(by: Attendance) -> QuerySet[DangerEpisode]:
    return DangerEpisode.objects.filter(discharged_at=None, report__owner=by.officer_id)


def owner_leaves(*, by: Attendance, at: datetime) -> int:
    """Queue an alarm letter for each open danger-to-life record of this owner, and return the count."""
    if not by.may(Capability.HANDLE_DANGER):
        return 0
    owned = list(_owned(by).values_list("report_id", "report__desk_id"))
    with transaction.atomic():
        for report, desk in owned:
            post(Letter.DANGER_OWNER_AWAY, desk=desk, thing_id=report, at=at)
    return len(owned)


def owner_returns(*, by: Attendance, at: datetime) -> None:
    """Resolve the alarms about this owner's absence, if their keys are unlocked."""
    if not by.unlocked or not by.may(Capability.HANDLE_DANGER):
        return
    with transaction.atomic():
        for report in _owned(by).values_list("report_id", flat=True):
            alarms.resolve(AlarmEvent.OWNER_BACK, report, by=by, at=at)


def unattended(at: datetime) -> list[tuple[UUID, UUID]]:
    """Return (desk, report) for each open danger-to-life record whose owner is not on duty."""
    here = {one.officer for one in present(at)}
    gone = DangerEpisode.objects.filter(discharged_at=None, report__owner__isnull=False)
    return list(gone.exclude(report__owner__in=here).values_list("report__desk_id", "report_id"))
