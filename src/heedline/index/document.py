"""Data structure for the content of one report to be indexed."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from uuid import UUID


@dataclass(frozen=True)
class Document:
    """The indexed content of one report.

    `texts` are the report's texts, each as words in order; no phrase matches across two texts. `forms` are further ways
    to find its words, such as spellings that sound alike. `begun` are ASCII words that are also found by their first
    letters. `keys` are the values by which two reports are compared. The index does not interpret any of these and
    stores them as tokens (`vault/tokens.py`). A `thing` belongs to a specialist desk: it is found by its keys as a
    report is, but is not counted as a report.
    """

    report: UUID
    texts: Sequence[Sequence[str]] = field(repr=False)
    forms: Collection[str] = field(repr=False, default=())
    keys: Collection[str] = field(repr=False, default=())
    thing: bool = False
    begun: Collection[str] = field(repr=False, default=())
