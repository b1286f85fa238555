"""Queries for desks' index rows, with counts of waiting reports and of non-report documents."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from functools import cache
from typing import Any, Final
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, Exists, Func, IntegerField, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce, Now

from heedline.audit.acts import Act
from heedline.audit.models import Event
from heedline.casework.report.restrictions import usable
from heedline.desks.models import EpochKeyRow
from heedline.permits.compiled_query import CompiledQuery
from heedline.reports.models import DangerEpisode, Interest, Report, SealedValues, SearchIndex, SearchWaiting

#: What is added to a report is indexed within this time, unless the report is still waiting to be indexed.
LATELY: Final = timedelta(hours=1)
#: Reports of a desk that cannot be searched yet are counted up to this number.
COUNTED: Final = 100
#: The newest reports of the running quarter hour that are compared although no index has them yet. They are counted further
#: than that, or nobody would be told of the others.
MOST_NEW: Final = 200
#: Those that are compared each time a report is opened, which each of them makes almost half a millisecond slower.
NEW_BESIDE: Final = 50


def indexes(desks: Iterable[UUID], *, most: int | None = None, others: bool = True) -> QuerySet[SearchIndex]:
    """Return the indexes for these desks with counts of waiting reports, each capped at `most`.

    The counts are `n_waiting`, `n_aside` and `n_gone`. `n_new` counts the reports of a quarter hour that has not settled
    yet, if `most` is None. `n_others` is the number of documents that are not reports of the desk, counted only if `others` is
    True. `ended` is true if the key to which the index is sealed has ended.
    """
    waits = SearchWaiting.objects.filter(desk=OuterRef("desk")).order_by()
    counted = {
        "n_waiting": Q(aside=False),
        "n_aside": Q(aside=True),
        "n_gone": Q(aside=False, gone=True),
    }
    return SearchIndex.objects.filter(desk_id__in=list(desks)).annotate(
        **{
            name: Coalesce(
                Subquery(waits.filter(which).values("desk").annotate(n=Count("id")).values("n")), 0
            )
            if most is None
            else Func(ArraySubquery(waits.filter(which).values("id")[:most]), function="cardinality")
            for name, which in counted.items()
        },
        n_new=_number(_new()) if most is None else Value(0),
        n_others=_number_of_others() if others else Value(0),
        ended=Exists(EpochKeyRow.objects.filter(id=OuterRef("epoch"), retired_at__isnull=False)),
    )


def changed_lately(act: Act) -> QuerySet[Any]:
    """Return the reports on which this act was logged in the last hour, at the officer's desks or by the officer.

    A report whose reporter has just been active is queued for the index only after its quarter hour, so nothing else says that
    it has changed. Row-level security hides the log of other desks. So a colleague's act on a report that the officer's desk
    only watches is not among them. The caller limits the reports to those that the officer may see.
    """
    found = Event.objects.filter(act=act, at__gte=Now() - LATELY, thing_id__isnull=False)
    return found.values_list("thing_id", flat=True)


def in_turn(desk: UUID, *, most: int) -> list[SearchWaiting]:
    """Return and lock up to `most` reports whose turn it is at a desk.

    In a backlog, those with an open danger to life come first.
    """
    rows = SearchWaiting.objects.filter(desk_id=desk, aside=False).select_for_update(skip_locked=True)
    found = list(rows.order_by("-gone", "id")[:most])
    if len(found) < most:
        return found
    dangers = DangerEpisode.objects.filter(discharged_at=None).values("report")
    first = list(rows.filter(report__in=dangers)[:most])
    return [*first, *(one for one in found if one not in first)][:most]


@cache
def counts(most: int | None) -> CompiledQuery[SearchIndex]:
    """Return the compiled query for `indexes` without its sealed columns, cached for each `most`.

    Documents that are not reports are counted if `most` is None.
    """
    return CompiledQuery(
        lambda desks: indexes(desks, most=most, others=most is None).defer("header", "payload")
    )


@cache
def searchable() -> CompiledQuery[SearchIndex]:
    """Return the compiled query for desks' indexes with `n_others` but no counts of waiting reports."""
    return CompiledQuery(
        lambda desks: SearchIndex.objects.filter(desk_id__in=desks).annotate(n_others=_number_of_others())
    )


@cache
def compared() -> CompiledQuery[SearchIndex]:
    """Return the compiled query for desks' indexes with which a report is compared.

    `n_unsearched` counts the other reports of the desk that are new or have changed and cannot be searched as they are now.
    """

    def built(desks: Any, report: Any) -> QuerySet[SearchIndex]:
        waits = (
            SearchWaiting.objects.filter(desk=OuterRef("desk"), gone=False).exclude(report=report).order_by()
        )
        return SearchIndex.objects.filter(desk_id__in=desks).annotate(
            n_others=_number_of_others(),
            n_unsearched=_number(waits) + _number(_new().exclude(id=report), MOST_NEW + COUNTED),
        )

    return CompiledQuery(built)


def _new() -> QuerySet[Report]:
    """Return the reports of an index's desk that wait for the end of their quarter hour (`functions/search.sql`)."""
    dangers = DangerEpisode.objects.filter(report=OuterRef("pk"))
    return usable(Report.objects.filter(~Exists(dangers), desk=OuterRef("desk"), settled=False)).order_by()


def _number(rows: QuerySet[Any], most: int = COUNTED) -> Combinable:
    """Return a column with the number of these rows, counted up to `most`."""
    return Func(ArraySubquery(rows.values("id")[:most]), function="cardinality", output_field=IntegerField())


def _number_of_others() -> Combinable:
    """Return a column with the number of an index's documents that are not reports."""
    of_values, of_interests = (
        Coalesce(Subquery(_others(model).values("n")), 0) for model in (SealedValues, Interest)
    )
    return of_values + of_interests


def _others(model: type[SealedValues] | type[Interest]) -> QuerySet[Any]:
    """Return a subquery that counts an index's documents that are not reports."""
    found = model.objects.filter(desk=OuterRef("desk"), indexed=True).order_by().values("desk")
    return found.annotate(n=Count("id"))
