"""Check stored objects against their database rows without using any key.

A missing object and one of the wrong size show here. One whose bytes were changed or swapped for others of the
same size can only be noticed by whoever opens it, because it then raises `CannotOpen`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from enum import StrEnum
from itertools import batched
from uuid import UUID

from heedline.files.storage import ObjectMissing, Storage

_BATCH = 500


class ObjectState(StrEnum):
    """The states of a stored object that can be determined without a key."""

    WHOLE = "whole"
    MISSING = "missing"
    WRONG_SIZE = "wrong size"


def state_of(storage: Storage, name: UUID, size: int) -> ObjectState:
    """Return the state of an object whose expected size is `size` bytes."""
    try:
        found = storage.size(name)
    except ObjectMissing:
        return ObjectState.MISSING
    return ObjectState.WHOLE if found == size else ObjectState.WRONG_SIZE


def damaged(storage: Storage, expected: Iterable[tuple[UUID, int]]) -> Iterator[tuple[UUID, ObjectState]]:
    """Yield the stored objects that do not match their database rows, each with its state."""
    for name, size in expected:
        state = state_of(storage, name, size)
        if state is not ObjectState.WHOLE:
            yield name, state


def sweep(storage: Storage, named: Callable[[list[UUID]], set[UUID]], after: timedelta) -> int:
    """Delete unreferenced objects and return the number deleted.

    `named` returns those of some names that a row names. An object is only deleted once it was last written
    longer ago than `after`, because a draft may still list it.
    """
    deleted = 0
    old = (name for name, age in storage.names() if age > after)
    for batch in batched(old, _BATCH):
        for name in set(batch) - named(list(batch)):
            storage.delete(name)
            deleted += 1
    return deleted
