"""Data structures for index queries and their results."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID


@dataclass(frozen=True)
class Clause:
    """A condition that a report must meet to match a query.

    The report must contain any of these phrases, any of these forms, all the forms of any of the groups in `together`, or any
    of these keys. A phrase is one or more words in order.
    """

    phrases: Sequence[Sequence[str]] = field(repr=False, default=())
    forms: Sequence[str] = field(repr=False, default=())
    keys: Sequence[str] = field(repr=False, default=())
    together: Sequence[Sequence[str]] = field(repr=False, default=())


@dataclass(frozen=True)
class Query:
    """A search query.

    A report matches if it meets all of the clauses, and none of those in `left_out`.
    """

    clauses: Sequence[Clause]
    left_out: Sequence[Clause] = ()


@dataclass(frozen=True)
class Hit:
    """A report that matches a query.

    `number` is its row, which is higher for reports indexed later.
    """

    report: UUID
    number: int


@dataclass(frozen=True)
class SeenRows:
    """Row numbers in the index, by key (most recently indexed first) and by report."""

    by_key: Mapping[str, Sequence[int]]
    by_report: Mapping[UUID, int]
