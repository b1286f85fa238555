"""The `heedline doctor` checks on the search indexes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg

_COVERAGE = "SELECT desk, held, indexed, others, waiting, aside, late FROM permits.search_coverage()"


def told(connection: psycopg.Connection[tuple[Any, ...]]) -> Iterator[tuple[bool | None, str]]:
    """Yield findings on the coverage of each desk's index and on disposed reports whose purge is overdue.

    A report that another desk watches counts at both desks.
    """
    rows = connection.execute(_COVERAGE).fetchall()
    for desk, held, indexed, others, waiting, _, _ in rows:
        yield None, _coverage(desk, held, indexed, others, waiting)
    aside, late = (sum(row[column] for row in rows) for column in (5, 6))
    yield aside == 0, f"every report could be read when it was to be indexed ({aside} could not)"
    yield late == 0, f"search indexes are purged of what was disposed of within a week ({late} are not)"


def _coverage(desk: str, held: int, indexed: int | None, others: int, waiting: int) -> str:
    if indexed is None:
        return f"{desk}: no search index for its {_reports(held)}. Opening its queue makes one"
    compared = f" (with {others} entries of other desks to compare)" if others else ""
    return f"{desk}: {_reports(held)}, {indexed} in its search index{compared}; waiting for an update or removal: {waiting}"


def _reports(number: int) -> str:
    return f"{number} report{'' if number == 1 else 's'}"
