"""Transfers of ownership of a danger-to-life record, together with its report.

The owner hands over to a colleague who accepts, or a supervisor takes it. Until somebody has accepted, the
owner stays.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from heedline.audit.acts import Act
from heedline.casework.access.session import Attendance
from heedline.casework.contact import first_answers
from heedline.casework.danger import action_log, opening
from heedline.casework.danger.action_log import DangerNoteKind
from heedline.casework.duty import alarms
from heedline.casework.duty.alarm_kinds import AlarmEvent
from heedline.casework.errors import NotHere
from heedline.casework.report import editing
from heedline.casework.report.verb import FoundReport, find, record, verb
from heedline.desks.models import Appointment, Officer
from heedline.permits.capabilities import Capability
from heedline.permits.gate import Refused
from heedline.permits.roles import Role
from heedline.reports.lifecycle import Move, NotNow, Stage
from heedline.reports.models import DangerEpisode, Report

_WHO_READ = (Role.OFFICER, Role.SUPERVISOR)


def could_take_over(report: Report) -> QuerySet[Officer]:
    """Return the officers of the report's desks except its owner, ordered by name."""
    here = [desk for desk in (report.desk_id, report.watch_id) if desk is not None]
    work_there = Appointment.objects.filter(desk_id__in=here, role__in=_WHO_READ, ended_on=None)
    everybody = Officer.objects.filter(id__in=work_there.values("officer_id"), is_active=True)
    return everybody.filter(~Q(id=report.owner_id)).order_by("name")


@verb(Act.DANGER_OFFERED)
def offer(ref: UUID, to: UUID, reason: str, *, by: Attendance, at: datetime) -> None:
    """Ask a colleague to take over a danger-to-life record.

    The owner remains responsible until the colleague accepts.

    For the owner and for supervisors. Raises NotHere, also for a colleague who could not open the report,
    and Refused.
    """
    found = find(ref, by=by, at=at)
    mine = found.standing.mine
    found.permit(Capability.HANDLE_DANGER if mine else Capability.LEAD_DANGER)
    danger = opening.found_open(found)
    colleague = could_take_over(found.report).filter(id=to).first()
    if colleague is None:
        raise NotHere
    action_log.write(found, danger, DangerNoteKind.OFFERED, {"to": colleague.name, "reason": reason})
    danger.offered_to_id, danger.offered_by_id = to, by.officer_id
    danger.save(update_fields=["offered_to", "offered_by"])
    record(found, Act.DANGER_OFFERED, to=str(to))


@verb(Act.DANGER_TAKEN)
def accept(ref: UUID, *, by: Attendance, at: datetime) -> None:
    """Accept a handover, making this officer the owner.

    Raises NotHere, and Refused for anybody who was not asked.
    """
    found, danger = _offered_to_me(ref, by, at)
    _become_owner(found, danger, "Handover accepted")


@verb(Act.DANGER_RETURNED)
def give_back(ref: UUID, reason: str, *, by: Attendance, at: datetime) -> None:
    """Decline a handover, with a reason.

    The owner does not change. Raises NotHere, Refused and NotNow.
    """
    found, danger = _offered_to_me(ref, by, at)
    action_log.write(found, danger, DangerNoteKind.RETURNED, {"reason": reason})
    danger.offered_to_id = danger.offered_by_id = None
    danger.save(update_fields=["offered_to", "offered_by"])
    record(found, Act.DANGER_RETURNED)


@verb(Act.DANGER_TAKEN)
def take_over(ref: UUID, reason: str, *, by: Attendance, at: datetime) -> None:
    """Make this supervisor the owner without a handover.

    Raises NotHere, Refused and NotNow.
    """
    found = find(ref, by=by, at=at)
    found.permit(Capability.LEAD_DANGER)
    danger = opening.found_open(found)
    if found.standing.mine:
        raise NotNow("You are already the owner.")
    _become_owner(found, danger, reason)


def _offered_to_me(ref: UUID, by: Attendance, at: datetime) -> tuple[FoundReport, DangerEpisode]:
    found = find(ref, by=by, at=at)
    found.permit(Capability.HANDLE_DANGER)
    danger = opening.found_open(found)
    if danger.offered_to_id != by.officer_id:
        raise Refused("This handover is not waiting for you.")
    return found, danger


def _become_owner(found: FoundReport, danger: DangerEpisode, reason: str) -> None:
    report, by, at = found.report, found.by, found.at
    if report.stage == Stage.WAITING:
        raise NotNow("This report has no owner. Take it to become its owner.")
    action_log.write(found, danger, DangerNoteKind.TAKEN, {"reason": reason})
    danger.offered_to_id = danger.offered_by_id = None
    danger.save(update_fields=["offered_to", "offered_by"])
    report.apply(
        Move.ASSIGN,
        by=by.officer_id,
        at=at,
        codes={"to": str(by.officer_id)},
        owner_id=by.officer_id,
        **editing.lease(by, at),
    )
    if report.desk_id in by.desk_ids:  # an officer of the round-the-clock desk is nobody's adviser
        first_answers.promise(found, by.officer_id, None)
    record(found, Act.DANGER_TAKEN)
    alarms.resolve(AlarmEvent.OWNER_BACK, report.id, by=by, at=at)
