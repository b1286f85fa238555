"""The path of a report, from top to bottom: submit → take → assess → hand over → close → reopen.

`submit` is all that the public process does. Every other verb is an officer's, and has six beats in the same order:
find (inside what they may see, locked), permit, move (`reports.lifecycle` decides), change, record, dispatch.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings

from heedline.audit.acts import Act
from heedline.casework.access.session import Attendance
from heedline.casework.contact import call_back
from heedline.casework.dissemination import outgoing
from heedline.casework.duty.alarms import resolve_for
from heedline.casework.errors import Conflict, SealingStopped, Spent
from heedline.casework.intake.form_tokens import FormToken
from heedline.casework.keys import directory as key_directory
from heedline.casework.language import translating
from heedline.casework.report import handing_over, notes
from heedline.casework.report.sealing import enclose
from heedline.casework.report.verb import FoundReport, find, move, record, verb
from heedline.casework.retention import keeping
from heedline.dispatch.clocks import due_when_taken, rank_of, slot_end, slot_of
from heedline.dispatch.letters import Letter
from heedline.dispatch.outbox import post
from heedline.intake.questions import QuestionSet
from heedline.intake.record import Record
from heedline.packs import load_pack
from heedline.packs.places.routing import RouteFacts, route
from heedline.permits.capabilities import Capability
from heedline.reports import door
from heedline.reports.lifecycle import Move, NotNow, check_closed_at_once, check_priority
from heedline.vault.codes import ReceiptCode


def _due(kind: str, urgency: str, area: str, at: datetime) -> datetime:
    """By when a report that came in this quarter hour must have been taken. Counted from its end, so it tells no more."""
    return load_pack(settings.PACK).first_due(kind, urgency, slot_end(slot_of(at)), area=area)


@dataclass(frozen=True)
class NewReport:
    """A report as the sites hand it in. Id and code were made before sending, so that sending twice sends once."""

    report_id: UUID
    code: ReceiptCode
    channel: str
    record: Record
    question_set: QuestionSet
    language: str
    taken_down: Mapping[str, Any] | None = None
    """What `call_taking` adds inside the seal: by whom, and how and when it reached us."""
    hints: tuple[str, ...] = ()
    """What made a gate slow it down. A hint for whoever reads it, inside the seal; nothing else goes by it."""
    form: FormToken | None = None
    """What is spent with it; none where nothing may stand in the way."""


@dataclass(frozen=True)
class Accepted:
    """It is durable. `again`: this very report had arrived before."""

    received_on: date
    again: bool


def submit(new: NewReport, *, at: datetime) -> Accepted:
    """Seal a report to the desk that its place and kind lead to, and store it. When this returns, it is on disk.

    Raises SealingStopped when it cannot be sealed to two people or cannot be stored (nothing was sent), Conflict when the
    same id came before with another body, and Spent when its form was sent before (nothing was done).
    """
    pack = load_pack(settings.PACK)
    facts = RouteFacts(
        kind=new.record.kind,
        place_text=new.record.place_text,
        postcode=new.record.postcode,
        urgency=new.record.urgency,
    )
    decision = route(facts, pack)
    today = at.date()
    desk = key_directory.addressee(decision.desk_code, today)
    watch = key_directory.addressee(decision.watch_code, today) if decision.watch_code else None
    if desk is None:  # fewer than two people could open it there: the round-the-clock desk takes it
        desk, watch = key_directory.addressee(pack.watch_desk, today), None
    if desk is None:
        raise SealingStopped
    sealed = enclose(new, desk=desk, watch=watch, because=decision.because, at=at)
    sending = door.Submission(
        report=new.report_id,
        lookup=sealed.lookup,
        reporter_key=sealed.reporter_key,
        body_mac=sealed.body_mac,
        kind=new.record.kind,
        channel=new.channel,
        area=decision.area,
        urgency=new.record.urgency,
        rank=rank_of(new.record.urgency),
        desk=desk.desk,
        watch=watch.desk if watch else None,
        due_after=_due(new.record.kind, new.record.urgency, decision.area, at) - slot_of(at),
        question_set=new.record.set_digest,
        report_part=sealed.report_part,
        identity_part=sealed.identity_part,
        desk_shares=sealed.desk_shares,
        authoriser_share=sealed.authoriser_share,
        form=(new.form.row, new.form.number) if new.form is not None else None,
    )
    outcome = door.submit(sending)
    if outcome == "unknown-questions":  # the first report under this edition of the questions
        door.archive_questions(new.question_set.code, new.question_set.canonical())
        outcome = door.submit(replace(sending, form=None))  # it was spent by the first
    if outcome == "spent":
        raise Spent
    if outcome == "conflict":
        raise Conflict
    if outcome not in {"accepted", "again"}:
        raise SealingStopped
    if outcome == "again":
        before = door.visit(sealed.lookup)
        return Accepted(before.received_on if before is not None else today, again=True)
    return Accepted(today, again=False)


@dataclass(frozen=True)
class Finding:
    """What the desk makes of a report: what was done, not who they are; how soon, and why.

    Raises NotNow for a danger to life that is not given high priority: no such assessment exists.
    """

    danger_to_life: bool
    done_what: str
    priority: str  # high | medium | low
    reason: str
    coded: Mapping[str, str] = field(default_factory=dict)
    """What this kind of report is also assessed by, in the pack's words: label → what was chosen. Sealed."""

    def __post_init__(self) -> None:
        check_priority(self.priority, danger=self.danger_to_life)


@dataclass(frozen=True)
class Closing:
    """How it ended: codes of the pack, a reason in words, and what the reporter is told."""

    outcome: str
    reason: str
    tell_reporter: str


def _lease() -> timedelta:
    return load_pack(settings.PACK).clock("lease")


@verb(Act.REPORT_TAKEN)
def take(ref: UUID, *, by: Attendance, at: datetime) -> None:
    """Claim a report under a lease, so that no colleague works on it at the same time. Only this stops its first clock."""
    found = find(ref, by=by, at=at)
    found.permit(Capability.TAKE)
    report = move(found, Move.TAKE)
    clocks = load_pack(settings.PACK).timetable(report.kind)
    report.due_at = due_when_taken(at, report.priority or clocks.first_priority[report.urgency], clocks)
    report.slot = None  # from here on only the day of its arrival is kept
    report.holder_id, report.lease_until = by.officer_id, at + _lease()
    if report.status == "received":
        report.status = "read"  # what the reporter is told: somebody has it in front of them
    report.save(update_fields=["stage", "version", "due_at", "slot", "holder", "lease_until", "status"])
    record(found, Act.REPORT_TAKEN)
    resolve_for(report.id, by=by, at=at)


@verb(Act.REPORT_RELEASED)
def release(ref: UUID, *, by: Attendance, at: datetime) -> None:
    """Give a report back to its desk, unassessed."""
    found = find(ref, by=by, at=at)
    found.permit(Capability.RELEASE)
    report = move(found, Move.RELEASE)
    report.holder_id = report.lease_until = None
    report.save(update_fields=["stage", "version", "holder", "lease_until"])
    record(found, Act.REPORT_RELEASED)


def _assess(found: FoundReport, finding: Finding) -> None:
    report = move(
        found,
        Move.ASSESS,
        codes={"priority": finding.priority, "danger": finding.danger_to_life},
        note=notes.seal(found, {"done_what": finding.done_what, **finding.coded, "reason": finding.reason}),
    )
    report.priority, report.danger_to_life = finding.priority, finding.danger_to_life
    report.rank = rank_of(report.urgency, finding.priority, finding.danger_to_life)
    report.due_at = due_when_taken(
        found.at, finding.priority, load_pack(settings.PACK).timetable(report.kind)
    )
    report.lease_until = found.at + _lease()
    report.save(
        update_fields=["stage", "version", "priority", "danger_to_life", "rank", "due_at", "lease_until"]
    )
    record(found, Act.REPORT_ASSESSED, priority=finding.priority, danger=finding.danger_to_life)


@verb(Act.REPORT_ASSESSED)
def assess(ref: UUID, finding: Finding, *, version: int, by: Attendance, at: datetime) -> None:
    """Record what the desk makes of a report, and why. That somebody is in danger is said without any training."""
    found = find(ref, by=by, at=at, version=version)
    found.permit(Capability.ASSESS, excused=finding.danger_to_life)
    _assess(found, finding)


def _close(found: FoundReport, closing: Closing) -> None:
    pack = load_pack(settings.PACK)
    if (
        closing.outcome not in pack.outcomes_for(found.report.kind)
        or closing.tell_reporter not in pack.statuses
    ):
        raise ValueError("an outcome or status that the pack does not know")
    call_back.nothing_promised(found.report.id)
    outgoing.nothing_open(found.report.id)
    report = move(
        found,
        Move.CLOSE,
        codes={"outcome": closing.outcome, "status": closing.tell_reporter},
        note=notes.seal(found, {"reason": closing.reason}),
    )
    report.outcome, report.status = closing.outcome, closing.tell_reporter
    report.holder_id = report.lease_until = report.due_at = None
    report.save(update_fields=["stage", "version", "outcome", "status", "holder", "lease_until", "due_at"])
    keeping.begin([report], closing.outcome, at=found.at)
    record(found, Act.REPORT_CLOSED, outcome=closing.outcome)
    resolve_for(report.id, by=found.by, at=found.at)


@verb(Act.REPORT_CLOSED)
def close(ref: UUID, closing: Closing, *, version: int, by: Attendance, at: datetime) -> None:
    """End the work on an assessed report with a coded outcome and a reason. The report stays; it can be reopened."""
    found = find(ref, by=by, at=at, version=version)
    found.permit(Capability.CLOSE)
    _close(found, closing)


@verb(Act.REPORT_CLOSED)
def assess_and_close(
    ref: UUID, finding: Finding, closing: Closing, *, version: int, by: Attendance, at: datetime
) -> None:
    """The short way for the many that are not useful: one assessment, one outcome, one post.

    Never for danger to life: that is closed on its own, after it was acted on. Raises NotNow.
    """
    check_closed_at_once(danger=finding.danger_to_life)
    found = find(ref, by=by, at=at, version=version)
    found.permit(Capability.ASSESS)
    found.permit(Capability.CLOSE)
    _assess(found, finding)
    _close(found, closing)


@verb(Act.REPORT_HANDED_OVER)
def hand_over(ref: UUID, to_desk: str, because: str, *, version: int, by: Attendance, at: datetime) -> None:
    """Give a report to another desk: addressed to its keys, gone from ours, its first clock begins again there."""
    found = find(ref, by=by, at=at, version=version)
    found.permit(Capability.HAND_OVER)
    keeping.refuse_restricted(found)
    to = key_directory.addressee(to_desk, at.date())
    if to is None or to.desk == found.report.desk_id:
        raise NotNow("That desk cannot receive this report: fewer than two people there could open it.")
    from_desk = found.report.desk_id
    translating.move_along(found, to.desk)
    note = notes.seal(found, {"reason": because}, also=to)
    due_at = _due(found.report.kind, found.report.urgency, found.report.area, at)
    move(found, Move.HAND_OVER, codes={"to": to.code}, note=note, to_desk=to.desk)
    record(found, Act.REPORT_HANDED_OVER, to=to.code)
    post(Letter.REPORT_HANDED, desk=to.desk, thing_id=ref, at=at)
    handing_over.readdress(found, to, from_desk=from_desk, due_at=due_at)
    resolve_for(ref, by=by, at=at)


@verb(Act.REPORT_REOPENED)
def reopen(ref: UUID, because: str, *, by: Attendance, at: datetime) -> None:
    """Put a closed report back into the queue of its desk."""
    found = find(ref, by=by, at=at)
    found.permit(Capability.REOPEN)
    report = move(found, Move.REOPEN, note=notes.seal(found, {"reason": because}))
    report.due_at = _due(report.kind, report.urgency, report.area, at)
    report.status = "received"
    report.save(update_fields=["stage", "version", "due_at", "status"])
    keeping.stop([ref])
    record(found, Act.REPORT_REOPENED)
    post(Letter.REPORT_REOPENED, desk=report.desk_id, thing_id=ref, at=at)
