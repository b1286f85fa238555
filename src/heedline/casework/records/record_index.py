"""Records in the sealed index of their desk, found by keys that the desk makes of what a record says."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from django.db.models import Q, QuerySet

from heedline.casework.access.keyring import Keyring
from heedline.casework.records import desk_parts
from heedline.casework.search import desk_index
from heedline.casework.search.documents import DeskIndexing, IndexVisit
from heedline.index import Document
from heedline.reports.models import DeskRecord, SearchIndex
from heedline.reports.record_kinds import RecordKind

#: Records that one batch puts into the index at most.
MOST: Final = 50
#: Records that are found under one key at most.
FOUND: Final = 100


def indexing_of(kind: RecordKind, keys_of: Callable[[Mapping[str, Any]], Sequence[str]]) -> DeskIndexing:
    """Return the hook that puts new and changed records of a kind into their desk's index.

    `keys_of` maps what a record says to the keys under which it is found.
    """

    def outdated(desk: UUID) -> QuerySet[DeskRecord]:
        index = SearchIndex.objects.filter(desk_id=desk).values("id")
        return DeskRecord.objects.filter(
            Q(indexed=None) | ~Q(indexed__in=index), desk_id=desk, kind=kind.code
        )

    def prepare(visit: IndexVisit) -> bool:
        rows = list(outdated(visit.desk).select_for_update(skip_locked=True).order_by("id")[:MOST])
        if not rows:
            return True
        opened = desk_parts.opened([one.container for one in rows], visit.ring)
        visit.index.add(
            [
                Document(one.id, (), keys=keys_of(opened[one.container]), thing=True)
                for one in rows
                if one.container in opened
            ]
        )
        DeskRecord.objects.filter(id__in=[one.id for one in rows]).update(indexed=visit.identity)
        return len(rows) < MOST

    return DeskIndexing(
        prepare=prepare, report=lambda visit, report, texts: (), waits=lambda desk: outdated(desk).exists()
    )


def found(desk: UUID, keys: Sequence[str], ring: Keyring) -> tuple[UUID, ...]:
    """Return the records of a desk under any of these keys, in the order of the keys, the last indexed first."""
    with desk_index.open_index(desk, ring) as index:
        refs = index.seen(keys, most=FOUND) if index is not None else {}
    return tuple(dict.fromkeys(ref for key in keys for ref in refs.get(key, ())))
