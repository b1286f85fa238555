"""Acknowledgement and discharge of a danger-to-life record, each under the supervisor's name."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from heedline.audit.acts import Act
from heedline.casework.access.session import Attendance
from heedline.casework.danger import opening, watching
from heedline.casework.danger.action_log import LONGEST
from heedline.casework.duty import alarms
from heedline.casework.duty.alarm_kinds import AlarmEvent
from heedline.casework.report import notes
from heedline.casework.report.verb import find, record, verb
from heedline.dispatch.clocks import rank_of
from heedline.permits.capabilities import Capability
from heedline.reports.lifecycle import Move

#: Why a danger ends, as codes of the sealed note.
ENDINGS = {
    "over": "The danger is over",
    "passed-on": "Another agency has taken responsibility and confirmed it",
    "never-was": "There was no danger to life: recorded in error",
}


@verb(Act.DANGER_ACKNOWLEDGED)
def acknowledge(ref: UUID, *, by: Attendance, at: datetime) -> None:
    """Acknowledge an open danger-to-life record as a supervisor, which stops the paging.

    A second acknowledgement does nothing. Raises NotHere and Refused.
    """
    found = find(ref, by=by, at=at)
    found.permit(Capability.LEAD_DANGER)
    danger = opening.found_open(found)
    if danger.acknowledged_at is not None:
        return
    danger.acknowledged_by_id, danger.acknowledged_at = by.officer_id, at
    danger.save(update_fields=["acknowledged_by", "acknowledged_at"])
    record(found, Act.DANGER_ACKNOWLEDGED)
    alarms.resolve(AlarmEvent.DANGER_ACKNOWLEDGED, ref, by=by, at=at)


@verb(Act.DANGER_DISCHARGED)
def discharge(ref: UUID, ending: str, reason: str, *, by: Attendance, at: datetime) -> None:
    """Discharge a danger-to-life record, including one opened in error, with a reason.

    The report keeps its stage, its owner and its priority. A round-the-clock desk that only the danger had
    added leaves the report. Raises NotHere, Refused, and NotNow without a reason.
    """
    found = find(ref, by=by, at=at)
    found.permit(Capability.LEAD_DANGER)
    danger = opening.found_open(found)
    if ending not in ENDINGS:
        raise ValueError("not an ending of a danger")
    report = found.report
    said = notes.written(reason, longest=LONGEST, missing="Give the reason for the discharge.")
    note = notes.seal(found, {"reason": f"{ENDINGS[ending]}. {said}"})
    if danger.acknowledged_at is None:
        danger.acknowledged_by_id, danger.acknowledged_at = by.officer_id, at
    danger.discharged_by_id, danger.discharged_at, danger.discharge_note = by.officer_id, at, note
    danger.offered_to_id = danger.offered_by_id = None
    danger.save(
        update_fields=[
            "acknowledged_by",
            "acknowledged_at",
            "discharged_by",
            "discharged_at",
            "discharge_note",
            "offered_to",
            "offered_by",
        ]
    )
    report.apply(
        Move.DISCHARGE,
        by=by.officer_id,
        at=at,
        note=note,
        danger_to_life=False,
        rank=rank_of(report.urgency, report.priority, False),
    )
    record(found, Act.DANGER_DISCHARGED)
    alarms.resolve(AlarmEvent.DANGER_DISCHARGED, ref, by=by, at=at)
    if danger.watch_added and report.watch_id is not None:
        watching.end(found)
