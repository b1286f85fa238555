"""A query that is compiled to SQL once per process and then re-run with different values.

Compiling the columns of a report's page takes Django about as long as rendering it, and gives the same SQL each time.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import Model, QuerySet
from django.db.models.sql import Query
from django.db.models.sql.compiler import SQLCompiler
from psycopg import Binary

#: One value, or a sequence of ids for `IN (…)`.
type QueryValue = UUID | datetime | bytes | str | Sequence[UUID]
_DAY = datetime.fromisoformat("2001-02-03T04:05:06+00:00")


class NotTheSame(Exception):
    """Raised when the SQL of a query varies with its values and so cannot be compiled once."""


@dataclass(frozen=True)
class _Compiled:
    """A compiled query: its SQL, its parameters and the positions of the values among them."""

    rows: QuerySet[Any] = field(repr=False)
    compiler: SQLCompiler = field(repr=False)
    sql: str = field(repr=False)
    parameters: tuple[Any, ...] = field(repr=False)
    places: tuple[tuple[int, int], ...]

    def bound(self, values: Sequence[Any]) -> QuerySet[Any]:
        """Return a lazy queryset of the rows for these values."""
        parameters = list(self.parameters)
        for at, place in self.places:
            parameters[at] = values[place]
        rows = self.rows.all()
        rows.query = _query_of(self, tuple(parameters))
        return rows


class _CompiledQuery(Query):
    """A query whose compiler returns SQL that was compiled earlier."""

    compiled: _Compiled
    bound_parameters: tuple[Any, ...]

    def get_compiler(self, using: Any = None, connection: Any = None, elide_empty: bool = True) -> Any:
        """Return a compiler for the calling thread's connection."""
        compiler = copy.copy(self.compiled.compiler)
        compiler.connection = connection or connections[using or DEFAULT_DB_ALIAS]
        compiler.as_sql = lambda *_, **__: (self.compiled.sql, self.bound_parameters)  # type: ignore[method-assign]
        return compiler


def _query_of(compiled: _Compiled, parameters: tuple[Any, ...]) -> Any:
    query: Any = compiled.rows.query.chain(_CompiledQuery)
    query.compiled, query.bound_parameters = compiled, parameters
    return query


class CompiledQuery[M: Model]:
    """A query compiled once for each number of ids in its values, and re-run with new values.

    `build` returns the query set for values. It must use the values as they are: a value that is computed from
    them or from anything else raises NotTheSame when the query is first run.
    """

    def __init__(self, build: Callable[..., QuerySet[M]]) -> None:
        self._build = build
        self._compiled: dict[tuple[int, ...], _Compiled] = {}

    def rows(self, *values: QueryValue) -> QuerySet[M]:
        """Return the rows for these values."""
        shape = tuple(len(one) if isinstance(one, (list, tuple)) else -1 for one in values)
        if 0 in shape:  # IN () is no SQL
            return self._build(*values)
        if shape not in self._compiled:
            self._compiled[shape] = self._compile(values)
        return self._compiled[shape].bound(_flat(values))

    def fetched(self, *values: QueryValue) -> list[M]:
        """Return the rows for these values, using a query plan that each connection reuses.

        This is for queries that take longer to plan than to run, because they read tables with row-level security. Always
        run such a query in this way.
        """
        connection: Any = connections[DEFAULT_DB_ALIAS]  # our own backend
        with connection.values_beside():
            return list(self.rows(*values))

    def _compile(self, values: Sequence[QueryValue]) -> _Compiled:
        """Compile the query with two sets of sample values, to find which parameters hold them."""
        first, second = ([_invented(one, n) for one in values] for n in (1, 2))
        rows = self._build(*first)
        compiler = rows.query.get_compiler(DEFAULT_DB_ALIAS)
        sql, parameters = compiler.as_sql()
        other_sql, others = self._build(*second).query.get_compiler(DEFAULT_DB_ALIAS).as_sql()
        if sql != other_sql:
            raise NotTheSame
        pairs = list(zip(_flat(first), _flat(second), strict=True))
        places = []
        both = zip(map(_plain, parameters), map(_plain, others), strict=True)
        for at, (one, other) in enumerate(both):
            if one != other:
                if (one, other) not in pairs:
                    raise NotTheSame
                places.append((at, pairs.index((one, other))))
        if {place for _, place in places} != set(range(len(pairs))):
            raise NotTheSame
        return _Compiled(rows, compiler, sql, tuple(parameters), tuple(places))


def padded(ids: Sequence[UUID], step: int) -> list[UUID]:
    """Return ids, repeating the last one up to a multiple of `step`, so that fewer queries are compiled."""
    given = list(ids)
    return given + given[-1:] * (-len(given) % step)


def _flat(values: Sequence[Any]) -> list[Any]:
    return [each for one in values for each in (one if isinstance(one, (list, tuple)) else [one])]


def _plain(parameter: Any) -> Any:
    """Unwrap a bytes parameter from `Binary`, which psycopg sends in the same way."""
    return parameter.obj if isinstance(parameter, Binary) else parameter


def _invented(value: QueryValue, n: int) -> Any:
    if isinstance(value, datetime):
        return _DAY + n * timedelta(days=1, microseconds=uuid4().int % 1_000_000)
    if isinstance(value, UUID):
        return uuid4()
    if isinstance(value, bytes):
        return uuid4().bytes
    if isinstance(value, str):
        return uuid4().hex
    return [uuid4() for _ in value]
