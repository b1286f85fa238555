"""Checks whether the cause of an alarm still exists.

Every function takes the alarm and the time.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID, uuid5

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet

from heedline.casework.access.session import office_zone
from heedline.casework.keys import directory as key_directory
from heedline.casework.report import restrictions
from heedline.casework.search.sealed_values import COMPARED_WITHIN, compared_within
from heedline.desks import rota_cover
from heedline.desks.models import Appointment, Desk, Proposal, ShiftNote
from heedline.desks.rota_weeks import RotaGap, RotaSpan, moment
from heedline.dispatch.models import Alarm
from heedline.packs import load_pack
from heedline.packs.urgency import PAGED, Urgency
from heedline.permits.capabilities import Capability
from heedline.permits.roles import GRANTS, Role
from heedline.reports.dissemination_states import DisseminationState
from heedline.reports.lifecycle import Stage
from heedline.reports.models import (
    DangerEpisode,
    DeskQuestion,
    DeskRecord,
    Dissemination,
    HandOver,
    IdentityRequest,
    Interest,
    InterestHit,
    Report,
    SealedValues,
    SearchWaiting,
    Task,
)
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


def not_assessed_again(alarm: Alarm, at: datetime) -> bool:
    """Return whether what was said later still waits for somebody to take the report or to assess it again."""
    waits = Q(stage=Stage.WAITING) | Q(priority="", urgency__in=(Urgency.DANGER, *PAGED))
    open_now = Report.objects.exclude(stage=Stage.CLOSED).exclude(danger_to_life=True)
    return alarm.about_id is not None and open_now.filter(waits, id=alarm.about_id).exists()


def _open_danger(alarm: Alarm) -> QuerySet[DangerEpisode]:
    return DangerEpisode.objects.filter(report=alarm.about_id, discharged_at=None)


def danger_unacknowledged(alarm: Alarm, at: datetime) -> bool:
    return _open_danger(alarm).filter(acknowledged_at=None).exists()


def danger_unreviewed(alarm: Alarm, at: datetime) -> bool:
    return _open_danger(alarm).filter(review_at__lte=at).exists()


def danger_open(alarm: Alarm, at: datetime) -> bool:
    return _open_danger(alarm).exists()


def discharge_unreviewed(alarm: Alarm, at: datetime) -> bool:
    """Return whether a discharge that one supervisor made alone still waits for its review."""
    alone = DangerEpisode.objects.filter(report=alarm.about_id, discharged_alone=True)
    return alone.filter(discharge_reviewed_at=None).exists()


def match_undecided(alarm: Alarm, at: datetime) -> bool:
    """Return whether a report that a match has reopened still waits for somebody to assess it again."""
    before = Report.objects.filter(stage__in=(Stage.WAITING, Stage.TAKEN))
    return alarm.about_id is not None and before.filter(id=alarm.about_id).exists()


def closing_kept(alarm: Alarm, at: datetime) -> bool:
    """Return whether the closure of the report is still kept until it has been compared."""
    kept = Report.objects.filter(stage=Stage.CLOSING)
    return alarm.about_id is not None and kept.filter(id=alarm.about_id).exists()


def not_accepted(alarm: Alarm, at: datetime) -> bool:
    """Return whether the report is still waiting for the other desk to accept it."""
    return HandOver.objects.filter(
        report=alarm.about_id, from_desk=alarm.desk_id, state=HandOverState.WAITING
    ).exists()


def not_in_order(alarm: Alarm, at: datetime) -> bool:
    """Return whether the report still lacks an owner who can act on it."""
    if alarm.about_id is None:
        return False
    open_now = Report.objects.filter(id=alarm.about_id).exclude(stage=Stage.CLOSED)
    return open_now.filter(Q(owner=None) | Q(owner__is_active=False)).exists()


def task_late(alarm: Alarm, at: datetime) -> bool:
    """Return whether the report has an open task that is overdue."""
    return Task.objects.filter(report=alarm.about_id, state=TaskState.OPEN, due_at__lt=at).exists()


def record_late(alarm: Alarm, at: datetime) -> bool:
    """Return whether the alarm's record is open and overdue.

    A record that this session cannot see counts as overdue.
    """
    in_time = DeskRecord.objects.filter(Q(due_at=None) | Q(due_at__gte=at))
    return alarm.about_id is not None and not in_time.filter(id=alarm.about_id).exists()


def hit_unacknowledged(alarm: Alarm, at: datetime) -> bool:
    """Return whether the owner of an entry has yet to acknowledge that a report matches it.

    A hit that this session cannot see counts as not acknowledged.
    """
    done = InterestHit.objects.filter(acknowledged_at__isnull=False)
    return alarm.about_id is not None and not done.filter(id=alarm.about_id).exists()


def question_open(alarm: Alarm, at: datetime) -> bool:
    """Return whether another desk's question is still unanswered."""
    return alarm.about_id is not None and DeskQuestion.objects.filter(id=alarm.about_id).exists()


def interests_left(alarm: Alarm, at: datetime) -> bool:
    """Return whether any of the desk's interest register entries has an owner who is no longer eligible."""
    return left_behind(at).filter(home=alarm.desk_id).exists()


#: Either of these lets an officer own entries of the interest register.
OWN_INTERESTS = frozenset({Capability.REGISTER_INTEREST, Capability.HAND_ON_INTEREST})


def left_behind(at: datetime) -> QuerySet[Interest]:
    """Return the interest register entries whose owner no longer has the required role at the desk.

    An entry that has ended counts while a report that matched it has not been acknowledged.
    `functions/linking.sql` (`permits.has_left`) says the same.
    """
    here = Appointment.objects.filter(
        officer=OuterRef("owner"),
        desk=OuterRef("home"),
        ended_on=None,
        officer__is_active=True,
        role__in=[role for role in Role if GRANTS[role] & OWN_INTERESTS],
    )
    waits = InterestHit.objects.filter(interest=OuterRef("pk"), acknowledged_at=None)
    return Interest.objects.filter(Q(ended_at=None, until__gte=at.date()) | Exists(waits), ~Exists(here))


def comparing_late(alarm: Alarm, at: datetime) -> bool:
    """Return whether reports or interest register entries have waited too long at the linking desk."""
    return alarm.desk_id in late_comparing(at)


def late_comparing(at: datetime) -> set[UUID]:
    """Return the desks where reports or interest register entries have been waiting too long for comparison."""
    values = SealedValues.objects.filter(matched_at=None, due_at__lt=at)
    entries = Interest.objects.filter(
        indexed=False, unindexed_since__lt=at - COMPARED_WITHIN, ended_at=None, until__gte=at.date()
    )
    return {*values.values_list("desk_id", flat=True), *entries.values_list("desk_id", flat=True)}


def not_compared(alarm: Alarm, at: datetime) -> bool:
    """Return whether any of the desk's reports was never sent to the linking desk."""
    missing = (missing_values(at), unsent_dangers(at))
    return any(rows.filter(desk=alarm.desk_id).exists() for rows in missing)


def not_searchable(alarm: Alarm, at: datetime) -> bool:
    """Return whether any of the desk's reports could not be indexed completely."""
    return SearchWaiting.objects.filter(desk=alarm.desk_id, aside=True).exists()


#: How long after the end of the day on which they arrived reports may wait to be sent to the linking desk.
SENT_WITHIN = timedelta(hours=12)


def missing_values(at: datetime) -> QuerySet[Report]:
    """Return the reports that were never sent to the linking desk, from noon of the day after they arrived.

    Of reports that have settled, only the day of arrival is known. Covers thirty days: what is older was missing before,
    and has had its alarm.
    """
    last = (at.astimezone(office_zone()) - SENT_WITHIN).date() - timedelta(days=1)
    kinds = [code for code, kind in load_pack(settings.PACK).kinds.items() if kind.across]
    sent = SealedValues.objects.filter(report=OuterRef("pk"))
    days = (last - timedelta(days=29), last)
    found = Report.objects.filter(~Exists(sent), kind__in=kinds, settled=True, received_on__range=days)
    return restrictions.usable(found)


def unsent_dangers(at: datetime) -> QuerySet[Report]:
    """Return the reports with an open danger to life that were not sent to the linking desk in time.

    The time that the pack gives for reports in danger runs from the opening of the danger.
    """
    kinds = [code for code, kind in load_pack(settings.PACK).kinds.items() if kind.across]
    sent = SealedValues.objects.filter(report=OuterRef("pk"))
    late = DangerEpisode.objects.filter(discharged_at=None, opened_at__lt=at - compared_within(0))
    found = Report.objects.filter(~Exists(sent), id__in=late.values("report"), kind__in=kinds)
    return restrictions.usable(found)


def request_undecided(alarm: Alarm, at: datetime) -> bool:
    undecided = IdentityRequest.objects.filter(decided_at=None)
    return alarm.about_id is not None and undecided.filter(id=alarm.about_id).exists()


def proposal_open(alarm: Alarm, at: datetime) -> bool:
    """Return whether the proposal has been neither confirmed nor withdrawn."""
    standing = Proposal.objects.filter(closed_on=None)
    return alarm.about_id is not None and standing.filter(id=alarm.about_id).exists()


def rota_uncovered(alarm: Alarm, at: datetime) -> bool:
    """Return whether the gap that the alarm is about is still ahead or has not ended."""
    return alarm.about_id in gaps_ahead(alarm.desk, at)


def gaps_ahead(desk: Desk, at: datetime) -> dict[UUID, RotaGap]:
    """Return the desk's rota gaps that have begun or begin within the time set by the pack, each by an id of its own.

    The id follows from the desk and the start. A gap that began before yesterday counts from yesterday's midnight, so it
    has a new id each day and raises its alarm again.
    """
    zone, openers = office_zone(), key_directory.who_open(str(desk.id), at.date())
    yesterday = moment(at.astimezone(zone).date() - timedelta(days=1), 0, zone)
    within = RotaSpan(yesterday, at + load_pack(settings.PACK).clocks["rota_gap"])
    found = rota_cover.gaps_of(desk, within, openers=openers, zone=zone)
    return {uuid5(desk.id, gap.span.starts.isoformat()): gap for gap in found if gap.span.ends > at}


def late_shift_notes(at: datetime) -> QuerySet[ShiftNote]:
    """Return the shift handover notes that nobody has acknowledged within the time set by the pack."""
    waited = load_pack(settings.PACK).clock("shift_note")
    return ShiftNote.objects.filter(acknowledged_by=None, at__lte=at - waited)


def shift_note_late(alarm: Alarm, at: datetime) -> bool:
    """Return whether the desk has a shift handover note that has gone unacknowledged for too long."""
    return late_shift_notes(at).filter(desk=alarm.desk_id).exists()


def urgent_unopened(alarm: Alarm, at: datetime) -> bool:
    """Return whether a partner has yet to open a disclosure sent because life is at risk."""
    return Dissemination.objects.filter(
        report=alarm.about_id, state=DisseminationState.SENT, urgent=True
    ).exists()
