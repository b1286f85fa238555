"""The installation's file storage, with one randomly named object for each sealed file."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db import transaction

from heedline.files.object_storage import ObjectStorage, bucket_storage
from heedline.files.room import free_bytes, may_take
from heedline.files.storage import FolderStorage, Storage
from heedline.reports.models import Derivative, DeskFile, ReportFile


def storage() -> Storage:
    """Return the storage backend for sealed files."""
    return _bucket(settings.FILES_BUCKET) if settings.FILES_BUCKET else _folder(settings.FILES)


@lru_cache(maxsize=4)
def _bucket(name: str) -> Storage:
    return ObjectStorage(bucket_storage(name, **settings.FILES_S3))


@lru_cache(maxsize=4)
def _folder(path: Path) -> Storage:
    return FolderStorage(path)


def objects_of(report: UUID) -> list[UUID]:
    """Return the stored objects for a report: its files and their derivatives."""
    return [
        *ReportFile.objects.filter(report_id=report).values_list("object", flat=True),
        *Derivative.objects.filter(report_id=report).values_list("object", flat=True),
    ]


def objects_about(thing: UUID) -> list[UUID]:
    """Return the ids of the stored objects that belong to a specialist desk's record."""
    return list(DeskFile.objects.filter(thing=thing).values_list("object", flat=True))


def delete_unnamed(objects: Iterable[UUID]) -> None:
    """Delete these unreferenced objects from storage, leaving any failures to the worker.

    One that cannot be deleted now, because the storage does not answer, is deleted by the worker later.
    """
    for name in objects:
        with suppress(OSError):
            storage().delete(name)


def delete_once_committed(objects: Iterable[UUID]) -> None:
    """Delete these objects when the caller's transaction has been committed."""
    transaction.on_commit(lambda: delete_unnamed(objects))


def has_room(length: int) -> bool:
    """Return whether storage has room for a file of this length while leaving enough for reports.

    How much room a bucket has is its operator's business.
    """
    if settings.FILES_BUCKET:
        return True
    storage()  # makes the folder, whose disk is asked about
    return may_take(free_bytes(settings.FILES), length, settings.FILES_KEEP_FREE)
