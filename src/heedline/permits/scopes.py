"""Querysets of the objects that a person may see.

This is the first check. Row-level security enforces the same rule in the database.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.db.models import (
    Exists,
    F,
    Field,
    Func,
    IntegerField,
    JSONField,
    Lookup,
    OuterRef,
    Q,
    QuerySet,
    UUIDField,
    Value,
)

from heedline.desks.duty_hours import shifts_now
from heedline.desks.models import PARTNER, Desk, Shift
from heedline.dispatch.models import Alarm
from heedline.reports.lifecycle import Stage
from heedline.reports.models import HandOver, Report


def reports_of(desks: Iterable[UUID]) -> QuerySet[Report]:
    """Return the reports that belong to one of `desks` or are watched round the clock by one of them."""
    mine = list(desks)
    return Report.objects.filter(Q(desk_id__in=mine) | Q(watch_id__in=mine))


class _IsOneOf(Lookup):
    """A lookup, `id = ANY (array)`, for which PostgreSQL always finds rows by their key.

    With `IN (SELECT …)` it reads every report that the desk can see, to join a page of 25.
    """

    lookup_name = "is_one_of"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        left, left_values = self.process_lhs(compiler, connection)
        right, right_values = compiler.compile(self.rhs)
        return f"{left} = ANY ({right})", (*left_values, *right_values)


def of_page(desks: Iterable[UUID], page: QuerySet[Report, Any]) -> QuerySet[Report]:
    """Return those reports of `desks` whose ids are in the results of a query for one page."""
    return reports_of(desks).filter(_IsOneOf(F("id"), ArraySubquery(page)))


@dataclass(frozen=True)
class QueuePlace:
    """A position in a queue, given by the report that is there now or was most recently."""

    rank: int
    due_at: datetime
    id: UUID


def queue_of(
    desks: Iterable[UUID],
    *,
    chosen: Iterable[UUID],
    watching: Iterable[UUID],
    after: QueuePlace | None,
    at: datetime,
) -> QuerySet[Report]:
    """Return the first 101 open reports after a position, in queue order.

    These are the reports of the desks `chosen`, and those of other desks that the round-the-clock desks
    `watching` must see to now. All of them are within `reports_of(desks)`. The cost is the same however many
    reports are waiting.
    """
    here = (after.rank, after.due_at, after.id) if after is not None else _BEFORE_ALL
    values = [_these(chosen), _these(watching), Value(at), *map(Value, here)]
    first = Func(
        *values,
        function="permits.queue",
        template="ARRAY(SELECT %(function)s(%(expressions)s))",
        output_field=ArrayField(UUIDField()),
    )
    return reports_of(desks).filter(_IsOneOf(F("id"), first)).order_by("rank", "due_at", "id")


def open_in_queue(
    desks: Iterable[UUID], *, chosen: Iterable[UUID], watching: Iterable[UUID], at: datetime
) -> QuerySet[Report]:
    """Return all open reports of a queue, unordered, for filtering and sorting.

    They are the same as those of `queue_of`, which reads only the first of them. The rule therefore stands twice, here and
    in `database/functions/queue.sql`; `tests/casework/pages/test_queue_filters.py` holds the two together.
    """
    mine, watches = Q(desk_id__in=list(chosen)), list(watching)
    if watches:
        staffed = Shift.objects.filter(shifts_now(at), desk=OuterRef("pk"))
        deserted = (
            Desk.objects.exclude(kind__in=("authoriser", PARTNER)).exclude(Exists(staffed)).values("id")
        )
        due = Q(due_at__lt=at) | Q(stage=Stage.WAITING, desk__in=deserted)
        mine |= Q(watch_id__in=watches) & (Q(rank=0) | due)
    return reports_of(desks).exclude(stage=Stage.CLOSED).filter(mine)


def waiting_at(desks: Iterable[UUID]) -> Func:
    """Return an expression for the number of reports waiting at these desks, up to a thousand.

    The column is calculated once for all rows.
    """
    return _asked("permits.waiting", _these(desks), gives=IntegerField())


def totals_at(desks: Iterable[UUID], at: datetime) -> Func:
    """Return an expression for these desks' total figures, in the order of `casework.pages.figures.WorkTotals`.

    The column is calculated once for all rows.
    """
    return Func(
        _these(desks),
        Value(at),
        function="permits.figures",
        template=(
            "(SELECT ARRAY[coalesce(sum(f.waiting), 0), coalesce(sum(f.overdue), 0), coalesce(sum(f.danger), 0),"
            " coalesce(sum(f.overdue_elsewhere), 0), coalesce(sum(f.danger_elsewhere), 0)]::integer[] FROM %(function)s(%(expressions)s) AS f)"
        ),
        output_field=ArrayField(IntegerField()),
    )


def open_work_of(desk: UUID, at: datetime, today: date, days: Iterable[int]) -> Func:
    """Return an expression for a JSON list of a desk's open reports by owner, stage and age.

    `days` are the numbers of days at which each age begins, the largest first. Each line has `owner`, `stage`, `age` (the
    number of its place in `days`, from 1), `reports`, `overdue` and `oldest` (the day of the oldest arrival).
    """
    return Func(
        Value(desk),
        Value(at),
        Value(today),
        Value(list(days), output_field=ArrayField(IntegerField())),
        function="permits.open_work",
        template="(SELECT coalesce(jsonb_agg(w), '[]') FROM %(function)s(%(expressions)s) AS w)",
        output_field=JSONField(),
    )


_BEFORE_ALL = (-1, "-infinity", UUID(int=0))


def _these(desks: Iterable[UUID]) -> Value:
    return Value(list(desks), output_field=ArrayField(UUIDField()))


def _asked(function: str, *values: Value, gives: Field[Any, Any]) -> Func:
    """Return an expression that calls a function from `database/functions/queue.sql` once per statement."""
    return Func(
        *values, function=function, template="(SELECT %(function)s(%(expressions)s))", output_field=gives
    )


def hand_overs_from(desks: Iterable[UUID]) -> QuerySet[HandOver]:
    """Return the hand-overs of reports from these desks."""
    return HandOver.objects.filter(from_desk_id__in=list(desks))


def alarms_of(desks: Iterable[UUID]) -> QuerySet[Alarm]:
    """Return the alarms of these desks."""
    return Alarm.objects.filter(desk_id__in=list(desks))
