"""Querysets of the objects that a person may see.

This is the first check. Row-level security enforces the same rule in the database.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db.models import (
    F,
    Field,
    Func,
    IntegerField,
    JSONField,
    Lookup,
    Q,
    QuerySet,
    UUIDField,
    Value,
)

from heedline.permits.queue_rows import QueueRows, ids_of
from heedline.reports.models import HandOver, Report


def reports_of(desks: Iterable[UUID]) -> QuerySet[Report]:
    """Return the reports that belong to one of `desks` or are watched round the clock by one of them."""
    mine = list(desks)
    return Report.objects.filter(Q(desk_id__in=mine) | Q(watch_id__in=mine))


class IsOneOf(Lookup):
    """The lookup `id = ANY (array)`, for which PostgreSQL always uses the primary key index.

    With `IN (SELECT …)` it reads every report that the desk can see, to join a page of 25.
    """

    lookup_name = "is_one_of"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        left, left_values = self.process_lhs(compiler, connection)
        right, right_values = compiler.compile(self.rhs)
        return f"{left} = ANY ({right})", (*left_values, *right_values)


def of_page(desks: Iterable[UUID], rows: QueueRows) -> QuerySet[Report]:
    """Return the reports on one page of these desks' queue, in no particular order.

    All of them are within `reports_of(desks)`. The cost hardly depends on how many reports are open.
    """
    return reports_of(desks).filter(IsOneOf(F("id"), ids_of(rows)))


def waiting_at(desks: Iterable[UUID]) -> Func:
    """Return an expression for the number of reports waiting at these desks, up to a thousand.

    The column is calculated once for all rows.
    """
    return _asked("permits.waiting", _these(desks), gives=IntegerField())


def totals_at(desks: Iterable[UUID], at: datetime) -> Func:
    """Return an expression for these desks' totals, in the order of `casework.pages.figures.WorkTotals`.

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


def on_duty_now(at: datetime) -> Func:
    """Return an expression for who is on duty, as a JSON list of lines with `desk`, `officer` and `name`, by name.

    There is a line for each role that an officer has at a desk. The column is calculated once for all rows.
    """
    return Func(
        Value(at),
        function="permits.on_duty",
        template=(
            "(SELECT coalesce(jsonb_agg(jsonb_build_object('desk', o.desk_id, 'officer', f.id, 'name', f.name)"
            " ORDER BY f.name, f.id), '[]')"
            " FROM %(function)s(%(expressions)s) AS o JOIN desks_officer f ON f.id = o.officer_id)"
        ),
        output_field=JSONField(),
    )


def open_work_of(desk: UUID, at: datetime, today: date, days: Iterable[int]) -> Func:
    """Return an expression for a desk's open-report counts by owner, stage and age, as a JSON list.

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


def unfinished_calls_of(desk: UUID, at: datetime) -> Func:
    """Return an expression for a desk's unfinished calls, as a JSON list for the desk's supervisors.

    Each line has `owner`, `calls`, and `old`, the number begun more than four hours ago.
    """
    return Func(
        Value(desk),
        Value(at),
        function="permits.unfinished_calls",
        template="(SELECT coalesce(jsonb_agg(u), '[]') FROM %(function)s(%(expressions)s) AS u)",
        output_field=JSONField(),
    )


def _these(desks: Iterable[UUID]) -> Value:
    return Value(list(desks), output_field=ArrayField(UUIDField()))


def _asked(function: str, *values: Value, gives: Field[Any, Any]) -> Func:
    """Return an expression that calls a function from `database/functions/queue.sql` once per query."""
    return Func(
        *values, function=function, template="(SELECT %(function)s(%(expressions)s))", output_field=gives
    )


def hand_overs_from(desks: Iterable[UUID]) -> QuerySet[HandOver]:
    """Return the handovers of reports from these desks."""
    return HandOver.objects.filter(from_desk_id__in=list(desks))
