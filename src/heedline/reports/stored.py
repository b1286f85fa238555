"""Sealed parts as stored, with header and payload read in one statement.

The header and the payload are in separate tables.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import batched
from uuid import UUID

from django.db.models import BinaryField, Case, F, Func, OuterRef, Q, Subquery, When

from heedline.reports.models import SealedHeader, SealedPayload


@dataclass(frozen=True)
class StoredPart:
    """A sealed part of a report."""

    report: UUID
    container: UUID
    part: str
    header: bytes = field(repr=False)
    payload: bytes = field(repr=False)
    epochs: tuple[UUID, ...]
    #: Not what arrived: the log names another payload for this report, or none although it has been logged.
    changed: bool = False


def parts_of(reports: Iterable[UUID], which: Q) -> list[StoredPart]:
    """Return the parts of these reports that match `which`.

    Each report's own part is compared with the log. A report is logged some minutes after it arrived, and
    before that there is nothing to compare with. A part without its payload is left out, because it has
    just been moved elsewhere.
    """
    payload = SealedPayload.objects.filter(container=OuterRef("container")).values("payload")
    rows = SealedHeader.objects.filter(which, report_id__in=list(reports)).annotate(
        payload=Subquery(payload),
        logged=Case(
            When(part="report", then=Func(F("report_id"), function="permits.logged_payload")),
            output_field=BinaryField(),
        ),
    )
    return [
        StoredPart(
            row.report_id,
            row.container,
            row.part,
            bytes(row.header),
            bytes(row.payload),
            tuple(row.epochs),
            row.logged is not None and bytes(row.logged) != sha256(row.payload).digest(),
        )
        for row in rows
        if row.payload is not None
    ]


def in_batches(reports: Iterable[UUID], *, part: str, size: int = 100) -> Iterator[StoredPart]:
    """Yield one kind of part of many reports, loading a hundred reports at a time."""
    for some in batched(reports, size, strict=False):
        yield from parts_of(some, Q(part=part))
