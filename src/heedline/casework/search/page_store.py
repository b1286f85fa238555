"""Stores an index's sealed pages in the database.

Sealed pages that have been read stay cached in the process, because they reveal nothing without the index's keys. Pages
that have been written since are recognised by their version. Every reader works on a snapshot of the database, and
there is only one writer at a time.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from threading import Lock
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from heedline.index.paging import SealedPage
from heedline.reports.models import SearchIndex

#: Sealed pages that one process keeps: 32 MB.
MOST_KEPT = 4_000
#: Pages at the beginning of an index that are fetched together: they hold the roots of its tables, which each look-up reads.
BEGINNING = 24
#: Pages that are fetched together: SQLite writes what belongs together side by side.
AHEAD = 4
#: Pages that are fetched together if the `AHEAD` pages just before or just after have been read already.
ON = 32
_NEAR = range(1, AHEAD + 1)
_READ = "SELECT number, generation, sealed FROM reports_search_page WHERE index_id = %s AND number = ANY (%b::int[])"
_SINCE = "SELECT number FROM reports_search_page WHERE index_id = %s AND version > %s"
_WRITE = (
    "INSERT INTO reports_search_page (index_id, number, generation, version, sealed)"
    " SELECT %s, n, g, %s, s FROM unnest(%b::int[], %b::smallint[], %b::bytea[]) AS p(n, g, s)"
    " ON CONFLICT (index_id, number) DO UPDATE SET generation = EXCLUDED.generation, version = EXCLUDED.version,"
    " sealed = EXCLUDED.sealed"
)
_SNAPSHOT = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"
_SAME_PLANS = "; SET LOCAL plan_cache_mode = force_generic_plan"
_CUT = "DELETE FROM reports_search_page WHERE index_id = %s AND number >= %s"


class KeptPages:
    """An LRU cache of the sealed pages that this process has read, by index."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._pages: OrderedDict[UUID, tuple[int, dict[int, SealedPage]]] = OrderedDict()

    def at(self, index: UUID, version: int) -> dict[int, SealedPage]:
        """Return a copy of an index's cached pages, excluding any that have since been rewritten."""
        with self._lock:
            known, pages = self._pages.get(index, (version, {}))
            pages = dict(pages)
        if known > version:  # another thread has read a newer index meanwhile
            return {}
        if known < version and pages:
            with connection.cursor() as cursor:
                cursor.execute(_SINCE, [index, known])
                for (number,) in cursor.fetchall():
                    pages.pop(number, None)
        return pages

    def keep(self, index: UUID, version: int, pages: dict[int, SealedPage]) -> None:
        """Cache an index's pages, unless those of a newer version are cached."""
        with self._lock:
            if self._pages.get(index, (version, {}))[0] > version:
                return
            self._pages[index] = (version, dict(list(pages.items())[-MOST_KEPT:]))
            self._pages.move_to_end(index)
            while len(self._pages) > 1 and sum(len(kept) for _, kept in self._pages.values()) > MOST_KEPT:
                self._pages.popitem(last=False)


kept = KeptPages()


class StoredPages:
    """The sealed pages of one index, valid for one transaction.

    Implements `heedline.index.PageStore`.
    """

    def __init__(self, row: SearchIndex, *, fresh: bool = False) -> None:
        """Prepare to read.

        If `fresh` is True, cached pages are not used.
        """
        self._row = row
        self._pages = {} if fresh else kept.at(row.id, row.version)
        self._version = row.version
        self.place = f"{settings.INSTALLATION}/{row.id}".encode()
        self.fetches = 0

    def size(self) -> int:
        return self._row.size

    def read(self, number: int) -> Mapping[int, SealedPage]:
        if number not in self._pages:
            first, last = number, number + AHEAD if number else BEGINNING
            if all(number - step in self._pages for step in _NEAR):
                last = number + ON
            elif all(number + step in self._pages for step in _NEAR):
                # what was indexed last comes first: long lists are read backwards
                first, last = number + 1 - ON, number + 1
            elif number + 1 in self._pages:
                first, last = number + 1 - AHEAD, number + 1
            self._fetch_missing(range(max(0, first), min(last, self._row.size)))
        return {number: self._pages[number]} if number in self._pages else {}

    def read_all(self, numbers: Sequence[int]) -> Mapping[int, SealedPage]:
        self._fetch_missing(numbers)
        return {number: self._pages[number] for number in numbers if number in self._pages}

    def _fetch_missing(self, numbers: Iterable[int]) -> None:
        if missing := [one for one in numbers if one not in self._pages]:
            self._pages |= self.fetch(missing)

    def fetch(self, numbers: list[int]) -> dict[int, SealedPage]:
        """Read these pages from the database."""
        self.fetches += 1
        with _bound() as cursor:
            cursor.execute(_READ, [self._row.id, numbers])
            return {
                found: SealedPage(generation, bytes(sealed))
                for found, generation, sealed in cursor.fetchall()
            }

    def write(self, pages: Mapping[int, SealedPage], size: int) -> None:
        row = self._row
        alone = row.version == self._version  # a purge writes resealed pages through another object
        row.version += 1
        if alone:
            self._version = row.version
        numbers = list(pages)
        with _bound() as cursor:
            if numbers:
                generations = [pages[number].generation for number in numbers]
                sealed = [pages[number].sealed for number in numbers]
                cursor.execute(_WRITE, [row.id, row.version, numbers, generations, sealed])
            if size < row.size:
                cursor.execute(_CUT, [row.id, size])
        row.size = size
        self._pages |= pages

    def done(self) -> None:
        """Cache the pages that were read and written, for the next look-up or batch in this process.

        If any pages were written, call this only after the transaction has been committed.
        """
        if self._row.version == self._version:
            kept.keep(self._row.id, self._version, self._pages)


def _bound() -> CursorWrapper:
    """Return a database cursor that sends and receives pages in binary format.

    Django would write values as text into the statement, which takes six times as much CPU to store a page.
    """
    wrapper: Any = connection  # our own backend
    cursor: CursorWrapper = wrapper.bound_cursor(binary=True)
    return cursor


@contextmanager
def one_snapshot(*, same_plans: bool = False) -> Iterator[None]:
    """Run a block in a transaction that reads from a single snapshot of the database.

    If `same_plans` is True, PostgreSQL uses one plan of a prepared statement for all values. Otherwise it may plan each
    execution anew, which can take longer than the execution itself. Neither applies inside another transaction.
    """
    outermost = not connection.in_atomic_block
    with transaction.atomic():
        if outermost:
            with connection.cursor() as cursor:
                cursor.execute(_SNAPSHOT + (_SAME_PLANS if same_plans else ""))
        yield
