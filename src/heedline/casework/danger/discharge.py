"""Acknowledgement and discharge of a danger-to-life record.

One officer asks for the discharge, and a supervisor who had no other part in the danger confirms it. A supervisor alone
discharges it only while no second one is on duty, and another reviews that later. `database/triggers/danger.sql` refuses
the same.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from heedline.audit.acts import Act
from heedline.casework.access.session import Attendance
from heedline.casework.danger import action_log, opening, watching
from heedline.casework.danger.action_log import LONGEST, DangerNoteKind
from heedline.casework.duty import alarms
from heedline.casework.duty.alarm_kinds import AlarmEvent
from heedline.casework.errors import NotHere
from heedline.casework.report import notes
from heedline.casework.report.verb import FoundReport, find, record, verb
from heedline.desks import duty_hours
from heedline.desks.models import Officer
from heedline.dispatch.clocks import rank_of
from heedline.permits.capabilities import Capability
from heedline.permits.gate import Refused
from heedline.permits.roles import Role
from heedline.permits.second_person import (
    RULES,
    DecisionRequest,
    Matter,
    Reply,
    RequestState,
    refuse_second_request,
)
from heedline.reports.lifecycle import Move, NotNow, Stage
from heedline.reports.models import DangerEntry, DangerEpisode, Report, Step

#: Why a danger ends, as codes of the sealed note.
ENDINGS = {
    "over": "The danger is over",
    "passed-on": "Another agency has taken responsibility and confirmed it",
    "never-was": "There was no danger to life: recorded in error",
}
NOT_TOLD = (
    "First add the entry “Control room told”, with its log number, who told them and how. Without it no danger is "
    "discharged."
)
NOT_ASSESSED = "First assess the report. Without an assessment no danger is discharged."
NO_OWNER = "Take the report first. A danger without an owner is not discharged."
OWN_DANGER = "You own this danger. Another supervisor acknowledges it."


@verb(Act.DANGER_ACKNOWLEDGED)
def acknowledge(ref: UUID, *, by: Attendance, at: datetime) -> None:
    """Acknowledge an open danger-to-life record as a supervisor, which stops the paging.

    A second acknowledgement does nothing. Raises NotHere, and Refused also for the owner of the danger.
    """
    found = find(ref, by=by, at=at)
    found.permit(Capability.LEAD_DANGER)
    danger = opening.found_open(found)
    if found.standing.mine:
        raise Refused(OWN_DANGER)
    if danger.acknowledged_at is not None:
        return
    _acknowledged(danger, by, at)
    danger.save(update_fields=["acknowledged_by", "acknowledged_at"])
    record(found, Act.DANGER_ACKNOWLEDGED)
    alarms.resolve(AlarmEvent.DANGER_ACKNOWLEDGED, ref, by=by, at=at)


@verb(Act.DISCHARGE_ASKED)
def ask(ref: UUID, ending: str, reason: str, *, by: Attendance, at: datetime) -> None:
    """Ask another supervisor to confirm that a danger-to-life record is discharged, also one opened in error.

    Raises NotHere, Refused, and NotNow without a reason, while what was done is not recorded (`why_not_yet`), or if
    somebody has asked already.
    """
    found = find(ref, by=by, at=at)
    found.permit(Capability.HANDLE_DANGER)
    danger = opening.found_open(found)
    refuse_second_request(Matter.DISCHARGE, waits=danger.discharge_asked_at is not None)
    _ask(found, danger, ending, reason)
    danger.save(update_fields=["discharge_asked_by", "discharge_asked_at", "discharge_note"])
    words = {"ending": ENDINGS[ending], "reason": reason}
    action_log.write_work(found, danger, DangerNoteKind.ASKED, words)
    record(found, Act.DISCHARGE_ASKED)


@verb(Act.DISCHARGE_REFUSED)
def refuse(ref: UUID, reason: str, *, by: Attendance, at: datetime) -> None:
    """Refuse a discharge that somebody asked for, or withdraw one's own request, with a reason in the log.

    The danger stays open. Raises NotHere, Refused, and NotNow without a reason or if nobody has asked.
    """
    found = find(ref, by=by, at=at)
    danger = opening.found_open(found)
    request = request_of(found.report, danger)
    mine = request.asked_by == by.officer_id
    found.permit(Capability.HANDLE_DANGER if mine else Capability.LEAD_DANGER)
    request.after(Reply.WITHDRAW if mine else Reply.REFUSE)
    action_log.write_work(found, danger, DangerNoteKind.KEPT, {"reason": reason})
    danger.discharge_asked_by = danger.discharge_asked_at = danger.discharge_note = None
    danger.save(update_fields=["discharge_asked_by", "discharge_asked_at", "discharge_note"])
    record(found, Act.DISCHARGE_REFUSED)


@verb(Act.DANGER_DISCHARGED)
def confirm(ref: UUID, *, version: int, by: Attendance, at: datetime) -> None:
    """Confirm the discharge that another officer asked for, as a supervisor who had no other part in the danger.

    The report keeps its stage, its owner and its priority. A round-the-clock desk that only the danger had
    added leaves the report. Raises NotHere, Refused, NotNow if nobody has asked, and Changed if somebody has told us of
    danger, or asked for something else, since `version` was read.
    """
    found = find(ref, by=by, at=at, version=version)
    found.permit(Capability.LEAD_DANGER)
    danger = opening.found_open(found)
    request = request_of(found.report, danger)
    request.after(Reply.AGREE)
    request.check_person(Reply.AGREE, by=by.officer_id, today=at.date())
    _end(found, danger)
    _end_watch(found, danger)


@verb(Act.DANGER_DISCHARGED)
def discharge_alone(
    ref: UUID, ending: str, reason: str, why_alone: str, *, version: int, by: Attendance, at: datetime
) -> None:
    """Discharge a danger-to-life record as a supervisor while nobody who could confirm it is on duty.

    The round-the-clock desk keeps the report until another supervisor has reviewed the discharge: an alarm calls for one.
    Raises NotHere, Refused, Changed like `confirm`, and NotNow without both reasons, while what was done is not recorded
    (`why_not_yet`), or if somebody is on duty who could confirm it.
    """
    found = find(ref, by=by, at=at, version=version)
    found.permit(Capability.LEAD_DANGER)
    danger = opening.found_open(found)
    if there := seconds_on_duty(found.report, danger, but_for=by.officer_id, at=at):
        raise NotNow(f"On duty, and able to confirm the discharge: {', '.join(there)}. Ask for it instead.")
    alone = notes.reason(why_alone, longest=LONGEST, missing="Say why nobody else can confirm the discharge.")
    _ask(found, danger, ending, reason, alone=alone)
    danger.discharged_alone = True
    _end(found, danger)


@verb(Act.DISCHARGE_REVIEWED)
def review(ref: UUID, finding: str, *, by: Attendance, at: datetime) -> None:
    """Review the discharge that a supervisor made alone, as another supervisor who had no part in the danger.

    If the danger is not over, record it again by assessing the report. Raises NotHere if no discharge waits for a review,
    Refused, and NotNow without a finding.
    """
    found = find(ref, by=by, at=at)
    found.permit(Capability.LEAD_DANGER)
    danger = unreviewed(found.report)
    if danger is None:
        raise NotHere
    request_of(found.report, danger).check_person(Reply.AGREE, by=by.officer_id, today=at.date())
    said = notes.reason(finding, longest=LONGEST, missing="Write what you checked, and what you found.")
    danger.discharge_reviewed_by_id, danger.discharge_reviewed_at = by.officer_id, at
    danger.discharge_review_note = notes.seal(found, {"reason": said})
    danger.save(update_fields=["discharge_reviewed_by", "discharge_reviewed_at", "discharge_review_note"])
    record(found, Act.DISCHARGE_REVIEWED)
    alarms.resolve(AlarmEvent.DISCHARGE_REVIEWED, ref, by=by, at=at)
    _end_watch(found, danger)


def unreviewed(report: Report) -> DangerEpisode | None:
    """Return the newest danger of a report that one supervisor discharged alone and nobody has reviewed, or None."""
    rows = DangerEpisode.objects.filter(report=report, discharged_alone=True, discharge_reviewed_at=None)
    return rows.order_by("-discharged_at").first()


def why_not_yet(report: Report, danger: DangerEpisode) -> str:
    """Return what must be recorded before this danger can be discharged, or "" if nothing is missing."""
    if report.stage == Stage.WAITING:
        return NO_OWNER
    if report.danger_to_life is None:
        return NOT_ASSESSED
    return "" if DangerEntry.objects.filter(danger=danger, told=True).exists() else NOT_TOLD


def involved(report: Report, danger: DangerEpisode) -> frozenset[UUID]:
    """Return the officers who opened the danger, own the report or have taken it."""
    steps = Step.objects.filter(report=report)
    took = steps.filter(move__in=(Move.TAKE, Move.ACCEPT), by__isnull=False).values_list("by_id", flat=True)
    given = steps.filter(move=Move.ASSIGN).values_list("codes__to", flat=True)
    people = {danger.opened_by_id, *took, *(UUID(one) for one in given if one)}
    return frozenset(people | ({report.owner_id} if report.owner_id is not None else set()))


def request_of(report: Report, danger: DangerEpisode) -> DecisionRequest:
    """Return the request to discharge this danger, for the rules on two people.

    Raises NotNow if nobody has asked.
    """
    if danger.discharge_asked_by_id is None:
        raise NotNow(RULES[Matter.DISCHARGE].decided)
    state = RequestState.WAITING if danger.discharged_at is None else RequestState.AGREED
    had_a_part = involved(report, danger)
    return DecisionRequest(Matter.DISCHARGE, danger.discharge_asked_by_id, state, involved=had_a_part)


def seconds_on_duty(report: Report, danger: DangerEpisode, *, but_for: UUID, at: datetime) -> tuple[str, ...]:
    """Return the names of the supervisors on duty at the report's desks who could confirm its discharge.

    One who has asked for it counts: they can confirm it if somebody else asks instead.
    """
    had_a_part = {*involved(report, danger), but_for}
    here = {
        one.officer
        for one in duty_hours.present(at)
        if one.desk in (report.desk_id, report.watch_id) and one.role == Role.SUPERVISOR
    }
    rows = Officer.objects.filter(id__in=here - had_a_part).order_by("name")
    return tuple(rows.values_list("name", flat=True))


def _ask(found: FoundReport, danger: DangerEpisode, ending: str, reason: str, *, alone: str = "") -> None:
    if ending not in ENDINGS:
        raise ValueError("not an ending of a danger")
    if missing := why_not_yet(found.report, danger):
        raise NotNow(missing)
    said = notes.reason(reason, longest=LONGEST, missing="Give the reason for the discharge.")
    words = {"reason": f"{ENDINGS[ending]}. {said}"} | ({"alone": alone} if alone else {})
    danger.discharge_asked_by_id, danger.discharge_asked_at = found.by.officer_id, found.at
    danger.discharge_note = notes.seal(found, words)


def _acknowledged(danger: DangerEpisode, by: Attendance, at: datetime) -> None:
    danger.acknowledged_by_id, danger.acknowledged_at = by.officer_id, at


def _end_watch(found: FoundReport, danger: DangerEpisode) -> None:
    """Take off a round-the-clock desk that a danger had added, unless another is open or still to be reviewed."""
    report = found.report
    over = opening.of_report(report) is None and unreviewed(report) is None
    if over and danger.watch_added and report.watch_id is not None:
        watching.end(found)


def _end(found: FoundReport, danger: DangerEpisode) -> None:
    report, by, at = found.report, found.by, found.at
    if missing := why_not_yet(report, danger):
        raise NotNow(missing)
    if danger.acknowledged_at is None and not found.standing.mine:
        _acknowledged(danger, by, at)
    danger.discharged_by_id, danger.discharged_at = by.officer_id, at
    danger.offered_to_id = danger.offered_by_id = None
    danger.save(
        update_fields=[
            "acknowledged_by",
            "acknowledged_at",
            "discharge_asked_by",
            "discharge_asked_at",
            "discharged_by",
            "discharged_at",
            "discharged_alone",
            "discharge_note",
            "offered_to",
            "offered_by",
        ]
    )
    report.apply(
        Move.DISCHARGE,
        by=by.officer_id,
        at=at,
        note=danger.discharge_note,
        danger_to_life=False,
        rank=rank_of(report.urgency, report.priority, False),
    )
    record(found, Act.DANGER_DISCHARGED, **({"alone": True} if danger.discharged_alone else {}))
    alarms.resolve(AlarmEvent.DANGER_DISCHARGED, report.id, by=by, at=at)
