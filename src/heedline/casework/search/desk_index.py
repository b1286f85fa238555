"""A desk's index, opened with the keys of an officer's session.

To prevent deadlocks, transactions that change an index or what it is made of take their locks in one order: the row of
the report, the row of the index (those of several desks by the desks' ids), its pages, and the values that are sealed
to the linking desk, by their reports' ids. A transaction that has locked values never waits for an index. One that has
locked an index never waits for rows of `SearchWaiting`: it skips locked ones, except for a report that it reopens, whose
row it has locked.

Reports are removed from every page of an index after disposal or handover. A report is dropped from the index immediately. Its hashed words stay in old pages until these are merged
without them, freed pages are emptied, and every page is sealed under a new key. A page in an old copy of the
database then cannot be opened with any key that still exists. This runs in bounded steps in officers'
sessions, from the day after the report was dropped. If no session with the keys runs within a week, the
worker deletes the index (`clockwork.end_searches`), and it is rebuilt.

The same starts immediately when the epoch to which the index is sealed has ended. Somebody who has left may
hold its keys, so nothing more is written under them.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID, uuid4

from django.conf import settings
from django.db import connection, transaction

from heedline.audit import journal
from heedline.audit.acts import Act
from heedline.casework.access.keyring import Keyring
from heedline.casework.access.session import Attendance
from heedline.casework.keys import directory
from heedline.casework.report.notes import public_keys_of
from heedline.casework.search.page_store import StoredPages, one_snapshot
from heedline.desks.models import EpochKeyRow
from heedline.index import IndexKeys, SealedIndex, new_keys
from heedline.index.paging import SealedPage
from heedline.packs import load_pack
from heedline.reports.models import SearchIndex, SearchPage
from heedline.vault.containers import envelope
from heedline.vault.containers.container import Container

#: What an index's container calls itself.
FRAME = "index"
#: Days within which an index must be purged (functions/search.sql says the same).
DAYS: Final = 7
#: Pages in one step.
MERGED: Final = 400
RESEALED: Final = 400


def begin(desk: UUID, *, on: date) -> bool:
    """Create an empty index for a desk that has none, and return whether one was created.

    Returns False if another session has just created one, or if the desk has no current key.
    """
    epoch = directory.trusted().current_epoch(str(desk), on)
    if epoch is None:
        return False
    index = uuid4()
    sealed = sealed_keys(index, new_keys(), [epoch.kem])
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT permits.begin_search(%s, %s, %s, %s, %s)",
            [desk, index, UUID(epoch.epoch), sealed.header, sealed.payload],
        )
        done = cursor.fetchone()
    return bool(done and done[0])


def sealed_keys(index: UUID, keys: IndexKeys, recipients: list[bytes]) -> Container:
    """Return the keys of an index, sealed to its desk."""
    return envelope.seal_part(
        keys.to_bytes(), recipients, installation=settings.INSTALLATION, container_id=index, part=FRAME
    )


def keys_of(row: SearchIndex, ring: Keyring) -> IndexKeys:
    """Decrypt the keys of an index.

    Raises CannotOpen.
    """
    return IndexKeys.from_bytes(
        envelope.open_part(
            Container(bytes(row.header), bytes(row.payload)),
            ring.for_any([row.epoch]),
            installation=settings.INSTALLATION,
            container_id=row.id,
            part=FRAME,
        )
    )


@contextmanager
def reading(row: SearchIndex, ring: Keyring) -> Iterator[SealedIndex]:
    """Open an index for searching.

    Must be called inside `page_store.one_snapshot`. Raises CannotOpen and Damaged.
    """
    store = StoredPages(row)
    with SealedIndex(store, keys_of(row, ring)) as index:
        yield index
    store.done()


@contextmanager
def open_index(desk: UUID, ring: Keyring) -> Iterator[SealedIndex | None]:
    """Open the desk's index, or yield None if there is none that this session can open."""
    with one_snapshot():
        row = SearchIndex.objects.filter(desk_id=desk).first()
        if row is None or row.epoch not in ring.seeds or not row.size:
            yield None
            return
        with reading(row, ring) as index:
            yield index


#: Desks in whose index this process has left something to merge.
unmerged: set[UUID] = set()


@contextmanager
def writing(
    desk: UUID, ring: Keyring, *, merge: bool = True
) -> Iterator[tuple[SearchIndex, SealedIndex] | None]:
    """Open a desk's index for writing, inside the caller's transaction.

    Yields None if the desk has no index, if another session is changing it, or if this session lacks the key. Changes
    are stored at the end, followed by one bounded merge step unless `merge` is False. Raises CannotOpen and Damaged.
    """
    row = SearchIndex.objects.select_for_update(skip_locked=True).filter(desk_id=desk).first()
    if row is None or row.epoch not in ring.seeds:
        yield None
        return
    store = StoredPages(row)
    common = load_pack(settings.PACK).matching.common_words
    with SealedIndex(store, keys_of(row, ring), writable=True, common=common) as index:
        yield row, index
        if index.save() and merge:
            merge_step(desk, index)
    row.save(update_fields=["size", "version", "reports", "purge", "purge_by", "rekeyed"])
    transaction.on_commit(store.done)


def is_in_use(desk: UUID, ring: Keyring) -> bool:
    """Return whether another session has locked a desk's index that these keys can open."""
    there = SearchIndex.objects.filter(desk_id=desk, epoch__in=list(ring.seeds)).values_list("id")
    with transaction.atomic():
        return there.first() is not None and there.select_for_update(skip_locked=True).first() is None


def wait_for(desk: UUID) -> None:
    """Wait until no other session is changing a desk's index, and lock it for the caller's transaction.

    `writing` can then open it. Must be called before the transaction locks anything else, because an indexing step
    locks rows of the desk while it holds the index.
    """
    SearchIndex.objects.select_for_update().filter(desk_id=desk).values_list("id").first()


def merge_step(desk: UUID, index: SealedIndex, *, idle: bool = False) -> None:
    """Merge a few segments of an open index, save it and record whether more merging is needed.

    Keys scattered over many segments are gathered only if the index is `idle`, because this rewrites all of them.
    """
    more = index.merge()
    if not more and index.has_scattered_keys():
        more = True
        if idle:
            index.gather_keys()
    (unmerged.add if more else unmerged.discard)(desk)
    index.save()


def forget(desk: UUID) -> None:
    """Delete a desk's index, so that the next officer's session rebuilds it.

    Must be called inside the caller's transaction. Waits for a session that is changing the index.
    """
    wait_for(desk)
    SearchPage.objects.filter(index__desk_id=desk).delete()
    SearchIndex.objects.filter(desk_id=desk).delete()
    unmerged.discard(desk)


def purge_step(desk: UUID, *, by: Attendance, at: datetime) -> bool:
    """Carry out the next step of a desk's purge, and return whether there was one.

    Runs in a transaction of its own. Raises Locked, CannotOpen and Damaged.
    """
    with transaction.atomic(), writing(desk, by.keys(), merge=False) as opened:
        if opened is None:
            return False
        row, index = opened
        ended = EpochKeyRow.objects.filter(id=row.epoch, retired_at__isnull=False).exists()
        if ended or (row.purge == "due" and _is_another_day(row, at)):
            return _begin_purge(row, by.keys(), at)
        match row.purge:
            case "merging":
                if index.purge(MERGED, first=row.rekeyed == 0):
                    row.purge = "rekeying"
                    row.rekeyed = 0
                else:
                    row.rekeyed = 1  # the first step decides what is merged
            case "rekeying":
                index.save()
                if _reseal(row, index):
                    _reseal_keys(row, keys_of(row, by.keys()).without_old())
                    row.purge, row.purge_by, row.rekeyed = "", None, 0
                    journal.record(Act.INDEX_PURGED, actor=by.officer_id, desk=desk)
            case _:
                return False
        return True


def _is_another_day(row: SearchIndex, at: datetime) -> bool:
    """Return whether the index's purge period began before today.

    A desk is purged at most once a day.
    """
    return row.purge_by is not None and at.date() > row.purge_by - timedelta(days=DAYS)


def _begin_purge(row: SearchIndex, ring: Keyring, at: datetime) -> bool:
    """Start resealing pages under a new key, itself sealed to the desk's current epoch."""
    keys = keys_of(row, ring)
    epoch = directory.trusted().current_epoch(str(row.desk_id), at.date())
    if epoch is None:
        return False
    row.epoch = UUID(epoch.epoch)
    _reseal_keys(row, keys.with_next())
    row.purge, row.rekeyed = "merging", 0
    row.purge_by = row.purge_by or at.date() + timedelta(days=DAYS)
    return True


def _reseal_keys(row: SearchIndex, keys: IndexKeys) -> None:
    sealed = sealed_keys(row.id, keys, public_keys_of([row.epoch]))
    row.header, row.payload = sealed.header, sealed.payload
    row.save(update_fields=["header", "payload", "epoch"])


def _reseal(row: SearchIndex, index: SealedIndex) -> bool:
    """Reseal the next batch of pages under the newest key, and return whether all are done."""
    stored = SearchPage.objects.filter(index=row, number__gte=row.rekeyed, number__lt=row.rekeyed + RESEALED)
    pages = {one.number: SealedPage(one.generation, bytes(one.sealed)) for one in stored}
    StoredPages(row).write(index.rekey(pages), row.size)
    row.rekeyed += RESEALED
    return row.rekeyed >= row.size
