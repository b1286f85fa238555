"""Tests that the pages of a look-up are fetched together, and that an unexpected page changes no result."""

from __future__ import annotations

import random
from uuid import UUID

import apsw
import pytest

from heedline.index import Clause, Document, Query, SealedIndex, lookahead, new_keys
from heedline.index.paging import BODY, PageFile
from tests.rules.index.memory_store import MemoryStore

KEYS = new_keys()
BATCHES, BATCH, WORDS = 12, 30, 120


def text_of(number: int) -> list[str]:
    chance = random.Random(number)
    return [f"w{chance.randrange(20_000)}" for _ in range(WORDS)]


def keys_of(number: int) -> list[str]:
    return [f"k{number // 2}", *(f"k{number}-{one}" for one in range(30))]


@pytest.fixture(scope="module")
def filled() -> MemoryStore:
    store = MemoryStore()
    for first in range(0, BATCHES * BATCH, BATCH):
        with SealedIndex(store, KEYS, writable=True) as index:
            index.add(
                Document(UUID(int=number), [text_of(number)], text_of(number), keys_of(number))
                for number in range(first, first + BATCH)
            )
            index.save()
            index.merge()
            index.save()
    return store


def test_many_keys_are_looked_up_with_few_fetches(filled: MemoryStore) -> None:
    wanted = [key for number in range(0, BATCHES * BATCH, 40) for key in keys_of(number)]
    filled.reads = 0
    with SealedIndex(filled, KEYS) as index:
        found = index.seen(wanted, most=9)
        opened = index.opened
    assert len(found) == len(wanted)
    assert found["k20"] == [UUID(int=41), UUID(int=40)]
    assert filled.reads < opened / 2, "one by one, each page would be fetched by itself"


def test_keys_are_looked_up_in_four_fetches(filled: MemoryStore) -> None:
    filled.reads = 0
    with SealedIndex(filled, KEYS) as index:
        assert index.rows_of(keys_of(333), [UUID(int=333)], most=9).by_report
        assert filled.reads <= 4, "the first page, what is below the roots, and the lists"


def test_words_are_looked_up_with_few_fetches(filled: MemoryStore) -> None:
    words = text_of(333)[:12]
    filled.reads = 0
    with SealedIndex(filled, KEYS) as index:
        hits = index.search(Query([Clause([[word]]) for word in words]), most=9)
        opened = index.opened
    assert [hit.report for hit in hits] == [UUID(int=333)]
    assert filled.reads < opened / 2


def test_reports_that_are_expected_are_looked_up_with_few_fetches(filled: MemoryStore) -> None:
    known = [UUID(int=number) for number in range(0, BATCHES * BATCH, 40)]
    new = [UUID(int=number) for number in range(BATCHES * BATCH, BATCHES * BATCH + 20)]
    filled.reads = 0
    with SealedIndex(filled, KEYS, writable=True) as index:
        index.expect([*known, *new])
        assert [index.has(report) for report in [*known, *new]] == [True] * len(known) + [False] * len(new)
        assert filled.reads < index.opened / 2


def test_an_index_in_which_nothing_is_written_yet_has_nothing() -> None:
    with SealedIndex(MemoryStore(), KEYS, writable=True) as index:
        assert not index.rows_of(["k1"], [UUID(int=1)], most=9).by_key
        assert not index.search(Query([Clause([["w1"]])]), most=9)
        index.add([Document(UUID(int=1), [["w1"]], (), ["k1"])])
        assert index.seen(["k1"], most=9) == {"k1": [UUID(int=1)]}


def test_segments_are_read_as_sqlite_writes_them(filled: MemoryStore) -> None:
    with SealedIndex(filled, KEYS) as index:
        for table in ("words", "forms", "keys"):
            [(structure,)] = index._sql.execute(f"SELECT block FROM {table}_data WHERE id = 10").fetchall()
            found = {one.number for one in lookahead.segments_of(structure)}
            there = {number for (number,) in index._sql.execute(f"SELECT segid FROM {table}_idx")}
            assert there <= found
            assert len(found) > 1


@pytest.mark.parametrize(
    "body", [bytes(BODY), b"\xff" * BODY, b"\x05" + b"\xff" * (BODY - 1), b"\x02" * BODY]
)
def test_a_page_that_is_no_page_of_a_tree_is_passed_over(body: bytes) -> None:
    store = MemoryStore()
    file = PageFile(store, KEYS, writable=True)
    for number in range(3):
        file.xWrite(body + bytes(128), number * 8192)
    file.flush()
    lookahead.rows_ahead(file, 2, [1, 2, 3])
    sql = apsw.Connection(":memory:")
    roots = {"words_idx": 2, "words_data": 3}
    assert lookahead.ahead(file, sql, roots, [lookahead.Segment(1, 1, 9)], "words", [b"abc"]) == {}
    assert lookahead.segments_of(body) == [] or body[:1] == b"\x02"
