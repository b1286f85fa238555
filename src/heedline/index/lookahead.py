"""Finds the pages that a look-up in the index will read, so that they can be fetched together.

SQLite reads one page after another, so a look-up of many words in several segments would fetch hundreds of pages, each
with a statement of its own. The pages found here are only a hint: SQLite still does all the reading, and fetches
whatever is missing.

Formats: https://sqlite.org/fileformat2.html, sections 1.6 and 2.1, and the comments of SQLite's `fts5_index.c`.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import batched
from struct import unpack_from
from typing import Final, NamedTuple, cast

import apsw

from heedline.index.paging import PageFile

_INNER_OF_INDEX, _INNER_OF_TABLE, _LEAF_OF_INDEX = 2, 5, 10
#: Levels of a tree: one of more is damaged.
_DEEPEST: Final = 8
#: The row of a `_data` table that says which segments there are.
STRUCTURE: Final = 10
#: Pages that one look-up fetches ahead at most: 16 MB.
MOST_AHEAD: Final = 2_000
_NEW_STRUCTURE: Final = b"\xff\x00\x00\x01"
#: Which of the numbers that a new structure adds to a segment says how many pages list deleted documents.
_DELETED: Final = 2
#: What FTS5 puts before a word of the main index, and where the number of a segment begins in the number of its page.
_MAIN: Final = b"0"
_SEGMENT: Final = 37
#: What the number of a row has that says with which documents the pages of a list begin, and of one that says so of such rows.
_OF_LIST: Final = 1 << 36
_ONE_HIGHER: Final = 1 << 31
#: For each segment and word, the pages of the last entry of an `_idx` table at or before the word, and of the next one.
_LISTS: Final = """
WITH s(g) AS (VALUES {1}), t(w) AS (VALUES {2})
SELECT g, w, (SELECT pgno FROM {0}_idx WHERE segid = g AND term <= w ORDER BY term DESC LIMIT 1),
    (SELECT pgno FROM {0}_idx WHERE segid = g AND term > w ORDER BY term LIMIT 1)
FROM s CROSS JOIN t
"""
#: The most words that one statement looks up.
_TOGETHER: Final = 500


class Segment(NamedTuple):
    """A segment of an FTS5 table, with its first and last page.

    `deleted` is the number of tombstone pages, which list the documents deleted since the segment was written.
    """

    number: int
    first: int
    last: int
    deleted: int = 0


class TokenList(NamedTuple):
    """The range of pages in which a segment may hold a word's list.

    `indexed` means that the list is long and has a doclist index, which gives the first document of each page.
    """

    segment: int
    first: int
    last: int
    indexed: bool

    @property
    def pages(self) -> range:
        """Return the numbers of the rows that hold the list."""
        base = self.segment << _SEGMENT
        return range(base + self.first, base + self.last + 1)

    @property
    def index_row(self) -> int:
        """Return the rowid of the first leaf of the list's doclist index."""
        return (self.segment << _SEGMENT) + _OF_LIST + self.first

    @property
    def index_rows(self) -> range:
        """Return the possible rowids of the doclist index's leaves, each covering at least 400 pages."""
        return range(self.index_row, self.index_row + 1 + (self.last - self.first) // 400)


def upper_ahead(file: PageFile, roots: dict[str, int], table: str, words: int) -> None:
    """Prefetch the pages below each root of an FTS5 table if the root has fewer cells than there are words.

    Most of them will then be read.
    """
    try:
        numbers = [roots[f"{table}_data"], roots[f"{table}_idx"]]
        file.ahead(number - 1 for number in numbers)
        pages = [_Page(file, number) for number in numbers]
        few = [page for page in pages if len(page.cells) < words]
        file.ahead(page.child(at) - 1 for page in few for at in range(len(page.cells) + bool(page.cells)))
    except (IndexError, KeyError, ValueError):
        return


def ahead(
    file: PageFile,
    sql: apsw.Connection,
    roots: dict[str, int],
    segments: Sequence[Segment],
    table: str,
    words: Iterable[bytes],
) -> dict[bytes, list[TokenList]]:
    """Prefetch the pages where each segment of an FTS5 table holds, or would hold, these words.

    Long lists are read from their ends. Returns the lists of each word.
    """
    lists: dict[bytes, list[TokenList]] = {word: [] for word in words}
    wanted = [(one.number, _MAIN + word) for word in lists for one in segments]
    if not wanted:  # nothing has been written to this table yet
        return lists
    try:
        _leaves_ahead(file, roots[f"{table}_idx"], wanted, len(lists))
        pages: set[int] = set()
        for word, there in _lists_of(sql, table, segments, list(lists)):
            lists[word].append(there)
            base = there.segment << _SEGMENT
            pages.add(base + there.first)
            if there.indexed:
                last = base + there.last
                pages |= {last, last - 1, there.index_row, there.index_row + _ONE_HIGHER}
        rows_ahead(file, roots[f"{table}_data"], pages)
    except (IndexError, KeyError, ValueError):
        return {}  # SQLite finds out what is wrong with the page
    return lists


def _lists_of(
    sql: apsw.Connection, table: str, segments: Sequence[Segment], words: Sequence[bytes]
) -> Iterator[tuple[bytes, TokenList]]:
    """Yield each word with its page range in each segment, read from the `_idx` table.

    An entry holds the first word of a page. Its `pgno` is twice the page's number, plus 1 if the list that begins there is
    long.
    """
    by_number = {one.number: one for one in segments}
    for some in batched(words, _TOGETHER, strict=False):
        asked = _LISTS.format(table, ",".join(["(?)"] * len(segments)), ",".join(["(?)"] * len(some)))
        found = sql.execute(asked, (*by_number, *(_MAIN + word for word in some))).fetchall()
        for number, word, floor, after in cast("list[tuple[int, bytes, int | None, int | None]]", found):
            one = by_number[number]
            first, indexed = (one.first, False) if floor is None else (floor >> 1, bool(floor & 1))
            last = one.last if after is None else after >> 1
            yield word[len(_MAIN) :], TokenList(number, first, last, indexed)


def pages_of(lists: Iterable[tuple[TokenList, Sequence[bytes]]], rows: Iterable[int]) -> set[int]:
    """Return the rowids of the `_data` rows in which these lists hold these documents.

    Each list is given with the rows of its doclist index.
    """
    wanted, found = sorted(rows), set[int]()
    for one, index in lists:
        base = one.segment << _SEGMENT
        if not one.indexed:
            found.update(one.pages)
            continue
        try:
            begins = [start for row in index for start in _starts(row)]
        except IndexError:
            continue
        at = 0
        for row in wanted:
            if (at := bisect_right(begins, (row, one.last), at)) > 0:
                found.add(base + begins[at - 1][1])
    return found


def _starts(row: bytes) -> Iterator[tuple[int, int]]:
    """Yield the first document id and the number of each page listed in a doclist index row."""
    page, at = _varint(row, 1)
    document, at = _varint(row, at)
    yield document, page
    while at < len(row):
        more, at = _varint(row, at)
        page += 1
        if more:
            document += more
            yield document, page


def rows_ahead(file: PageFile, root: int, rows: Iterable[int]) -> None:
    """Prefetch the pages of a table that contain these rows."""
    here: dict[int, list[int]] = {root: sorted(set(rows))}
    try:
        for _ in range(_DEEPEST):
            file.ahead(number - 1 for number in list(here)[:MOST_AHEAD])
            below: dict[int, list[int]] = {}
            for number, wanted in list(here.items())[:MOST_AHEAD]:
                page = _Page(file, number)
                if page.kind != _INNER_OF_TABLE:
                    return
                below |= page.below(wanted)
            here = below
    except (IndexError, ValueError):
        return


def segments_of(structure: bytes) -> list[Segment]:
    """Return the segments of an FTS5 table, from its structure record."""
    try:
        return list(_segments(structure))
    except IndexError:
        return []


def _segments(structure: bytes) -> Iterator[Segment]:
    new = structure[4:8] == _NEW_STRUCTURE
    at = 8 if new else 4

    def number() -> int:
        nonlocal at
        value, at = _varint(structure, at)
        return value

    levels, _, _ = number(), number(), number()
    for _ in range(levels):
        number()
        for _ in range(number()):
            pages = number(), number(), number()
            more = [number() for _ in range(5 if new else 0)]
            yield Segment(*pages, more[_DELETED] if new else 0)


def _leaves_ahead(file: PageFile, root: int, wanted: Iterable[tuple[int, bytes]], words: int) -> None:
    """Prefetch the leaves of an `_idx` table that hold the last entry up to each word, and the next one.

    Does nothing if `upper_ahead` has already fetched all leaves, which depends on the number of `words`.
    """
    top = _Page(file, root)
    if 0 < len(top.cells) < words and _Page(file, top.child(0)).kind == _LEAF_OF_INDEX:
        return
    here = {root: sorted(wanted)}
    for _ in range(_DEEPEST):
        file.ahead(number - 1 for number in here)
        below: dict[int, list[tuple[int, bytes]]] = {}
        for number, some in here.items():
            page = _Page(file, number)
            if page.kind == _LEAF_OF_INDEX:
                return  # as are all the others at this level
            if page.kind != _INNER_OF_INDEX:
                raise ValueError
            for at, one in page.after(some):
                below.setdefault(page.child(at), []).append(one)
        here = below
    raise ValueError


class _Page:
    """A B-tree page, with the offsets of its cells."""

    def __init__(self, file: PageFile, number: int) -> None:
        self._body = body = file.body(number - 1)
        start = 100 if number == 1 else 0
        self.kind, cells = body[start], int.from_bytes(body[start + 3 : start + 5])
        inner = self.kind in (_INNER_OF_INDEX, _INNER_OF_TABLE)
        if not inner:
            cells = 0
        self._right = int.from_bytes(body[start + 8 : start + 12])
        pointers = start + 12
        if pointers + 2 * cells > len(body):
            raise ValueError
        self.cells: Sequence[int] = unpack_from(f">{cells}H", body, pointers)

    def child(self, at: int) -> int:
        """Return the child page to the left of a cell, or the rightmost child."""
        if at >= len(self.cells):
            return self._right
        cell = self.cells[at]
        return int.from_bytes(self._body[cell : cell + 4])

    def below(self, wanted: Sequence[int]) -> dict[int, list[int]]:
        """Map the number of each child page that may hold any of these rows to those rows.

        `wanted` must be in order and not empty. In an FTS5 table, two rows usually fill a page, so the position of a
        row is guessed first. All cells are searched only if the guess is wrong.
        """
        found: dict[int, list[int]] = {}
        first = at = 0
        last_here = self.row(self.cells[0]) if self.cells else wanted[-1]
        while first < len(wanted):
            one, low, high = wanted[first], at, len(self.cells)
            guess = at + max(0, one - last_here + 1 >> 1)
            if guess < high:
                if self.row(self.cells[guess]) < one:
                    low = guess + 1
                elif guess > low and self.row(self.cells[guess - 1]) >= one:
                    high = guess
                else:
                    low = high = guess
            at = bisect_left(self.cells, one, low, high, key=self.row)
            last_here = self.row(self.cells[at]) if at < len(self.cells) else wanted[-1]
            beyond = bisect_right(wanted, last_here, first)
            found[self.child(at)] = list(wanted[first:beyond])
            first = beyond
        return found

    def row(self, cell: int) -> int:
        """Return the highest row number that the child page to the left of a cell can hold.

        This repeats `_varint`, for numbers of up to eight bytes, because a walk spends nearly all its time here.
        """
        body, at = self._body, cell + 4
        value = 0
        while (byte := body[at]) > _ONE_BYTE:
            value = value << 7 | byte & _ONE_BYTE
            at += 1
        return value << 7 | byte

    def after(self, wanted: Sequence[tuple[int, bytes]]) -> Iterator[tuple[int, tuple[int, bytes]]]:
        """For each item in `wanted`, yield the position of the first cell that sorts after it, and the item.

        `wanted` must be in order. If searching for each item would read as many entries as there are, all are read
        first.
        """
        at = 0
        if len(wanted) * _PROBES < len(self.cells):
            for one in wanted:
                at = bisect_right(self.cells, one, at, key=self._entry)
                yield at, one
            return
        entries = list(map(self._entry, self.cells))
        for one in wanted:
            at = bisect_right(entries, one, at)
            yield at, one

    def _entry(self, cell: int) -> tuple[int, bytes]:
        """Return the segment number and the word in a cell of an inner page."""
        body = self._body
        _, start = _varint(body, cell + 4)
        size, at = _varint(body, start)
        first, at = _varint(body, at)
        second, at = _varint(body, at)
        segment, at = _whole(body, start + size, first)
        return segment, body[at : at + (second - 12) // 2]


#: The largest number that a varint holds in one byte.
_ONE_BYTE: Final = 0x7F
#: Cells that a search among all of them reads for one word.
_PROBES: Final = 8
_SIZES: Final = (0, 1, 2, 3, 4, 6, 8)


def _whole(body: bytes, at: int, kind: int) -> tuple[int, int]:
    """Return an integer from a record and the offset of the next value."""
    if kind in (8, 9):
        return kind - 8, at
    size = _SIZES[kind]
    return int.from_bytes(body[at : at + size], signed=True), at + size


def _varint(body: bytes, at: int) -> tuple[int, int]:
    value = 0
    for place in range(8):
        byte = body[at + place]
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            return value, at + place + 1
    return value << 8 | body[at + 8], at + 9
