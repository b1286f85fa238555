"""Batches of an index: how long one lasts, and the pages that the process keeps between two."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from itertools import count
from types import SimpleNamespace
from typing import Any

import pytest
from django.db.models import Q

from heedline.casework.search import desk_index, indexing, page_store
from heedline.index.paging import SealedPage
from heedline.reports.models import SearchIndex, SearchPage
from heedline.reports.stored import parts_of, parts_of_sorts
from tests.support.scene_people import People, quarter_hour_over
from tests.support.search_scene import found, indexed

pytestmark = pytest.mark.django_db
Committing = Callable[..., AbstractContextManager[Any]]


def _clocks(monkeypatch: pytest.MonkeyPatch, *, cpu: float, wall: float) -> None:
    """Let each look at a clock find it this much later."""
    each, both = count(), count()
    monkeypatch.setattr(
        indexing,
        "time",
        SimpleNamespace(thread_time=lambda: next(each) * cpu, monotonic=lambda: next(both) * wall),
    )


@pytest.mark.parametrize(
    ("cpu", "wall", "first"),
    [(0.0, 0.5, 9), (0.5, 0.0, 3), (0.0, 1.5, 3)],
    ids=["waiting is not counted", "processor time is", "but not for ever"],
)
def test_a_batch_ends_by_the_time_that_it_computes(
    people: People, monkeypatch: pytest.MonkeyPatch, cpu: float, wall: float, first: int
) -> None:
    indexed(people)
    for _ in range(10):
        people.send()
    quarter_hour_over(people.at)
    monkeypatch.setattr(indexing, "SECONDS", 1.0)
    monkeypatch.setattr(indexing, "LAST_SECONDS", 1.0)
    _clocks(monkeypatch, cpu=cpu, wall=wall)
    with people.sitting("Odile") as here:
        assert indexing.index_batch(here.desk_ids[0], by=here, at=people.at) == first


def test_parts_are_read_alike_one_by_one_and_for_a_batch(people: People) -> None:
    refs = [people.send()[0] for _ in range(3)]
    sorts = ["report", "note"]
    with people.sitting("Odile"):
        one_by_one = parts_of(refs, Q(part__in=sorts))
        for_a_batch = parts_of_sorts(refs, sorts)
    assert {one.report for one in for_a_batch} == set(refs)
    assert sorted(for_a_batch, key=repr) == sorted(one_by_one, key=repr)


def _kept() -> tuple[dict[int, SealedPage], dict[int, SealedPage]]:
    """Return the pages that this process keeps, and those in the database."""
    row = SearchIndex.objects.get(desk__code="north-east")
    stored = {
        one.number: SealedPage(one.generation, bytes(one.sealed))
        for one in SearchPage.objects.filter(index=row)
    }
    return page_store.kept.at(row.id, row.version), stored


def test_a_batch_keeps_its_pages_for_the_next(
    people: People, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Committing
) -> None:
    people.send(narrative="quillon")
    with django_capture_on_commit_callbacks(execute=True):
        indexed(people)
    kept, stored = _kept()
    assert kept == stored != {}
    second, _ = people.send(narrative="marzipan")
    fetched: list[list[int]] = []
    with monkeypatch.context() as patched:
        patched.setattr(page_store.StoredPages, "fetch", lambda _, numbers: fetched.append(numbers) or {})
        indexed(people)
    assert fetched == []
    assert found(people, "marzipan") == [second]


def test_pages_sealed_anew_by_a_purge_are_not_kept_as_they_were(
    people: People, django_capture_on_commit_callbacks: Committing
) -> None:
    people.send(narrative="quillon")
    with django_capture_on_commit_callbacks(execute=True):
        indexed(people)
    desk = people.house.desks["north-east"].id
    SearchIndex.objects.filter(desk_id=desk).update(
        purge="due", purge_by=people.at.date() + timedelta(days=desk_index.DAYS)
    )
    with people.sitting("Odile") as here:
        for _ in range(20):
            with django_capture_on_commit_callbacks(execute=True):
                more = desk_index.purge_step(desk, by=here, at=people.at + timedelta(days=1))
            kept, stored = _kept()
            assert kept.items() <= stored.items()
            if not more:
                break
    assert {one.generation for one in stored.values()} == {2}


def test_what_is_rolled_back_is_not_kept(people: People) -> None:
    people.send(narrative="quillon")
    page_store.kept = page_store.KeptPages()
    indexed(people)
    kept, stored = _kept()
    assert (kept, bool(stored)) == ({}, True), "nothing was committed"
