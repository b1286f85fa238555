"""Sealed parts that belong to a desk rather than to a report.

A specialist desk keeps its own records in them. They are sealed to the desk's current epoch, and are readdressed,
backed up and restored by the core. A part goes only by a function that the desk brings (`DatabaseRights.functions`), so
that the database asks whether it may.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.db.models import OuterRef, QuerySet, Subquery

from heedline.casework.access.keyring import Keyring
from heedline.casework.errors import SealingStopped
from heedline.casework.keys import directory
from heedline.casework.report.notes import open_words, refuse_unknown
from heedline.reports.models import DeskPartHeader, DeskPartPayload
from heedline.vault import CannotOpen
from heedline.vault.canonical import canonical
from heedline.vault.containers import envelope


@dataclass(frozen=True, slots=True)
class SealedDeskPart:
    """A part sealed to a desk's current key but not yet stored."""

    container: UUID
    epoch: UUID
    header: bytes
    payload: bytes


def seal(desk: UUID, thing: UUID, words: Mapping[str, Any], *, part: str, on: date) -> UUID:
    """Seal a record's text to a desk's current keys, store it and return the container's id.

    Raises NotRegistered for an unknown kind of part, and SealingStopped if the desk has no current key.
    """
    made = sealed_to(desk, words, part=part, on=on)
    DeskPartHeader.objects.create(
        container=made.container,
        desk_id=desk,
        thing=thing,
        part=part,
        header=made.header,
        epoch=made.epoch,
    )
    DeskPartPayload.objects.create(container=made.container, desk_id=desk, thing=thing, payload=made.payload)
    return made.container


def padded(words: Mapping[str, Any], size: int) -> dict[str, Any] | None:
    """Return text that always has this size before it is sealed, or None if it is longer. Padding is added as `pad`."""
    room = size - len(canonical({**words, "pad": ""}))
    return None if room < 0 else {**words, "pad": " " * room}


def sealed_to(desk: UUID, words: Mapping[str, Any], *, part: str, on: date) -> SealedDeskPart:
    """Seal text to a desk's current key, without a session, for a database function to store.

    Raises NotRegistered for an unknown kind of part, and SealingStopped if the desk has no current key.
    """
    refuse_unknown(part)
    epoch = directory.trusted().current_epoch(str(desk), on)
    if epoch is None:
        raise SealingStopped
    container = uuid4()
    sealed = envelope.seal_part(
        canonical(dict(words)),
        [epoch.kem],
        installation=settings.INSTALLATION,
        container_id=container,
        part=part,
    )
    return SealedDeskPart(container, UUID(epoch.epoch), sealed.header, sealed.payload)


def with_parts(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Annotate rows with their sealed parts, found by the `container` column, for `part_of` to open."""
    headers = DeskPartHeader.objects.filter(container=OuterRef("container"))
    payloads = DeskPartPayload.objects.filter(container=OuterRef("container"))
    found: QuerySet[Any] = rows.annotate(
        part_header=Subquery(headers.values("header")),
        part_epoch=Subquery(headers.values("epoch")),
        part_name=Subquery(headers.values("part")),
        part_payload=Subquery(payloads.values("payload")),
    )
    return found


def part_of(row: Any, ring: Keyring) -> dict[str, Any] | None:
    """Return the decrypted text of a row's sealed part, or None if it is missing or cannot be opened."""
    if row.part_header is None or row.part_payload is None:
        return None
    try:
        return open_words(
            row.container,
            bytes(row.part_header),
            bytes(row.part_payload),
            ring.for_any([row.part_epoch]),
            row.part_name,
        )
    except CannotOpen:
        return None


def opened(containers: Iterable[UUID], ring: Keyring) -> dict[UUID, dict[str, Any]]:
    """Return the decrypted text of these containers by id, leaving out any that cannot be opened."""
    payload = DeskPartPayload.objects.filter(container=OuterRef("container")).values("payload")
    rows = DeskPartHeader.objects.filter(container__in=list(containers)).annotate(payload=Subquery(payload))
    found = {}
    for one in rows:
        if one.payload is not None:
            try:
                found[one.container] = open_words(
                    one.container,
                    bytes(one.header),
                    bytes(one.payload),
                    ring.for_any([one.epoch]),
                    one.part,
                )
            except CannotOpen:
                continue
    return found
