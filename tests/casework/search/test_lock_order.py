"""Tests that disposal, indexing and comparing never wait for each other in a circle, on two connections."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from time import monotonic
from typing import Any

import pytest
from django.db import connection, transaction

from heedline.casework.linking import matching
from heedline.casework.retention import keeping
from heedline.casework.search import desk_index
from heedline.dispatch import clockwork
from heedline.reports.models import Report, SealedValues, SearchIndex, SearchPage
from tests.laws.committed import committed_house, superuser
from tests.support.acting import acting
from tests.support.cast import now
from tests.support.keeping_scene import proposed, with_leads
from tests.support.linking_scene import BOY, compared
from tests.support.scene_people import SOUTH_WEST, People, quarter_hour_over
from tests.support.search_scene import indexed

#: Seconds after which the other connection must be done, or wait for this one.
LONGEST = 30.0
_WAITS = "SELECT 1 FROM pg_locks WHERE NOT granted"


@pytest.fixture
def people(django_db_blocker: Any) -> Iterator[People]:
    with committed_house(django_db_blocker) as house:
        yield People(house, now())


@pytest.fixture
def beside() -> Iterator[Callable[[Callable[[], Any]], Future[Any]]]:
    """Run an act on a connection of its own, until it is done or waits for a lock."""

    def run(act: Callable[[], Any]) -> Any:
        try:
            return act()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool, superuser() as watching:

        def start(act: Callable[[], Any]) -> Future[Any]:
            begun, ends = pool.submit(run, act), monotonic() + LONGEST
            while not wait([begun], 0.02).done and not watching.execute(_WAITS).fetchone():
                assert monotonic() < ends
            return begun

        yield start


def test_a_report_is_disposed_of_while_the_linking_desk_compares(
    people: People,
    beside: Callable[[Callable[[], Any]], Future[Any]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The batch marks other reports as compared again, and the disposed report's values leave its index."""
    with_leads(people)
    ref, disposal = proposed(people, narrative=BOY[0])
    Report.objects.update(watch=None)  # else the disposal waits for the same index before it holds anything
    assert compared(people, "Odile") == 1
    assert SealedValues.objects.filter(report=ref, indexed=True).exists()
    people.send(narrative=BOY[1], **SOUTH_WEST)
    indexed(people, "Otto")

    def dispose() -> bool:
        with people.sitting("Olga") as olga:
            return keeping.decide(disposal, dispose=True, by=olga, at=people.at)

    begun: list[Future[bool]] = []
    through = matching._Work.through

    def then_dispose(work: Any, rows: Any, do: Any) -> Any:
        done = through(work, rows, do)
        if done and not begun:
            begun.append(beside(dispose))
        return done

    monkeypatch.setattr(matching._Work, "through", then_dispose)
    assert compared(people) == 1
    assert begun[0].result(LONGEST) is True
    assert not Report.objects.filter(pk=ref).exists()
    assert SealedValues.objects.count() == 1


def test_what_waits_for_a_new_index_is_locked_in_the_order_of_the_reports(
    people: People, beside: Callable[[Callable[[], Any]], Future[Any]]
) -> None:
    """Whoever makes two reports wait at once takes them in this order, so that neither session waits for the other."""
    for _ in range(8):
        people.send(narrative="quillon")
    quarter_hour_over(people.at)
    desk = people.house.desks["north-east"].id
    SearchIndex.objects.filter(desk=desk).delete()

    def begin() -> bool:
        with people.sitting("Odile"), transaction.atomic():
            with (
                connection.cursor() as cursor
            ):  # as a year's reports are read, in the order in which they are stored
                cursor.execute("SET LOCAL enable_mergejoin = off; SET LOCAL enable_indexscan = off")
            return desk_index.begin(desk, on=people.at.date())

    with superuser() as other, other.transaction():  # stored in another order than that of the reports
        for (ref,) in other.execute("SELECT id FROM reports_report ORDER BY id DESC").fetchall():
            other.execute("UPDATE reports_report SET stage = stage WHERE id = %s", [ref])
            other.execute("UPDATE reports_receipt SET touched = touched WHERE report_id = %s", [ref])
    with superuser() as other, other.transaction():
        first = other.execute(
            "SELECT report FROM reports_search_waiting WHERE desk_id = %s ORDER BY report LIMIT 1 FOR UPDATE",
            [desk],
        ).fetchone()
        assert first is not None
        begun = beside(begin)
        assert not begun.done()
        free = other.execute(
            "SELECT report FROM reports_search_waiting WHERE desk_id = %s AND report <> %s FOR UPDATE SKIP LOCKED",
            [desk, first[0]],
        ).fetchall()
    assert len(free) == 7
    assert begun.result(LONGEST) is True


def forget(people: People) -> None:
    with people.sitting("Odile"), transaction.atomic():
        desk_index.forget(people.house.desks["north-east"].id)


def end(people: People) -> None:
    with acting("worker"):
        clockwork.end_searches()


@pytest.mark.parametrize("remove", [forget, end])
def test_an_index_goes_once_its_batch_is_over(
    people: People, beside: Callable[[Callable[[], Any]], Future[Any]], remove: Callable[[People], None]
) -> None:
    """A batch holds the row of the index, then writes pages: whoever deletes an index takes both in that order."""
    people.send(narrative="quillon")
    indexed(people)
    SearchIndex.objects.update(purge="due", purge_by=people.at.date())
    with people.sitting("Odile") as here, transaction.atomic():
        desk = people.house.desks["north-east"].id
        with desk_index.writing(desk, here.keys()) as opened:
            assert opened is not None
            begun = beside(lambda: remove(people))
            assert not begun.done()
            for page in SearchPage.objects.filter(index=opened[0]):
                page.save()
    begun.result(LONGEST)
    assert not SearchIndex.objects.filter(desk=desk).exists()
    assert not SearchPage.objects.exists()
