"""Finds the pages that a look-up in the index will read, so that they can be fetched together.

SQLite asks for one page after the other. A look-up of many words in several segments would fetch hundreds, each by a
statement of its own. What is found here is only a hint: SQLite reads everything itself, and fetches what is missing.

Formats: https://sqlite.org/fileformat2.html, sections 1.6 and 2.1, and the comments of SQLite's `fts5_index.c`.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from heedline.index.paging import PageFile

_INNER_OF_INDEX, _INNER_OF_TABLE, _LEAF_OF_INDEX = 2, 5, 10
#: Levels of a tree: one of more is damaged.
_DEEPEST: Final = 8
#: The row of a `_data` table that says which segments there are.
STRUCTURE: Final = 10
#: Pages that one look-up fetches ahead at most: 16 MB.
MOST_AHEAD: Final = 2_000
_NEW_STRUCTURE: Final = b"\xff\x00\x00\x01"
#: What FTS5 puts before a word of the main index, and where the number of a segment begins in the number of its page.
_MAIN: Final = b"0"
_SEGMENT: Final = 37
#: What the number of a row has that says with which documents the pages of a list begin, and of one that says so of such rows.
_OF_LIST: Final = 1 << 36
_ONE_HIGHER: Final = 1 << 31


class IndexEntry(NamedTuple):
    """An entry of an `_idx` table: a segment, one of its pages, and whether the list that begins there is long."""

    segment: int
    page: int
    indexed: bool


_NOWHERE: Final = IndexEntry(-1, 0, False)


class Segment(NamedTuple):
    """A segment of an FTS5 table, with its first and last page."""

    number: int
    first: int
    last: int


class TokenList(NamedTuple):
    """Where a segment holds the list of a word: its first page, and the last one on which it may end.

    `indexed` means that it is long, and that rows of its own say with which document each of its pages begins.
    """

    segment: int
    first: int
    last: int
    indexed: bool

    @property
    def index_row(self) -> int:
        """Return the number of the first row that says with which documents the pages begin."""
        return (self.segment << _SEGMENT) + _OF_LIST + self.first

    @property
    def index_rows(self) -> range:
        """Return the numbers that such rows may have: each of them is about some thousand pages, and at least 400."""
        return range(self.index_row, self.index_row + 1 + (self.last - self.first) // 400)


def ahead(
    file: PageFile, roots: dict[str, int], segments: Sequence[Segment], table: str, words: Iterable[bytes]
) -> dict[bytes, list[TokenList]]:
    """Prefetch the pages where each segment of an FTS5 table holds, or would hold, these words.

    Long lists are read from their ends. Return where each word has its lists.
    """
    distinct = list(dict.fromkeys(words))
    wanted = [(one, _MAIN + word) for word in distinct for one in segments]
    lists: dict[bytes, list[TokenList]] = {word: [] for word in distinct}
    try:
        found = _floors(file, roots[f"{table}_idx"], [(one.number, word) for one, word in wanted])
        pages: set[int] = set()
        for (one, word), (floor, after) in zip(wanted, found, strict=True):
            here = floor.segment == one.number
            first = floor.page if here else one.first
            last = after.page if after.segment == one.number else one.last
            there = TokenList(one.number, first, last, here and floor.indexed)
            lists[word[len(_MAIN) :]].append(there)
            base = one.number << _SEGMENT
            pages.add(base + first)
            if there.indexed:
                pages |= {base + last, base + last - 1, there.index_row, there.index_row + _ONE_HIGHER}
        rows_ahead(file, roots[f"{table}_data"], pages)
    except (IndexError, KeyError, ValueError):
        return {}  # SQLite finds out what is wrong with the page
    return lists


def pages_of(lists: Iterable[tuple[TokenList, Sequence[bytes]]], rows: Iterable[int]) -> set[int]:
    """Return the numbers of the rows of an FTS5 table that hold these documents in these lists.

    Each list comes with its rows that say with which documents its pages begin.
    """
    wanted, found = sorted(rows), set[int]()
    for one, index in lists:
        base = one.segment << _SEGMENT
        if not one.indexed:
            found.update(range(base + one.first, base + one.last + 1))
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
    """Yield the first document and the number of each page of a list, from a row that says so."""
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
                first = 0
                while first < len(wanted):
                    at = bisect_left(page, wanted[first], key=page.row)
                    beyond = (
                        bisect_right(wanted, page.row(page[at]), first) if at < len(page) else len(wanted)
                    )
                    below[page.child(at)] = wanted[first:beyond]
                    first = beyond
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
            yield Segment(number(), number(), number())
            for _ in range(5 if new else 0):
                number()


def _floors(
    file: PageFile, root: int, wanted: Sequence[tuple[int, bytes]]
) -> list[tuple[IndexEntry, IndexEntry]]:
    """Return, for each segment and word, the last entry of an `_idx` table at or before it, and the one after."""
    found = [(_NOWHERE, _NOWHERE)] * len(wanted)
    here: dict[int, list[int]] = {root: list(range(len(wanted)))}
    for _ in range(_DEEPEST):
        file.ahead(number - 1 for number in here)
        below: dict[int, list[int]] = {}
        for number, which in here.items():
            page = _Page(file, number)
            if page.kind not in (_INNER_OF_INDEX, _LEAF_OF_INDEX):
                raise ValueError
            for one in which:
                at = bisect_right(page, wanted[one], key=page.entry)
                floor, after = found[one]
                found[one] = (
                    page.place(at - 1) if at else floor,
                    page.place(at) if at < len(page) else after,
                )
                if page.kind == _INNER_OF_INDEX:
                    below.setdefault(page.child(at), []).append(one)
        here = below
        if not here:
            return found
    raise ValueError


class _Page:
    """A B-tree page, as a sequence of the offsets of its cells."""

    def __init__(self, file: PageFile, number: int) -> None:
        self._body = body = file.body(number - 1)
        start = 100 if number == 1 else 0
        self.kind = body[start]
        self._inner = self.kind in (_INNER_OF_INDEX, _INNER_OF_TABLE)
        self._cells = int.from_bytes(body[start + 3 : start + 5])
        self._right = int.from_bytes(body[start + 8 : start + 12])
        self._pointers = start + (12 if self._inner else 8)
        self._entries: dict[int, tuple[int, bytes]] = {}

    def __len__(self) -> int:
        return self._cells

    def __getitem__(self, at: int) -> int:
        pointer = self._pointers + 2 * at
        return int.from_bytes(self._body[pointer : pointer + 2])

    def child(self, at: int) -> int:
        """Return the child page to the left of a cell, or the rightmost child."""
        if at >= self._cells:
            return self._right
        return int.from_bytes(self._body[self[at] : self[at] + 4])

    def row(self, cell: int) -> int:
        """Return the highest row number that the child page to the left of a cell can hold."""
        return _varint(self._body, cell + 4)[0]

    def entry(self, cell: int) -> tuple[int, bytes]:
        """Return the segment and the word of an entry."""
        if (known := self._entries.get(cell)) is None:  # each search among them begins in the middle
            known = self._entries[cell] = self._record(cell)[0]
        return known

    def place(self, at: int) -> IndexEntry:
        """Return an entry without its word."""
        (segment, _), page = self._record(self[at])
        return IndexEntry(segment, page >> 1, bool(page & 1))

    def _record(self, cell: int) -> tuple[tuple[int, bytes], int]:
        body = self._body
        at = cell + 4 if self._inner else cell
        start = at + 1
        if body[at] > _ONE_BYTE:
            _, start = _varint(body, at)
        size, first, second, third = body[start : start + 4]
        if size > _ONE_BYTE or second > _ONE_BYTE:
            size, at = _varint(body, start)
            first, at = _varint(body, at)
            second, at = _varint(body, at)
            third, at = _varint(body, at)
        at = start + size
        segment, at = _whole(body, at, first)
        length = (second - 12) // 2
        word, at = body[at : at + length], at + length
        return (segment, word), _whole(body, at, third)[0]


#: The largest number that a varint holds in one byte.
_ONE_BYTE: Final = 0x7F
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
