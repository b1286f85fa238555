"""The figures of an installation's health that its operator may watch.

An operator's monitoring stores what it reads, for years and outside this database. It must not learn when a report arrived,
or how many did. So each count is the lower bound of a band, everything is as it was at the end of a quarter hour, and nothing
says which desk or which report is meant.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import connection
from django.db.models import Count, Max, Min, Q

from heedline.audit.models import Checkpoint
from heedline.dispatch.clocks import slot_of
from heedline.dispatch.models import Alarm, Outbox
from heedline.files.room import free_bytes
from heedline.reports.lifecycle import Stage
from heedline.reports.models import DangerEpisode, Report

#: Lower bounds of the bands in which counts are given.
BANDS = (0, 1, 5, 20, 100, 500, 2000, 10_000)
_MEBIBYTE = 1024 * 1024
#: Lower bounds of the bands in which the lag of a standby is given, in bytes. A report is some 40 kB of it.
LAG_BANDS = (0, 64 * _MEBIBYTE, 256 * _MEBIBYTE, 1024 * _MEBIBYTE, 4096 * _MEBIBYTE)
#: Whether commits wait for a standby, and for each replication slot whether a standby is attached and how far it is behind.
_STANDBYS = """
SELECT current_setting('synchronous_standby_names') <> '', count(slot_name), count(slot_name) FILTER (WHERE active),
    max(CASE WHEN active THEN pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn) END)
FROM (SELECT 1) one LEFT JOIN pg_replication_slots ON slot_type = 'physical' AND NOT temporary
"""


def banded(count: int, bands: Sequence[int] = BANDS) -> int:
    """Return the lower bound of the band that a count is in."""
    return bands[bisect_right(bands, count) - 1]


@dataclass(frozen=True, slots=True)
class StandbyFigures:
    """The standbys of the database server, counted by their replication slots. The lag is a lower bound of LAG_BANDS."""

    required: bool
    slots: int
    attached: int
    lag: int | None


@dataclass(frozen=True, slots=True)
class HealthFigures:
    """Figures at the end of a quarter hour. Counts are lower bounds of BANDS; ages are in seconds, None if there is nothing."""

    quarter_hour: datetime
    alarms: Mapping[str, int]
    failing_pages: int
    outbox: int
    unread_reports: int
    overdue_reports: int
    oldest_unread: float | None
    open_dangers: int
    unacknowledged_dangers: int
    checkpoint_age: float | None
    files_have_room: bool | None
    database_has_room: bool | None
    standbys: StandbyFigures


def figures(at: datetime) -> HealthFigures:
    """Return the figures for the quarter hour that ended last before `at`. Eight queries, none of them about one report."""
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
        overdue_reports=banded(unread.filter(due_at__lt=quarter_hour).count()),
        oldest_unread=None if oldest is None else (quarter_hour - oldest).total_seconds(),
        open_dangers=banded(dangers.count()),
        unacknowledged_dangers=banded(dangers.filter(acknowledged_at=None).count()),
        checkpoint_age=None if signed is None else (quarter_hour - signed).total_seconds(),
        files_have_room=_files_have_room(),
        database_has_room=_database_has_room(),
        standbys=_standbys(),
    )


def _files_have_room() -> bool | None:
    """Return whether files may still be sent, or None if they are not on a disk of this machine."""
    free = free_bytes(settings.FILES)
    return None if free is None or settings.FILES_BUCKET else free > settings.FILES_KEEP_FREE


def _database_has_room() -> bool | None:
    """Return whether the database's disk has twice the room that drafts leave for reports, or None if it cannot be seen."""
    free = free_bytes(settings.DATABASE_DISK) if settings.DATABASE_DISK else None
    return None if free is None else free > 2 * settings.KEEP_FREE


def _standbys() -> StandbyFigures:
    with connection.cursor() as cursor:
        cursor.execute(_STANDBYS)
        required, slots, attached, lag = cursor.fetchone()
    return StandbyFigures(required, slots, attached, None if lag is None else banded(int(lag), LAG_BANDS))
