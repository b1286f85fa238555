"""The figures of an installation's health that its operator may watch.

An operator's monitoring stores what it reads, for years and outside this database. It must not learn when a report arrived,
or how many did. So each count is the lower bound of a band, everything is as it was at the end of a quarter hour, and nothing
says which desk or which report is meant.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db.models import Count, Max, Min, Q

from heedline.audit.models import Checkpoint
from heedline.dispatch.clocks import slot_of
from heedline.dispatch.models import Alarm, Outbox
from heedline.files.room import free_bytes
from heedline.reports.lifecycle import Stage
from heedline.reports.models import DangerEpisode, Report

#: Lower bounds of the bands in which counts are given.
BANDS = (0, 1, 5, 20, 100, 500, 2000, 10_000)


def banded(count: int) -> int:
    """Return the lower bound of the band that a count is in."""
    return BANDS[bisect_right(BANDS, count) - 1]


@dataclass(frozen=True, slots=True)
class HealthFigures:
    """Figures at the end of a quarter hour. Counts are lower bounds of BANDS; ages are in seconds, None if there is nothing."""

    quarter_hour: datetime
    alarms: Mapping[str, int]
    failing_pages: int
    outbox: int
    unread_reports: int
    oldest_unread: float | None
    open_dangers: int
    unacknowledged_dangers: int
    checkpoint_age: float | None
    files_have_room: bool | None


def figures(at: datetime) -> HealthFigures:
    """Return the figures for the quarter hour that ended last before `at`. Six queries, none of them about one report."""
    quarter_hour = slot_of(at)
    alarms = (
        Alarm.objects.filter(cleared_at=None, slot__lt=quarter_hour)
        .values_list("kind")
        .annotate(every=Count("id"), failing=Count("id", filter=Q(failures__gt=0)))
        .order_by("kind")
    )
    kinds = {kind: (every, failing) for kind, every, failing in alarms}
    unread = Report.objects.filter(stage=Stage.WAITING, seen=False, settled=True, slot__lt=quarter_hour)
    oldest = unread.aggregate(oldest=Min("slot"))["oldest"]
    dangers = DangerEpisode.objects.filter(discharged_at=None, opened_at__lt=quarter_hour)
    signed = Checkpoint.objects.aggregate(last=Max("slot"))["last"]
    return HealthFigures(
        quarter_hour=quarter_hour,
        alarms={kind: banded(every) for kind, (every, _) in kinds.items()},
        failing_pages=banded(sum(failing for _, failing in kinds.values())),
        outbox=banded(Outbox.objects.filter(slot__lt=quarter_hour).count()),
        unread_reports=banded(unread.count()),
        oldest_unread=None if oldest is None else (quarter_hour - oldest).total_seconds(),
        open_dangers=banded(dangers.count()),
        unacknowledged_dangers=banded(dangers.filter(acknowledged_at=None).count()),
        checkpoint_age=None if signed is None else (quarter_hour - signed).total_seconds(),
        files_have_room=_files_have_room(),
    )


def _files_have_room() -> bool | None:
    """Return whether files may still be sent, or None if they are not on a disk of this machine."""
    free = free_bytes(settings.FILES)
    return None if free is None or settings.FILES_BUCKET else free > settings.FILES_KEEP_FREE
