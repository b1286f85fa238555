"""A desk's index, opened with the keys of an officer's session.

To prevent deadlocks, transactions that change an index or what it is made of take their locks in one order: the row of
the report, the row of the index (those of several desks by the desks' ids), its pages, and the values that are sealed
to the linking desk, by their reports' ids. A transaction that has locked values never waits for an index. One that has
locked an index never waits for rows of `SearchWaiting`: it skips locked ones.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from uuid import UUID, uuid4

from django.conf import settings
from django.db import connection, transaction

from heedline.casework.access.keyring import Keyring
from heedline.casework.keys import directory
from heedline.casework.search.page_store import StoredPages
from heedline.index import IndexKeys, SealedIndex, new_keys
from heedline.packs import load_pack
from heedline.reports.models import SearchIndex, SearchPage
from heedline.vault.containers import envelope
from heedline.vault.containers.container import Container

#: What an index's container calls itself.
FRAME = "index"


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
