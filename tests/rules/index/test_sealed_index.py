"""Tests for the sealed index: what it finds and forgets, and that its pages reveal no word without the key."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from uuid import UUID, uuid4

import apsw
import pytest

from heedline.index import Clause, Damaged, Document, Query, SealedIndex, new_keys
from heedline.index.keys import IndexKeys
from heedline.index.paging import BODY, PAGE, PageFile, SealedPage
from heedline.vault.tokens import TokenKey
from tests.rules.index.memory_store import MemoryStore
from tests.support.alteration import altered

KEYS = new_keys()


def document(text: str, *, report: UUID | None = None, forms: str = "", keys: str = "") -> Document:
    texts = [part.split() for part in text.split("|")]
    return Document(report or uuid4(), texts, forms.split(), keys.split())


def fill(store: MemoryStore, *documents: Document, keys: IndexKeys = KEYS) -> None:
    with SealedIndex(store, keys, writable=True) as index:
        index.add(documents)
        index.save()


def find(store: MemoryStore, *phrases: str, forms: str = "", keys: IndexKeys = KEYS) -> list[UUID]:
    query = Query(
        [
            *(Clause(phrases=[one.split() for one in either.split("|")]) for either in phrases),
            *(Clause(forms=one.split("/")) for one in forms.split()),
        ]
    )
    with SealedIndex(store, keys) as index:
        return [hit.report for hit in index.search(query, most=100)]


def test_words_phrases_and_forms_are_found_and_the_last_report_comes_first() -> None:
    store, bridge = MemoryStore(), document("a man filmed the bridge | the man left", forms="brid phone")
    tower = document("a woman filmed the tower", forms="towe")
    fill(store, bridge, tower)
    assert find(store, "filmed") == [tower.report, bridge.report]
    assert find(store, "filmed the bridge") == [bridge.report]
    assert find(store, "bridge", "man") == [bridge.report]
    assert find(store, "bridge the") == [], "no phrase reaches from one text into the next"
    assert find(store, forms="brid/towe") == [tower.report, bridge.report]
    assert find(store, "man", forms="brid") == [bridge.report]
    assert find(store, "woman", forms="brid") == []
    assert find(store, "bridge | the tower") == [tower.report, bridge.report]
    assert find(store) == []


def test_a_word_or_one_of_its_forms_is_enough() -> None:
    store, one, two, other = (
        MemoryStore(),
        document("ab12cde"),
        document("ab12 cde", forms="ab12cde"),
        document("x"),
    )
    fill(store, one, two, other)
    with SealedIndex(store, KEYS) as index:
        for forms in (["ab12cde"], ["ab12cde", "nobody"]):
            query = Query([Clause([["ab12cde"]], forms)])
            assert [hit.report for hit in index.search(query, most=9)] == [two.report, one.report]
        query = Query([Clause([["ab12cde"]], ["ab12cde"]), Clause([["cde"]])])
        assert [hit.report for hit in index.search(query, most=9)] == [two.report]
        assert [hit.report for hit in index.search(Query([Clause([["x"]], ["nobody"])]), most=9)] == [
            other.report
        ]


def test_a_key_is_found_with_the_reports_that_have_it() -> None:
    store, one, two = MemoryStore(), document("x", keys="phone:1 car:2"), document("y", keys="phone:1")
    fill(store, one, two)
    with SealedIndex(store, KEYS) as index:
        assert index.seen(["phone:1", "car:2", "car:3"], most=10) == {
            "phone:1": [two.report, one.report],
            "car:2": [one.report],
        }
        assert index.seen(["phone:1"], most=1) == {"phone:1": [two.report]}
        assert index.search(Query([Clause(forms=["phone:1"])]), most=9) == [], "a key is not a form"


def test_reports_of_several_keys_come_in_the_order_of_the_keys() -> None:
    store = MemoryStore()
    low, high, later, both = (
        document("x", keys=keys) for keys in ("rank:1", "rank:9", "rank:9", "rank:1 rank:9 rank:0")
    )
    fill(store, low, high, later, both)
    asked = ["rank:9", "rank:5", "rank:1", "rank:0"]
    with SealedIndex(store, KEYS) as index:
        assert index.first_of(asked, most=9) == [one.report for one in (both, later, high, low)]
        assert index.first_of(asked, most=2) == [both.report, later.report]
        assert index.first_of([], most=2) == []


def test_a_report_that_is_added_again_is_replaced() -> None:
    store, report = MemoryStore(), uuid4()
    fill(store, document("first words", report=report))
    fill(store, document("other words", report=report))
    assert find(store, "first") == []
    assert find(store, "other") == [report]
    with SealedIndex(store, KEYS) as index:
        assert index.count() == 1


def test_a_dropped_report_is_found_no_more() -> None:
    store, one, two = MemoryStore(), document("red car", keys="car:2"), document("red van")
    fill(store, one, two)
    with SealedIndex(store, KEYS, writable=True) as index:
        assert index.drop(one.report)
        assert not index.drop(uuid4())
        index.save()
    assert find(store, "red") == [two.report]
    with SealedIndex(store, KEYS) as index:
        assert index.seen(["car:2"], most=9) == {}
        assert not index.has(one.report)


def test_what_is_not_saved_has_not_happened() -> None:
    store = MemoryStore()
    fill(store, document("red car"))
    before = dict(store.pages)
    with SealedIndex(store, KEYS, writable=True) as index:
        index.add([document("blue van")])
    assert store.pages == before
    assert find(store, "blue") == []


def test_a_purge_leaves_nothing_of_a_report_dropped_while_keys_are_gathered() -> None:
    """A merge under way may have copied the report before it was dropped."""
    store = MemoryStore()
    for first, number in ((0, 240), (240, 120)):
        made = range(first, first + number)
        keys = [" ".join(f"k{one}-{n}" for n in range(30)) for one in made]
        fill(
            store, *(document("a", report=UUID(int=one), keys=of) for one, of in zip(made, keys, strict=True))
        )
    with SealedIndex(store, KEYS, writable=True) as index:
        index.gather_keys(8)
        index.save()
        gone = {index._keys[f"k{one}-3"][-6:]: one for one in range(0, 360, 30)}
        for one in gone.values():
            index.drop(UUID(int=one))
        index.save()
    first, done, steps = True, False, 0
    while not done:
        with SealedIndex(store, KEYS, writable=True) as index:
            done = index.purge(16, first=first)
            index.save()
        first, steps = False, steps + 1
        assert steps < 100, "it comes to an end"
    with SealedIndex(store, KEYS, writable=True) as index:
        store.pages |= index.rekey(store.pages)
    with SealedIndex(store, KEYS, writable=True) as index:
        index.check()
        everything = b"".join(index._file.body(number) for number in store.pages)
    assert [one for token, one in gone.items() if token in everything] == []


def test_a_purge_and_a_new_key_leave_nothing_of_a_dropped_report() -> None:
    """No retained key opens old copies of its pages, and the current pages contain none of its tokens."""
    store, gone = MemoryStore(), document("quillon marzipan zeppelin", keys="phone:7", forms="quil")
    fill(store, *(document(f"w{n} w{n + 1} w{n + 2}") for n in range(300)))
    fill(store, gone)
    for n in range(40):  # merges in between leave copies of its words in freed pages
        fill(store, *(document(f"v{n} v{m}") for m in range(20)))
    with SealedIndex(store, KEYS) as index:
        tokens = [index._words[word] for word in ("quillon", "marzipan", "zeppelin")]
        tokens += [index._keys["phone:7"], index._reports[gone.report.hex]]
    old, keys = dict(store.pages), KEYS.with_next()
    with SealedIndex(store, keys, writable=True) as index:
        index.drop(gone.report)
        first, done = True, False
        while not done:
            done = index.purge(16, first=first)
            index.save()
            first = False
    with SealedIndex(store, keys, writable=True) as index:
        store.pages |= index.rekey(store.pages)
    kept = keys.without_old()
    assert {page.generation for page in store.pages.values()} == {2}
    assert find(store, "w7", keys=kept)
    with SealedIndex(store, kept, writable=True) as index:
        index.check()
        everything = b"".join(index._file.body(number) for number in store.pages)
        # FTS5 leaves out what a term shares with the one before it: five letters of the end are never shared in full
        assert not [token for token in tokens if token[-6:] in everything]
    with pytest.raises(Damaged):
        find(_stored(old), "w7", keys=kept)


def _stored(pages: dict[int, SealedPage]) -> MemoryStore:
    store = MemoryStore()
    store.pages = pages
    return store


@pytest.mark.parametrize(
    "what", ["altered", "moved", "missing", "short", "of another index", "of another key"]
)
def test_pages_are_authenticated_before_sqlite_reads_them(what: str) -> None:
    store = MemoryStore()
    fill(store, *(document(f"word{n} red") for n in range(400)))
    assert len(store.pages) > 2
    page = store.pages[1]
    keys = KEYS
    if what == "altered":
        store.pages |= {n: p._replace(sealed=altered(p.sealed)) for n, p in store.pages.items()}
    elif what == "moved":
        store.pages |= {n: store.pages[(n + 1) % len(store.pages)] for n in list(store.pages)}
    elif what == "missing":
        store.pages = {n: p for n, p in store.pages.items() if n == 0} | {len(store.pages): page}
    elif what == "short":
        store.pages |= {n: p._replace(sealed=p.sealed[:20]) for n, p in store.pages.items()}
    elif what == "of another index":
        store.place = b"test/2"
    else:
        keys = new_keys()
    with pytest.raises(Damaged):
        find(store, "red", keys=keys)


def test_planted_words_show_in_no_page_and_no_two_reports_look_alike() -> None:
    """The attack that sealing prevents: somebody plants reports, then steals the pages."""
    store, twin = MemoryStore(), MemoryStore()
    planted = [document(f"planted{n} marker chosen words {n}") for n in range(200)]
    for one in (store, twin):
        fill(one, *planted)
    stolen = b"".join(page.sealed for page in store.pages.values())
    assert b"planted" not in stolen
    assert b"marker" not in stolen
    pieces = [page.sealed[at : at + 16] for page in store.pages.values() for at in range(0, BODY, 16)]
    assert len(pieces) == len(set(pieces)), "nothing repeats inside the pages"
    again = {page.sealed[at : at + 16] for page in twin.pages.values() for at in range(0, BODY, 16)}
    assert not again & set(pieces), "the same reports give other pages"
    assert {len(page.sealed) for page in store.pages.values()} == {BODY + 28}, "sizes in steps"


def test_a_token_says_nothing_without_the_key() -> None:
    with SealedIndex(MemoryStore(), KEYS) as one, SealedIndex(MemoryStore(), new_keys()) as other:
        assert one._words["bridge"] == TokenKey(KEYS.words, "word")["bridge"]
        sorts = (one._words, one._forms, one._keys, one._reports, one._marks)
        assert len({sort["bridge"] for sort in sorts}) == 5
        assert one._words["bridge"] != other._words["bridge"]


def test_a_page_that_sqlite_has_not_written_yet_reads_as_in_any_file() -> None:
    """A large merge writes pages out of order when its cache is full, and reads some between them before they are saved."""
    store = MemoryStore()
    file = PageFile(store, KEYS, writable=True)
    file.xWrite(b"one".ljust(PAGE, b"\0"), 0)
    file.flush()
    file.xWrite(b"four".ljust(PAGE, b"\0"), 3 * PAGE)
    assert file.xRead(PAGE, 1 * PAGE) == file.xRead(PAGE, 2 * PAGE) == bytes(PAGE)
    file.flush()
    again = PageFile(store, KEYS, writable=False)
    read = [again.xRead(PAGE, number * PAGE).rstrip(b"\0") for number in range(4)]
    assert read == [b"one", b"", b"", b"four"]


@pytest.mark.thorough
def test_the_index_writes_no_file(tmp_path: Path) -> None:
    """Everything that SQLite opens is counted, in a process whose folders are empty."""
    asked = """
import sys
from collections.abc import Mapping
from uuid import uuid4
seen = []
sys.addaudithook(lambda event, args: seen.append((event, args)) if event == "open" else None)
from heedline.index import Clause, Document, Query, SealedIndex, new_keys
from tests.rules.index.memory_store import MemoryStore
store, keys = MemoryStore(), new_keys()
with SealedIndex(store, keys, writable=True) as index:
    index.add(Document(uuid4(), [[f"w{n % 977}" for n in range(m, m + 300)]], [f"f{m}"]) for m in range(800))
    index.save()
    index._sql.execute("SELECT count(*) FROM (SELECT id, report FROM document ORDER BY report DESC)").fetchall()
    index.search(Query([Clause([["w5"]], ["f3", "f4"]), Clause(forms=["f3"])]), most=1000)
print([args[0] for event, args in seen if args[1] and set("wax+") & set(str(args[1]))])
"""
    environment = {
        **os.environ,
        "TMPDIR": str(tmp_path),
        "SQLITE_TMPDIR": str(tmp_path),
        "PYTHONPATH": os.getcwd(),
    }
    said = subprocess.run(
        [sys.executable, "-B", "-c", asked], env=environment, capture_output=True, text=True, check=True
    )
    assert said.stdout.strip() == "[]"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("beside", [0, 3], ids=["alone", "beside others"])
def test_a_report_that_was_expected_is_replaced_if_it_is_there(beside: int) -> None:
    store, there = MemoryStore(), document("red")
    others = [document(f"w{number}") for number in range(beside)]
    fill(store, there)
    for words, more in (("blue", 0), ("green", 0)):
        with SealedIndex(store, KEYS, writable=True) as index:
            index.expect([one.report for one in (*others, there)])
            assert index.add([document(words, report=there.report)]) == more
            assert [index.add([one]) for one in (*others, *others)] == (
                [1] * beside if words == "blue" else [0] * beside
            ) + [0] * beside
            index.save()
    assert [find(store, word) for word in ("red", "blue", "green")] == [[], [], [there.report]]


def test_a_write_is_refused_where_an_index_is_only_read() -> None:
    store = MemoryStore()
    fill(store, document("red"))
    with SealedIndex(store, KEYS) as index, pytest.raises(apsw.ReadOnlyError):
        index.add([document("blue")])


def test_keys_survive_their_header() -> None:
    assert IndexKeys.from_bytes(KEYS.with_next().to_bytes()).pages.keys() == {1, 2}
    assert KEYS.with_next().without_old().pages.keys() == {2}


@pytest.mark.thorough
def test_whichever_old_page_is_put_back_the_index_is_damaged_or_works() -> None:
    """A dishonest administrator mixes old and new pages. The caller must see no error other than Damaged."""
    store, reports = MemoryStore(), [uuid4() for _ in range(120)]
    fill(store, *(document(f"old{n} common", report=one, keys=f"k{n}") for n, one in enumerate(reports[:40])))
    before = dict(store.pages)
    for at in range(40, 120, 20):
        fill(
            store,
            *(document(f"w{n} common " * 30, report=reports[n], keys=f"k{n}") for n in range(at, at + 20)),
        )
    with SealedIndex(store, KEYS, writable=True) as index:
        for one in reports[:20]:
            index.drop(one)
        index.save()
    after = dict(store.pages)
    damaged = 0
    for number in before:
        store.pages = {**after, number: before[number]}
        try:
            with SealedIndex(store, KEYS, writable=True) as index:
                index.search(Query([Clause([["common"]])]), most=999)
                index.add([document("new common", report=report, keys="k1") for report in reports])
                index.drop(reports[50])
                index.purge(400, first=True)
                index.save()
                index.rekey(store.pages)
        except Damaged:
            damaged += 1
    assert damaged


def test_one_word_is_found_among_hundreds_and_stands_in_no_page() -> None:
    store, needle = MemoryStore(), UUID(int=123)
    common = [f"word{n}" for n in range(60)]
    documents = [
        Document(UUID(int=n), [common[n % 50 :] + (["quillonberry"] if n == needle.int else [])])
        for n in range(300)
    ]
    for first in range(0, 300, 50):
        fill(store, *documents[first : first + 50])
    assert find(store, "quillonberry") == [needle]
    assert len(find(store, "word59")) == 100, "as many as were asked for"
    assert not any(b"quillon" in page.sealed for page in store.pages.values())
