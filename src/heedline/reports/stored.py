"""What was sealed, as it lies in the two tables: header and payload of a part together, read in one statement."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import batched
from uuid import UUID

from django.db.models import OuterRef, Q, Subquery

from heedline.reports.models import SealedHeader, SealedPayload


@dataclass(frozen=True)
class StoredPart:
    """One sealed part of a report."""

    report: UUID
    container: UUID
    part: str
    header: bytes = field(repr=False)
    payload: bytes = field(repr=False)
    epochs: tuple[UUID, ...]


def parts_of(reports: Iterable[UUID], which: Q) -> list[StoredPart]:
    """The parts of these reports that `which` chooses. One without its payload is left out: it has just gone elsewhere."""
    payload = SealedPayload.objects.filter(container=OuterRef("container")).values("payload")
    rows = SealedHeader.objects.filter(which, report_id__in=list(reports)).annotate(payload=Subquery(payload))
    return [
        StoredPart(
            row.report_id, row.container, row.part, bytes(row.header), bytes(row.payload), tuple(row.epochs)
        )
        for row in rows
        if row.payload is not None
    ]


def in_batches(reports: Iterable[UUID], *, part: str, size: int = 100) -> Iterator[StoredPart]:
    """This part of each of many reports, a hundred in memory at a time."""
    for some in batched(reports, size, strict=False):
        yield from parts_of(some, Q(part=part))
