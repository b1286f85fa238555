"""Finds the rows of an index that match a query, the newest first.

Lists without positions are a small part of those with positions, so a search asks the table of forms first: it has every word
of a report as well. Positions are read only for phrases, and if few reports are left, only theirs.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple, cast

import apsw

#: Rows that are looked at one by one. More are found by reading whole lists.
FEW = 30
#: More rows than there can be, as a limit.
ALL: Final = 1 << 40
#: All possible rows.
EVERY: Final = range(1 << 62)
#: The most FTS5 pages that are fetched together if all have to be read. Two of them fit one page of SQLite.
_MOST_TOGETHER: Final = 2_000
_ROWS: Final = "SELECT rowid AS id FROM {0} WHERE {0} MATCH CAST(? AS TEXT)"
_OF_ROW: Final = f"{_ROWS} AND rowid = ? LIMIT 1"
#: How many times as long as the shortest list of a phrase one is without which it is worth being searched for first.
_MUCH_LONGER: Final = 20


class TokenPhrase(NamedTuple):
    """A phrase of several words, and the tokens that represent it in a text (`word_pairs.py`)."""

    words: Sequence[bytes]
    in_text: Sequence[bytes]


@dataclass(frozen=True)
class TokenClause:
    """A query clause as tokens, met by any one of its phrases, single words, forms or keys, or by a whole group of `together`.

    If there are phrases, single common words are among the forms, because the table of words leaves them out.
    """

    phrases: Sequence[TokenPhrase] = ()
    words: Sequence[bytes] = ()
    forms: Sequence[bytes] = ()
    keys: Sequence[bytes] = ()
    together: Sequence[Sequence[bytes]] = ()

    @property
    def by_position(self) -> bytes:
        """Return the FTS5 query that finds the phrases and single words in the `words` table."""
        return _any([b" ".join(phrase.in_text) for phrase in self.phrases] + list(self.words))

    @property
    def needed(self) -> bytes:
        """Return an FTS5 query on the `forms` table that every matching row meets, if there are no keys."""
        groups = [*self.together, *(phrase.words for phrase in self.phrases)]
        return _any_or_whole((*self.words, *self.forms), groups)

    def ways(self) -> Iterator[tuple[str, bytes]]:
        """Yield each table to search for this clause, with the FTS5 query for it."""
        if self.phrases:
            yield "words", self.by_position
        alone = (*self.forms, *(() if self.phrases else self.words))
        if alone or self.together:
            yield "forms", _any_or_whole(alone, self.together)
        if self.keys:
            yield "keys", _any(self.keys)


class Matcher:
    """A search in an open index.

    `ahead` prefetches pages. It is called with a table, the tokens to look up there and, if only some rows matter,
    those rows. It returns the number of pages that hold each token.
    """

    def __init__(
        self,
        connection: apsw.Connection,
        clauses: Sequence[TokenClause],
        ahead: Callable[[str, Sequence[bytes], Sequence[int] | None], Mapping[bytes, int]],
    ) -> None:
        self._sql = connection
        self._ahead = ahead
        self._clauses = clauses

    def rows(self, most: int) -> list[int]:
        """Return up to `most` rows that match all clauses, the highest first."""
        singles = [
            token
            for one in self._clauses
            for some in (one.words, one.forms, *one.together, *(phrase.words for phrase in one.phrases))
            for token in some
        ]
        self._ahead("forms", singles, None)
        self._ahead("keys", [token for one in self._clauses for token in one.keys], None)
        rest = [clause for clause in self._clauses if clause.phrases or clause.keys]
        needed = [clause.needed for clause in self._clauses if not clause.keys]
        if not rest:
            return self._ask("forms", _all(needed), most)
        drivers = [("forms", _all(needed))] if needed else []
        drivers += [("keys", _any(clause.keys)) for clause in rest if next(iter(clause.ways()))[0] == "keys"]
        for table, asked in drivers:
            rows = self._ask(table, asked, FEW + 1)
            if len(rows) <= FEW:
                return self._confirmed(rows, rest if table == "forms" else self._clauses, most)
        return self._by_whole_lists(most)

    def _confirmed(self, rows: list[int], clauses: Sequence[TokenClause], most: int) -> list[int]:
        if rows:
            self._ahead("words", _tokens_of_phrases(clauses), rows)
        return [row for row in rows if all(self._has(row, clause) for clause in clauses)][:most]

    def _by_whole_lists(self, most: int) -> list[int]:
        pages = self._ahead("words", _tokens_of_phrases(self._clauses), None)
        for phrase in (shorter for clause in self._clauses if (shorter := _without_longest(clause, pages))):
            rows = self._ask("words", _any([b" ".join(phrase)]), FEW + 1)
            if len(rows) <= FEW:
                return self._confirmed(rows, self._clauses, most)
        if sum(pages.values()) <= _MOST_TOGETHER:
            self._ahead("words", _tokens_of_phrases(self._clauses), EVERY)
        together: dict[str, list[bytes]] = {}
        asked: list[list[tuple[str, bytes]]] = []
        for clause in self._clauses:
            ways = list(clause.ways())
            if len(ways) == 1:
                together.setdefault(ways[0][0], []).append(ways[0][1])
            else:
                asked.append(ways)
        asked += [[(table, _all(conditions))] for table, conditions in together.items()]
        unions = [" UNION ".join(_ROWS.format(table) for table, _ in ways) for ways in asked]
        parts = " INTERSECT ".join(f"SELECT id FROM ({union})" for union in unions)  # noqa: S608
        values = [value for ways in asked for _, value in ways]
        newest = f"SELECT id FROM ({parts}) ORDER BY id DESC LIMIT ?"  # noqa: S608
        return _numbers(self._sql.execute(newest, (*values, most)))

    def _has(self, row: int, clause: TokenClause) -> bool:
        return any(
            self._sql.execute(_OF_ROW.format(table), (asked, row)).fetchone() is not None
            for table, asked in clause.ways()
        )

    def _ask(self, table: str, asked: bytes, most: int) -> list[int]:
        statement = f"{_ROWS.format(table)} ORDER BY rowid DESC LIMIT ?"
        return _numbers(self._sql.execute(statement, (asked, most)))


def _tokens_of_phrases(clauses: Sequence[TokenClause]) -> list[bytes]:
    return [
        token
        for one in clauses
        for some in (*(phrase.in_text for phrase in one.phrases), one.words if one.phrases else ())
        for token in some
    ]


def _without_longest(clause: TokenClause, pages: Mapping[bytes, int]) -> Sequence[bytes]:
    """Return a lone phrase without its first or last token if that has by far the longest list, or ()."""
    if len(clause.phrases) != 1 or clause.words or clause.forms or clause.keys or clause.together:
        return ()
    [(_, phrase)] = clause.phrases
    if len(phrase) <= 2:
        return ()
    longest = max(phrase, key=lambda token: pages.get(token, 0))
    shortest = min(pages.get(token, 0) for token in phrase)
    if shortest * _MUCH_LONGER > pages.get(longest, 0) or longest in phrase[1:-1]:
        return ()
    return phrase[1:] if phrase[0] == longest else phrase[:-1]


def _numbers(cursor: apsw.Cursor) -> list[int]:
    return [row for (row,) in cast("list[tuple[int]]", cursor.fetchall())]


def _any(phrases: Sequence[bytes]) -> bytes:
    return b"(%b)" % b" OR ".join(b'"%b"' % phrase for phrase in phrases)


def _any_or_whole(tokens: Sequence[bytes], groups: Sequence[Sequence[bytes]]) -> bytes:
    """Return the FTS5 query for any of these tokens, or all tokens of any of these groups."""
    either = [b'"%b"' % token for token in tokens]
    if groups:
        either.append(_any_whole({frozenset(group) for group in groups}))
    return b"(%b)" % b" OR ".join(either)


def _any_whole(groups: set[frozenset[bytes]]) -> bytes:
    """Return the FTS5 query for all tokens of any of these groups.

    FTS5 reads a list once for each time that its token is named. The ways to write a date have few tokens in many groups, so
    the one that most of them share is named once for all of these.
    """
    groups = {one for one in groups if not any(other < one for other in groups)}
    counted = Counter(token for group in groups for token in sorted(group))
    token, number = max(counted.items(), key=lambda one: (one[1], one[0]))
    if number == 1:
        return b"(%b)" % b" OR ".join(_all([b'"%b"' % one for one in sorted(group)]) for group in groups)
    rest = _any_whole({group - {token} for group in groups if token in group})
    either = [_all([b'"%b"' % token, rest])]
    if others := {group for group in groups if token not in group}:
        either.append(_any_whole(others))
    return b"(%b)" % b" OR ".join(either)


def _all(conditions: Sequence[bytes]) -> bytes:
    return b"(%b)" % b" AND ".join(conditions)
