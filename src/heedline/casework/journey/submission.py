"""Sending a new report: choosing its desk, sealing it and storing it.

This is all of a report's path that runs in the public process. Officers who take a report down use the same function.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.conf import settings

from heedline.casework.errors import Conflict, SealingStopped, Spent
from heedline.casework.intake.open_incidents import IncidentMark
from heedline.casework.keys import directory as key_directory
from heedline.casework.report.sealing import NewReport, enclose
from heedline.dispatch.clocks import rank_of, slot_end, slot_of
from heedline.intake.questions import QuestionSet
from heedline.intake.record import Record
from heedline.packs import load_pack
from heedline.packs.places.routing import RouteDecision, RouteFacts, for_incident, route
from heedline.packs.rules.incidents import IncidentKind
from heedline.packs.urgency import Urgency
from heedline.reports import door


def _due(record: Record, area: str, incident: IncidentKind | None, at: datetime) -> datetime:
    """Return the deadline for taking a report, counted from the end of the quarter hour of its arrival.

    Counted from the end of the quarter hour, so that the deadline reveals nothing more precise.
    """
    pack, start = load_pack(settings.PACK), slot_end(slot_of(at))
    if incident is not None:
        return pack.seen_due(record.kind, incident.first_priority[record.urgency], start, area=area)
    return pack.first_due(record.kind, record.urgency, start, area=area)


def decide(record: Record, channel: str, mark: IncidentMark | None) -> RouteDecision:
    """Return which desk receives a report: that of the incident whose mark it has, or that of its place and kind."""
    pack = load_pack(settings.PACK)
    decision, incident = route(_route_facts(record, channel), pack), _kind_of(mark)
    return decision if incident is None else for_incident(decision, incident, pack)


def _kind_of(mark: IncidentMark | None) -> IncidentKind | None:
    return load_pack(settings.PACK).incidents.get(mark.kind) if mark is not None else None


def _route_facts(record: Record, channel: str) -> RouteFacts:
    """Return what decides which desk receives a report.

    Where somebody is in danger or something is planned, and in a call or letter, nobody may have filled in the place: a
    place in the account counts then.
    """
    read = record.urgency in {Urgency.DANGER, Urgency.PLANNED} or channel not in {"web", "api"}
    return RouteFacts(
        kind=record.kind,
        place_text=record.place_text,
        postcode=record.postcode,
        urgency=record.urgency,
        account=record.narrative if read else "",
    )


@dataclass(frozen=True)
class Accepted:
    """Confirmation that a report has been stored durably.

    `again` is True when the same report had already arrived. `due_at` is the deadline for taking
    it, counted from this sending also if it had arrived before.
    """

    received_on: date
    again: bool
    due_at: datetime


@dataclass(frozen=True)
class SealedReport:
    """A report that has been sealed to its desk but not yet stored."""

    sending: door.Submission
    questions: QuestionSet
    today: date
    due_at: datetime


def submit(new: NewReport, *, at: datetime) -> Accepted:
    """Seal a report to the desk responsible for its place and kind, and store it.

    When this returns, the report is on disk. Raises SealingStopped when it cannot be sealed to two people or
    cannot be stored (nothing was sent). Raises Conflict when the same id arrived before with different
    content. Raises Spent when its form was already submitted (nothing was done).
    """
    return store(seal(new, at=at))


def seal(new: NewReport, *, at: datetime) -> SealedReport:
    """Seal a report to the desk responsible for its place and kind.

    Raises SealingStopped when it cannot be sealed to two people.
    """
    pack = load_pack(settings.PACK)
    decision = decide(new.record, new.channel, new.incident)
    today = at.date()
    desk = key_directory.addressee(decision.desk_code, today)
    watch = key_directory.addressee(decision.watch_code, today) if decision.watch_code else None
    because = decision.because if desk is not None else "too-few-people"
    if desk is None and (kind := pack.kinds.get(new.record.kind)) is not None and kind.desk:
        desk = key_directory.addressee(kind.desk, today)  # that of the rest of the country
    if desk is None:  # nor there: the round-the-clock desk takes it
        desk, watch = key_directory.addressee(pack.watch_desk, today), None
    if desk is None:
        raise SealingStopped
    sealed = enclose(new, desk=desk, watch=watch, because=because, at=at)
    due_at = _due(new.record, decision.area, _kind_of(new.incident), at)
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
        due_after=due_at - slot_of(at),
        question_set=new.record.set_digest,
        report_part=sealed.report_part,
        identity_part=sealed.identity_part,
        desk_shares=sealed.desk_shares,
        authoriser_share=sealed.authoriser_share,
        files=sealed.files,
        form=(new.form.row, new.form.number) if new.form is not None else None,
        incident=new.incident.id if new.incident is not None else None,
    )
    return SealedReport(sending, new.question_set, today, due_at)


def store(sealed: SealedReport) -> Accepted:
    """Store a sealed report.

    When this returns, the report is on disk. Raises SealingStopped when it cannot be stored (nothing was sent), and
    Conflict and Spent as `submit` does.
    """
    sending = sealed.sending
    outcome = door.submit(sending)
    if outcome == "unknown-questions":  # the first report under this edition of the questions
        door.archive_questions(sealed.questions.code, sealed.questions.canonical())
        outcome = door.submit(replace(sending, form=None))  # it was spent by the first
    if outcome == "spent":
        raise Spent
    if outcome == "conflict":
        raise Conflict
    if outcome not in {"accepted", "again"}:
        raise SealingStopped
    if outcome == "again":
        before = door.visit(sending.lookup)
        received_on = before.received_on if before is not None else sealed.today
        return Accepted(received_on, again=True, due_at=sealed.due_at)
    return Accepted(sealed.today, again=False, due_at=sealed.due_at)


def store_together(several: Sequence[SealedReport]) -> list[bool]:
    """Store several API reports in one transaction, and return for each whether it was stored.

    One that is not may be there already, or be sent by itself: `store` does that, and says what is wrong.
    """
    return door.submit_together([one.sending for one in several])
