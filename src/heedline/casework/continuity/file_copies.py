"""Incremental copies of file objects in the backup's shared folder.

An object never changes and opens with nothing that is in the bodies, so one copy of it serves every backup.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from uuid import UUID

from django.db import connection

from heedline.casework.attachments.stored_objects import storage
from heedline.files import checking
from heedline.files.copying import CopiedObjects, copy_objects
from heedline.files.storage import FolderStorage

#: The folder, in the folder that `heedline backup --bodies` names.
FOLDER = "objects"


def copy_to(bodies: Path, objects: Sequence[tuple[UUID, int]], told: Callable[[str], None]) -> CopiedObjects:
    """Copy the objects that are missing from this backup folder."""
    if not objects:
        return CopiedObjects(0, 0, 0)
    return copy_objects(objects, storage(), FolderStorage(bodies / FOLDER), told)


def restore_from(run: Path, *, trial: bool, told: Callable[[str], None]) -> CopiedObjects:
    """Copy the objects referenced by the restored rows into storage.

    `run` is the copy of the bodies that was restored. A trial only counts which of them the backup has whole.
    """
    objects = _named()
    if not objects:
        return CopiedObjects(0, 0, 0)
    kept = FolderStorage(run.parent / FOLDER)
    if trial:
        return CopiedObjects(len(objects), 0, sum(1 for _ in checking.damaged(kept, objects)))
    return copy_objects(objects, kept, storage(), told)


def _named() -> list[tuple[UUID, int]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT object, size FROM reports_file UNION ALL SELECT object, size FROM reports_derivative ORDER BY 1"
        )
        return [(name, size) for name, size in cursor.fetchall()]
