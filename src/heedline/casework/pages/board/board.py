"""The supervisor's board for one desk.

It shows open reports by owner, stage and age, and what is waiting for a decision. Nothing is opened for it:
it is made of the unsealed columns, by the query that also counts for My work and the queues
(`database/functions/queue.sql`). People are listed by name, never by how much they do.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, OuterRef, Q, QuerySet
from django.db.models.functions import JSONObject

from heedline.audit.acts import Act
from heedline.casework.access.keyring import DeskLine
from heedline.casework.access.session import Attendance, office_zone
from heedline.casework.errors import NotHere
from heedline.casework.pages.board.throughput import FigureLines, figure_lines, first_day
from heedline.casework.pages.queues.figures import figures
from heedline.casework.report.opening import short_name
from heedline.casework.report.verb import on_the_record
from heedline.casework.tasks.shift_notes import KEPT
from heedline.desks.models import Appointment, DailyCount, Desk, Shift, ShiftNote
from heedline.dispatch.clocks import due_words, is_overdue, moment_words
from heedline.permits.capabilities import Capability
from heedline.permits.functions import Figures
from heedline.permits.gate import allows
from heedline.permits.roles import GRANTS, Role
from heedline.permits.scopes import on_duty_now, open_work_of, unfinished_calls_of
from heedline.reports.lifecycle import Stage
from heedline.reports.models import CallBack, DeskRecord, HandOver, Sweep, Task
from heedline.reports.models.hand_overs import HandOverState
from heedline.reports.models.records import ENDED
from heedline.reports.models.tasks import TaskState
from heedline.reports.record_kinds import kinds

#: The ages of open reports on the board: (code of the queue's filter `received`, days since arrival at which it begins).
AGES: tuple[tuple[str, int], ...] = (("older-month", 30), ("weeks", 7), ("days", 1), ("today", 0))
STAGES = (Stage.WAITING, Stage.TAKEN, Stage.ASSESSED, Stage.ACTING, Stage.CLOSING)
#: Bulk closures of this many days are listed, and this many handovers.
CLOSURES_OF = timedelta(days=7)
SHOWN = 50


@dataclass(frozen=True, slots=True)
class BoardOfficer:
    """An officer who owns, or may own, open reports at the desk.

    `works_here` is False for an owner who has left the desk, and `shift_until` is the end of a running shift. `oldest` is the day on which the oldest arrived.
    """

    id: UUID
    name: str
    owned: int
    overdue: int
    oldest: date | None
    on_duty: bool
    shift_until: datetime | None
    works_here: bool
    tasks: int = 0
    late_tasks: int = 0
    unfinished: int = 0
    """The number of calls and letters that were started but not sent."""
    old_unfinished: int = 0
    """The number of unsent calls and letters that were started more than four hours ago."""
    records: int = 0
    """The number of the desk's records that they own and that can be passed on."""


@dataclass(frozen=True, slots=True)
class StageLine:
    """The number of open reports in one stage by age, and the number overdue.

    `ages` follows the order of `AGES`, youngest first.
    """

    stage: Stage
    ages: tuple[int, ...]
    overdue: int

    @property
    def total(self) -> int:
        return sum(self.ages)


@dataclass(frozen=True, slots=True)
class WaitingHandOver:
    """A report that is waiting to be accepted by this desk or by another.

    `here` is True if this desk is to accept it. `other` is the other desk. `ref` leads to the report, which a
    desk that gave it away cannot open.
    """

    ref: UUID
    short: str
    here: bool
    other: str
    since_words: str
    due_words: str
    overdue: bool


@dataclass(frozen=True, slots=True)
class BulkClosure:
    """A recent bulk closure.

    `undone` is True if the closure was reversed.
    """

    id: UUID
    by: str
    when_words: str
    closed: int
    undone: bool


@dataclass(frozen=True, slots=True)
class RecordCount:
    """The number of a desk's open records of one kind, and how many of them are overdue."""

    kind: str
    plural: str
    open: int
    late: int


@dataclass(frozen=True)
class Board:
    """A desk's current work and its recent performance.

    `throughput` holds the performance. `calls` are call backs to make, `shift_notes` handover notes that
    nobody has acknowledged.
    """

    desk: DeskLine
    figures: Figures
    officers: tuple[BoardOfficer, ...]
    stages: tuple[StageLine, ...]
    hand_overs: tuple[WaitingHandOver, ...]
    closures: tuple[BulkClosure, ...]
    tasks: int
    late_tasks: int
    throughput: tuple[FigureLines, ...]
    calls: int
    late_calls: int
    shift_notes: int
    records: tuple[RecordCount, ...]

    @property
    def ages(self) -> tuple[int, ...]:
        """Return the number of open reports in all stages by age, youngest first."""
        return tuple(sum(line.ages[place] for line in self.stages) for place in range(len(AGES)))

    @property
    def total(self) -> int:
        return sum(line.total for line in self.stages)

    @property
    def owned_by_nobody(self) -> int:
        return self.total - sum(one.owned for one in self.officers)


def led_by(by: Attendance) -> tuple[DeskLine, ...]:
    """Return the desks whose boards this officer may see."""
    return tuple(desk for desk in by.desks if allows(by.appointments, Capability.SEE_BOARD, (desk.id,)))


def desk_led(code: str, *, by: Attendance) -> DeskLine:
    """Return the desk with this code, if the officer may see its board.

    Logs and raises NotHere for another desk, and Refused.
    """
    with on_the_record(Act.QUEUE_READ, by=by):
        desk = next((one for one in by.desks if one.code == code), None)
        if desk is None:
            raise NotHere
        by.require(Capability.SEE_BOARD, desk.id)
    return desk


def _listed(rows: QuerySet[Any], most: int | None = None, **names: Any) -> ArraySubquery:
    return ArraySubquery(rows.values(line=JSONObject(**names))[:most])


_TAKERS = [role for role in Role if Capability.TAKE in GRANTS[role]]
_PEOPLE = _listed(
    Appointment.objects.filter(
        desk=OuterRef("pk"), ended_on=None, officer__is_active=True, role__in=_TAKERS
    ).order_by("officer__name", "officer_id"),
    id="officer_id",
    name="officer__name",
)
_HAND_OVERS = _listed(
    HandOver.objects.filter(
        Q(from_desk=OuterRef("pk")) | Q(to_desk=OuterRef("pk")), state=HandOverState.WAITING
    ).order_by("due_at", "id"),
    SHOWN,
    report="report_id",
    to="to_desk_id",
    to_name="to_desk__name",
    from_name="from_desk__name",
    at="at",
    due_at="due_at",
)


def board(desk: DeskLine, *, by: Attendance, at: datetime) -> Board:
    """Return the board of a desk that this officer supervises.

    Raises Refused.
    """
    by.require(Capability.SEE_BOARD, desk.id)
    known = figures(by=by, at=at)[desk.id]
    today = at.astimezone(office_zone()).date()
    now = (
        Desk.objects.filter(pk=desk.id)
        .values(
            work=open_work_of(desk.id, at, today, [days for _, days in AGES]),
            people=_PEOPLE,
            unfinished=unfinished_calls_of(desk.id, at),
            present=on_duty_now(at),
            planned=_listed(
                Shift.objects.filter(
                    desk=OuterRef("pk"), starts_at__lte=at, ends_at__gt=at, officer__is_active=True
                ),
                id="officer_id",
                until="ends_at",
            ),
            given=_HAND_OVERS,
            to_do=_listed(
                Task.objects.filter(report__desk=OuterRef("pk"), state=TaskState.OPEN)
                .order_by()
                .values("owner_id")
                .annotate(many=Count("id"), late=Count("id", filter=Q(due_at__lt=at))),
                owner="owner_id",
                many="many",
                late="late",
            ),
            counts=_listed(
                DailyCount.objects.filter(desk=OuterRef("pk"), day__gte=first_day(at)),
                day="day",
                figure="figure",
                band="band",
                number="number",
            ),
            calls=_listed(
                CallBack.objects.filter(report__desk=OuterRef("pk"), done=False)
                .exclude(report__stage=Stage.CLOSED)
                .order_by()
                .values("report__desk_id")
                .annotate(many=Count("report_id"), late=Count("report_id", filter=Q(due_at__lt=at))),
                many="many",
                late="late",
            ),
            records=_listed(
                DeskRecord.objects.filter(desk=OuterRef("pk"))
                .exclude(held=ENDED)
                .order_by()
                .values("kind", "owner_id")
                .annotate(many=Count("id"), late=Count("id", filter=Q(due_at__lt=at))),
                kind="kind",
                owner="owner_id",
                many="many",
                late="late",
            ),
            notes=_listed(
                ShiftNote.objects.filter(desk=OuterRef("pk"), acknowledged_by=None, at__gt=at - KEPT), id="id"
            ),
            closures=_listed(
                Sweep.objects.filter(desk=OuterRef("pk"), at__gt=at - CLOSURES_OF).order_by("-at", "id"),
                SHOWN,
                id="id",
                by="by__name",
                at="at",
                closed="closed",
                undone_at="undone_at",
            ),
        )
        .get()
    )
    return Board(
        desk,
        known,
        _officers(
            now["work"],
            now["people"],
            {UUID(one["officer"]) for one in now["present"] if one["desk"] == str(desk.id)},
            now["planned"],
            now["to_do"],
            now["unfinished"],
            now["records"],
        ),
        _stages(now["work"]),
        tuple(_hand_over(row, desk, at) for row in now["given"]),
        tuple(_closure(row) for row in now["closures"]),
        sum(row["many"] for row in now["to_do"]),
        sum(row["late"] for row in now["to_do"]),
        figure_lines(now["counts"], at),
        sum(row["many"] for row in now["calls"]),
        sum(row["late"] for row in now["calls"]),
        len(now["notes"]),
        _records(now["records"]),
    )


def _records(rows: Sequence[Mapping[str, Any]]) -> tuple[RecordCount, ...]:
    """Return the counts of each registered kind of record of which the desk has any, in the order of registration."""
    many, late = Counter[str](), Counter[str]()
    for row in rows:
        many[row["kind"]] += row["many"]
        late[row["kind"]] += row["late"]
    return tuple(
        RecordCount(code, kind.plural, many[code], late[code])
        for code, kind in kinds().items()
        if code in many
    )


def _officers(
    work: Sequence[Mapping[str, Any]],
    people: Sequence[Mapping[str, Any]],
    present: Container[UUID],
    shifts: Sequence[Mapping[str, Any]],
    to_do: Sequence[Mapping[str, Any]],
    unfinished: Sequence[Mapping[str, Any]],
    records: Sequence[Mapping[str, Any]],
) -> tuple[BoardOfficer, ...]:
    """Return the desk's members by name, followed by owners who no longer work there."""
    owned, overdue, oldest = Counter[UUID](), Counter[UUID](), dict[UUID, date]()
    for row in work:
        if row["owner"] is None:
            continue
        who, day = UUID(row["owner"]), date.fromisoformat(row["oldest"])
        owned[who] += row["reports"]
        overdue[who] += row["overdue"]
        oldest[who] = min(oldest.get(who, day), day)
    until = {UUID(row["id"]): datetime.fromisoformat(row["until"]) for row in shifts}
    tasks = {UUID(row["owner"]): row for row in to_do if row["owner"] is not None}
    none: Mapping[str, Any] = {"many": 0, "late": 0, "calls": 0, "old": 0}
    begun = {UUID(row["owner"]): row for row in unfinished}
    signed = {code for code, kind in kinds().items() if kind.signed}
    kept = Counter[UUID]()
    for row in records:
        if row["owner"] is not None and row["kind"] not in signed:
            kept[UUID(row["owner"])] += row["many"]
    names = {UUID(row["id"]): str(row["name"]) for row in people}
    return tuple(
        BoardOfficer(
            who,
            names.get(who, "Somebody who has left this desk"),
            owned[who],
            overdue[who],
            oldest.get(who),
            who in present,
            until.get(who),
            who in names,
            tasks.get(who, none)["many"],
            tasks.get(who, none)["late"],
            begun.get(who, none)["calls"],
            begun.get(who, none)["old"],
            kept[who],
        )
        for who in (
            *names,
            *sorted((owned.keys() | tasks.keys() | begun.keys() | kept.keys()) - names.keys()),
        )
    )


def _stages(work: Sequence[Mapping[str, Any]]) -> tuple[StageLine, ...]:
    reports, overdue = Counter[tuple[str, int]](), Counter[str]()
    for row in work:
        reports[row["stage"], len(AGES) - row["age"]] += row["reports"]
        overdue[row["stage"]] += row["overdue"]
    return tuple(
        StageLine(stage, tuple(reports[stage, place] for place in range(len(AGES))), overdue[stage])
        for stage in STAGES
    )


def _hand_over(row: Mapping[str, Any], desk: DeskLine, at: datetime) -> WaitingHandOver:
    here, due = UUID(row["to"]) == desk.id, datetime.fromisoformat(row["due_at"])
    zone, ref = office_zone(), UUID(row["report"])
    return WaitingHandOver(
        ref,
        short_name(ref),
        here,
        row["from_name"] if here else row["to_name"],
        moment_words(datetime.fromisoformat(row["at"]), zone),
        due_words(due, at, zone),
        is_overdue(due, at),
    )


def _closure(row: Mapping[str, Any]) -> BulkClosure:
    return BulkClosure(
        UUID(row["id"]),
        row["by"],
        moment_words(datetime.fromisoformat(row["at"]), office_zone()),
        row["closed"],
        row["undone_at"] is not None,
    )
