"""The disk-space guard, which refuses files early so that there is always room for reports."""

from __future__ import annotations

import os
from pathlib import Path


def free_bytes(folder: Path) -> int | None:
    """Return the free space in a folder for an unprivileged account, in bytes, or None if unknown."""
    try:
        found = os.statvfs(folder)
    except OSError:
        return None
    return found.f_bavail * found.f_frsize


def may_take(free: int | None, expected: int, keep_free: int) -> bool:
    """Return whether the disk has room for another `expected` bytes of files.

    `keep_free` bytes must be left afterwards for reports. Nothing is refused where the free space of a
    storage is unknown, as it is for object storage.
    """
    return free is None or free - expected >= keep_free
