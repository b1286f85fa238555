"""What a person can find at all. Row-level security says the same in the database; this is the first wall."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db.models import Field, Func, IntegerField, Q, QuerySet, UUIDField, Value

from heedline.dispatch.models import Alarm
from heedline.reports.models import Report


def reports_of(desks: Iterable[UUID]) -> QuerySet[Report]:
    """Reports that belong to one of `desks`, or that one of them watches round the clock."""
    mine = list(desks)
    return Report.objects.filter(Q(desk_id__in=mine) | Q(watch_id__in=mine))


@dataclass(frozen=True)
class Place:
    """A place in a queue: of what stands there now, or stood there last."""

    rank: int
    due_at: datetime
    id: UUID


def queue_of(
    desks: Iterable[UUID],
    *,
    chosen: Iterable[UUID],
    watching: Iterable[UUID],
    after: Place | None,
    at: datetime,
) -> QuerySet[Report]:
    """The first 51 open reports after `after`, in order: those of the desks `chosen`, and those of other desks that the
    round-the-clock desks `watching` must see to now. All within `reports_of(desks)`; costs the same however many wait.
    """
    here = (after.rank, after.due_at, after.id) if after is not None else _BEFORE_ALL
    values = [_these(chosen), _these(watching), Value(at), *map(Value, here)]
    return (
        reports_of(desks)
        .filter(id__in=_asked("permits.queue", *values, gives=UUIDField()))
        .order_by("rank", "due_at", "id")
    )


def waiting_at(desks: Iterable[UUID]) -> Func:
    """How many reports wait at these desks, counted up to a thousand: a column, worked out once for all rows."""
    return _asked("permits.waiting", _these(desks), gives=IntegerField())


_BEFORE_ALL = (-1, "-infinity", UUID(int=0))


def _these(desks: Iterable[UUID]) -> Value:
    return Value(list(desks), output_field=ArrayField(UUIDField()))


def _asked(function: str, *values: Value, gives: Field[Any, Any]) -> Func:
    """A call of one of the functions of `database/functions/queue.sql`, made once for a whole statement."""
    return Func(
        *values, function=function, template="(SELECT %(function)s(%(expressions)s))", output_field=gives
    )


def alarms_of(desks: Iterable[UUID]) -> QuerySet[Alarm]:
    """Alarms of these desks."""
    return Alarm.objects.filter(desk_id__in=list(desks))
