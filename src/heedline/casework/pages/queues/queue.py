"""View data for a desk's queue, one page at a time, with the opening words of each report.

Urgent reports come first unless the officer chose another order (`queue_view`). Each view is logged.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db import transaction
from django.db.models import Count, Expression, F, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce, JSONObject

from heedline.audit import journal
from heedline.audit.acts import Act
from heedline.casework.access import saved_views
from heedline.casework.access.keyring import Keyring
from heedline.casework.access.saved_views import SavedView
from heedline.casework.access.session import Attendance, office_zone
from heedline.casework.journey import closing_rules
from heedline.casework.pages.queues.desk_columns import DeskColumns, desk_columns
from heedline.casework.pages.queues.figures import WorkTotals
from heedline.casework.pages.queues.queue_view import (
    OWN,
    WATCHED,
    conditions,
    filtered,
    mark_of,
    order_of,
    ordered,
    place_of,
)
from heedline.casework.pages.queues.queue_view import QueueView as QueueView
from heedline.casework.report import notes, report_language
from heedline.casework.report.opening import (
    CLOSED_WORDS,
    HINTS,
    LOCKED_WORDS,
    OpenedReport,
    danger_first,
    due_of,
    first_words,
    kind_words,
    open_stored,
    received_words,
    short_name,
    with_language,
)
from heedline.casework.report.verb import on_the_record
from heedline.desks.models import Appointment, Officer
from heedline.dispatch.clocks import due_words, is_overdue
from heedline.packs.urgency import Urgency
from heedline.permits.capabilities import Capability
from heedline.permits.queue_rows import QueueRows, number_of
from heedline.permits.roles import Role
from heedline.permits.scopes import IsOneOf, of_page, on_duty_now, reports_of, totals_at, waiting_at
from heedline.reports.lifecycle import Move, Stage
from heedline.reports.models import Incident, Report, ReportFile, Step, TranslationText
from heedline.reports.stored import parts_of
from heedline.vault import CannotOpen

#: Reports that match are counted up to this number.
COUNTED = 1_000


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


def _flags(report: Report, opened: OpenedReport | None, files: int) -> tuple[str, ...]:
    found = []
    if report.danger_to_life or (report.danger_to_life is None and report.urgency == Urgency.DANGER):
        found.append("Danger to life")
    if opened is not None and opened.taken_down.get("danger_unasked"):
        found.append("Danger not asked")
    if opened is not None:
        marks = {mark for one in closing_rules.marked_in([opened.narrative]) for mark in one.marks}
        found += [words for mark, words in closing_rules.MARKS.items() if mark in marks]
    if opened is not None and opened.guessable:
        found.append("Protect the source")
    if opened is not None and opened.young:
        found.append("Reporter under 18")
    if opened is not None and opened.subject_young:
        found.append("Person under 18")
    if report.withdraw_asked:
        found.append("Asks to withdraw")
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


def _chosen(by: Attendance, code: str | None) -> list[UUID]:
    return [desk.id for desk in by.desks if code is None or desk.code == code]


_LIST_FIELDS = (
    "id", "kind", "urgency", "priority", "danger_to_life", "desk_id", "watch_id", "stage", "slot", "received_on", "due_at",
    "rank", "version", "owner_id", "unread", "withdraw_asked", "settled", "area", "channel", "outcome",
    "owner__name", "desk__name",
)  # fmt: skip


class _HowMany(Subquery):
    """An uncorrelated SQL subquery that counts the rows of a query."""

    template = "(SELECT count(*) FROM (%(subquery)s) counted)"
    output_field = IntegerField()


@dataclass(frozen=True)
class Listed:
    """A queue row with the extra columns fetched alongside it.

    `staffed` is True when an officer is on duty at the row's desk. `translated` is the part with its newest translation.
    `closed` is the day and the officer of its closing. `files` counts those of the report and of its messages.
    """

    report: Report
    staffed: bool
    translated: UUID | None
    closed: tuple[date, str] | None
    files: int


@dataclass(frozen=True)
class Beside:
    """Data shown alongside a queue's rows, such as totals, colleagues, saved views and the desks with an officer on duty.

    It is fetched in the same statement as the rows, or alone if there are none.
    """

    waiting: int
    total: int
    totals: WorkTotals
    colleagues: tuple[tuple[UUID, str], ...]
    views: tuple[SavedView, ...]
    incidents: tuple[tuple[UUID, str], ...]
    staffed: frozenset[UUID]


#: The newest version of the report's own translation.
_TRANSLATED = Subquery(
    TranslationText.objects.filter(
        report=OuterRef("pk"), translation__message=None, translation__outward=False
    )
    .order_by("-translation__due_at", "-number")
    .values("container")[:1]
)
_FILES = Coalesce(
    Subquery(
        ReportFile.objects.filter(report=OuterRef("pk"))
        .order_by()
        .values("report")
        .annotate(n=Count("*"))
        .values("n")
    ),
    0,
)
_CLOSED = Subquery(
    Step.objects.filter(report=OuterRef("pk"), move__in=[Move.CLOSE, Move.SWEEP])
    .order_by("-number")
    .values(line=JSONObject(on="on", by="by__name"))[:1]
)


def _beside(
    total: Subquery | Expression, desks: Sequence[UUID], by: Attendance, at: datetime
) -> dict[str, Any]:
    """Return the query annotations for the fields of `Beside`, given the expression for the total.

    None of them depends on the row, so each is calculated once.
    """
    people = Appointment.objects.filter(desk_id__in=desks, ended_on=None, officer__is_active=True).exclude(
        role=Role.INVESTIGATOR
    )  # they are officers of the desk as well
    return {
        "now_waiting": waiting_at(by.desk_ids),
        "now_totals": totals_at(desks, at),
        "now_total": total,
        "now_people": ArraySubquery(
            people.order_by("officer__name").values(line=JSONObject(id="officer_id", name="officer__name"))
        ),
        "now_views": saved_views.column(by),
        "now_incidents": ArraySubquery(
            Incident.objects.order_by("-opened_at").values(line=JSONObject(id="id", name="name"))
        ),
        "now_on_duty": on_duty_now(at),
    }


def _told_beside(told: Mapping[str, Any], by: Attendance) -> Beside:
    people = {UUID(one["id"]): one["name"] for one in told["now_people"] or ()}
    incidents = {UUID(one["id"]): one["name"] for one in told["now_incidents"] or ()}
    return Beside(
        told["now_waiting"],
        told["now_total"] or 0,
        WorkTotals(*told["now_totals"]),
        tuple(people.items()),
        saved_views.opened(told["now_views"] or (), by),
        tuple(incidents.items()),
        frozenset(UUID(one["desk"]) for one in told["now_on_duty"]),
    )


def _listed(
    rows: QuerySet[Report], beside: dict[str, Any], by: Attendance, view: QueueView, at: datetime
) -> tuple[list[Listed], Beside]:
    """Return one page of queue rows, and the `Beside` data fetched with them.

    One more row is fetched, to show whether another page follows.
    """
    more: dict[str, Any] = {"closed_by": _CLOSED} if view.state == "closed" else {}
    told = list(
        rows.select_related("owner", "desk")
        .only(*_LIST_FIELDS)
        .annotate(translated=_TRANSLATED, n_files=_FILES, **more, **beside)[: view.size + 1]
    )
    if told:
        found = _told_beside(vars(told[0]), by)
    else:
        found = _told_beside(Officer.objects.filter(pk=by.officer_id).values(**beside).get(), by)
    return [
        Listed(row, row.desk_id in found.staffed, row.translated, _closing(row), row.n_files) for row in told
    ], found


def _closing(row: Report) -> tuple[date, str] | None:
    told = getattr(row, "closed_by", None)
    return (date.fromisoformat(told["on"]), told["by"]) if told else None


def rows_of(by: Attendance, view: QueueView, at: datetime) -> tuple[list[Listed], Beside]:
    """Return the queue rows for a view, and the `Beside` data to show alongside them.

    Open ones include the reports of other desks that a round-the-clock desk must deal with now.
    """
    desks = _chosen(by, view.desk)
    if view.state == "open":
        watching = [desk.id for desk in by.desks if desk.round_the_clock and desk.id in desks]
        matching = tuple(conditions(view, by=by, at=at))
        own, watched = () if view.whose == WATCHED else desks, () if view.whose == OWN else watching
        found = QueueRows(tuple(own), tuple(watched), at, COUNTED + 1, matching)
        page = replace(found, most=view.size + 1, order=order_of(view), after=place_of(view))
        rows = ordered(of_page(by.desk_ids, page), replace(view, after=None))
        return _listed(rows, _beside(number_of(found), desks, by, at), by, view, at)
    mine = reports_of(by.desk_ids)
    if view.state == "closed":
        mine = mine.filter(stage=Stage.CLOSED, desk_id__in=desks)
    else:
        mine = mine.filter(owner_id=by.officer_id).exclude(stage=Stage.CLOSED)
    those = filtered(mine, view, by=by, at=at)
    total = _HowMany(those.order_by().values("id")[: COUNTED + 1])
    # the narrow query reads an index alone; only the rows of the page are then read whole
    narrow = ordered(those, view).values("id")[: view.size + 1]
    rows = ordered(mine.filter(IsOneOf(F("id"), ArraySubquery(narrow))), replace(view, after=None))
    return _listed(rows, _beside(total, desks, by, at), by, view, at)


def _opened(rows: Sequence[Listed], ring: Keyring | None) -> dict[UUID, OpenedReport]:
    """Return the decrypted reports for one page of a queue, by report id.

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
        due_words=due_words(due, at, office_zone()) if due is not None else "",
        overdue=due is not None and is_overdue(due, at),
        received_words=received_words(report),
        desk_name=report.desk.name,
        area=report.area,
        channel=report.channel,
        owner=report.owner.name if report.owner is not None else None,
        owner_id=report.owner_id,
        mine=report.owner_id == by.officer_id,
        flags=_flags(report, opened, row.files),
        watch_reason=_watch_reason(row, by),
        new_messages=report.unread,
        version=report.version,
        desk_cells=columns.cells[report.id],
        here=report.desk_id in by.desk_ids,
        outcome=report.outcome,
        closed_words=f"{row.closed[0]:%-d %B %Y}, {row.closed[1]}" if row.closed is not None else "",
    )


def queue(*, by: Attendance, at: datetime, view: QueueView) -> Queue:
    """Return one page of a queue with the opening words of each report.

    Logged as one view together with its reports. Raises Refused, and ValueError for an invalid mark.
    """
    with on_the_record(Act.QUEUE_READ, by=by):
        by.require(Capability.SEE_QUEUE)
    rows, beside = rows_of(by, view, at)
    more, rows = len(rows) > view.size, rows[: view.size]
    opened = _opened(rows, by.keyring)
    columns = desk_columns([row.report.id for row in rows], by=by, at=at)
    listed = rows
    if view.usual_order:
        listed = sorted(rows, key=lambda row: danger_first(row.report, opened.get(row.report.id)))
    lines = tuple(_line(row, opened.get(row.report.id), columns, by=by, at=at) for row in listed)
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
    )


def new_since(*, by: Attendance, at: datetime, mark: str) -> int:
    """Return how many more reports are waiting now than when the page was built.

    Opens nothing, so it is not logged as a view.
    """
    by.require(Capability.SEE_QUEUE)
    before = int(mark) if mark.isdecimal() and len(mark) <= 6 else 0
    mine = reports_of(by.desk_ids).filter(desk_id__in=by.desk_ids, stage=Stage.WAITING)
    return max(0, mine.order_by()[:COUNTED].count() - before)
