"""The storage of this installation, in which every sealed file is one object with a random name."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from django.conf import settings

from heedline.files.room import free_bytes, may_take
from heedline.files.storage import FolderStorage, Storage


def storage() -> Storage:
    """Return the storage for the objects of files."""
    return _folder(settings.FILES)


@lru_cache(maxsize=4)
def _folder(path: Path) -> Storage:
    return FolderStorage(path)


def has_room(length: int) -> bool:
    """Return whether there is room for a file of this length, and for reports in words after it."""
    storage()  # makes the folder, whose disk is asked about
    return may_take(free_bytes(settings.FILES), length, settings.FILES_KEEP_FREE)
