"""What the index is asked, and what it answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID


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


@dataclass(frozen=True)
class SeenRows:
    """The rows of an index that have certain keys, the last indexed first, and the rows of certain reports."""

    by_key: Mapping[str, Sequence[int]]
    by_report: Mapping[UUID, int]
