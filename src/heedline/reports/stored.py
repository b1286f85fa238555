"""Read stored sealed parts, fetching each header with its payload in one SQL query.

The header and the payload are in separate tables. A page that reads the report's row as well takes its parts as a
column of that row (`parts_column`).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import batched
from typing import Any
from uuid import UUID

from django.db import connection
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


#: The encoding of bytes in JSON. PostgreSQL breaks base64 into lines, and each line break would be escaped several times.
_HEX = Value("hex")
_PAYLOAD = Subquery(SealedPayload.objects.filter(container=OuterRef("container")).values("payload"))
_LOGGED = Case(
    When(part="report", then=Func(F("report_id"), function="permits.logged_payload")),
    output_field=BinaryField(),
)
_COLUMNS = ("report_id", "container", "part", "header")
#: The position of the payload in a row.
_OF_PAYLOAD = len(_COLUMNS)
_OF_SORTS = (
    "SELECT report_id, container, part, header,"
    " (SELECT payload FROM reports_sealed_payload AS p WHERE p.container = h.container),"
    " epochs, CASE WHEN part = 'report' THEN permits.logged_payload(report_id) END"
    " FROM reports_sealed_header AS h WHERE report_id = ANY (%b::uuid[]) AND part = ANY (%b::text[])"
)


def parts_of(reports: Iterable[UUID], which: Q) -> list[StoredPart]:
    """Return the stored sealed parts of these reports that match the query filter `which`.

    Each report's own part is compared with the log. A report is logged some minutes after it arrived, and
    before that there is nothing to compare with. A part without its payload is left out, because it has
    just been moved elsewhere.
    """
    rows: QuerySet[Any] = SealedHeader.objects.filter(which, report_id__in=list(reports)).annotate(
        payload=_PAYLOAD, logged=_LOGGED
    )
    return [
        _stored(*row)
        for row in rows.values_list(*_COLUMNS, "payload", "epochs", "logged")
        if row[_OF_PAYLOAD] is not None
    ]


def parts_of_sorts(reports: Iterable[UUID], sorts: Iterable[str]) -> list[StoredPart]:
    """Return reports' parts of the given kinds, using a prepared statement to read very many at once.

    The statement is prepared once, and sealed bytes are sent in binary.
    """
    wrapper: Any = connection  # our own backend
    with wrapper.bound_cursor(binary=True) as cursor:
        cursor.execute(_OF_SORTS, [list(reports), list(sorts)])
        return [_stored(*row) for row in cursor.fetchall() if row[_OF_PAYLOAD] is not None]


class _Lines(Subquery):
    """A subquery of one JSON array per line, read as one JSON text. NULL if there are no lines.

    An array of PostgreSQL would be written out with each quotation mark escaped, and parsed again here.
    """

    template = "(SELECT json_agg(p.line)::text FROM (%(subquery)s) AS p)"


def parts_column(which: Q) -> Subquery:
    """Return a subquery column with each report's parts that match `which`, to be read with `parts_in`."""
    line = Func(
        "container",
        "part",
        "epochs",
        _in_json(F("header")),
        _in_json(_PAYLOAD),
        _in_json(_LOGGED),
        function="json_build_array",
        output_field=TextField(),
    )
    found = SealedHeader.objects.filter(which, report=OuterRef("pk")).values(line=line)
    return _Lines(found, output_field=TextField())


def parts_in(report: UUID, column: str | None) -> list[StoredPart]:
    """Return the parts read through `parts_column`, under the same conditions as `parts_of`."""
    lines = json.loads(column) if column is not None else ()
    return [
        _stored(
            report,
            UUID(container),
            part,
            bytes.fromhex(header),
            bytes.fromhex(payload),
            [UUID(epoch) for epoch in epochs],
            bytes.fromhex(logged) if logged is not None else None,
        )
        for container, part, epochs, header, payload, logged in lines
        if payload is not None
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
