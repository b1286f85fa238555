"""An encrypted full-text index of reports, which can be searched, updated, purged and rekeyed.

A document is one report with everything that may be searched in it. Its words are stored in `words` in their
order, and its forms and keys in `forms` in no order. Both are contentless FTS5 tables. They return row
numbers, and `document` maps a row to its report.

A changed index must be stored with `save`. If anything fails before that, discard the object. Nothing has
changed then. All methods raise Damaged if a page is not as it was sealed.
"""

from __future__ import annotations

import hmac
from base64 import b32encode
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final, cast
from uuid import UUID

import apsw

from heedline.index import free_pages
from heedline.index.keys import IndexKeys
from heedline.index.paging import Damaged, PageFile, PageStore, SealedPage, connect

#: Edition of the tables and of what is put into them. An index of another edition is made anew.
EDITION: Final = 2
#: Pages of FTS5 that one step of merging writes in each table. Two of them fit one page of SQLite (`pgsz` below).
MERGED: Final = 200
#: Characters of a token, of five bits each.
_TOKEN: Final = 10
#: Hashed words that one open index remembers.
_MOST_TOKENS: Final = 50_000
_TABLES = ("words", "forms")
#: What SQLite raises for pages that do not fit together, such as old ones that somebody has put back.
_OF_THE_PAGES: Final = (
    apsw.IOError,
    apsw.CorruptError,
    apsw.NotADBError,
    apsw.SQLError,
    apsw.ConstraintError,
    apsw.CantOpenError,
    apsw.FullError,
)
_ROWS = "SELECT rowid AS id FROM {0} WHERE {0} MATCH ?"
_SCHEMA = """
CREATE TABLE document(id INTEGER PRIMARY KEY, report BLOB NOT NULL);
CREATE VIRTUAL TABLE words USING fts5(w, content='', contentless_delete=1, tokenize='ascii');
CREATE VIRTUAL TABLE forms USING fts5(f, content='', contentless_delete=1, detail=none, tokenize='ascii');
INSERT INTO words(words, rank) VALUES('pgsz', 3980);
INSERT INTO words(words, rank) VALUES('automerge', 0);
INSERT INTO words(words, rank) VALUES('crisismerge', 1000);
INSERT INTO forms(forms, rank) VALUES('pgsz', 3980);
INSERT INTO forms(forms, rank) VALUES('automerge', 0);
INSERT INTO forms(forms, rank) VALUES('crisismerge', 1000);
"""


@dataclass(frozen=True)
class Document:
    """The indexed content of one report.

    `texts` are its texts as words in their order. No phrase matches across two texts. `forms` are other ways
    to find its words: beginnings, and spellings that sound alike. `keys` are the values by which two reports
    are compared. All are opaque here and are stored in the index as keyed hashes. A `thing` of a specialist desk
    is found by its keys like a report, and is not counted as one.
    """

    report: UUID
    texts: Sequence[Sequence[str]] = field(repr=False)
    forms: Iterable[str] = field(repr=False, default=())
    keys: Iterable[str] = field(repr=False, default=())
    thing: bool = False


@dataclass(frozen=True)
class Clause:
    """A condition that a report must meet to match a query.

    The report must contain any of these phrases, any of these forms or any of these keys. A phrase is one or
    more words in order.
    """

    phrases: Sequence[Sequence[str]] = field(repr=False, default=())
    forms: Sequence[str] = field(repr=False, default=())
    keys: Sequence[str] = field(repr=False, default=())


@dataclass(frozen=True)
class Query:
    """A search query.

    A report matches if it meets all of the clauses.
    """

    clauses: Sequence[Clause]


@dataclass(frozen=True)
class Hit:
    """A report that matches a query.

    `number` is its row, which is higher for reports indexed later.
    """

    report: UUID
    number: int


class SealedIndex:
    """An open index, used as a context manager in a single thread."""

    def __init__(self, store: PageStore, keys: IndexKeys, *, writable: bool = False) -> None:
        self._file = PageFile(store, keys, writable=writable)
        self._store = store
        self._key = keys.words
        self._tokens: dict[str, str] = {}
        self._known: dict[int, UUID] = {}
        with self._honest():
            self._sql = connect(self._file)
            new = not store.size()
            if new and writable:
                self._sql.execute("BEGIN")
                self._sql.execute(_SCHEMA)
                self._sql.execute(f"PRAGMA user_version={EDITION}")
                self._sql.execute("COMMIT")
                self._sql.execute("BEGIN")
            elif writable:
                self._sql.execute("BEGIN")
            else:
                self._sql.execute("PRAGMA query_only=ON")

    def __enter__(self) -> SealedIndex:
        return self

    def __exit__(self, *_: object) -> None:
        self._sql.close(force=True)

    @property
    def opened(self) -> int:
        """Return the number of pages decrypted so far, for measurements."""
        return self._file.opened

    @property
    def current(self) -> bool:
        """Return whether this version of the program can read the index's tables.

        If it cannot, the index is rebuilt.
        """
        with self._honest():
            return bool(self._one("PRAGMA user_version") == EDITION)

    def count(self) -> int:
        """Return the number of reports in the index."""
        with self._honest():
            things = len(self._rows(self._token("t", "thing"), -1))
            return int(self._one("SELECT count(*) FROM document")) - things

    # --- writing -----------------------------------------------------------------------------------------------------

    def add(self, documents: Iterable[Document]) -> int:
        """Add reports and return how many of them are new.

        A report that is already in the index is replaced.
        """
        more = 0
        with self._honest():
            for document in documents:
                more += not self._drop(document.report)
                self._sql.execute("INSERT INTO document(report) VALUES(?)", (document.report.bytes,))
                row = self._sql.last_insert_rowid()
                text = f" {self._token('.', 'end')} ".join(
                    " ".join(self._token("w", word) for word in words) for words in document.texts
                )
                forms = {self._token("r", document.report.hex)}
                forms |= {self._token("f", one) for one in document.forms}
                forms |= {self._token("k", one) for one in document.keys}
                if document.thing:
                    forms.add(self._token("t", "thing"))
                self._sql.execute("INSERT INTO words(rowid, w) VALUES(?, ?)", (row, text))
                self._sql.execute("INSERT INTO forms(rowid, f) VALUES(?, ?)", (row, " ".join(sorted(forms))))
        return more

    def drop(self, report: UUID) -> bool:
        """Remove a report so that it can no longer be found, and return whether it was there.

        What its pages held is gone from every copy once `purge` and `rekey` have run to their ends.
        """
        with self._honest():
            return self._drop(report)

    def save(self) -> int:
        """Store all changes and return the number of pages written."""
        with self._honest():
            self._sql.execute("COMMIT")
            written = self._file.flush()
            self._sql.execute("BEGIN")
            return written

    def merge(self, step: int = MERGED) -> bool:
        """Merge up to about `step` pages of segments in each table, and return whether there may be more to merge.

        Every `save` of added reports makes a segment. SQLite would merge them on its own, now and then a great many at once.
        """
        with self._honest():
            before = self._sql.total_changes()
            for table in _TABLES:
                self._sql.execute(f"INSERT INTO {table}({table}, rank) VALUES('merge', ?)", (step,))
            return self._sql.total_changes() - before >= 2 * len(_TABLES)

    def purge(self, step: int, *, first: bool) -> bool:
        """Rewrite `step` pages without the dropped content, and return whether the purge is complete.

        The `first` step of a purge says so: it decides what is to be merged.
        """
        with self._honest():
            before = self._sql.total_changes()
            for table in _TABLES:
                self._sql.execute(
                    f"INSERT INTO {table}({table}, rank) VALUES('merge', ?)", (-step if first else step,)
                )
            return not first and self._sql.total_changes() - before < 2 * len(_TABLES)

    def rekey(self, pages: Mapping[int, SealedPage]) -> dict[int, SealedPage]:
        """Return stored pages sealed under the newest key, with pages no longer in use emptied."""
        with self._honest():
            unused = free_pages.unused(self._file)
            return {
                number: self._file.reseal(number, page, keep=unused.get(number))
                for number, page in pages.items()
            }

    # --- reading -----------------------------------------------------------------------------------------------------

    def search(self, query: Query, *, most: int) -> list[Hit]:
        """Return up to `most` reports that match, most recently indexed first.

        A query without clauses matches nothing.
        """
        with self._honest():
            asked = self._asked(query)
            if not asked:
                return []
            rows = " INTERSECT ".join(f"SELECT id FROM ({statement})" for statement, _ in asked)  # noqa: S608
            found = self._sql.execute(
                f"SELECT id, report FROM document JOIN (SELECT id FROM ({rows}) ORDER BY id DESC LIMIT ?) USING (id)"  # noqa: S608
                " ORDER BY id DESC",
                (*(value for _, values in asked for value in values), most),
            ).fetchall()
        return [Hit(UUID(bytes=report), row) for row, report in cast("list[tuple[int, bytes]]", found)]

    def seen(self, keys: Iterable[str], *, most: int) -> dict[str, list[UUID]]:
        """Return up to `most` reports for each of these keys, most recently indexed first.

        Keys that no report has are left out.
        """
        found = {}
        with self._honest():
            for key in keys:
                rows = self._rows(self._token("k", key), most)
                if rows:
                    found[key] = [self._report(row) for row in rows]
        return found

    def has(self, report: UUID) -> bool:
        """Return whether a report is in the index."""
        with self._honest():
            return bool(self._rows(self._token("r", report.hex), 1))

    def check(self) -> None:
        """Check the integrity of the whole index.

        Raises Damaged.
        """
        with self._honest():
            if self._one("PRAGMA integrity_check") != "ok":
                raise Damaged
            for table in _TABLES:
                try:
                    self._sql.execute(f"INSERT INTO {table}({table}) VALUES('integrity-check')")
                except apsw.CorruptError:
                    raise Damaged from None

    # -----------------------------------------------------------------------------------------------------------------

    def _drop(self, report: UUID) -> bool:
        rows = self._rows(self._token("r", report.hex), -1)
        for row in rows:
            for table in (*_TABLES, "document"):
                self._sql.execute(f"DELETE FROM {table} WHERE rowid = ?", (row,))  # noqa: S608
            self._known.pop(row, None)
        return bool(rows)

    def _rows(self, form: str, most: int) -> list[int]:
        asked = "SELECT rowid FROM forms WHERE forms MATCH ? ORDER BY rowid DESC LIMIT ?"
        found = self._sql.execute(asked, (f'"{form}"', most)).fetchall()
        return [row for (row,) in cast("list[tuple[int]]", found)]

    def _report(self, row: int) -> UUID:
        if row not in self._known:
            self._known[row] = UUID(bytes=self._one("SELECT report FROM document WHERE id = ?", row))
        return self._known[row]

    def _asked(self, query: Query) -> list[tuple[str, tuple[str, ...]]]:
        """Return the SQL statements for a query, each with its values.

        A report matches if all of the statements return its row.
        """
        words, forms = [], []
        asked: list[tuple[str, tuple[str, ...]]] = []
        for clause in query.clauses:
            phrases = " OR ".join(
                f'"{" ".join(self._token("w", one) for one in phrase)}"' for phrase in clause.phrases
            )
            forms_and_keys = [
                *(self._token("f", one) for one in clause.forms),
                *(self._token("k", one) for one in clause.keys),
            ]
            there = [form for form in forms_and_keys if not phrases or self._rows(form, 1)]
            any_form = " OR ".join(f'"{form}"' for form in there)
            if phrases and any_form:
                union = f"{_ROWS.format('words')} UNION {_ROWS.format('forms')}"
                asked.append((union, (phrases, any_form)))
            elif phrases:
                words.append(f"({phrases})")
            elif any_form:
                forms.append(f"({any_form})")
        for table, wanted in (("words", words), ("forms", forms)):
            if wanted:
                asked.append((_ROWS.format(table), (" AND ".join(wanted),)))
        return asked

    def _one(self, statement: str, *values: Any) -> Any:
        row = self._sql.execute(statement, values).fetchone()
        if row is None:
            raise Damaged
        return row[0]

    def _token(self, sort: str, word: str) -> str:
        """Return the keyed hash of a word (`w`), form (`f`), key (`k`), report (`r`) or mark of a thing (`t`)."""
        named = f"{sort}:{word}"
        token = self._tokens.get(named)
        if token is None:
            if len(self._tokens) >= _MOST_TOKENS:
                self._tokens.clear()
            digest = hmac.digest(self._key, named.encode(), "sha256")
            token = self._tokens[named] = b32encode(digest[:10])[:_TOKEN].decode().lower()
        return token

    @contextmanager
    def _honest(self) -> Iterator[None]:
        """Raise the original error from below SQLite, or Damaged if SQLite finds a corrupt page."""
        try:
            yield
        except _OF_THE_PAGES as why:
            raise self._file.failure or Damaged from why
