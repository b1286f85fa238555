"""A desk's queue, one page at a time, urgent reports first, each with its opening words.

Each view is logged.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from heedline.audit import journal
from heedline.audit.acts import Act
from heedline.casework.access.session import Attendance, Keyring
from heedline.casework.pages.desk_columns import DeskColumns, desk_columns
from heedline.casework.report import notes, report_language
from heedline.casework.report.opening import (
    CLOSED_WORDS,
    HINTS,
    LOCKED_WORDS,
    OpenedReport,
    _zone,
    first_words,
    kind_words,
    open_stored,
    received_words,
    short_name,
    with_language,
)
from heedline.casework.report.verb import on_the_record
from heedline.desks.duty_hours import shifts_now
from heedline.desks.models import Shift
from heedline.dispatch.clocks import due_words, is_overdue
from heedline.packs.urgency import Urgency
from heedline.permits.capabilities import Capability
from heedline.permits.scopes import QueuePlace, queue_of, reports_of, waiting_at
from heedline.reports.lifecycle import Stage
from heedline.reports.models import Report, TranslationText
from heedline.reports.models.sweeps import why_not
from heedline.reports.stored import parts_of
from heedline.vault import CannotOpen


@dataclass(frozen=True)
class QueueView:
    """A choice of queue and the position to continue from.

    `after` is the mark of the last line already seen.
    """

    desk: str | None = None
    state: str = "open"  # open | mine | closed
    after: str | None = None
    size: int = 25


@dataclass(frozen=True)
class QueueLine:
    """A report in a queue."""

    ref: UUID
    short: str
    kind_words: str
    opening: str = field(repr=False)
    language: str
    urgency: str
    priority: str
    stage: str
    due_words: str
    overdue: bool
    received_words: str
    desk_name: str
    owner: str | None
    mine: bool
    flags: tuple[str, ...]
    watch_reason: str | None
    new_messages: int
    version: int
    desk_cells: tuple[str, ...]  # one for each of `Queue.desk_columns`
    sweepable: bool  # as far as the row says: see `casework.journey.transitions.bulk_close`


@dataclass(frozen=True)
class Queue:
    """A page of a queue, urgent reports first."""

    lines: tuple[QueueLine, ...]
    next: str | None
    desk_columns: tuple[str, ...]  # headings of specialist desks' columns
    mark: str  # for `new_since`: how many reports wait now, counted up to a thousand


def _flags(report: Report, opened: OpenedReport | None) -> tuple[str, ...]:
    found = []
    if report.danger_to_life or (report.danger_to_life is None and report.urgency == Urgency.DANGER):
        found.append("Danger to life")
    if opened is not None and opened.taken_down.get("danger_unasked"):
        found.append("Danger not asked")
    if opened is not None and opened.guessable:
        found.append("Protect the source")
    if report.withdraw_asked:
        found.append("Asks to withdraw")
    if report.unread:
        found.append("New message")
    if opened is not None:
        found += report_language.flags(
            opened.narrative,
            opened.language,
            pages=opened.pages,
            web=opened.channel != "api",
            said=opened.language_said,
            translated=bool(opened.translated),
        )
        found += [HINTS[hint] for hint in opened.hints if hint in HINTS]
    return tuple(found)


def _chosen(by: Attendance, code: str | None) -> list[UUID]:
    return [desk.id for desk in by.desks if code is None or desk.code == code]


def _mark(report: Report, state: str) -> str:
    if state == "closed":
        return f"{report.received_on.isoformat()}_{report.id}"
    due = report.due_at.isoformat() if report.due_at else ""
    return f"{report.rank}_{due}_{report.id}"


def _place(mark: str | None) -> QueuePlace | None:
    """Return the position encoded in a mark made by `_mark`.

    Raises ValueError for a mark that was never issued.
    """
    if not mark:
        return None
    rank, due, ref = mark.split("_")
    at, place = datetime.fromisoformat(due), UUID(ref)
    if at.tzinfo is None or not 0 <= int(rank) < 10:
        raise ValueError("a mark that nobody was given")
    return QueuePlace(int(rank), at, place)


_LIST_FIELDS = (
    "id", "kind", "urgency", "priority", "danger_to_life", "desk_id", "watch_id", "stage", "slot", "received_on", "due_at",
    "rank", "version", "owner_id", "unread", "withdraw_asked", "settled", "owner__name", "desk__name",
)  # fmt: skip


@dataclass(frozen=True)
class Listed:
    """A queue row with the extra columns fetched alongside it.

    `staffed` is True when an officer is on duty at the row's desk. `waiting` is the number of reports
    waiting at all of the officer's desks. It is the same in every row, because it is fetched in the same
    query. `translated` is the part with its newest translation.
    """

    report: Report
    staffed: bool
    waiting: int
    translated: UUID | None


#: The newest version of the report's own translation.
_TRANSLATED = Subquery(
    TranslationText.objects.filter(
        report=OuterRef("pk"), translation__message=None, translation__outward=False
    )
    .order_by("-translation__due_at", "-number")
    .values("container")[:1]
)


def _listed(rows: QuerySet[Report], by: Attendance, view: QueueView, at: datetime) -> list[Listed]:
    """Return one page of these rows, plus one row to show whether another page follows."""
    on_duty = Shift.objects.filter(shifts_now(at), desk=OuterRef("desk"))
    told = (
        rows.select_related("owner", "desk")
        .only(*_LIST_FIELDS)
        .annotate(staffed=Exists(on_duty), now_waiting=waiting_at(by.desk_ids), translated=_TRANSLATED)
    )
    return [Listed(row, row.staffed, row.now_waiting, row.translated) for row in told[: view.size + 1]]


def open_rows(by: Attendance, view: QueueView, at: datetime) -> list[Listed]:
    """Return the open reports of the selected desks.

    Includes the reports of other desks that a round-the-clock desk must deal with now.
    """
    place = _place(view.after)
    if view.state == "mine":
        return _listed(_held_rows(by, place), by, view, at)
    desks = _chosen(by, view.desk)
    watching = [desk.id for desk in by.desks if desk.round_the_clock and desk.id in desks]
    return _listed(queue_of(by.desk_ids, chosen=desks, watching=watching, after=place, at=at), by, view, at)


def _held_rows(by: Attendance, after: QueuePlace | None) -> QuerySet[Report]:
    rows = reports_of(by.desk_ids).filter(owner_id=by.officer_id).exclude(stage=Stage.CLOSED)
    if after is not None:
        later = Q(due_at__gt=after.due_at) | Q(due_at=after.due_at, id__gt=after.id)
        rows = rows.filter(Q(rank__gt=after.rank) | Q(rank=after.rank) & later)
    return rows.order_by("rank", "due_at", "id")


def _closed_rows(by: Attendance, view: QueueView, at: datetime) -> list[Listed]:
    rows = reports_of(by.desk_ids).filter(stage=Stage.CLOSED, desk_id__in=_chosen(by, view.desk))
    if view.after:
        day, ref = view.after.split("_")
        rows = rows.filter(Q(received_on__lt=day) | Q(received_on=day, id__gt=UUID(ref)))
    return _listed(rows.order_by("-received_on", "id"), by, view, at)


def _opened(rows: Sequence[Listed], ring: Keyring | None) -> dict[UUID, OpenedReport]:
    """Return the opened reports for the lines of one page.

    Uses one query whatever the number of lines. Reports that do not open are left out.
    """
    if ring is None or not rows:
        return {}
    found: dict[UUID, OpenedReport] = {}
    said: dict[UUID, list[Mapping[str, Any]]] = {}
    translated: dict[UUID, str] = {}
    which = Q(part__in=("report", report_language.PART)) | Q(
        container__in=[row.translated for row in rows if row.translated is not None]
    )
    for part in parts_of([row.report.id for row in rows], which):
        with suppress(CannotOpen):
            if part.part == "report":
                found[part.report] = open_stored(part, ring)
                continue
            words = notes.open_words(
                part.container, part.header, part.payload, ring.for_any(part.epochs), part.part
            )
            if part.part == report_language.PART:
                said.setdefault(part.report, []).append(words)
            else:
                translated[part.report] = str(words["text"])
    return {
        ref: with_language(opened, said.get(ref, ()), translated.get(ref, ""))
        for ref, opened in found.items()
    }


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
    row: Listed, opened: OpenedReport | None, columns: DeskColumns, *, by: Attendance, at: datetime
) -> QueueLine:
    report = row.report
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
        due_words=due_words(report.due_at, at, _zone()) if report.due_at is not None else "",
        overdue=report.due_at is not None and is_overdue(report.due_at, at),
        received_words=received_words(report),
        desk_name=report.desk.name,
        owner=report.owner.name if report.owner is not None else None,
        mine=report.owner_id == by.officer_id,
        flags=_flags(report, opened),
        watch_reason=_watch_reason(row, by),
        new_messages=report.unread,
        version=report.version,
        desk_cells=columns.cells[report.id],
        sweepable=report.desk_id in by.desk_ids and not why_not(report),
    )


def queue(*, by: Attendance, at: datetime, view: QueueView) -> Queue:
    """Return one page of a queue, urgent first, with the opening words of each report.

    Logged as one view together with its reports. Raises Refused, and ValueError for an invalid mark.
    """
    with on_the_record(Act.QUEUE_READ, by=by):
        by.require(Capability.SEE_QUEUE)
    rows = _closed_rows(by, view, at) if view.state == "closed" else open_rows(by, view, at)
    more, rows = len(rows) > view.size, rows[: view.size]
    opened = _opened(rows, by.keyring)
    columns = desk_columns([row.report.id for row in rows], by=by, at=at)
    lines = tuple(_line(row, opened.get(row.report.id), columns, by=by, at=at) for row in rows)
    shown = [row.report for row in rows if row.report.id in opened]
    with transaction.atomic():
        journal.record_look(
            Act.QUEUE_READ,
            actor=by.officer_id,
            desk=_chosen(by, view.desk)[0] if view.desk and _chosen(by, view.desk) else None,
            # Those of the running quarter hour are counted, not named: the first queue that named one and the last that
            # did not would say to the minute when it came.
            state=view.state,
            opened=(report.id for report in shown if report.settled),
            new=sum(1 for report in shown if not report.settled),
        )
    mark = rows[0].waiting if rows else waiting(by=by, desks=by.desk_ids)
    after = _mark(rows[-1].report, view.state) if more else None
    return Queue(lines, after, columns.headings, str(mark))


def waiting(*, by: Attendance, desks: Iterable[UUID]) -> int:
    """Return the number of reports waiting at these desks, counting up to a thousand."""
    return (
        reports_of(by.desk_ids).filter(desk_id__in=list(desks), stage=Stage.WAITING).order_by()[:1000].count()
    )


def new_since(*, by: Attendance, at: datetime, mark: str) -> int:
    """Return how many more reports are waiting than when the page was built.

    Opens nothing, so it is not logged as a view.
    """
    by.require(Capability.SEE_QUEUE)
    before = int(mark) if mark.isdecimal() and len(mark) <= 6 else 0
    return max(0, waiting(by=by, desks=by.desk_ids) - before)
