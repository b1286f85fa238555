"""The life cycle of a report once it has been sent (`submission`), up to closing and reopening.

Every function is for officers and follows the same six steps: find (among the reports they may see, with a lock), permit, move (`reports.lifecycle`
decides), change, record, dispatch.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.conf import settings

from heedline.audit.acts import Act
from heedline.casework.access.session import Attendance
from heedline.casework.contact import first_answers
from heedline.casework.danger import opening as danger
from heedline.casework.duty.alarm_kinds import AlarmEvent
from heedline.casework.duty.alarms import resolve, resolve_for
from heedline.casework.duty.rota import who_take_reports
from heedline.casework.journey import closing, closing_rules, repeat_reports
from heedline.casework.journey.closing import Closing
from heedline.casework.keys import directory as key_directory
from heedline.casework.language import translating
from heedline.casework.oversight import daily_counts
from heedline.casework.report import editing, handing_over, notes, restrictions
from heedline.casework.report.verb import FoundReport, find, record, verb
from heedline.casework.search import indexing, reopening
from heedline.casework.tasks import owner_notices, tasks
from heedline.desks.duty_hours import on_duty
from heedline.dispatch.clocks import clock_code, minute_of, rank_of
from heedline.dispatch.letters import Letter
from heedline.dispatch.outbox import post
from heedline.packs import load_pack
from heedline.permits.capabilities import Capability
from heedline.reports.lifecycle import Move, NotNow, Stage, check_closed_at_once, check_priority


@dataclass(frozen=True)
class Assessment:
    """A desk's assessment of a report, with its activity, priority and reasons.

    It covers what was done, not who the people are. Raises NotNow for danger to life without high priority,
    because no such assessment exists.
    """

    danger_to_life: bool
    done_what: str
    priority: str  # high | medium | low
    reason: str
    coded: Mapping[str, str] = field(default_factory=dict)
    """Additional assessment answers for this kind of report, keyed by question label.

    They are stored sealed.
    """

    def __post_init__(self) -> None:
        check_priority(self.priority, danger=self.danger_to_life)


@verb(Act.REPORT_TAKEN)
def take(ref: UUID, *, by: Attendance, at: datetime) -> None:
    """Take a report, making the officer its owner.

    The officer stays the owner until the report is released, reassigned, or accepted by another desk. The
    first take ends the clock Seen and starts Next action. A later one, after a release, keeps the time.
    Taking what another desk has handed over accepts it, and sets a new time.
    """
    found = find(ref, by=by, at=at)
    found.permit_taking()
    _own(found, Move.ACCEPT if found.report.offered else Move.TAKE, by.officer_id)
    record(found, Act.REPORT_TAKEN)
    resolve_for(ref, by=by, at=at)
    danger.open_if_it_came_in_danger(found)


def _own(found: FoundReport, move: Move, owner: UUID, note: UUID | None = None) -> None:
    report, mine, offered = found.report, owner == found.by.officer_id, found.report.offered
    promised = None if report.seen else report.due_at
    daily_counts.count_first_take(report, at=found.at)
    report.apply(
        move,
        by=found.by.officer_id,
        at=found.at,
        codes={"to": str(owner)} if move is Move.ASSIGN else None,
        note=note,
        slot=None,  # from here on only the day of its arrival is kept
        offered=False,
        owner_id=owner,
        # what the reporter is told: somebody has it in front of them
        status="read" if report.status == "received" else report.status,
        **(editing.lease(found.by, found.at) if mine else editing.FREE),
    )
    if offered:
        handing_over.accepted(found)
    first_answers.promise(found, owner, promised)


@verb(Act.REPORT_ASSIGNED)
def assign(ref: UUID, to: UUID, *, because: str = "", by: Attendance, at: datetime) -> None:
    """Make a member of the desk the owner of a report.

    The owner passes it on themselves, and otherwise a supervisor decides. Taking it from its owner needs a reason, which
    is sealed with the report and shown to that owner. The clocks stay as they are, except that the first assignment counts
    as the first take. Raises NotNow without that reason, if the officer owns the report already, is no member of the desk,
    or is not on duty there while somebody is in danger, and while a danger to life is open, which `danger_ownership`
    passes on. Raises Locked and NoRoom.
    """
    found = find(ref, by=by, at=at)
    found.permit(Capability.RELEASE if found.standing.mine else Capability.ASSIGN)
    danger.refuse_assigning(found.report)
    if to not in who_take_reports(found.report.desk_id):
        raise NotNow("Choose an officer who works at this desk.")
    if found.report.rank == 0 and to not in on_duty(at, found.report.desk_id):
        raise NotNow("Someone may be in danger. Choose an officer who is on duty.")
    had = found.report.owner_id
    if to == had:
        raise NotNow("This officer already owns the report.")
    note = None
    if had is not None and had != by.officer_id:
        note = owner_notices.seal_reason(found, because)
        owner_notices.tell(found, had, to, note)
    _own(found, Move.ASSIGN, to, note)
    record(found, Act.REPORT_ASSIGNED, to=str(to))
    resolve_for(ref, by=by, at=at)
    danger.open_if_it_came_in_danger(found)


@verb(Act.REPORT_RELEASED)
def release(ref: UUID, *, by: Attendance, at: datetime) -> None:
    """Return a report to its desk, where it waits for another owner.

    The time of its next action does not change.
    """
    found = find(ref, by=by, at=at)
    found.permit(Capability.RELEASE)
    danger.refuse_while_open(found.report)
    found.report.apply(Move.RELEASE, by=by.officer_id, at=at, owner_id=None, **editing.FREE)
    record(found, Act.REPORT_RELEASED)


@verb(Act.REVIEW_SET)
def set_review(
    ref: UUID, review_at: datetime, because: str, *, version: int, by: Attendance, at: datetime
) -> None:
    """Set the time of the next review of a report, with a sealed reason.

    Raises NotNow for a time that is past or later than the priority allows, and NotHere, Changed, Refused and Locked.
    """
    found = find(ref, by=by, at=at, version=version)
    found.permit(Capability.SET_NEXT_ACTION)
    note = notes.seal(found, {"reason": because})
    found.report.apply(
        Move.REVIEW, by=by.officer_id, at=at, note=note, review_at=review_at, **editing.lease(by, at)
    )
    record(found, Act.REVIEW_SET)


def _assess(found: FoundReport, assessment: Assessment) -> None:
    report = found.report
    danger.refuse_taking_back(report, danger=assessment.danger_to_life)
    earlier = repeat_reports.searched(found, assessment.coded)
    codes: dict[str, str | bool] = {"priority": assessment.priority, "danger": assessment.danger_to_life}
    words = {"done_what": assessment.done_what, **assessment.coded, "reason": assessment.reason}
    report.apply(
        Move.ASSESS,
        by=found.by.officer_id,
        at=found.at,
        codes=codes,
        note=notes.seal(found, words | earlier.words | repeat_reports.assessed_as(found)),
        priority=assessment.priority,
        danger_to_life=assessment.danger_to_life,
        rank=rank_of(report.urgency, assessment.priority, assessment.danger_to_life),
        **editing.lease(found.by, found.at),
    )
    record(found, Act.REPORT_ASSESSED, **codes, **earlier.detail)
    resolve(AlarmEvent.ASSESSED, report.id, by=found.by, at=found.at)
    if assessment.danger_to_life:
        danger.open_danger(found)


@verb(Act.REPORT_ASSESSED)
def assess(ref: UUID, assessment: Assessment, *, version: int, by: Attendance, at: datetime) -> None:
    """Record the desk's assessment of a report, with reasons.

    Danger to life can be recorded without any training.
    """
    found = find(ref, by=by, at=at, version=version)
    found.permit(Capability.ASSESS, excused=assessment.danger_to_life)
    _assess(found, assessment)


@verb(Act.REPORT_ASSESSED)
def pass_danger_on(ref: UUID, assessment: Assessment, *, by: Attendance, at: datetime) -> None:
    """Record a danger to life at once, even while a colleague is editing the report or before anybody has taken it.

    An officer who passes on a report that is waiting becomes its owner. A colleague who was editing is told on saving.
    Raises NotHere, NotNow and Refused.
    """
    found = find(ref, by=by, at=at)
    if found.report.stage == Stage.WAITING:
        found.permit(Capability.TAKE, excused=True)
        _own(found, Move.ACCEPT if found.report.offered else Move.TAKE, by.officer_id)
        record(found, Act.REPORT_TAKEN)
        resolve_for(ref, by=by, at=at)
    for column, nobody in editing.FREE.items():
        setattr(found.report, column, nobody)
    found.permit(Capability.ASSESS, excused=True)
    _assess(found, assessment)


@verb(Act.REPORT_CLOSED)
def close(ref: UUID, closure: Closing, *, version: int, by: Attendance, at: datetime) -> bool:
    """Close an assessed report with a coded outcome and a reason, and return whether it is closed now.

    If the report has to be compared first, the closure is kept (`closing`). The report is kept and can be reopened.
    """
    found = find(ref, by=by, at=at, version=version)
    found.permit(Capability.CLOSE)
    if not found.report.priority:
        raise NotNow(danger.TOLD)
    known, facts = repeat_reports.permit_closing(found), closing_rules.facts_of(found)
    closing.check(found, closure, facts, found.report.priority)
    return closing.end(found, closure, known, wait=closing.must_wait(found, facts, found.report.priority))


@verb(Act.REPORT_CLOSED)
def assess_and_close(
    ref: UUID, assessment: Assessment, closure: Closing, *, version: int, by: Attendance, at: datetime
) -> bool:
    """Assess and close a report in a single step, and return whether it is closed now, as `close` does.

    Intended for the many reports that are not useful. Takes one assessment and one outcome. A report of
    danger to life must be acted on first and closed separately. Raises NotNow.
    """
    check_closed_at_once(danger=assessment.danger_to_life)
    found = find(ref, by=by, at=at, version=version)
    repeat_reports.not_at_once(found.report.kind, assessment.coded)
    found.permit(Capability.ASSESS)
    found.permit(Capability.CLOSE)
    known = repeat_reports.permit_closing(found)
    facts = closing_rules.with_assessment(found, closing_rules.facts_of(found), assessment.coded)
    closing.check(found, closure, facts, assessment.priority, at_once=True)
    wait = closing.must_wait(
        found, facts, assessment.priority
    )  # decided before assessing: the new assessment has not been compared
    _assess(found, assessment)
    return closing.end(found, closure, known, wait=wait)


@verb(Act.REPORT_HANDED_OVER)
def hand_over(ref: UUID, to_desk: str, because: str, *, version: int, by: Attendance, at: datetime) -> None:
    """Hand a report over to another desk.

    The report is addressed to that desk's keys and removed from this desk. It keeps the time of its next action, or has
    an earlier one so that somebody there sees it in time.
    """
    found = find(ref, by=by, at=at, version=version)
    found.permit(Capability.HAND_OVER)
    restrictions.refuse_restricted(found)
    if found.report.offered:
        raise NotNow(handing_over.NOT_ACCEPTED)
    to = key_directory.addressee(to_desk, at.date())
    if to is None or to.desk == found.report.desk_id:
        raise NotNow("That desk cannot receive this report: fewer than two people there could open it.")
    from_desk = found.report.desk_id
    translating.move_along(found, to.desk)
    tasks.leave_owners(found)
    note = notes.seal(found, {"reason": because}, also=to)
    due_at = found.report.clocks_after(Move.HAND_OVER, at=at)["due_at"]
    found.report.add_step(
        Move.HAND_OVER, by=by.officer_id, at=at, codes={"to": to.code}, note=note, to_desk=to.desk
    )
    record(found, Act.REPORT_HANDED_OVER, to=to.code)
    post(Letter.REPORT_HANDED, desk=to.desk, thing_id=ref, at=at)
    handing_over.readdress(found, to, from_desk=from_desk, due_at=due_at, accept_by=_accept_by(found))
    indexing.drop_gone(by=by)
    resolve_for(ref, by=by, at=at)
    resolve(AlarmEvent.DANGER_MOVED, ref, by=by, at=at)  # the clock raises them again, at the new desk


def _accept_by(found: FoundReport) -> datetime:
    """Return the receiving desk's deadline for accepting a report.

    It equals the deadline for a new report of that priority.
    """
    report, pack = found.report, load_pack(settings.PACK)
    code = clock_code(report.urgency, report.priority, report.danger_to_life, pack.timetable(report.kind))
    return pack.seen_due(report.kind, code, minute_of(found.at), area=report.area)


@verb(Act.REPORT_RETURNED)
def return_to(ref: UUID, because: str, *, version: int, by: Attendance, at: datetime) -> None:
    """Return a report to the desk that handed it over, with a reason.

    Possible only until somebody at this desk has accepted the report. It is addressed to that desk's keys and
    removed from this one. Its time stays. Raises NotNow if it was accepted, or if fewer than two people could
    open it there.
    """
    found = find(ref, by=by, at=at, version=version)
    found.permit(Capability.HAND_OVER)
    origin = handing_over.offered_by(ref) if found.report.offered else None
    if origin is None or found.report.due_at is None:
        raise NotNow("This report has already been accepted. Hand it over instead.")
    to = key_directory.addressee(origin.code, at.date())
    if to is None:
        raise NotNow("That desk cannot receive this report: fewer than two people there could open it.")
    from_desk = found.report.desk_id
    translating.move_along(found, to.desk)
    tasks.leave_owners(found)
    note = notes.seal(found, {"reason": because}, also=to)
    found.report.add_step(
        Move.RETURN, by=by.officer_id, at=at, codes={"to": to.code}, note=note, to_desk=to.desk
    )
    record(found, Act.REPORT_RETURNED, to=to.code)
    post(Letter.REPORT_HANDED, desk=to.desk, thing_id=ref, at=at)
    handing_over.readdress(found, to, from_desk=from_desk, due_at=found.report.due_at, accept_by=None)
    indexing.drop_gone(by=by)
    resolve_for(ref, by=by, at=at)
    resolve(AlarmEvent.DANGER_MOVED, ref, by=by, at=at)  # the clock raises them again, at the new desk


@verb(Act.REPORT_REOPENED)
def reopen(ref: UUID, because: str, *, by: Attendance, at: datetime) -> None:
    """Reopen a closed report and return it to its desk's queue."""
    found = find(ref, by=by, at=at)
    found.permit(Capability.REOPEN)
    reopening.reopen(found, {"reason": because}, Letter.REPORT_REOPENED, status="received")
