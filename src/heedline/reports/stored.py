"""What was sealed, as it lies in the two tables: header and payload of a part together, read in one statement."""

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
    """One sealed part of a report."""

    report: UUID
    container: UUID
    part: str
    header: bytes = field(repr=False)
    payload: bytes = field(repr=False)
    epochs: tuple[UUID, ...]
    #: Not what arrived: the log names another payload for this report, or none although it has been logged.
    changed: bool = False


def parts_of(reports: Iterable[UUID], which: Q) -> list[StoredPart]:
    """Return the parts of these reports that `which` chooses, each report's own compared with the log.

    A part without its payload is left out: it has just gone elsewhere. A report is logged some minutes after it arrived;
    before that there is nothing to compare with.
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
    """This part of each of many reports, a hundred in memory at a time."""
    for some in batched(reports, size, strict=False):
        yield from parts_of(some, Q(part=part))
