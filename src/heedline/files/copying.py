"""Resumable copying of objects between stores, in blocks.

Objects never change, so a shorter copy is the beginning of the whole one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from uuid import UUID

from heedline.files.storage import ObjectMissing, Storage

_BLOCK = 1 << 20
#: After how many objects progress is told.
_TELL = 100


@dataclass(frozen=True, slots=True)
class CopiedObjects:
    """The numbers of objects requested, newly copied and unavailable."""

    asked: int
    copied: int
    missing: int


def copy_objects(
    objects: Iterable[tuple[UUID, int]], source: Storage, to: Storage, told: Callable[[str], None]
) -> CopiedObjects:
    """Copy each of `objects` (names and sizes) that the target does not have yet.

    One that is missing or has another size in the source is counted and left out.
    """
    asked = copied = missing = 0
    for name, size in objects:
        asked += 1
        have = _size(to, name)
        if have == size:
            continue
        if _size(source, name) != size:
            missing += 1
            continue
        at = have if have < size else 0
        while at < size:
            at = to.append(name, source.read(name, at, _BLOCK), at)
        to.finish(name)
        copied += 1
        if copied % _TELL == 0:
            told(f"files: {copied} copied")
    return CopiedObjects(asked, copied, missing)


def _size(storage: Storage, name: UUID) -> int:
    try:
        return storage.size(name)
    except ObjectMissing:
        return 0
