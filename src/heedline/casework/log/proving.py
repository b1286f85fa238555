"""Proofs about the log, made from an export or from the live log."""

from __future__ import annotations

from typing import Protocol

from heedline.audit.tree import Forest
from heedline.casework.log.folder import Folder
from heedline.casework.log.proofs import EventProof, Growth, Unreadable, read_note
from heedline.vault.notes import TreeHead


class Log(Protocol):
    """A log for which proofs can be made."""

    def find(self, number: int) -> int:
        """Return the position of the event with this id.

        Raises Unreadable.
        """
        ...

    def event(self, position: int) -> bytes:
        """Return the canonical log line at a position.

        Raises Unreadable.
        """
        ...

    def note(self, size: int | None) -> str:
        """Return the signed checkpoint of this size, or the latest one if `size` is None.

        Raises Unreadable.
        """
        ...

    def forest(self, size: int) -> Forest:
        """Return the tree over the first `size` events."""
        ...


def log_in(folder: Folder | None) -> Log:
    """Return the log in a folder, or the live log if `folder` is None.

    Django must have been set up for the live log.
    """
    if folder is not None:
        return folder
    from heedline.casework.log.export import LiveLog

    return LiveLog()


def of_event(log: Log, position: int) -> EventProof:
    """Return the proof that the event at a position is in the latest signed checkpoint.

    Raises Unreadable.
    """
    note, size = _signed(log, None)
    if not 0 <= position < size:
        raise Unreadable("No signed checkpoint covers that event yet")
    try:
        return EventProof(
            log.event(position), position, tuple(log.forest(size).inclusion(position, size)), note
        )
    except ValueError:
        raise Unreadable("The tree of this log is not whole") from None


def of_growth(log: Log, old: int, new: int | None) -> Growth:
    """Return the proof that the log of `new` events extends the log of `old` events.

    If `new` is None the latest signed checkpoint is used. Raises Unreadable.
    """
    note, size = _signed(log, new)
    if not 0 < old <= size:
        raise Unreadable(f"The log of {size:,} events cannot have grown out of one of {old:,}")
    try:
        return Growth(old, tuple(log.forest(size).consistency(old, size)), note)
    except ValueError:
        raise Unreadable("The tree of this log is not whole") from None


def _signed(log: Log, size: int | None) -> tuple[str, int]:
    note = log.note(size)
    return note, TreeHead.from_text(read_note(note).text).size
