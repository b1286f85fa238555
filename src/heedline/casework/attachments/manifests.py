"""Reads the manifests of files in a report and its messages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import nullcontext, suppress
from dataclasses import dataclass, field
from datetime import datetime
from operator import itemgetter
from typing import Any
from uuid import UUID

from django.db.models import Q

from heedline.casework.access.keyring import Keyring
from heedline.casework.errors import ChangedSinceArrival
from heedline.casework.intake import arrival_times
from heedline.casework.report.opening import object_in
from heedline.reports.stored import StoredPart, parts_of
from heedline.vault import CannotOpen


@dataclass(frozen=True)
class ManifestEntry:
    """A file's entry in the manifest, and whether it came with the report or with a message."""

    container: UUID
    object: UUID
    kind: str
    length: int
    sha256: str = field(repr=False)
    said: Mapping[str, Any] = field(repr=False)
    with_report: bool


def entries_of(report: UUID, ring: Keyring) -> tuple[ManifestEntry, ...]:
    """Return the manifest entries for a report and its messages, in order of arrival.

    Messages of the same moment stand in the order of their random ids, so that the order never changes between two pages.

    Raises ChangedSinceArrival, and CannotOpen if the report itself does not open.
    """
    parts = parts_of([report], Q(part__in=("report", "message")))
    found: list[tuple[datetime, UUID, list[ManifestEntry]]] = []
    for part in parts:
        if part.changed:
            raise ChangedSinceArrival
        with suppress(CannotOpen) if part.part == "message" else nullcontext():
            body = object_in(part, ring)
            if "arrived_at" in body:  # the desk's own messages do not arrive, and have no files
                arrived = arrival_times.read(body["arrived_at"])
                found.append((arrived, part.container, list(_entries(part, body))))
    return tuple(entry for *_, entries in sorted(found, key=itemgetter(0, 1)) for entry in entries)


def _entries(part: StoredPart, body: Mapping[str, Any]) -> Iterator[ManifestEntry]:
    for one in body.get("files", ()):
        yield ManifestEntry(
            UUID(one["container"]),
            UUID(one["object"]),
            str(one["kind"]),
            int(one["length"]),
            str(one["sha256"]),
            one,
            part.part == "report",
        )
