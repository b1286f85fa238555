"""Encrypts and decrypts the pages of an index as SQLite writes and reads them.

SQLite's pages have 8,192 bytes, of which it leaves the last 128 unused (its "reserved bytes"). The remaining 8,064 bytes
and the seal fit one page of PostgreSQL's heap.
"""

from __future__ import annotations

import itertools
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple, Protocol

import apsw

from heedline.index.keys import IndexKeys
from heedline.vault import CannotOpen
from heedline.vault.pages import PageSealer

PAGE: Final = 8192
RESERVED: Final = 128
#: Bytes of a page that are sealed.
BODY: Final = PAGE - RESERVED
#: Pages that one connection keeps opened: 16 MB.
MOST_OPENED: Final = 2_000
_TAIL = bytes(RESERVED)
_names = itertools.count()


class Damaged(Exception):
    """Raised when a page is missing, was altered, or was moved from the place for which it was sealed."""


class SealedPage(NamedTuple):
    """A stored page, with its sealed bytes and the generation of the key that sealed it."""

    generation: int
    sealed: bytes


class PageStore(Protocol):
    """Storage for the sealed pages of one index.

    Pages are numbered from 0.
    """

    place: bytes
    """The identifier of the installation and index, to which the seal of every page is bound."""

    def size(self) -> int:
        """Return the number of pages."""

    def read(self, number: int) -> Mapping[int, SealedPage]:
        """Return a page, together with others that are likely to be read next."""

    def read_all(self, numbers: Sequence[int]) -> Mapping[int, SealedPage]:
        """Return these pages, leaving out any that do not exist."""

    def write(self, pages: Mapping[int, SealedPage], size: int) -> None:
        """Store new versions of pages, and the new number of pages."""


class PageFile:
    """A virtual database file, and the only file that SQLite can access.

    What SQLite writes is held in memory until `flush`.
    """

    def __init__(self, store: PageStore, keys: IndexKeys, *, writable: bool) -> None:
        self._store = store
        self._sealers = {number: PageSealer(key) for number, key in keys.pages.items()}
        self._newest = keys.newest
        self._writable = writable
        self._opened: OrderedDict[int, bytes] = OrderedDict()
        self._ahead: dict[int, SealedPage] = {}
        self._dirty: dict[int, bytes] = {}
        self._pages = self._stored = store.size()
        self.failure: Exception | None = None
        self.opened = 0

    # what SQLite calls (https://sqlite.org/c3ref/io_methods.html)

    def xRead(self, amount: int, offset: int) -> bytes:
        try:
            return self._read(amount, offset)
        except (
            Exception
        ) as why:  # SQLite turns it into "disk I/O error": kept, so that `failed` can say what it was
            self.failure = self.failure or why
            raise apsw.IOError from why

    def xWrite(self, data: bytes, offset: int) -> None:
        number, within = divmod(offset, PAGE)
        if not self._writable or within or len(data) != PAGE or data[BODY:] != _TAIL:
            raise apsw.ReadOnlyError
        self._dirty[number] = bytes(data[:BODY])
        self._opened.pop(number, None)
        self._pages = max(self._pages, number + 1)

    def xTruncate(self, size: int) -> None:
        self._pages = size // PAGE
        self._dirty = {number: page for number, page in self._dirty.items() if number < self._pages}

    def xFileSize(self) -> int:
        return self._pages * PAGE

    def xSync(self, flags: int) -> None: ...

    def xClose(self) -> None: ...

    def xLock(self, level: int) -> None: ...

    def xUnlock(self, level: int) -> None: ...

    def xCheckReservedLock(self) -> bool:
        return False

    def xFileControl(self, op: int, pointer: int) -> bool:
        return False

    def xSectorSize(self) -> int:
        return PAGE

    def xDeviceCharacteristics(self) -> int:
        return 0

    # what the index calls

    def flush(self) -> int:
        """Seal all changes under the newest key, store them and return the number of pages."""
        dirty, self._dirty = self._dirty, {}
        for number in range(
            self._stored, self._pages
        ):  # SQLite leaves out a new page that it has freed already
            dirty.setdefault(number, bytes(BODY))
        if dirty or self._pages != self._stored:
            sealer = self._sealers[self._newest]
            sealed = {
                number: SealedPage(self._newest, sealer.seal(page, self._place(number, self._newest)))
                for number, page in sorted(dirty.items())
            }
            self._store.write(sealed, self._pages)
            self._stored = self._pages
        for number, page in dirty.items():
            self._keep(number, page)
        return len(dirty)

    def reseal(self, number: int, page: SealedPage, *, keep: int | None = None) -> SealedPage:
        """Return a stored page sealed under the newest key, keeping only its first `keep` bytes.

        Raises Damaged.
        """
        body = self._open(number, page)
        if keep is not None:
            body = body[:keep].ljust(BODY, b"\0")
        return SealedPage(
            self._newest, self._sealers[self._newest].seal(body, self._place(number, self._newest))
        )

    def ahead(self, numbers: Iterable[int]) -> None:
        """Prefetch the pages that are about to be read, in a single call."""
        dirty, opened, fetched = self._dirty, self._opened, self._ahead
        wanted = [
            one
            for one in dict.fromkeys(numbers)
            if 0 <= one < self._stored and one not in opened and one not in fetched and one not in dirty
        ]
        if wanted:
            self._ahead |= self._store.read_all(wanted)

    def body(self, number: int) -> bytes:
        """Return the content of a page as SQLite reads it.

        Raises Damaged.
        """
        return self._page(number)

    def _read(self, amount: int, offset: int) -> bytes:
        number, within = divmod(offset, PAGE)
        if number >= self._pages:
            return bytes(amount)
        page = self._page(number) + _TAIL
        return page[within : within + amount]

    def _page(self, number: int) -> bytes:
        if (page := self._dirty.get(number)) is not None:
            return page
        if (page := self._opened.get(number)) is not None:
            self._opened.move_to_end(number)
            return page
        if number >= self._stored:  # a hole: SQLite has written pages behind it, as in any file
            return bytes(BODY)
        if number not in self._ahead:
            self._ahead |= self._store.read(number)
        if number not in self._ahead:
            raise Damaged
        page = self._open(number, self._ahead.pop(number))
        self._keep(number, page)
        return page

    def _open(self, number: int, page: SealedPage) -> bytes:
        self.opened += 1
        sealer = self._sealers.get(page.generation)
        if sealer is None:
            raise Damaged
        try:
            body = sealer.open(page.sealed, self._place(number, page.generation))
        except CannotOpen:
            raise Damaged from None
        if len(body) != BODY:
            raise Damaged
        return body

    def _keep(self, number: int, page: bytes) -> None:
        self._opened[number] = page
        while len(self._opened) > MOST_OPENED:
            self._opened.popitem(last=False)

    def _place(self, number: int, generation: int) -> bytes:
        return b"%b/%d/%d" % (self._store.place, generation, number)


class _SealedFiles(apsw.VFS):
    """A virtual file system that exposes only the indexes now open.

    It refuses SQLite every other file, including temporary ones.
    """

    def __init__(self) -> None:
        self.open: dict[str, PageFile] = {}
        super().__init__("heedline-sealed", "")

    def xOpen(self, name: Any, flags: list[int]) -> PageFile:  # type: ignore[override]
        if not flags[0] & apsw.SQLITE_OPEN_MAIN_DB:
            raise apsw.CantOpenError
        return self.open[name.filename() if isinstance(name, apsw.URIFilename) else name]

    def xAccess(self, pathname: str, flags: int) -> bool:
        return False

    def xFullPathname(self, name: str) -> str:
        return name

    def xDelete(self, filename: str, syncdir: bool) -> None:
        raise apsw.IOError


_files = _SealedFiles()
_SETTINGS: Sequence[str] = (
    f"page_size={PAGE}",
    "journal_mode=OFF",
    "synchronous=OFF",
    "locking_mode=EXCLUSIVE",
    "temp_store=MEMORY",
    "cache_size=-4000",
    "mmap_size=0",
    "secure_delete=FAST",
    "trusted_schema=OFF",
    "cell_size_check=ON",
)


def connect(file: PageFile) -> apsw.Connection:
    """Return an SQLite connection that can open only `file`."""
    name = f"index-{next(_names)}"
    _files.open[name] = file
    try:
        flags = apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_CREATE
        connection = apsw.Connection(name, vfs="heedline-sealed", flags=flags)
    finally:
        del _files.open[name]
    connection.reserve_bytes("main", RESERVED)
    for setting in _SETTINGS:
        connection.execute(f"PRAGMA {setting}").fetchall()
    connection.config(apsw.SQLITE_DBCONFIG_DEFENSIVE, 1)
    connection.limit(apsw.SQLITE_LIMIT_ATTACHED, 0)
    return connection
