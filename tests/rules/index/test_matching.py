"""Tests that a search finds what reading every text would find, in whichever way the index looks for it."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date
from uuid import UUID

import pytest

from heedline.index import Clause, Document, Query, SealedIndex, lookahead, matching, new_keys
from heedline.index.extraction.written_dates import spellings
from heedline.index.matching import TokenClause, TokenPhrase
from heedline.packs import load_pack
from tests.rules.index.memory_store import MemoryStore

KEYS = new_keys()
COMMON, OTHERS = ["the", "a", "of", "and"], [f"w{number}" for number in range(200)]
BATCHES, BATCH = 12, 20


def text(chance: random.Random) -> list[str]:
    return [chance.choice(COMMON if chance.random() < 0.5 else OTHERS) for _ in range(25)]


class Filled:
    """An index of some segments with these common words, and the texts in it."""

    def __init__(self, common: Sequence[str]) -> None:
        self.store = MemoryStore()
        self.texts: dict[UUID, list[list[str]]] = {}
        chance = random.Random(1)
        for _ in range(BATCHES):
            with SealedIndex(self.store, KEYS, writable=True, common=common) as index:
                for _ in range(BATCH):
                    report = UUID(int=1 + len(self.texts))
                    self.texts[report] = [text(chance), text(chance)]
                    keys = [f"k{report.int % 7}"]
                    index.add([Document(report, self.texts[report], {"f"} if report.int % 3 else (), keys)])
                index.save()
                index.merge()
                index.save()

    def read(self, clauses: Sequence[Clause]) -> list[UUID]:
        return [report for report in reversed(self.texts) if all(self._has(report, one) for one in clauses)]

    def _has(self, report: UUID, clause: Clause) -> bool:
        return (
            any(self._says(report, list(phrase)) for phrase in clause.phrases)
            or ("f" in clause.forms and bool(report.int % 3))
            or f"k{report.int % 7}" in clause.keys
        )

    def _says(self, report: UUID, phrase: list[str]) -> bool:
        size = len(phrase)
        return any(
            words[at : at + size] == phrase for words in self.texts[report] for at in range(len(words))
        )


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(COMMON, id="common words"),
        pytest.param([], id="none", marks=pytest.mark.thorough),
    ],
)
def filled(request: pytest.FixtureRequest) -> Filled:
    return Filled(request.param)


def clause(chance: random.Random) -> Clause:
    kind = chance.random()
    if kind < 0.1:
        return Clause(keys=[f"k{chance.randrange(9)}"])
    phrases = [
        [chance.choice(COMMON if chance.random() < 0.7 else OTHERS) for _ in range(chance.randrange(1, 6))]
        for _ in range(chance.choice([1, 1, 2, 8]))
    ]
    return Clause(phrases, ["f"] if kind < 0.2 else [])


@pytest.mark.parametrize("few", [0, 5, 1000])
def test_a_search_finds_what_the_texts_say(filled: Filled, few: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """With few rows looked at one by one, with all of them, and with none."""
    monkeypatch.setattr(matching, "FEW", few)
    chance = random.Random(few)
    with SealedIndex(filled.store, KEYS) as index:
        for _ in range(120):
            clauses = [clause(chance) for _ in range(chance.randrange(1, 4))]
            most = chance.choice([3, 5000])
            found = [hit.report for hit in index.search(Query(clauses), most=most)]
            assert found == filled.read(clauses)[:most], clauses


def test_a_phrase_of_common_words_reads_none_of_their_lists() -> None:
    read: dict[bool, int] = {}
    for known in (True, False):
        store = MemoryStore()
        with SealedIndex(store, KEYS, writable=True, common=["a", "b"] if known else []) as index:
            index.add(Document(UUID(int=n), [["a", "x", "b", "x"] * 300]) for n in range(1, 80))
            index.add([Document(UUID(int=80), [["x", "a", "b", "x"]])])
            index.save()
        with SealedIndex(store, KEYS) as index:
            hits = index.search(Query([Clause([["a", "b"]])]), most=5000)
            assert [hit.report.int for hit in hits] == [80]
            read[known] = index.opened
    assert read[True] < 0.7 * read[False]


def test_lists_that_are_read_whole_are_fetched_together() -> None:
    store = MemoryStore()
    with SealedIndex(store, KEYS, writable=True) as index:
        index.add(Document(UUID(int=n), [["x", "x", "y"] * 400]) for n in range(300))
        index.save()
    store.reads = 0
    with SealedIndex(store, KEYS) as index:
        assert index.search(Query([Clause([["y", "y"]])]), most=9) == []
        assert store.reads < index.opened / 2, "the trees above them are read one by one"


def test_words_are_found_without_reading_positions(filled: Filled) -> None:
    with SealedIndex(filled.store, KEYS) as index:
        asked: list[str] = []
        index._sql.exec_trace = lambda _, statement, __: not asked.append(statement)
        found = index.search(Query([Clause([["of"]]), Clause([["w7"]], ["f"])]), most=5000)
        assert found
        assert not any("FROM words " in statement for statement in asked)


def test_a_list_that_ways_to_write_a_date_share_is_read_once() -> None:
    """FTS5 reads a list once for each time that a query names its token. That of a year is long."""
    births = load_pack("uk").matching.birth
    written = [[word.encode() for word in words] for words in spellings(date(2025, 7, 14), births)]
    needed = TokenClause([TokenPhrase(words, words) for words in written]).needed
    assert len(written) > 20
    assert needed.count(b'"2025"') == 1
    assert needed.count(b'"14"') <= 3


def test_a_clause_without_conditions_matches_nothing(filled: Filled) -> None:
    with SealedIndex(filled.store, KEYS) as index:
        assert index.search(Query([Clause()]), most=5) == []
        assert index.search(Query([Clause([["of"]]), Clause()]), most=5) == []


def test_the_pages_of_a_long_list_are_known_by_their_first_documents() -> None:
    """A row says: the first page, its first document, and how much higher that of each page is (0: it begins none)."""
    one = lookahead.TokenList(1, 7, 11, indexed=True)
    base = 1 << 37
    row = bytes([0, 7, 100, 20, 0, 30])
    assert lookahead.pages_of([(one, [row])], [99]) == set()
    assert lookahead.pages_of([(one, [row])], [100, 119]) == {base + 7}
    assert lookahead.pages_of([(one, [row])], [120, 149, 500]) == {base + 8, base + 10}
    short = lookahead.TokenList(1, 7, 8, indexed=False)
    assert lookahead.pages_of([(short, [])], [1]) == {base + 7, base + 8}
