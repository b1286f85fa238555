"""Read stored sealed parts, fetching each header with its payload in one statement.

The header and the payload are in separate tables. A page that reads the report's row as well takes its parts as a
column of that row (`parts_column`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import batched
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import (
    BinaryField,
    Case,
    F,
    Func,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    TextField,
    Value,
    When,
)
from django.db.models.functions import JSONObject

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


#: As bytes are written into JSON. PostgreSQL breaks base64 into lines, each of which is escaped several times on its way.
_HEX = Value("hex")
_PAYLOAD = Subquery(SealedPayload.objects.filter(container=OuterRef("container")).values("payload"))
_LOGGED = Case(
    When(part="report", then=Func(F("report_id"), function="permits.logged_payload")),
    output_field=BinaryField(),
)


def parts_of(reports: Iterable[UUID], which: Q) -> list[StoredPart]:
    """Return the parts of these reports that match `which`.

    Each report's own part is compared with the log. A report is logged some minutes after it arrived, and
    before that there is nothing to compare with. A part without its payload is left out, because it has
    just been moved elsewhere.
    """
    return parts_from(part_rows(reports, which))


def part_rows(reports: Iterable[UUID], which: Q) -> QuerySet[Any]:
    """Return the query of `parts_of`, for a caller that compiles it once. Its rows are read with `parts_from`."""
    rows: QuerySet[Any] = SealedHeader.objects.filter(which, report_id__in=list(reports)).annotate(
        payload=_PAYLOAD, logged=_LOGGED
    )
    return rows.values("report_id", "container", "part", "header", "payload", "epochs", "logged")


def parts_from(rows: Iterable[Mapping[str, Any]]) -> list[StoredPart]:
    """Return the parts in the rows of `part_rows`, without those whose payload has just been moved elsewhere."""
    return [
        _stored(
            row["report_id"],
            row["container"],
            row["part"],
            row["header"],
            row["payload"],
            row["epochs"],
            row["logged"],
        )
        for row in rows
        if row["payload"] is not None
    ]


def parts_column(which: Q) -> ArraySubquery:
    """Return a subquery column with each report's parts that match `which`, to be read with `parts_in`."""
    return ArraySubquery(
        SealedHeader.objects.filter(which, report=OuterRef("pk")).values(
            line=JSONObject(
                container="container",
                part="part",
                epochs="epochs",
                header=_in_json(F("header")),
                payload=_in_json(_PAYLOAD),
                logged=_in_json(_LOGGED),
            )
        )
    )


def parts_in(report: UUID, column: Iterable[Mapping[str, Any]]) -> list[StoredPart]:
    """Return the parts read through `parts_column`, under the same conditions as `parts_of`."""
    return [
        _stored(
            report,
            UUID(row["container"]),
            row["part"],
            bytes.fromhex(row["header"]),
            bytes.fromhex(row["payload"]),
            [UUID(epoch) for epoch in row["epochs"]],
            bytes.fromhex(row["logged"]) if row["logged"] is not None else None,
        )
        for row in column
        if row["payload"] is not None
    ]


def _in_json(stored: Case | F | Subquery) -> Func:
    return Func(stored, _HEX, function="encode", output_field=TextField())


def _stored(
    report: UUID,
    container: UUID,
    part: str,
    header: bytes,
    payload: bytes,
    epochs: Iterable[UUID],
    logged: bytes | None,
) -> StoredPart:
    changed = logged is not None and bytes(logged) != sha256(payload).digest()
    return StoredPart(report, container, part, bytes(header), bytes(payload), tuple(epochs), changed)


def in_batches(reports: Iterable[UUID], *, part: str, size: int = 100) -> Iterator[StoredPart]:
    """Yield the parts of one kind for many reports, loading the reports in batches."""
    for some in batched(reports, size, strict=False):
        yield from parts_of(some, Q(part=part))
