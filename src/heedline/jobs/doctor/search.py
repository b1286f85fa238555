"""The `heedline doctor` checks on the search indexes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg

_COVERAGE = "SELECT indexes, reports, waiting, aside, late FROM permits.search_coverage()"


def told(connection: psycopg.Connection[tuple[Any, ...]]) -> Iterator[tuple[bool | None, str]]:
    """Yield findings on index coverage and on disposed reports whose purge is overdue."""
    row = connection.execute(_COVERAGE).fetchone()
    indexes, reports, waiting, aside, late = row or (0, 0, 0, 0, 0)
    yield (
        None,
        f"{indexes} desks have a search index, with {reports} reports; {waiting} wait to be added or updated",
    )
    yield aside == 0, f"every report could be read when it was to be indexed ({aside} could not)"
    yield late == 0, f"search indexes are purged of what was disposed of within a week ({late} are not)"
