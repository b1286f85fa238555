"""Data structure for the content of one report to be indexed."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from uuid import UUID


@dataclass(frozen=True)
class Document:
    """The indexed content of one report.

    `texts` are its texts as words in their order. No phrase matches across two texts. `forms` are other ways
    to find its words, such as spellings that sound alike, and `begun` are words in ASCII that are also found by
    their beginnings. `keys` are the values by which two reports are compared. All are opaque here and
    are stored in the index as tokens (`vault/tokens.py`). A `thing` of a specialist desk is found by its keys like a
    report, and is not counted as one.
    """

    report: UUID
    texts: Sequence[Sequence[str]] = field(repr=False)
    forms: Collection[str] = field(repr=False, default=())
    keys: Collection[str] = field(repr=False, default=())
    thing: bool = False
    begun: Collection[str] = field(repr=False, default=())
