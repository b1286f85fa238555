"""Append entries to an item's evidence chain, and read and verify the chain."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from heedline.audit.models import Event
from heedline.casework.access.keyring import Keyring
from heedline.casework.attachments.desk_files import KeptFile
from heedline.casework.records import desk_parts, time_stamps
from heedline.reports.lifecycle import NotNow
from heedline.specialist_desks.material.evidence import chain
from heedline.specialist_desks.material.evidence.chain import (
    BEGINNING,
    BrokenChain,
    ChainLink,
    EvidenceKind,
    head_of,
)
from heedline.specialist_desks.material.items.found_item import FoundItem
from heedline.specialist_desks.material.models import EvidenceEntry, MaterialItem
from heedline.specialist_desks.material.vocabulary import EVIDENCE, MaterialAct

#: Acts after which the log has the number and the hash of the newest entry.
ADDING = (MaterialAct.CAPTURED, MaterialAct.UPLOADED, MaterialAct.LOOKED)
CHANGED = "The evidence of this item is not what was recorded."


@dataclass(frozen=True)
class EvidenceFile:
    """A file of an evidence entry, with its role: picture, text, warc or upload."""

    role: str
    media: str
    kind: str
    name: str = field(repr=False)
    kept: KeptFile = field(repr=False)


@dataclass(frozen=True)
class OpenedEntry:
    """An evidence entry with its files and timestamp. `damaged` means that a file was unreadable."""

    id: UUID
    link: ChainLink
    kind: EvidenceKind
    by: str
    at: datetime
    stamp: bytes | None
    damaged: bool
    files: tuple[EvidenceFile, ...]


def add(
    found: FoundItem,
    kind: EvidenceKind,
    files: Iterable[EvidenceFile],
    told: Mapping[str, Any],
    act: MaterialAct,
    *,
    routine: bool = False,
) -> EvidenceEntry:
    """Append an entry about stored files to an item's chain, and log its number and hash.

    `routine` is a check that saw no change, on which no finding rests.
    The item's row must be locked, as `items.find` leaves it. Raises SealingStopped.
    """
    item, on = found.item, found.at.date()
    before = item.evidence.order_by("-number").first()
    number = before.number + 1 if before is not None else 1
    listed = [
        {
            "role": one.role,
            "media": one.media,
            "kind": one.kind,
            "name": one.name,
            "container": str(one.kept.container),
            "length": one.kept.length,
            "sha256": one.kept.sha256,
        }
        for one in files
    ]
    words = {
        "version": 1,
        "item": str(item.id),
        "number": number,
        "previous": (bytes(before.head) if before is not None else BEGINNING).hex(),
        "kind": str(kind),
        "at": found.at.isoformat(),
        "by": str(found.by.officer_id),
        "salt": secrets.token_hex(16),
        "files": listed,
        "told": dict(told),
    }
    head = head_of(words)
    container = desk_parts.seal(item.desk_id, item.id, words, part=EVIDENCE, on=on)
    entry = EvidenceEntry.objects.create(
        item=item,
        number=number,
        container=container,
        head=head,
        routine=routine,
        officer_id=found.by.officer_id,
        at=found.at,
    )
    found.record(act, number=number, head=head.hex())
    return entry


def stamp_missing(item: UUID) -> int:
    """Request a timestamp for each unstamped entry of an item, and return the number obtained."""
    stamped = 0
    for row in EvidenceEntry.objects.filter(item_id=item, stamp=None).order_by("number"):
        reply = time_stamps.stamp(bytes(row.head))
        if reply is None:
            break
        with transaction.atomic():
            stamped += EvidenceEntry.objects.filter(id=row.id, stamp=None).update(stamp=reply)
    return stamped


def opened(item: MaterialItem, ring: Keyring) -> tuple[OpenedEntry, ...]:
    """Return an item's chain, verified against the log. Raise BrokenChain if verification fails."""
    rows = list(item.evidence.select_related("officer").order_by("number"))
    words = desk_parts.opened([one.container for one in rows], ring)
    links = [
        ChainLink(one.number, words[one.container], bytes(one.head)) for one in rows if one.container in words
    ]
    if len(links) < len(rows):
        raise BrokenChain("An entry cannot be opened with the keys of this session.")
    chain.verify(links, last=logged(item.id))
    return tuple(
        OpenedEntry(
            row.id,
            link,
            EvidenceKind(link.words["kind"]),
            row.officer.name,
            row.at,
            bytes(row.stamp) if row.stamp is not None else None,
            row.damaged,
            tuple(_file(one) for one in link.words["files"]),
        )
        for row, link in zip(rows, links, strict=True)
    )


def whole(item: MaterialItem, ring: Keyring) -> tuple[OpenedEntry, ...]:
    """Return an item's evidence chain. Raise NotNow if it is broken."""
    try:
        return opened(item, ring)
    except BrokenChain as why:
        raise NotNow(f"{CHANGED} {why}") from None


def logged(item: UUID) -> tuple[int, bytes]:
    """Return the number and hash of an item's newest entry according to the log, or 0 if it has none."""
    acts = [str(one) for one in ADDING]
    details: Sequence[Mapping[str, Any]] = list(
        Event.objects.filter(thing="item", thing_id=item, act__in=acts, outcome="done").values_list(
            "detail", flat=True
        )
    )
    newest = max(details, key=lambda one: int(one.get("number", 0)), default=None)
    if newest is None or "head" not in newest:
        return 0, BEGINNING
    return int(newest["number"]), bytes.fromhex(str(newest["head"]))


def _file(one: Mapping[str, Any]) -> EvidenceFile:
    kept = KeptFile(UUID(one["container"]), int(one["length"]), str(one["sha256"]))
    return EvidenceFile(str(one["role"]), str(one["media"]), str(one["kind"]), str(one["name"]), kept)
