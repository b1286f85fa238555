"""The next step for each notice, its deadline and the alarm raised if it is missed."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from heedline.casework.duty import paging
from heedline.casework.duty.alarm_callers import call_supervisors
from heedline.desks.models import Officer
from heedline.dispatch.models import Alarm
from heedline.specialist_desks.material.delivery.pack_data import further_holidays, notice_rules
from heedline.specialist_desks.material.models import CompanyNotice
from heedline.specialist_desks.material.notice_rules.clock import (
    DueStep,
    Escalation,
    NoticeStep,
    NoticeTimes,
    referral_step,
    section_3_step,
)
from heedline.specialist_desks.material.notice_rules.content import NoticeBasis
from heedline.specialist_desks.material.notice_rules.states import OPEN_NOTICES, CompanyAnswer, NoticeState
from heedline.specialist_desks.material.vocabulary import MaterialAlarm

_SAYS_NOTHING = frozenset({CompanyAnswer.NONE, CompanyAnswer.RECEIVED})


def step_of(row: CompanyNotice) -> DueStep | None:
    """Return the step due on a notice, or None.

    Each level of the escalation path that has been taken gives time until the next one.
    """
    rules, state = notice_rules(), NoticeState(row.state)
    if state not in OPEN_NOTICES:
        return None
    if CompanyAnswer(row.answer) not in _SAYS_NOTHING and row.answered_at is not None:
        read = rules.steps[NoticeStep.READ]
        return DueStep(NoticeStep.READ, read.owner, row.answered_at + read.within)
    times = NoticeTimes(
        composed=row.composed_at,
        approved=row.approved_at,
        sent=row.sent_at,
        acknowledged=row.acknowledged_at,
        given=row.given_on,
        bounced=state is NoticeState.FAILED,
    )
    if row.basis == NoticeBasis.SECTION_3:
        return section_3_step(times, rules, further_holidays())
    found = referral_step(times, rules, crisis=row.crisis)
    if found is None or found.step not in {NoticeStep.ACKNOWLEDGE, NoticeStep.ANSWER}:
        return found
    # by the times that the company was told
    told = row.acknowledge_by if found.step is NoticeStep.ACKNOWLEDGE else row.answer_by
    due = (told or found.due) + _given(row.escalated)
    return DueStep(found.step, found.owner, due)


def _given(taken: int) -> timedelta:
    """Return the time allowed after the deadline, given the escalation levels already reached.

    After the last level nothing gives more time: somebody closes the notice as unanswered.
    """
    levels = notice_rules().escalation
    if not taken:
        return timedelta()
    return levels[min(taken, len(levels) - 1)].after


def settle(row: CompanyNotice) -> None:
    """Set a notice's next step and its deadline from the notice's times and state."""
    step = step_of(row)
    row.step = str(step.step) if step is not None else ""
    row.due_at = step.due if step is not None else None


def next_escalation(row: CompanyNotice, at: datetime) -> Escalation | None:
    """Return the next escalation contact for a silent company, or None if none is due."""
    if row.step not in {NoticeStep.ACKNOWLEDGE, NoticeStep.ANSWER} or row.due_at is None or at < row.due_at:
        return None
    levels = notice_rules().escalation
    return levels[row.escalated] if row.escalated < len(levels) else None


def is_red(row: CompanyNotice, at: datetime) -> bool:
    """Return whether a notice needs action now, because it is undeliverable, overdue or refused."""
    return row.state == NoticeState.FAILED or (row.due_at is not None and at >= row.due_at)


def watch(at: datetime) -> None:
    """Raise an alarm for each overdue notice.

    A notice that is no longer open is due only while an answer to it has not been read.
    """
    late = CompanyNotice.objects.filter(due_at__lt=at).values_list("desk_id", "id")
    paging.raise_missing(MaterialAlarm.NOTICE_LATE, at, list(late))


def is_late(alarm: Alarm, at: datetime) -> bool:
    """Return whether the alarm's notice is overdue."""
    if alarm.about_id is None:
        return False
    return CompanyNotice.objects.filter(id=alarm.about_id, due_at__lt=at).exists()


def call_owner(alarm: Alarm, step: int, at: datetime) -> frozenset[str]:
    """Return whom to page about an overdue notice: its owner first, and then the supervisors too."""
    owner = _email_of(alarm.about_id)
    return owner | call_supervisors(alarm, step, at) if step or not owner else owner


def _email_of(notice: UUID | None) -> frozenset[str]:
    if notice is None:
        return frozenset()
    has_it = CompanyNotice.objects.filter(id=notice).values("owner_id")
    return frozenset(Officer.objects.filter(id__in=has_it, is_active=True).values_list("email", flat=True))
