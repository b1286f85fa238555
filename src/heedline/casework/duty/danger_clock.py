"""The worker's monitoring of open danger-to-life records.

It decrypts nothing and never reads the content of a danger.
"""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db.models import QuerySet

from heedline.casework.duty import danger_owner, paging
from heedline.dispatch.letters import AlarmKind
from heedline.packs import load_pack
from heedline.reports.models import DangerEpisode


def watch_dangers(at: datetime) -> None:
    """Raise alarms for danger-to-life records that need a supervisor's attention.

    A danger needs attention if no supervisor has acknowledged it, if its review is overdue, or if its owner
    is away.

    Letters posted with each action raise most of them immediately. This finds what a lost letter or the end
    of a shift leaves, and a danger that was handed over to another desk.
    """
    waiting = DangerEpisode.objects.filter(discharged_at=None)
    _raise(AlarmKind.DANGER_OPENED, waiting.filter(acknowledged_at=None), at)
    _raise(AlarmKind.DANGER_REVIEW_LATE, waiting.filter(review_at__lte=at), at)
    # an owner who goes on working after their shift is not called away from it again and again
    again_after = load_pack(settings.PACK).clock("danger_review")
    away = [(desk, report, again_after) for desk, report in danger_owner.ended_shifts(at)]
    paging.raise_late(AlarmKind.DANGER_OWNER_AWAY, at, away)


def _raise(kind: AlarmKind, rows: QuerySet[DangerEpisode], at: datetime) -> None:
    paging.raise_missing(kind, at, rows.values_list("report__desk_id", "report_id"))
