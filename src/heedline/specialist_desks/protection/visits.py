"""What advisers do with a visit of a site: plan, change, hold, take over, report, follow up, and record that it was not held."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from heedline.casework.access.session import Attendance
from heedline.casework.errors import NotHere
from heedline.casework.records import open_records, record
from heedline.casework.records.shown_record import ShownRecord, shown
from heedline.casework.report.opening import short_name
from heedline.dispatch.clocks import is_overdue
from heedline.reports.lifecycle import NotNow
from heedline.reports.models import DeskRecord, RecordStep
from heedline.specialist_desks.protection import timing
from heedline.specialist_desks.protection.content import SiteFacts
from heedline.specialist_desks.protection.kinds import SITE_KIND, VISIT_KIND
from heedline.specialist_desks.protection.recommendation import Became
from heedline.specialist_desks.protection.visit_content import VisitFacts
from heedline.specialist_desks.protection.vocabulary import ProtectionAct, ProtectionCapability

TOO_EARLY: Final = "The day of this visit has not come yet. If it was held earlier, change its date first."
#: Days on which the organisation is asked before a supervisor ends a follow-up without an answer.
TRIES: Final = 2
STILL_OPEN: Final = "Record first what became of each recommendation."
NONE_OPEN: Final = "No recommendation is open. End the follow-up instead."
TOO_FEW_TRIES: Final = "The organisation has to be asked on two days before this ends without an answer."
_ADVISE: Final = ProtectionCapability.ADVISE
#: The moves that need nothing but a reason, if that.
_PLAIN: Final = frozenset({"take-over", "hold", "cancel", "report", "no-answer", "finish", "end-unanswered"})


@dataclass(frozen=True, slots=True)
class OpenedVisit:
    """A visit with what its record says."""

    record: ShownRecord
    facts: VisitFacts = field(repr=False)


@dataclass(frozen=True, slots=True)
class VisitLine:
    """A visit as its site's page lists it."""

    ref: UUID
    title: str
    state: str
    overdue: bool
    day: date


def opened(ref: UUID, *, by: Attendance, at: datetime) -> OpenedVisit:
    """Return a visit, decrypted. Raises NotHere, Refused, Locked and CannotOpen."""
    found = shown(VISIT_KIND, ref, capability=_ADVISE, by=by, at=at)
    return OpenedVisit(found, VisitFacts.of_words(found.words))


def of_site(facts: SiteFacts, *, by: Attendance, at: datetime) -> tuple[VisitLine, ...]:
    """Return the visits of a site, the latest day first. Raises Locked."""
    refs = [UUID(one) for one in facts.visits]
    words = open_records.words_of(refs, by=by)
    rows = DeskRecord.objects.filter(id__in=list(words), kind=VISIT_KIND.code)
    lines = (
        VisitLine(
            row.id,
            f"{VISIT_KIND.title} {short_name(row.id)}",
            row.state,
            row.due_at is not None and is_overdue(row.due_at, at),
            VisitFacts.of_words(words[row.id]).day,
        )
        for row in rows
    )
    return tuple(sorted(lines, key=lambda one: (one.day, one.ref), reverse=True))


@record.record_verb(ProtectionAct.VISIT_MOVED)
def plan(site: UUID, facts: VisitFacts, *, by: Attendance, at: datetime) -> UUID:
    """Plan a visit of a site that is current, and note it on the site.

    Raises NotHere, Refused, Locked and NotNow, also for what is missing (`VisitFacts.tidied`).
    """
    of = record.find(SITE_KIND, site, by=by, at=at)
    of.permit(_ADVISE)
    facts = replace(facts, site=str(site)).tidied(timing.today(at))
    due = timing.closing_of(facts.day)
    found = record.begin(
        VISIT_KIND, of.row.desk_id, facts.to_words(), capability=_ADVISE, due_at=due, by=by, at=at
    )
    known = SiteFacts.of_words(of.words)
    of.move("add-visit", words=replace(known, visits=(*known.visits, str(found.row.id))).to_words())
    of.record(ProtectionAct.SITE_MOVED, move="add-visit")
    found.record(ProtectionAct.VISIT_MOVED, move="begin")
    return found.row.id


@record.record_verb(ProtectionAct.VISIT_MOVED)
def save(ref: UUID, facts: VisitFacts, *, version: int, by: Attendance, at: datetime) -> None:
    """Change what a visit's record says, until its report is given. Its deadline follows its day. Its recommendations stay.

    Raises NotHere, Refused, Changed, Locked and NotNow, also for what is missing.
    """
    found = visit_of(ref, version, by=by, at=at)
    before = VisitFacts.of_words(found.words)
    facts = replace(facts, site=before.site, recommendations=before.recommendations).tidied(timing.today(at))
    held = found.row.state == "held"
    if held and timing.is_later(facts.day, at):
        raise NotNow(TOO_EARLY, about="day")
    due = _report_due(found, facts) if held else timing.closing_of(facts.day)
    make_move(found, "save", words=facts.to_words(), due_at=due)


@record.record_verb(ProtectionAct.VISIT_MOVED)
def move(ref: UUID, how: str, *, version: int, reason: str = "", by: Attendance, at: datetime) -> None:
    """Take a visit over, or record that it was held, not held, reported or followed up, or that nobody answered.

    Raises NotHere, Refused, also for an end without an answer by somebody who does not lead the desk, Changed, Locked, and
    NotNow before its day, before a report says what was seen, and while a recommendation is open.
    """
    if how not in _PLAIN:
        raise NotHere
    found = visit_of(ref, version, by=by, at=at)
    facts = VisitFacts.of_words(found.words)
    if how == "report":
        give_report(found, facts, reason)
        return
    due: datetime | None = None
    if how == "hold":
        if timing.is_later(facts.day, at):
            raise NotNow(TOO_EARLY)
        due = _report_due(found, facts)
    elif how == "no-answer":
        retry = record.allowed(timing.retry_within(), found.row.desk_id, by=by, at=at)
        due = max(retry, found.row.due_at or retry)
    else:
        _refuse_ending(found, facts, how)
    make_move(found, how, due_at=due, reason=reason, owner=by.officer_id if how == "take-over" else None)


def give_report(found: record.FoundRecord, facts: VisitFacts, how: str, text: str = "") -> None:
    """Record that a visit's report was given, and `how`. `text` is the report if it was sent from here.

    Raises NotNow while the visit does not say who was there and what was seen.
    """
    if missing := facts.unreported():
        raise NotNow(missing)
    words = replace(facts, report=text).to_words() if text else None
    make_move(found, "report", words=words, due_at=timing.follow_up_due(found.at), reason=how)


def _refuse_ending(found: record.FoundRecord, facts: VisitFacts, how: str) -> None:
    """Raise NotNow or Refused if the follow-up may not end in this way. Does nothing for any other move."""
    open_ones = any(one.became == Became.OPEN for one in facts.recommendations)
    if how == "finish" and open_ones:
        raise NotNow(STILL_OPEN)
    if how == "end-unanswered":
        found.permit(ProtectionCapability.LEAD)
        if not open_ones:
            raise NotNow(NONE_OPEN)
        tries = RecordStep.objects.filter(record=found.row, move="no-answer").values_list("at", flat=True)
        if len({timing.today(one) for one in tries}) < TRIES:
            raise NotNow(TOO_FEW_TRIES)


def _report_due(found: record.FoundRecord, facts: VisitFacts) -> datetime:
    """Return when the report of a visit that was held on its day is due."""
    day = timing.closing_of(facts.day)
    return record.allowed(timing.report_within(), found.row.desk_id, by=found.by, at=day)


def visit_of(ref: UUID, version: int, *, by: Attendance, at: datetime) -> record.FoundRecord:
    """Return a visit with its row locked. Raises NotHere, Refused, Changed and Locked."""
    found = record.find(VISIT_KIND, ref, by=by, at=at, version=version)
    found.permit(_ADVISE)
    return found


def make_move(found: record.FoundRecord, how: str, **more: Any) -> None:
    """Move a visit on, and log it."""
    found.move(how, **more)
    found.record(ProtectionAct.VISIT_MOVED, move=how)
