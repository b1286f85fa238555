"""Removal of reports from every page of an index, after disposal or handover.

A report is dropped from the index immediately. Its hashed words stay in old pages until these are merged
without them, freed pages are emptied, and every page is sealed under a new key. A page in an old copy of the
database then cannot be opened with any key that still exists. This runs in bounded steps in officers'
sessions, from the day after the report was dropped. If no session with the keys runs within a week, the
worker deletes the index (`clockwork.end_searches`), and it is rebuilt.

The same starts immediately when the epoch to which the index is sealed has ended. Somebody who has left may
hold its keys, so nothing more is written under them.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction

from heedline.audit import journal
from heedline.audit.acts import Act
from heedline.casework.access.keyring import Keyring
from heedline.casework.access.session import Attendance
from heedline.casework.keys import directory
from heedline.casework.report.notes import public_keys_of
from heedline.casework.search import desk_index
from heedline.casework.search.page_store import StoredPages
from heedline.desks.models import EpochKeyRow
from heedline.index import IndexKeys, SealedIndex
from heedline.index.paging import SealedPage
from heedline.reports.models import SearchIndex, SearchPage

#: Days within which an index must be purged (functions/search.sql says the same).
DAYS: Final = 7
#: Pages in one step.
MERGED: Final = 400
RESEALED: Final = 400


def purge_step(desk: UUID, *, by: Attendance, at: datetime) -> bool:
    """Carry out the next step of a desk's purge, and return whether there was one.

    Runs in a transaction of its own. Raises Locked, CannotOpen and Damaged.
    """
    with transaction.atomic(), desk_index.writing(desk, by.keys(), merge=False) as opened:
        if opened is None:
            return False
        row, index = opened
        ended = EpochKeyRow.objects.filter(id=row.epoch, retired_at__isnull=False).exists()
        if ended or (row.purge == "due" and _is_another_day(row, at)):
            return _begin(row, by.keys(), at)
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
                    _reseal_keys(row, desk_index.keys_of(row, by.keys()).without_old())
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


def _begin(row: SearchIndex, ring: Keyring, at: datetime) -> bool:
    """Start resealing pages under a new key, itself sealed to the desk's current epoch."""
    keys = desk_index.keys_of(row, ring)
    epoch = directory.trusted().current_epoch(str(row.desk_id), at.date())
    if epoch is None:
        return False
    row.epoch = UUID(epoch.epoch)
    _reseal_keys(row, keys.with_next())
    row.purge, row.rekeyed = "merging", 0
    row.purge_by = row.purge_by or at.date() + timedelta(days=DAYS)
    return True


def _reseal_keys(row: SearchIndex, keys: IndexKeys) -> None:
    sealed = desk_index.sealed_keys(row.id, keys, public_keys_of([row.epoch]))
    row.header, row.payload = sealed.header, sealed.payload
    row.save(update_fields=["header", "payload", "epoch"])


def _reseal(row: SearchIndex, index: SealedIndex) -> bool:
    """Reseal the next batch of pages under the newest key, and return whether all are done."""
    stored = SearchPage.objects.filter(index=row, number__gte=row.rekeyed, number__lt=row.rekeyed + RESEALED)
    pages = {one.number: SealedPage(one.generation, bytes(one.sealed)) for one in stored}
    StoredPages(row).write(index.rekey(pages), row.size)
    row.rekeyed += RESEALED
    return row.rekeyed >= row.size
