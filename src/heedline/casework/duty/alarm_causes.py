"""Checks that tell whether the cause of an alarm still exists.

Every function takes the alarm and the time.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.conf import settings
from django.db.models import Q, QuerySet

from heedline.casework.access.session import office_zone
from heedline.casework.keys import directory as key_directory
from heedline.desks import rota_cover
from heedline.desks.models import Desk, Proposal
from heedline.desks.rota_weeks import RotaGap
from heedline.dispatch.models import Alarm
from heedline.packs import load_pack
from heedline.reports.dissemination_states import DisseminationState
from heedline.reports.lifecycle import Stage
from heedline.reports.models import DangerEpisode, Dissemination, HandOver, IdentityRequest, Report, Task
from heedline.reports.models.hand_overs import HandOverState
from heedline.reports.models.tasks import TaskState

#: (alarm, now) -> whether its cause is still there.
Lasts = Callable[[Alarm, datetime], bool]


def report_waits(alarm: Alarm, at: datetime) -> bool:
    """Return whether the report is still waiting to be taken.

    A report that this session cannot see counts as waiting.
    """
    taken = Report.objects.exclude(stage=Stage.WAITING)
    return alarm.about_id is not None and not taken.filter(id=alarm.about_id).exists()


def _open_danger(alarm: Alarm) -> QuerySet[DangerEpisode]:
    return DangerEpisode.objects.filter(report=alarm.about_id, discharged_at=None)


def danger_unacknowledged(alarm: Alarm, at: datetime) -> bool:
    return _open_danger(alarm).filter(acknowledged_at=None).exists()


def danger_unreviewed(alarm: Alarm, at: datetime) -> bool:
    return _open_danger(alarm).filter(review_at__lte=at).exists()


def danger_open(alarm: Alarm, at: datetime) -> bool:
    return _open_danger(alarm).exists()


def not_accepted(alarm: Alarm, at: datetime) -> bool:
    """Return whether the report is still waiting for the other desk to accept it."""
    return HandOver.objects.filter(
        report=alarm.about_id, from_desk=alarm.desk_id, state=HandOverState.WAITING
    ).exists()


def not_in_order(alarm: Alarm, at: datetime) -> bool:
    """Return whether the report still lacks an owner who is able to act on it."""
    if alarm.about_id is None:
        return False
    open_now = Report.objects.filter(id=alarm.about_id).exclude(stage=Stage.CLOSED)
    return open_now.filter(Q(owner=None) | Q(owner__is_active=False)).exists()


def task_late(alarm: Alarm, at: datetime) -> bool:
    """Return whether the report has an open task that is overdue."""
    return Task.objects.filter(report=alarm.about_id, state=TaskState.OPEN, due_at__lt=at).exists()


def request_undecided(alarm: Alarm, at: datetime) -> bool:
    undecided = IdentityRequest.objects.filter(decided_at=None)
    return alarm.about_id is not None and undecided.filter(id=alarm.about_id).exists()


def proposal_open(alarm: Alarm, at: datetime) -> bool:
    """Return whether the proposal has been neither confirmed nor withdrawn."""
    standing = Proposal.objects.filter(closed_on=None)
    return alarm.about_id is not None and standing.filter(id=alarm.about_id).exists()


def rota_uncovered(alarm: Alarm, at: datetime) -> bool:
    """Return whether the desk's rota still has a gap that starts soon.

    The pack sets how far ahead a gap raises an alarm.
    """
    return gap_ahead(alarm.desk, at) is not None


def gap_ahead(desk: Desk, at: datetime) -> RotaGap | None:
    """Return the desk's next rota gap, or None if none starts within the time set by the pack."""
    lead = load_pack(settings.PACK).clocks["rota_gap"]
    openers = key_directory.who_open(str(desk.id), at.date())
    return rota_cover.next_gap(desk, at, lead, openers=openers, zone=office_zone())


def urgent_unopened(alarm: Alarm, at: datetime) -> bool:
    """Return whether a partner has yet to open a disclosure sent because life is at risk."""
    return Dissemination.objects.filter(
        report=alarm.about_id, state=DisseminationState.SENT, urgent=True
    ).exists()
