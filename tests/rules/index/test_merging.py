"""Tests for merging the segments of a sealed index."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

import pytest

from heedline.index import Clause, Document, Query, SealedIndex
from heedline.index.paging import BODY, SealedPage
from tests.rules.index.memory_store import MemoryStore
from tests.rules.index.test_sealed_index import KEYS, document, fill


class _CountingStore(MemoryStore):
    """A page store that notes how many pages each `write` stores."""

    def __init__(self) -> None:
        super().__init__()
        self.written: list[int] = []

    def write(self, pages: Mapping[int, SealedPage], size: int) -> None:
        self.written.append(len(pages))
        super().write(pages, size)


def _batch(number: int) -> list[Document]:
    words = [f"w{number}x{n}" for n in range(400)]
    return [Document(UUID(int=number * 10 + n), [words], {f"{word}{n}" for word in words}) for n in range(5)]


def test_while_much_is_added_merging_writes_fewer_pages_and_is_made_up_for_later() -> None:
    merged, opened = {True: 0, False: 0}, {}
    for busy in merged:
        store = _CountingStore()
        for number in range(20):
            with SealedIndex(store, KEYS, writable=True) as index:
                index.busy = busy
                index.add(_batch(number))
                index.save()
                store.written.clear()
                index.merge()
                index.save()
                merged[busy] += sum(store.written)
        more = True
        while more:
            with SealedIndex(store, KEYS, writable=True) as index:
                more = index.merge()
                index.save()
        with SealedIndex(store, KEYS) as index:
            assert len(index.search(Query([Clause(phrases=[["w7x3"]])]), most=10)) == 5
            opened[busy] = index.opened
    assert merged[True] < 0.7 * merged[False]
    assert opened[True] <= 1.5 * opened[False], "a search reads about as few pages afterwards"


@pytest.mark.thorough
def test_no_step_of_adding_or_merging_stores_more_pages_than_it_may() -> None:
    step, store = 20, _CountingStore()
    added = []
    for number in range(40):
        with SealedIndex(store, KEYS, writable=True) as index:
            index.add(_batch(number))
            added.append(index.save())
            store.written.clear()
            index.merge(step)
            index.save()
        # two tables, and FTS5's own tables beside them
        assert sum(store.written) <= 3 * step
    assert max(added) <= 3 * min(added), "adding merges nothing: it costs the same however much there is"
    steps, more = 0, True
    while more:
        with SealedIndex(store, KEYS, writable=True) as index:
            store.written.clear()
            more = index.merge(step)
            index.save()
        steps += 1
        assert sum(store.written) <= 3 * step
        assert steps < 500, "it comes to an end"
    with SealedIndex(store, KEYS) as index:
        assert len(index.search(Query([Clause(phrases=[["w7x3"]])]), most=10)) == 5
        assert index.opened < 30, "and a search reads few pages"


def test_scattered_keys_are_gathered_in_bounded_steps_and_then_lie_on_fewer_pages() -> None:
    step, store, wanted = 20, _CountingStore(), [f"k7-{n}" for n in range(30)]
    for first, number in ((0, 240), (240, 120), (360, 60)):
        made = range(first, first + number)
        keys = [" ".join(["all", *(f"k{one}-{n}" for n in range(30))]) for one in made]
        fill(
            store, *(document("a", report=UUID(int=one), keys=of) for one, of in zip(made, keys, strict=True))
        )

    def seen() -> tuple[dict[str, list[UUID]], int]:
        with SealedIndex(store, KEYS) as index:
            return index.seen(["all", *wanted], most=500), index.opened

    before, steps = seen(), 0
    gathered = False
    while not gathered:
        with SealedIndex(store, KEYS, writable=True) as index:
            store.written.clear()
            more = index.merge(step)
            if not more and index.has_scattered_keys():
                index.gather_keys(step)
            gathered = not more and not index.has_scattered_keys()
            index.save()
        steps += 1
        assert sum(store.written) <= 2 * step
        assert seen()[0] == before[0], "nothing is lost on the way"
        assert steps < 50, "it comes to an end"
    assert steps > 2
    with SealedIndex(store, KEYS, writable=True) as index:
        assert len(index._segments("keys")) == 1
        index.check()
    assert seen()[1] < before[1]
    fill(store, document("a", keys="all"))
    with SealedIndex(store, KEYS) as index:
        assert not index.has_scattered_keys(), "one report is not worth writing all keys anew"


@pytest.mark.thorough
def test_an_index_fills_its_pages() -> None:
    store = MemoryStore()
    fill(store, *(one for number in range(20) for one in _batch(number)))
    with SealedIndex(store, KEYS) as index:
        stored = sum(
            index._one(f"SELECT sum(length(block)) FROM {table}_data") for table in ("words", "forms")
        )
    assert stored > 0.8 * BODY * store.size(), "FTS5's pages fit SQLite's: two of them fill one"
