"""Record the results of checks on a report, several in one save.

Only a check that was made moves the clock of the report. A check that is asked for becomes a task on the report, with its
owner, its due time and its alarm, and ends when its result is recorded. None of this bars acting on danger, handing over or
opening: those functions do not read the register.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import Q

from heedline.audit.acts import Act
from heedline.casework.access.session import Attendance
from heedline.casework.checks.register import (
    CHECKS,
    MADE,
    MOVES,
    WHO,
    CheckEntry,
    CheckOutcome,
    CheckRow,
    entries_in,
    has_register,
    rows_of,
)
from heedline.casework.duty.rota import who_take_reports
from heedline.casework.errors import NoRoom, NotHere
from heedline.casework.report import editing, notes
from heedline.casework.report.verb import FoundReport, find, record, verb
from heedline.casework.search import subject_entries
from heedline.casework.tasks import tasks
from heedline.casework.tasks.tasks import FirstContact
from heedline.permits.capabilities import Capability
from heedline.reports.lifecycle import Move, NotNow
from heedline.reports.models import Step
from heedline.reports.stored import parts_of
from heedline.vault.canonical import canonical

#: Characters of the text of one result, and of who checked.
LONGEST: Final = 400
#: Bytes of every note of results, so that its size does not say how much was found. A step of the padding is a little more.
_SIZE: Final = 15 * 1024
NOTHING: Final = "Choose a result for at least one check."
WHO_CHECKED: Final = "Say who made these checks. A check without a name does not restart the deadline."
MISSING: Final = {
    CheckOutcome.TRACE: "Say in a sentence what was found.",
    CheckOutcome.NO_TRACE: "Say what was searched for, such as a name and a date of birth.",
    CheckOutcome.ASKED: "Say what was asked, and of whom.",
    CheckOutcome.NOT_DONE: "Say in a sentence why this check was not done.",
}
TOO_MUCH: Final = "This is too much for one save. Save some of the results first, then the others."


@dataclass(frozen=True, slots=True)
class NewResult:
    """A result to record for a system and a subject, or the report itself. `due_at` is for a check that is asked for."""

    system: str
    subject: UUID | None
    result: CheckOutcome
    text: str = field(repr=False)
    due_at: datetime | None = None


def wrong(result: CheckOutcome, text: str) -> str:
    """Return what the text of a result lacks, or ""."""
    short = result in (CheckOutcome.NO_TRACE, CheckOutcome.ASKED)  # a registration says what was searched for
    return MISSING[result] if (notes.says_nothing if short else notes.says_too_little)(text) else ""


@verb(Act.REPORT_CHECKED)
def record_results(
    ref: UUID,
    results: Sequence[NewResult],
    *,
    who: str,
    first: FirstContact | None = None,
    version: int,
    by: Attendance,
    at: datetime,
) -> None:
    """Record results in a report's register of checks.

    `who` made the checks. Whoever asks for one follows it up. `first` is needed to end one that was asked of people, while
    somebody had to be contacted first: it is sealed with the result. Raises NotHere, Changed, Refused, also for a check that
    was asked for and is somebody else's to end, Locked and NoRoom. Raises NotNow without a result, for a text that says
    nothing, and for what a task refuses. `about` of NotNow is then the row (`row_code`), or a field of all of them.
    """
    found = find(ref, by=by, at=at, version=version)
    found.permit(Capability.SET_NEXT_ACTION)
    if not has_register(found.report.kind):
        raise NotHere
    if not results:
        raise NotNow(NOTHING)
    made = any(one.result in MADE for one in results)
    who = who.strip() if made else ""
    if made and notes.says_nothing(who):
        raise NotNow(WHO_CHECKED, about=WHO)
    if len(who) > LONGEST:
        raise NoRoom
    rows = {(row.system.code, row.subject): row for row in rows_now(found)}
    entries = [_entry(found, rows.get((one.system, one.subject)), one, first) for one in results]
    words: dict[str, Any] = {CHECKS: [one.to_words() for one in entries], WHO: who, "pad": ""}
    room = _SIZE - len(canonical(words))
    if room < 0:
        raise NotNow(TOO_MUCH)
    note = notes.seal(found, {**words, "pad": " " * room})
    move = Move.CHECK if made else Move.NOTE_CHECK
    found.report.apply(move, by=by.officer_id, at=at, note=note, **editing.lease(by, at))
    record(found, Act.REPORT_CHECKED)


def _entry(
    found: FoundReport, row: CheckRow | None, one: NewResult, first: FirstContact | None
) -> CheckEntry:
    """End what was asked for in this row, ask again if that is the result, and return the entry to seal."""
    if row is None:
        raise NotHere
    text = notes.written(one.text, longest=LONGEST, missing=MISSING[one.result])
    if missing := wrong(one.result, text):
        raise NotNow(missing, about=row_code(one.system, one.subject))
    if row.latest is not None and row.latest.task is not None and row.latest.result is CheckOutcome.ASKED:
        text = f"{text} {tasks.end_check(found, row.latest.task, first)}".strip()
    task = None
    if one.result is CheckOutcome.ASKED:
        there = who_take_reports(found.report.desk_id)  # of a round-the-clock desk, neither may be
        owner = next((one for one in (found.by.officer_id, found.report.owner_id) if one in there), None)
        task = tasks.set_task(
            found.report.id,
            f"{row.words}. {text}",
            owner,
            one.due_at or found.at,
            contact=row.system.contact,
            check=one.system,
            by=found.by,
            at=found.at,
        )
    return CheckEntry(one.system, one.subject, row.about, one.result, text, task, "", "")


def row_code(system: str, subject: UUID | None) -> str:
    """Return the name of a row in forms and refusals."""
    return f"{system}-{subject.hex if subject else 'report'}"


def rows_now(found: FoundReport, priority: str | None = None) -> tuple[CheckRow, ...]:
    """Return the rows of the locked report's register, by its priority or the one it is about to have. Raises Locked."""
    ring, report = found.by.keys(), found.report
    made = Step.objects.filter(report=report, move__in=MOVES).exclude(note=None).order_by("number")
    steps = [(step.note, str(step.by_id)) for step in made if step.note is not None]
    of_steps = Q(container__in=[note for note, _ in steps])
    parts = parts_of([report.id], Q(part=subject_entries.PART) | of_steps)
    told = {part.container: words for part, words in notes.opened_of(parts, "note", ring)}
    entries = [one for note, who in steps for one in entries_in(told.get(note, {}), by=who, when="")]
    links = subject_entries.links(subject_entries.opened(parts, ring))
    return rows_of(report.kind, report.priority if priority is None else priority, links, entries)
