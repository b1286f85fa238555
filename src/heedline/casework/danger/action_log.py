"""The log of a danger-to-life record.

It records who was informed, who was warned, the risk, the decisions and the next review.

Entries are sealed and never changed. A correction is a later entry.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from django.db.models import Max

from heedline.audit.acts import Act
from heedline.casework.access.session import Attendance
from heedline.casework.danger import opening
from heedline.casework.duty import alarms
from heedline.casework.duty.alarm_kinds import AlarmEvent
from heedline.casework.report import notes
from heedline.casework.report.verb import FoundReport, find, record, verb
from heedline.packs.slots import minute_of
from heedline.permits.capabilities import Capability
from heedline.reports.lifecycle import Move, NotNow, Stage
from heedline.reports.models import DangerEntry, DangerEpisode

LONGEST = 4000


class DangerNoteKind(StrEnum):
    """The kinds of entry in the log of a danger-to-life record.

    The kind is sealed with the entry.
    """

    CONTROL_ROOM = "control-room"
    WARNED = "warned"
    RISK = "risk"
    DECISION = "decision"
    REVIEW = "review"
    OFFERED = "offered"
    RETURNED = "returned"
    TAKEN = "taken"
    ASKED = "asked"
    KEPT = "kept"


@dataclass(frozen=True)
class NoteField:
    """A labelled text field in a log entry.

    A field that is not `needed` may be left empty.
    """

    code: str
    label: str
    needed: bool = True


#: What is written under each kind. The decision follows the National Decision Model, the safeguards RARA.
NOTE_FIELDS: dict[DangerNoteKind, tuple[NoteField, ...]] = {
    DangerNoteKind.CONTROL_ROOM: (
        NoteField("log_number", "Control room log number"),
        NoteField("when", "Time told"),
        NoteField("who", "Told by"),
        NoteField("how", "How"),
    ),
    DangerNoteKind.WARNED: (
        NoteField("warned", "Person or place warned"),
        NoteField("when", "Time warned"),
        NoteField("who", "Warned by"),
        NoteField("how", "How, and what they were told"),
    ),
    DangerNoteKind.RISK: (
        NoteField("risk", "Interim risk"),
        NoteField("remove", "Remove", needed=False),
        NoteField("avoid", "Avoid", needed=False),
        NoteField("reduce", "Reduce", needed=False),
        NoteField("accept", "Accept", needed=False),
    ),
    DangerNoteKind.DECISION: (
        NoteField("information", "Information and intelligence"),
        NoteField("threat", "Threat and risk, and working strategy"),
        NoteField("powers", "Powers and policy"),
        NoteField("options", "Options and contingencies"),
        NoteField("decision", "Decision"),
        NoteField("reason", "Reason"),
    ),
    DangerNoteKind.REVIEW: (NoteField("reason", "Reason"),),
    DangerNoteKind.OFFERED: (NoteField("to", "To"), NoteField("reason", "Reason", needed=False)),
    DangerNoteKind.RETURNED: (NoteField("reason", "Reason"),),
    DangerNoteKind.TAKEN: (NoteField("reason", "Reason"),),
    DangerNoteKind.ASKED: (NoteField("ending", "Why the danger ends"), NoteField("reason", "Reason")),
    DangerNoteKind.KEPT: (NoteField("reason", "Reason"),),
}

TITLES: dict[DangerNoteKind, str] = {
    DangerNoteKind.CONTROL_ROOM: "Control room told",
    DangerNoteKind.WARNED: "Warning given",
    DangerNoteKind.RISK: "Interim risk and safeguards",
    DangerNoteKind.DECISION: "Decision (National Decision Model)",
    DangerNoteKind.REVIEW: "Next review set",
    DangerNoteKind.OFFERED: "Handover offered",
    DangerNoteKind.RETURNED: "Handover returned",
    DangerNoteKind.TAKEN: "New owner",
    DangerNoteKind.ASKED: "Discharge asked for",
    DangerNoteKind.KEPT: "Discharge refused or withdrawn",
}
SAFEGUARDS = ("remove", "avoid", "reduce", "accept")
#: What any officer of the report's desks may add. The others come with the act that they are about.
ADDED = (
    DangerNoteKind.CONTROL_ROOM,
    DangerNoteKind.WARNED,
    DangerNoteKind.RISK,
    DangerNoteKind.DECISION,
)


def write(found: FoundReport, danger: DangerEpisode, kind: DangerNoteKind, words: Mapping[str, str]) -> None:
    """Seal an entry and add it to the log.

    Raises NotNow if a text is missing or says nothing, and NoRoom if one is too long.
    """
    said: dict[str, str] = {"kind": kind}
    for field in NOTE_FIELDS[kind]:
        text = words.get(field.code, "")
        if field.needed or text:
            said[field.code] = notes.reason(
                text, longest=LONGEST, missing=f"{TITLES[kind]}: fill in “{field.label}”."
            )
    last = DangerEntry.objects.filter(danger=danger).aggregate(number=Max("number"))["number"] or 0
    DangerEntry.objects.create(
        danger=danger,
        report=found.report,
        number=last + 1,
        by_id=found.by.officer_id,
        at=found.at,
        told=kind is DangerNoteKind.CONTROL_ROOM,
        note=notes.seal(found, said),
    )
    if found.report.owner_id == found.by.officer_id:  # the owner is there, and acts
        alarms.resolve(AlarmEvent.OWNER_BACK, found.report.id, by=found.by, at=found.at)


def write_work(
    found: FoundReport, danger: DangerEpisode, kind: DangerNoteKind, words: Mapping[str, str]
) -> None:
    """Add an entry about work on a danger, which sets the time of the report's next action.

    Raises like `write`.
    """
    write(found, danger, kind, words)
    if found.report.stage != Stage.WAITING:
        found.report.apply(Move.CHECK, by=found.by.officer_id, at=found.at, codes={"log": "danger"})


@verb(Act.DANGER_NOTED)
def add(ref: UUID, kind: DangerNoteKind, words: Mapping[str, str], *, by: Attendance, at: datetime) -> None:
    """Add an entry to the log of an open danger-to-life record.

    Any officer of the report's desks may do so, not only its owner. Raises NotHere if no danger is open,
    Refused, NotNow and NoRoom.
    """
    if kind not in ADDED:
        raise ValueError("this entry comes with the act that it is about")
    found = find(ref, by=by, at=at)
    found.permit(Capability.HANDLE_DANGER)
    danger = opening.found_open(found)
    if kind is DangerNoteKind.RISK and not any(words.get(code) for code in SAFEGUARDS):
        raise NotNow("Choose what is being done about the risk: remove, avoid, reduce or accept it.")
    write_work(found, danger, kind, words)
    record(found, Act.DANGER_NOTED)


@verb(Act.DANGER_NOTED)
def set_review(ref: UUID, review_at: datetime, reason: str, *, by: Attendance, at: datetime) -> None:
    """Set the time of the next review of a danger to life, with a reason.

    It is also the time of the report's next action. Raises NotHere, Refused, and NotNow for a time that is
    past or later than the pack allows in danger.
    """
    found = find(ref, by=by, at=at)
    found.permit(Capability.HANDLE_DANGER)
    danger = opening.found_open(found)
    review_at = minute_of(review_at)
    found.report.apply(Move.REVIEW, by=by.officer_id, at=at, codes={"log": "danger"}, review_at=review_at)
    write(found, danger, DangerNoteKind.REVIEW, {"reason": reason})
    danger.review_at = review_at
    danger.save(update_fields=["review_at"])
    record(found, Act.DANGER_NOTED)
    alarms.resolve(AlarmEvent.REVIEW_SET, ref, by=by, at=at)
