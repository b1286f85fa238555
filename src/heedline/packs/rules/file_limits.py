"""Limits on the number and size of files sent with a report or a message."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from heedline.packs.tables import Table

#: The most that a pack may allow: the manifest of all files is in the report, and a draft holds their keys.
_MOST_FILES = 50
_MOST_MEGABYTES = 2_000
_MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True)
class FileLimits:
    """The limits on files, and the kinds of report that they can be sent with.

    A megabyte is a million bytes, as telephones and computers count.
    """

    most: int
    megabytes: int
    kinds: tuple[str, ...]

    @property
    def size(self) -> int:
        """Return the maximum size of a single file, in bytes."""
        return self.megabytes * _MEGABYTE


def read_file_limits(table: Table, kinds: Iterable[str]) -> FileLimits:
    """Return the limits read from the table `files` of `pack.toml`."""
    found = FileLimits(table.number("most"), table.number("megabytes"), tuple(kinds))
    if not 1 <= found.most <= _MOST_FILES:
        raise table.wrong("most", f"must be from 1 to {_MOST_FILES}")
    if not 1 <= found.megabytes <= _MOST_MEGABYTES:
        raise table.wrong("megabytes", f"must be from 1 to {_MOST_MEGABYTES:,}")
    table.done()
    return found
