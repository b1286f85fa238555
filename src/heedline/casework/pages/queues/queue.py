"""View data for a desk's queue, one page at a time, with the opening words of each report.

Urgent reports come first unless the officer chose another order (`queue_view`). Each view is logged.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction

from heedline.audit import journal
from heedline.audit.acts import Act
from heedline.casework.access.saved_views import SavedView
from heedline.casework.access.session import Attendance, office_zone
from heedline.casework.journey import closing_rules
from heedline.casework.pages.queues.desk_columns import DeskColumns, desk_columns
from heedline.casework.pages.queues.figures import WorkTotals
from heedline.casework.pages.queues.groups import QueueGroup, group_of
from heedline.casework.pages.queues.listed_rows import COUNTED as COUNTED
from heedline.casework.pages.queues.listed_rows import (
    Listed,
    chosen_desks,
    in_order,
    opened_of,
    page_of_rows,
)
from heedline.casework.pages.queues.queue_view import QueueView as QueueView
from heedline.casework.pages.queues.queue_view import mark_of
from heedline.casework.pages.queues.special_reports import CONTACT, SpecialReports
from heedline.casework.report import report_language
from heedline.casework.report.opening import (
    CLOSED_WORDS,
    HINTS,
    LOCKED_WORDS,
    OpenedReport,
    due_of,
    first_words,
    kind_words,
    received_words,
    short_name,
)
from heedline.casework.report.verb import on_the_record
from heedline.casework.tasks import odd_things
from heedline.dispatch.clocks import due_words, is_overdue
from heedline.packs import load_pack
from heedline.packs.places.routing import UNKNOWN_AREA
from heedline.packs.urgency import Urgency
from heedline.permits.capabilities import Capability
from heedline.permits.scopes import reports_of
from heedline.reports.lifecycle import Stage


@dataclass(frozen=True)
class QueueLine:
    """A report as listed in a queue."""

    ref: UUID
    short: str
    kind_words: str
    opening: str = field(repr=False)
    language: str
    urgency: str
    priority: str
    stage: str
    group: QueueGroup
    due_words: str
    overdue: bool
    received_words: str
    desk_name: str
    area: str
    channel: str
    owner: str | None
    owner_id: UUID | None
    mine: bool
    flags: tuple[str, ...]
    watch_reason: str | None
    new_messages: int
    version: int
    desk_cells: tuple[str, ...]  # one for each of `Queue.desk_columns`
    here: bool  # at a desk of this officer
    outcome: str
    closed_words: str  # on which day and by whom, or "" while it is open


@dataclass(frozen=True)
class Queue:
    """A page of a queue.

    `total` is the number of reports that match, counted up to `COUNTED`. `colleagues` are the people of the selected
    desks, as id and name, by name. `views` are the officer's saved views. `incidents` are ids and names, newest first.
    """

    lines: tuple[QueueLine, ...]
    next: str | None
    desk_columns: tuple[str, ...]  # headings of specialist desks' columns
    mark: str  # for `new_since`: how many reports wait now, counted up to a thousand
    total: int
    totals: WorkTotals
    colleagues: tuple[tuple[UUID, str], ...]
    views: tuple[SavedView, ...]
    incidents: tuple[tuple[UUID, str], ...]
    special: SpecialReports  # from what the chips of sealed facts are counted
    chips: Mapping[str, int]  # how many open reports each chip leads to (`groups.CHIPS`)


def _flags(row: Listed, opened: OpenedReport | None, *, odd: bool, contact: bool) -> tuple[str, ...]:
    found: list[str] = []
    report, files = row.report, row.files
    if report.danger_to_life or (report.danger_to_life is None and report.urgency == Urgency.DANGER):
        found.append("Danger to life")
    if contact:
        found.append("Contact first")
    if opened is not None and opened.taken_down.get("danger_unasked"):
        found.append("Danger not asked")
    if opened is not None:
        marks = {
            mark
            for one in closing_rules.marked_in([opened.narrative], kind=report.kind)
            for mark in one.marks
        }
        found += [words for mark, words in closing_rules.MARKS.items() if mark in marks]
    if opened is not None and opened.guessable:
        found.append("Protect the source")
    if opened is not None and opened.young:
        found.append("Reporter under 18")
    if opened is not None and opened.subject_young:
        found.append("Person under 18")
    if report.area == UNKNOWN_AREA and not load_pack(settings.PACK).is_confidential(report.kind):
        found.append("Area not known")
    if odd:
        found.append("Something odd")
    if report.withdraw_asked:
        found.append("Asks to withdraw")
    if row.waits is not None:
        found.append(row.waits)
    if report.unread:
        found.append("New message")
    if files:
        found.append("1 file" if files == 1 else f"{files} files")
    if opened is not None:
        found += report_language.flags(
            opened.guess,
            opened.language,
            pages=opened.pages,
            web=opened.channel != "api",
            said=opened.language_said,
            translated=bool(opened.translated),
        )
        found += [HINTS[hint] for hint in opened.hints if hint in HINTS]
    return tuple(found)


def _watch_reason(row: Listed, by: Attendance) -> str | None:
    report = row.report
    if report.desk_id in by.desk_ids:
        return None
    if report.rank == 0:
        owner = f"owner {report.owner.name}" if report.owner is not None else "not yet taken"
        alone = "" if row.staffed else ", nobody on duty there"
        return f"Danger to life at {report.desk.name}, {owner}{alone}"
    if not row.staffed:
        return f"Nobody is on duty at {report.desk.name}"
    return f"Overdue at {report.desk.name}"


def _line(
    row: Listed,
    opened: OpenedReport | None,
    columns: DeskColumns,
    *,
    odd: bool,
    contact: bool,
    by: Attendance,
    at: datetime,
) -> QueueLine:
    report, due = row.report, due_of(row.report, opened)
    closed_words = CLOSED_WORDS if by.unlocked else LOCKED_WORDS
    return QueueLine(
        ref=report.id,
        short=short_name(report.id),
        kind_words=kind_words(report.kind),
        opening=first_words(opened.translated or opened.narrative) if opened is not None else closed_words,
        language=opened.spoken if opened is not None and not opened.translated else "",
        urgency=report.urgency,
        priority=report.priority,
        stage=report.stage,
        group=group_of(report, due, row.waits, at),
        due_words=due_words(due, at, office_zone()) if due is not None else "",
        overdue=due is not None and is_overdue(due, at),
        received_words=received_words(report),
        desk_name=report.desk.name,
        area=report.area,
        channel=report.channel,
        owner=report.owner.name if report.owner is not None else None,
        owner_id=report.owner_id,
        mine=report.owner_id == by.officer_id,
        flags=_flags(row, opened, odd=odd, contact=contact),
        watch_reason=_watch_reason(row, by),
        new_messages=report.unread,
        version=report.version,
        desk_cells=columns.cells[report.id],
        here=report.desk_id in by.desk_ids,
        outcome=report.outcome,
        closed_words=f"{row.closed[0]:%-d %B %Y}, {row.closed[1]}" if row.closed is not None else "",
    )


def queue(*, by: Attendance, at: datetime, view: QueueView) -> Queue:
    """Return one page of a queue with the opening words of each report, in groups if the view has them.

    Logged as one view together with its reports. Raises Refused, and ValueError for an invalid mark.
    """
    with on_the_record(Act.QUEUE_READ, by=by):
        by.require(Capability.SEE_QUEUE)
    rows, more, beside = page_of_rows(by, view, at)
    opened = opened_of(rows, by.keyring)
    columns = desk_columns([row.report.id for row in rows], by=by, at=at)
    listed = in_order(rows, opened, view)
    odd = odd_things.unsettled([ref for ref, one in opened.items() if one.odd], by=by)
    contact = set(beside.special.refs.get(CONTACT, ()))
    lines = tuple(
        _line(
            row,
            opened.get(ref := row.report.id),
            columns,
            odd=ref in odd,
            contact=ref in contact,
            by=by,
            at=at,
        )
        for row in listed
    )
    if view.grouped:
        order = list(QueueGroup)
        lines = tuple(sorted(lines, key=lambda line: order.index(line.group)))
    shown = [row.report for row in rows if row.report.id in opened]
    with transaction.atomic():
        journal.record_look(
            Act.QUEUE_READ,
            actor=by.officer_id,
            desk=chosen_desks(by, view.desk)[0] if view.desk and chosen_desks(by, view.desk) else None,
            # Those of the running quarter hour are counted, not named: the first queue that named one and the last that
            # did not would say to the minute when it came.
            state=view.state,
            opened=(report.id for report in shown if report.settled),
            new=sum(1 for report in shown if not report.settled),
        )
    after = mark_of(rows[-1].report, view) if more else None
    return Queue(
        lines,
        after,
        columns.headings,
        str(beside.waiting),
        beside.total,
        beside.totals,
        beside.colleagues,
        beside.views,
        beside.incidents,
        beside.special,
        beside.chips,
    )


def new_since(*, by: Attendance, at: datetime, mark: str) -> int:
    """Return how many more reports are waiting now than when the page was built.

    Opens nothing, so it is not logged as a view.
    """
    by.require(Capability.SEE_QUEUE)
    before = int(mark) if mark.isdecimal() and len(mark) <= 6 else 0
    mine = reports_of(by.desk_ids).filter(desk_id__in=by.desk_ids, stage=Stage.WAITING)
    return max(0, mine.order_by()[:COUNTED].count() - before)
