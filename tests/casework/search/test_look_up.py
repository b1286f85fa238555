"""Tests for which earlier reports are compared with an opened one, with the indexes of two desks in memory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest

from heedline.casework.search import desk_index, index_rows, seen_before
from heedline.casework.search.seen_before import MOST_COMPARED, LikelyReports
from heedline.index import Damaged, Document, SealedIndex, new_keys
from tests.rules.index.memory_store import MemoryStore

KEYS = new_keys()
OPENED = 1


class Desks:
    """The indexes of two desks, in the order in which they are read."""

    def __init__(self) -> None:
        self.stores = [MemoryStore(b"test/1"), MemoryStore(b"test/2")]
        self.new: list[list[Document]] = [[], []]

    def add(self, desk: int, number: int, *keys: str) -> None:
        self.new[desk].append(Document(UUID(int=number), (), (), keys))

    def save(self) -> None:
        for store, documents in zip(self.stores, self.new, strict=True):
            with SealedIndex(store, KEYS, writable=True) as index:
                index.add(documents)
                index.save()
            documents.clear()

    def fetched(self, _: object, report: UUID) -> list[SimpleNamespace]:
        assert report == UUID(int=OPENED)
        counts = {"reports": 10, "n_others": 1, "n_unsearched": 2}
        return [SimpleNamespace(epoch=1, store=one, **counts) for one in self.stores]

    @contextmanager
    def reading(self, row: Any, _: object) -> Iterator[SealedIndex]:
        with SealedIndex(row.store, KEYS) as index:
            yield index

    def look_up(self, *keys: str, decided: Sequence[int] = ()) -> LikelyReports:
        if any(self.new):
            self.save()
        ring: Any = SimpleNamespace(seeds={1: b""})
        by: Any = SimpleNamespace(desk_ids=[])
        return seen_before.look_up(
            keys, UUID(int=OPENED), [UUID(int=one) for one in decided], by=by, ring=ring
        )


@pytest.fixture
def desks(monkeypatch: pytest.MonkeyPatch) -> Desks:
    made = Desks()
    monkeypatch.setattr(index_rows, "compared", lambda: made)
    monkeypatch.setattr(desk_index, "reading", made.reading)
    made.add(0, OPENED, "phone:1", "car:1")
    return made


def refs(found: LikelyReports) -> list[int]:
    return [ref.int for ref in found.refs]


def test_those_that_share_most_come_first_from_whichever_desk(desks: Desks) -> None:
    desks.add(0, 2, "name:a")
    desks.add(1, 3, "phone:1", "car:1")
    desks.add(0, 4, "phone:1")
    desks.add(1, 5, "other:1")
    found = desks.look_up("phone:1", "car:1", "name:a")
    assert (refs(found), found.more, found.reports, found.unsearched) == ([3, 4, 2], 0, 18, 4)


def test_those_decided_about_come_before_all_others_even_from_no_index(desks: Desks) -> None:
    desks.add(0, 2, "phone:1", "car:1")
    desks.add(1, 3, "name:a")
    found = desks.look_up("phone:1", "car:1", "name:a", decided=[9, 3])
    assert refs(found) == [3, 9, 2]


def test_a_value_of_many_is_counted_over_all_desks_and_proposes_nobody(desks: Desks) -> None:
    for number in range(2, 14):
        desks.add(number % 2, number, "phone:1")
    desks.add(0, 20, "phone:1", "car:1")
    found = desks.look_up("phone:1", "car:1")
    assert found.shared == {"phone:1": 13}, "without the opened report"
    assert refs(found) == [20]


def test_a_report_that_is_in_two_indexes_is_compared_once(desks: Desks) -> None:
    for desk in (0, 1):
        desks.add(desk, 2, "phone:1")
        desks.add(desk, OPENED, "phone:1")
    assert refs(desks.look_up("phone:1")) == [2]


def test_reports_in_two_indexes_leave_no_others_to_be_compared(desks: Desks) -> None:
    """Otherwise the page would lead on to further reports for ever, and show none."""
    for number in range(2, 10):
        for desk in (0, 1):
            desks.add(desk, number, f"name:{number}")
    found = desks.look_up(*(f"name:{number}" for number in range(2, 10)))
    assert (len(found.refs), found.more) == (8, 0)


def test_only_reports_to_be_compared_are_read_from_the_index(
    desks: Desks, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, read = SealedIndex.reports_at, list[int]()

    def counted(index: SealedIndex, rows: Any) -> dict[int, UUID]:
        read.extend(rows)
        return asked(index, rows)

    monkeypatch.setattr(SealedIndex, "reports_at", counted)
    for number in range(2, 2 + 40):
        desks.add(number % 2, number, "phone:1", f"name:{number % 8}")
    found = desks.look_up("phone:1", *(f"name:{one}" for one in range(8)))
    assert (len(found.refs), found.more) == (MOST_COMPARED, 40 - MOST_COMPARED)
    assert len(read) == MOST_COMPARED


def test_an_index_with_a_damaged_page_hides_no_report_of_another(desks: Desks) -> None:
    desks.add(0, 2, "phone:1")
    desks.add(1, 3, "phone:1")
    desks.save()
    desks.stores[0].pages[0] = desks.stores[0].pages[1]
    found = desks.look_up("phone:1")
    assert (refs(found), found.reports) == ([3], 9)


def test_a_page_damaged_where_reports_are_named_hides_no_report_of_another_desk(
    desks: Desks, monkeypatch: pytest.MonkeyPatch
) -> None:
    desks.add(0, 2, "phone:1")
    desks.add(1, 3, "phone:1")
    asked = SealedIndex.reports_at

    def damaged(index: SealedIndex, rows: Any) -> dict[int, UUID]:
        if index._store is desks.stores[0]:
            raise Damaged
        return asked(index, rows)

    monkeypatch.setattr(SealedIndex, "reports_at", damaged)
    assert refs(desks.look_up("phone:1")) == [3]


def test_keys_are_gathered_only_while_the_index_is_idle() -> None:
    store, desk = MemoryStore(), UUID(int=1)

    def segments(*, idle: bool) -> int:
        with SealedIndex(store, KEYS, writable=True) as index:
            desk_index.merge_step(desk, index, idle=idle)
            return len(index._segments("keys"))

    for first, number in ((0, 300), (300, 100)):
        with SealedIndex(store, KEYS, writable=True) as index:
            made = range(first, first + number)
            index.add(Document(UUID(int=one), (), (), [f"{one}-{n}" for n in range(30)]) for one in made)
            index.save()
    with SealedIndex(store, KEYS, writable=True) as index:
        while index.merge():
            pass
        index.save()
    with SealedIndex(store, KEYS, writable=True) as index:
        index.add(
            Document(UUID(int=one), (), (), [f"{one}-{n}" for n in range(30)]) for one in range(400, 500)
        )
        index.save()
    assert segments(idle=False) == segments(idle=False) == 2
    assert desk in desk_index.unmerged, "an idle process has something to do"
    while desk in desk_index.unmerged:
        left = segments(idle=True)
    assert left == 1
