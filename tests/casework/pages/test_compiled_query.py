"""A query that is compiled once gives what the query itself gives, and refuses values that would go stale."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from django.db import connection, connections
from django.db.models import DateTimeField, QuerySet, Value
from django.db.transaction import TransactionManagementError
from django.test.utils import CaptureQueriesContext

from heedline.casework.access import session_store
from heedline.casework.access.session_store import keys_of, row_of
from heedline.casework.errors import NotHere
from heedline.casework.pages import case_file
from heedline.casework.report import verb
from heedline.permits import functions
from heedline.permits.compiled_query import CompiledQuery, NotTheSame
from heedline.permits.scopes import reports_of
from heedline.reports.models import Report
from tests.support.scene_people import SOUTH_WEST, People

pytestmark = pytest.mark.django_db


def _one(ref: UUID, desks: Sequence[UUID]) -> QuerySet[Report]:
    return reports_of(desks).filter(pk=ref).select_related("desk")


def _ten_minutes_before(at: datetime) -> QuerySet[Report]:
    return Report.objects.annotate(before=Value(at - timedelta(minutes=10), output_field=DateTimeField()))


def test_each_run_has_its_own_values(people: People) -> None:
    query = CompiledQuery(_one)
    here, elsewhere = people.send()[0], people.send(**SOUTH_WEST)[0]
    rows = {one.id: one for one in Report.objects.select_related("desk")}
    desks = {ref: [rows[ref].desk_id, rows[ref].watch_id or uuid4()] for ref in (here, elsewhere)}
    for ref in (here, elsewhere, here):
        (found,) = query.rows(ref, desks[ref])
        assert found == rows[ref]
        assert found.desk.code == rows[ref].desk.code
    assert list(query.rows(here, [uuid4(), uuid4()])) == []
    assert list(query.rows(here, [])) == []
    assert [one.id for one in query.rows(here, [uuid4(), uuid4(), rows[here].desk_id])] == [here]


def test_a_query_that_the_server_keeps_planned_has_its_own_values_each_time(people: People) -> None:
    query, here, elsewhere = CompiledQuery(_one), people.send()[0], people.send(**SOUTH_WEST)[0]
    desks = [one.desk_id for one in Report.objects.all()]
    for ref in [here, elsewhere] * 4:
        assert [one.id for one in query.fetched(ref, desks)] == [ref]
    assert query.fetched(here, []) == []


def test_the_sql_of_an_opened_report_is_what_django_would_write(people: People) -> None:
    ref, _ = people.assessed()
    row = Report.objects.get(pk=ref)
    values = (ref, [row.desk_id, uuid4()], people.at)
    with CaptureQueriesContext(connection) as seen:
        direct = list(case_file._one_report(*values))
        for _ in range(2):
            compiled = list(case_file._ONE_REPORT.rows(*values))
            assert [vars(one).keys() for one in compiled] == [vars(one).keys() for one in direct]
            assert [one.made for one in compiled] == [one.made for one in direct]
    assert len({query["sql"] for query in seen.captured_queries}) == 1


def test_the_sql_of_a_session_is_what_django_would_write(people: People) -> None:
    with people.sitting("Odile") as odile, functions.unseen(), CaptureQueriesContext(connection) as seen:
        values = (row_of(odile.token), datetime.now(UTC), keys_of(odile.token).row_id.hex())
        direct = list(session_store.session_of_officer(*values))
        for _ in range(2):
            compiled = list(session_store.SESSION.rows(*values))
            assert [vars(one).keys() for one in compiled] == [vars(one).keys() for one in direct]
            assert [one.works_at for one in compiled] == [one.works_at for one in direct]
            assert [one.officer.organisation for one in compiled] == [
                one.officer.organisation for one in direct
            ]
        assert len(direct) == 1
        assert list(session_store.SESSION.rows(bytes(32), *values[1:])) == []
    assert len({re.sub(r"'[^']*'", "?", query["sql"]) for query in seen.captured_queries}) == 1


def test_a_value_computed_from_another_is_refused() -> None:
    with pytest.raises(NotTheSame):
        CompiledQuery(_ten_minutes_before).rows(datetime.fromisoformat("2026-05-03T12:00:00+00:00"))


def test_a_value_from_elsewhere_is_refused() -> None:
    with pytest.raises(NotTheSame):
        CompiledQuery(lambda ref: Report.objects.filter(pk__in=[ref, uuid4()])).rows(uuid4())


def test_a_value_that_the_query_does_not_use_is_refused() -> None:
    with pytest.raises(NotTheSame):
        CompiledQuery(lambda ref, other: Report.objects.filter(pk=ref)).rows(uuid4(), uuid4())


def test_a_report_is_found_by_one_compiled_query_that_locks_it_inside_a_transaction_only(
    people: People,
) -> None:
    ref, _ = people.send()
    elsewhere, _ = people.send(**SOUTH_WEST)
    with people.sitting("Odile") as by:
        with CaptureQueriesContext(connection) as seen:
            assert [verb.find(ref, by=by, at=people.at).report.id for _ in range(2)] == [ref, ref]
        assert {
            query["sql"].endswith('FOR UPDATE OF "reports_report"') for query in seen.captured_queries
        } == {True}
        with pytest.raises(NotHere):
            verb.find(elsewhere, by=by, at=people.at)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(connections["default"], "in_atomic_block", False)
            with pytest.raises(TransactionManagementError):
                verb.find(ref, by=by, at=people.at)
