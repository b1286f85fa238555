"""An encrypted full-text index of reports, which can be searched, updated, purged and rekeyed.

A document is one report with everything that may be searched in it. Its words are stored in `words` in their
order, with pairs instead of the words in `common` (`word_pairs.py`), its forms in `forms` and its keys in `keys`
in no order. All are contentless FTS5 tables. They return row numbers, and `document` maps a row to its report. A
search asks `forms` first, which has each word as well (`matching.py`). Before a look-up, the pages that it will
read are fetched together (`lookahead.py`).

A changed index must be stored with `save`. If anything fails before that, discard the object. Nothing has
changed then. All methods raise Damaged if a page is not as it was sealed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from itertools import batched
from typing import Any, Final, cast
from uuid import UUID

import apsw

from heedline.index import free_pages, lookahead
from heedline.index.document import Document
from heedline.index.keys import IndexKeys
from heedline.index.matching import ALL, EVERY, Matcher, TokenClause, TokenPhrase
from heedline.index.paging import Damaged, PageFile, PageStore, SealedPage, connect
from heedline.index.query import Clause, Hit, Query, SeenRows
from heedline.index.token_texts import BeginningTexts, TokenTexts
from heedline.index.word_pairs import WordTokens, in_order, with_pairs
from heedline.vault.tokens import TokenKey

#: Edition of the tables and of what is put into them. An index of another edition is made anew.
EDITION: Final = 12
#: Pages of FTS5 that one step of merging writes in each table. Two of them fit one page of SQLite (`pgsz` below).
MERGED: Final = 200
_TABLES = ("words", "forms", "keys")
#: Segments of one size that a merge waits for in each table, and while much is added. More write each report less often,
#: and leave more segments to look through.
_FEW: Final = {"words": 4, "forms": 4, "keys": 2}
_MANY: Final = {"words": 16, "forms": 16, "keys": 8}
#: All segments of keys are merged into one if the others have this share of the largest one's pages, and at least so many. A
#: report is looked up by about thirty keys, and each of them may lie on another page of each segment.
_SHARE: Final = 1 / 32
_LEAST: Final = 8
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
_ROWS = "SELECT rowid AS id FROM {0} WHERE {0} MATCH CAST(? AS TEXT)"
_FIRST = f"{_ROWS.format('keys')} LIMIT 1"
_ADD = "INSERT INTO {0}(rowid, {1}) VALUES(?, CAST(? AS TEXT))"
#: Rows that one statement asks for.
_TOGETHER: Final = 500
_SCHEMA = """
CREATE TABLE document(id INTEGER PRIMARY KEY, report BLOB NOT NULL);
CREATE TABLE common(word BLOB PRIMARY KEY) WITHOUT ROWID;
CREATE VIRTUAL TABLE words USING fts5(w, content='', contentless_delete=1, tokenize='ascii');
CREATE VIRTUAL TABLE forms USING fts5(f, content='', contentless_delete=1, detail=none, tokenize='ascii');
CREATE VIRTUAL TABLE keys USING fts5(k, content='', contentless_delete=1, detail=none, tokenize='ascii');
INSERT INTO words(words, rank) VALUES('pgsz', 3980), ('automerge', 0), ('crisismerge', 1000), ('hashsize', 16777216);
INSERT INTO forms(forms, rank) VALUES('pgsz', 3980), ('automerge', 0), ('crisismerge', 1000), ('hashsize', 16777216);
INSERT INTO keys(keys, rank) VALUES('pgsz', 3980), ('automerge', 0), ('crisismerge', 1000), ('usermerge', 2);
"""


class SealedIndex:
    """An open index, used as a context manager in a single thread.

    A new index replaces the words in `common`, given in any order, with word pairs, so that phrases with them are found
    faster.
    """

    def __init__(
        self, store: PageStore, keys: IndexKeys, *, writable: bool = False, common: Collection[str] = ()
    ) -> None:
        self._file = PageFile(store, keys, writable=writable)
        self._store = store
        self._words, self._forms, self._keys, self._reports, self._marks = (
            TokenKey(keys.words, sort) for sort in ("word", "form", "key", "report", "mark")
        )
        self._texts = [TokenTexts(key) for key in (self._words, self._forms, self._keys, self._reports)]
        self._beginnings = BeginningTexts(self._forms)
        self._known: dict[int, UUID] = {}
        self._absent: set[UUID] = set()
        #: Whether much more is about to be added. Then `merge` waits for more segments.
        self.busy = False
        with self._honest():
            self._sql = connect(self._file)
            new = not store.size()
            if new and writable:
                self._sql.execute("BEGIN")
                self._sql.execute(_SCHEMA)
                self._sql.executemany(
                    "INSERT INTO common VALUES(?)", [(word,) for word in self._words.of(common)]
                )
                self._sql.execute(f"PRAGMA user_version={EDITION}")
                self._sql.execute("COMMIT")
                self._sql.execute("BEGIN")
            elif writable:
                self._sql.execute("BEGIN")
            else:
                self._sql.execute("PRAGMA query_only=ON")
                self._sql.execute("BEGIN")  # one transaction for all queries, which must not each begin one

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
        """Return whether this version of the program can read the index's tables, which are otherwise rebuilt."""
        with self._honest():
            return bool(self._one("PRAGMA user_version") == EDITION)

    def count(self) -> int:
        """Return the number of reports in the index."""
        with self._honest():
            things = len(self._rows("keys", self._marks["thing"], -1))
            return int(self._one("SELECT count(*) FROM document")) - things

    # --- writing -----------------------------------------------------------------------------------------------------

    def add(self, documents: Iterable[Document]) -> int:
        """Add reports and return the number that are new.

        A report that is already in the index is replaced.
        """
        some, more, end = list(documents), 0, b"%b " % self._marks["end"]
        words, forms, keys, reports = self._texts
        distinct = [set[str]().union(*document.texts) for document in some]
        words.learn(set[str]().union(*distinct))
        forms.learn({form for document in some for form in document.forms})
        keys.learn({key for document in some for key in document.keys})
        reports.learn([document.report.hex for document in some])
        self._beginnings.learn(set[str]().union(*(document.begun for document in some)))
        with self._honest():
            for document, its_own in zip(some, distinct, strict=True):
                more += not self._drop(document.report)
                self._sql.execute("INSERT INTO document(report) VALUES(?)", (document.report.bytes,))
                row = self._sql.last_insert_rowid()
                text = end.join(map(words.of, document.texts))
                found = forms.of(document.forms) + self._beginnings.of(document.begun) + words.of(its_own)
                marks = keys.of(document.keys) + reports.of((document.report.hex,))
                if document.thing:
                    marks += self._marks["thing"]
                self._sql.execute(_ADD.format("words", "w"), (row, with_pairs(text, self._common_in_order)))
                self._sql.execute(_ADD.format("forms", "f"), (row, found))
                self._sql.execute(_ADD.format("keys", "k"), (row, marks))
        return more

    def expect(self, reports: Iterable[UUID]) -> None:
        """Check in one query whether any of these reports is indexed, and if none is, remember that.

        Usually none is indexed, and adding them then needs no further queries.
        """
        wanted = list(reports)
        tokens = self._reports.of(report.hex for report in wanted)
        with self._honest():
            self._ahead("keys", tokens)
            any_of_them = b" OR ".join(b'"%b"' % token for token in tokens)
            if wanted and self._sql.execute(_FIRST, (any_of_them,)).fetchone() is None:
                self._absent.update(wanted)

    def drop(self, report: UUID) -> bool:
        """Remove a report so that it can no longer be found, and return whether it was there.

        Its content is gone from every copy of the pages only once `purge` and `rekey` have finished.
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
        """Merge up to about `step` pages in each table, and return whether more merging may be needed.

        Each `save` after adding reports creates a segment. Left to itself, SQLite would occasionally merge a great many
        at once.
        """
        with self._honest():
            for table, number in (_MANY if self.busy else _FEW).items():
                self._wait_for(number, table)
            before = self._sql.total_changes()
            self._merge_tables(step)
            return self._sql.total_changes() - before >= 2 * len(_TABLES)

    def has_scattered_keys(self) -> bool:
        """Return whether enough keys lie outside the largest segment to make `gather_keys` worthwhile."""
        with self._honest():
            sizes = sorted(one.last - one.first + 1 for one in self._segments("keys"))
        return sum(sizes[:-1]) >= max(_LEAST, _SHARE * sizes[-1]) if sizes else False

    def gather_keys(self, step: int = MERGED) -> None:
        """Start merging all key segments into one, writing up to about `step` pages.

        Call `merge` until only one segment is left. Keys added in the meantime are not included.
        """
        with self._honest():
            self._sql.execute("INSERT INTO keys(keys, rank) VALUES('merge', ?)", (-step,))

    def purge(self, step: int, *, first: bool) -> bool:
        """Rewrite `step` pages without the dropped content, and return whether the purge is complete.

        Pass `first` in the first step of a purge, which decides what is to be merged.
        """
        with self._honest():
            before = self._sql.total_changes()
            self._merge_tables(-step if first else step)
            if first or self._sql.total_changes() - before >= 2 * len(_TABLES):
                return False
            # what was dropped while an earlier merge was under way may have been copied by it before
            left = any(one.deleted for table in _TABLES for one in self._segments(table))
            if left:
                self._merge_tables(-step)
            return not left

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

        A query without clauses, or with an empty clause, matches nothing.
        """
        with self._honest():
            wanted = self._wanted(query.clauses)
            if not wanted or TokenClause() in wanted:
                return []
            left_out = self._wanted(query.left_out)
            rows = Matcher(self._sql, wanted, self._ahead).rows(ALL if left_out else most)
            for clause in left_out if rows else ():
                gone = set(Matcher(self._sql, [clause], self._ahead).rows(ALL))
                rows = [row for row in rows if row not in gone]
            rows = rows[:most]
            reports = self._reports_at(rows)
        return [Hit(reports[row], row) for row in rows]

    def seen(self, keys: Iterable[str], *, most: int) -> dict[str, list[UUID]]:
        """Return up to `most` reports for each of these keys, most recently indexed first.

        Keys that no report has are left out.
        """
        rows = self.rows_of(keys, most=most).by_key
        reports = self.reports_at({row for some in rows.values() for row in some})
        return {key: [reports[row] for row in some] for key, some in rows.items()}

    def rows_of(self, keys: Iterable[str], reports: Iterable[UUID] = (), *, most: int) -> SeenRows:
        """Return up to `most` rows for each of these keys, most recently indexed first, and the rows of these reports.

        Keys and reports that are not in the index are left out. Mapping rows to reports reads further pages
        (`reports_at`), so a caller that needs only a few of the rows saves most of the work.
        """
        wanted, named = list(keys), list(reports)
        tokens = dict(zip(wanted, self._keys.of(wanted), strict=True))
        marks = dict(zip(named, self._reports.of(report.hex for report in named), strict=True))
        with self._honest():
            self._ahead("keys", [*tokens.values(), *marks.values()])
            by_key = {key: rows for key, token in tokens.items() if (rows := self._rows("keys", token, most))}
            by_report = {one: rows[0] for one, mark in marks.items() if (rows := self._rows("keys", mark, 1))}
        return SeenRows(by_key, by_report)

    def reports_at(self, rows: Iterable[int]) -> dict[int, UUID]:
        """Return the report at each of these rows."""
        wanted = set(rows)
        with self._honest():
            known = self._reports_at(wanted)
            return {row: known[row] for row in wanted}

    def first_of(self, keys: Sequence[str], *, most: int) -> list[UUID]:
        """Return up to `most` reports that have any of these keys, in the order of the keys.

        The reports of a key are in order of indexing, the last indexed first.
        """
        tokens = self._keys.of(keys)
        rows: list[int] = []
        with self._honest():
            self._ahead("keys", tokens)
            for token in tokens:
                rows += self._rows("keys", token, most - len(rows))
                if len(rows) >= most:
                    break
            reports = self._reports_at(rows)
        return [reports[row] for row in dict.fromkeys(rows)]

    def has(self, report: UUID) -> bool:
        """Return whether a report is in the index."""
        with self._honest():
            return bool(self._rows("keys", self._reports[report.hex], 1))

    def check(self) -> None:
        """Check the integrity of the whole index. Raises Damaged."""
        with self._honest():
            if self._one("PRAGMA integrity_check") != "ok":
                raise Damaged
            for table in _TABLES:
                try:
                    self._sql.execute(f"INSERT INTO {table}({table}) VALUES('integrity-check')")
                except apsw.CorruptError:
                    raise Damaged from None

    # -----------------------------------------------------------------------------------------------------------------

    def _merge_tables(self, step: int) -> None:
        """Merge about `step` pages in each table. If `step` is negative, first schedule all segments for merging."""
        for table in _TABLES:
            self._sql.execute(f"INSERT INTO {table}({table}, rank) VALUES('merge', ?)", (step,))

    def _wait_for(self, number: int, table: str) -> None:
        """Set a table's FTS5 option `usermerge`, the number of segments per level that a merge needs."""
        known = self._sql.execute(f"SELECT v FROM {table}_config WHERE k = 'usermerge'").fetchone()  # noqa: S608
        if known != (number,):
            self._sql.execute(f"INSERT INTO {table}({table}, rank) VALUES('usermerge', ?)", (number,))

    def _drop(self, report: UUID) -> bool:
        if report in self._absent:
            self._absent.remove(report)
            return False
        rows = self._rows("keys", self._reports[report.hex], -1)
        for row in rows:
            for table in (*_TABLES, "document"):
                self._sql.execute(f"DELETE FROM {table} WHERE rowid = ?", (row,))  # noqa: S608
            self._known.pop(row, None)
        return bool(rows)

    def _rows(self, table: str, token: bytes, most: int) -> list[int]:
        asked = f"{_ROWS.format(table)} ORDER BY rowid DESC LIMIT ?"
        found = self._sql.execute(asked, (b'"%b"' % token, most)).fetchall()
        return [row for (row,) in cast("list[tuple[int]]", found)]

    def _reports_at(self, rows: Iterable[int]) -> dict[int, UUID]:
        """Return the report stored in each of these index rows."""
        unknown = sorted(row for row in rows if row not in self._known)
        lookahead.rows_ahead(self._file, self._roots()["document"], unknown)
        for some in batched(unknown, _TOGETHER, strict=False):
            asked = f"SELECT id, report FROM document WHERE id IN ({','.join('?' * len(some))})"  # noqa: S608
            for row, report in cast("list[tuple[int, bytes]]", self._sql.execute(asked, some).fetchall()):
                self._known[row] = UUID(bytes=report)
        if any(row not in self._known for row in unknown):
            raise Damaged
        return self._known

    def _ahead(
        self, table: str, tokens: Iterable[bytes], rows: Sequence[int] | None = None
    ) -> dict[bytes, int]:
        """Prefetch a table's pages for these tokens and, if rows are given, list pages for those rows.

        `EVERY` row means all pages of all lists. Return how many pages of FTS5 hold each token.
        """
        if not (wanted := list(tokens)):
            return {}
        roots = self._roots()
        lookahead.upper_ahead(self._file, roots, table, len(wanted))
        lists = lookahead.ahead(self._file, self._sql, roots, self._segments(table), table, wanted)
        root, some = roots[f"{table}_data"], [one for many in lists.values() for one in many]
        if rows == EVERY:
            lookahead.rows_ahead(self._file, root, [page for one in some for page in one.pages])
        elif rows:
            lookahead.rows_ahead(
                self._file, root, [row for one in some if one.indexed for row in one.index_rows]
            )
            starts = [(one, self._blocks(table, one.index_rows) if one.indexed else []) for one in some]
            lookahead.rows_ahead(self._file, root, lookahead.pages_of(starts, rows))
        return {token: sum(1 + one.last - one.first for one in some) for token, some in lists.items()}

    def _segments(self, table: str) -> list[lookahead.Segment]:
        """Return the segments of an FTS5 table."""
        structure = self._sql.execute(f"SELECT block FROM {table}_data WHERE id = ?", (lookahead.STRUCTURE,))  # noqa: S608
        return lookahead.segments_of(cast("tuple[bytes]", structure.fetchone() or (b"",))[0])

    def _blocks(self, table: str, rows: range) -> list[bytes]:
        asked = f"SELECT block FROM {table}_data WHERE id BETWEEN ? AND ? ORDER BY id"  # noqa: S608
        found = self._sql.execute(asked, (rows[0], rows[-1])).fetchall()
        return [block for (block,) in cast("list[tuple[bytes]]", found)]

    def _roots(self) -> dict[str, int]:
        """Return the number of the root page of each table and index in the SQLite file."""
        found = self._sql.execute("SELECT name, rootpage FROM sqlite_schema WHERE rootpage > 0").fetchall()
        return dict(cast("list[tuple[str, int]]", found))

    def _wanted(self, clauses: Iterable[Clause]) -> list[TokenClause]:
        """Return the clauses of a query, with their words, phrases, forms and keys converted to tokens."""
        wanted: list[TokenClause] = []
        for clause in clauses:
            words = [self._words[phrase[0]] for phrase in clause.phrases if len(phrase) == 1]
            phrases = [self._phrase(phrase) for phrase in clause.phrases if len(phrase) > 1]
            forms = self._forms.of(clause.forms)
            if phrases:
                forms += [word for word in words if word in self._common]
                words = [word for word in words if word not in self._common]
            keys = tuple(self._keys.of(clause.keys))
            together = tuple(tuple(self._forms.of(group)) for group in clause.together)
            wanted.append(TokenClause(tuple(phrases), tuple(words), tuple(forms), keys, together))
        return wanted

    def _phrase(self, words: Sequence[str]) -> TokenPhrase:
        text = self._words.text_of(words)
        return TokenPhrase(tuple(text.split()), tuple(with_pairs(text, self._common_in_order).split()))

    @cached_property
    def _common(self) -> frozenset[bytes]:
        """Return the tokens of the common words that this index replaces with word pairs."""
        found = self._sql.execute("SELECT word FROM common").fetchall()
        return frozenset(word for (word,) in cast("list[tuple[bytes]]", found))

    @cached_property
    def _common_in_order(self) -> WordTokens:
        return in_order(self._common)

    def _one(self, statement: str, *values: Any) -> Any:
        row = self._sql.execute(statement, values).fetchone()
        if row is None:
            raise Damaged
        return row[0]

    @contextmanager
    def _honest(self) -> Iterator[None]:
        """Re-raise the page file's original error, or raise Damaged if SQLite finds a corrupt page."""
        try:
            yield
        except _OF_THE_PAGES as why:
            raise self._file.failure or Damaged from why
