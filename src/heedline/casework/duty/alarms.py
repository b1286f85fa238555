"""Acknowledges and clears alarms on the office site.

The worker's side is in `duty/paging.py`, and the list of open alarms in `duty/alarm_board.py`.

An alarm belongs to the desk that owns the report. The round-the-clock desks see it as well.
Acknowledging an alarm stops the paging. Taking the report clears the alarms that ask for somebody to
take it. All other alarms are cleared by a named officer, who gives a reason from a closed list. Free
text is not allowed, because it would put the content of reports into the database unsealed. The database itself logs
both (`database/triggers/alarms.sql`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import UTC, datetime
from uuid import UUID

from django.db.models import Q, QuerySet
from django.db.models.functions import TruncDay

from heedline.audit.acts import Act
from heedline.casework.access.session import Attendance
from heedline.casework.duty import alarm_kinds
from heedline.casework.duty.alarm_kinds import AlarmEvent
from heedline.casework.errors import NotHere
from heedline.casework.recording import refusals_logged
from heedline.desks.duty_hours import staffed_desks
from heedline.dispatch.clocks import day_of
from heedline.dispatch.letters import CLEAR_REASONS as CLEAR_REASONS
from heedline.dispatch.models import About, Alarm
from heedline.permits import danger_functions
from heedline.permits.capabilities import Capability
from heedline.permits.gate import Refused, allows
from heedline.permits.roles import GRANTS, Role
from heedline.reports.lifecycle import NotNow


def unanswered(*, by: Attendance) -> QuerySet[Alarm]:
    """Return the unacknowledged open alarms that this officer may see."""
    return visible(by).filter(cleared_at=None, acknowledged_at=None)


def acknowledge(alarm_id: UUID, *, by: Attendance, at: datetime) -> None:
    """Acknowledge an alarm and stop the paging for all alarms of the same report at the same desk.

    A round-the-clock desk acknowledges for another desk only while nobody is on duty there: otherwise it would silence
    what that desk is called for. The alarm itself stays open. Acknowledging it twice does nothing. Raises NotHere and Refused.
    """
    with refusals_logged(Act.ALARM_ACKNOWLEDGED, by=by.officer_id, thing="alarm", thing_id=alarm_id):
        alarm = _find(alarm_id, by)
        _permit(by, alarm)
        _refuse_elsewhere(alarm)
        if not stops_paging(by, alarm, staffed_desks(at)):
            raise Refused(
                "Somebody is on duty at that desk. The paging stops when they acknowledge it, or when the report is taken."
            )
        together = Q(id=alarm.id)
        if alarm.about_id is not None:
            together |= Q(about_id=alarm.about_id, desk_id=alarm.desk_id)
        for one in (
            visible(by)
            .select_for_update(of=("self",))
            .filter(together, cleared_at=None, acknowledged_at=None)
        ):
            if not may_answer(by, one) or alarm_kinds.rule_of(one.kind).at_the_report:
                continue
            one.acknowledged_by, one.acknowledged_at = by.officer_id, at
            one.save(update_fields=["acknowledged_by", "acknowledged_at"])


def clear(alarm_id: UUID, because: str, *, by: Attendance, at: datetime) -> None:
    """Clear an alarm in the officer's own name, with a reason from CLEAR_REASONS.

    Raises NotHere and Refused. Raises NotNow if no reason is given, or if the alarm depends on its cause and
    that cause persists.
    """
    with refusals_logged(Act.ALARM_CLEARED, by=by.officer_id, thing="alarm", thing_id=alarm_id):
        alarm = _find(alarm_id, by)
        _permit(by, alarm)
        if because not in CLEAR_REASONS:
            raise NotNow("Give a reason for clearing this alarm.")
        if cause := cause_that_remains(alarm, at):
            raise NotNow(cause)
        _clear(alarm, because, by, at)


def resolve_for(report_id: UUID, *, by: Attendance, at: datetime) -> None:
    """Clear or silence a report's alarms once an officer has taken it, handed it over or closed it.

    Must be called inside the caller's transaction. Alarms that ask for somebody to take the report are
    cleared in the officer's name. Alarms about missed deadlines stay until somebody clears them with a
    reason, but no longer page anybody. From here on only the day of arrival is kept.
    """
    taken = alarm_kinds.resolved_by(AlarmEvent.TAKEN)
    for alarm in Alarm.objects.select_for_update().filter(about_id=report_id):
        alarm.slot = day_of(alarm.slot)
        if alarm.cleared_at is None and alarm.kind in taken:
            _clear(alarm, AlarmEvent.TAKEN, by, at)
        elif (
            alarm.cleared_at is None
            and alarm.acknowledged_at is None
            and not alarm_kinds.rule_of(alarm.kind).at_the_report
        ):
            alarm.acknowledged_by, alarm.acknowledged_at = by.officer_id, at
            alarm.save(update_fields=["slot", "acknowledged_by", "acknowledged_at"])
        else:
            alarm.save(update_fields=["slot"])


def coarsen(found: QuerySet[Alarm]) -> None:
    """Reduce the precision of these alarms' times from the quarter hour to the day."""
    day = TruncDay("slot", tzinfo=UTC)
    found.exclude(slot=day).update(slot=day)


def wake_again(reports: Iterable[UUID], *, by: UUID, since: datetime) -> None:
    """Withdraw an officer's acknowledgement of the alarms of these reports, so that paging resumes.

    Only alarms that `by` acknowledged at exactly `since` are affected. The reports are waiting again.
    """
    Alarm.objects.filter(
        about_id__in=list(reports), cleared_at=None, acknowledged_by=by, acknowledged_at=since
    ).update(acknowledged_by=None, acknowledged_at=None)


def resolve(event: str, about: UUID, *, by: Attendance, at: datetime) -> None:
    """Clear, in this person's name, every alarm about this subject that the event resolves.

    Must be called inside the caller's transaction. When a report is taken call `resolve_for`, which does more.
    """
    for alarm in Alarm.objects.select_for_update().filter(
        kind__in=alarm_kinds.resolved_by(event), about_id=about, cleared_at=None
    ):
        _clear(alarm, event, by, at)


def resolve_at_desk(
    event: str, desk: UUID, *, remain: Collection[UUID] = (), by: Attendance, at: datetime
) -> None:
    """Clear, in this person's name, every alarm about the desk itself or its rota that the event resolves.

    Must be called inside the caller's transaction. Alarms that this person may not answer stay open, and so do those about
    a gap in `remain`.
    """
    for alarm in (
        visible(by)
        .select_for_update(of=("self",))
        .filter(kind__in=alarm_kinds.resolved_by(event), desk=desk, cleared_at=None)
        .filter(about_kind__in=(About.DESK, About.ROTA_GAP))
        .exclude(about_id__in=list(remain))
    ):
        if may_answer(by, alarm):
            _clear(alarm, event, by, at)


def somebody_is_paged() -> bool:
    """Return whether the worker pages people about danger.

    It is asked by the program that watches the installation, and nobody needs to be signed in.
    """
    return danger_functions.worker_runs()


def visible(by: Attendance) -> QuerySet[Alarm]:
    """Return the alarms that this officer may see.

    These are the alarms of the officer's own desks. Members of a round-the-clock desk see all alarms except
    those about identity requests of other desks. Stewards see the alarms that only stewards answer, and gaps in the
    rota of every desk, which they may plan. Whoever was paged sees the alarm. This is the first check, and row-level security enforces the same rule.
    """
    deciding = [desk for role, desk in by.appointments if Capability.DECIDE_IDENTITY in GRANTS[Role(role)]]
    mine = Q(desk_id__in=[*by.desk_ids, *deciding])
    if any(desk.round_the_clock for desk in by.desks):
        mine |= ~Q(kind__in=alarm_kinds.answered_with(Capability.DECIDE_IDENTITY))
    of_stewards = Q(kind__in=alarm_kinds.answered_with(Capability.SET_UP))
    mine = mine & ~of_stewards
    if allows(by.appointments, Capability.SET_UP, [None]):
        mine |= of_stewards
    if allows(by.appointments, Capability.PLAN_ROTA, [None]):
        mine |= Q(kind__in=alarm_kinds.answered_with(Capability.PLAN_ROTA))
    return Alarm.objects.filter(mine | paged(by), kind__in=alarm_kinds.known())


def paged(by: Attendance) -> Q:
    """Return the condition for alarms that this officer was paged about."""
    return Q(paged__contains=[by.officer_id])


def _find(alarm_id: UUID, by: Attendance) -> Alarm:
    alarm = visible(by).select_for_update(of=("self",)).filter(pk=alarm_id, cleared_at=None).first()
    if alarm is None:
        raise NotHere
    return alarm


def _where(by: Attendance, alarm: Alarm) -> tuple[UUID, ...]:
    return (alarm.desk_id, *(desk.id for desk in by.desks if desk.round_the_clock))


def _permit(by: Attendance, alarm: Alarm) -> None:
    if not may_answer(by, alarm):
        raise Refused("Your role on this desk does not include this.")


def _refuse_elsewhere(alarm: Alarm) -> None:
    """Raise NotNow if the alarm must be answered on the page to which it links."""
    rule = alarm_kinds.rule_of(alarm.kind)
    if rule.at_the_report:
        raise NotNow(rule.while_it_lasts)


def may_answer(by: Attendance, alarm: Alarm) -> bool:
    """Return whether this officer may acknowledge and clear an alarm."""
    needed = alarm_kinds.rule_of(alarm.kind).answered_with
    # a watching desk answers for others, but never for those who decide about identities
    watched = needed in {Capability.ANSWER_ALARM, Capability.LEAD_DANGER}
    where: tuple[UUID | None, ...] = _where(by, alarm) if watched else (alarm.desk_id,)
    if needed == Capability.SET_UP:  # a role for the whole installation
        where = (None,)
    if needed == Capability.PLAN_ROTA:  # a role at the desk, or for the whole installation
        where = (alarm.desk_id, None)
    return allows(by.appointments, needed, where)


def stops_paging(by: Attendance, alarm: Alarm, staffed: frozenset[UUID]) -> bool:
    """Return whether this officer's acknowledgement stops the paging.

    It does at the officer's own desk, and at a desk where nobody is on duty.
    """
    mine = {desk for _, desk in by.appointments}
    if alarm_kinds.rule_of(alarm.kind).answered_with == Capability.SET_UP:
        return None in mine
    return alarm.desk_id not in staffed or alarm.desk_id in mine


def cause_that_remains(alarm: Alarm, at: datetime) -> str:
    """Return the action required before this alarm can be cleared, or "" if none.

    Something must be done first while the cause of the alarm persists.
    """
    rule = alarm_kinds.rule_of(alarm.kind)
    return rule.while_it_lasts if rule.lasts is not None and rule.lasts(alarm, at) else ""


def _clear(alarm: Alarm, because: str, by: Attendance, at: datetime) -> None:
    alarm.cleared_by, alarm.cleared_at, alarm.because = by.officer_id, at, because
    alarm.save(update_fields=["slot", "cleared_by", "cleared_at", "because"])
