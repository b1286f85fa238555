"""File layout and reading of an exported log.

Needs neither the database nor settings.

format               one line: LAYOUT
events.jsonl         the canonical lines of the events, in the order of the log
checkpoints.jsonl    every signed checkpoint with its key, smallest first: size, feed, key, note
checkpoint           the latest of them
tile/…               the hashes of the tree, laid out as c2sp.org/tlog-tiles specifies
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from heedline.audit.tree import HASH_SIZE, TILE_WIDTH, Forest
from heedline.casework.log.proofs import Unreadable, read_event, read_key, read_note
from heedline.vault.notes import Note, NoteKey, TreeHead

LAYOUT = "heedline-log-export/1"
LONGEST_LINE = 32_000
FEEDS = ("day", "slot")


@dataclass(frozen=True, slots=True)
class CheckpointLine:
    """A line of `checkpoints.jsonl`."""

    text: str
    note: Note
    key: NoteKey
    tree: TreeHead


def tile_path(level: int, index: int, width: int) -> str:
    """Return the path of a tile that holds `width` hashes.

    Paths look like `tile/0/x001/234`, and end with `.p/WIDTH` while the tile is not full.
    """
    parts = [f"{index % 1000:03}"]
    while index >= 1000:
        index //= 1000
        parts.append(f"x{index % 1000:03}")
    end = "" if width == TILE_WIDTH else f".p/{width}"
    return f"tile/{level}/{'/'.join(reversed(parts))}{end}"


def tiles_of(size: int) -> Iterator[tuple[int, int, int]]:
    """Yield the level, index and number of hashes of every tile in a tree of this size."""
    level = 0
    while size:
        whole, rest = divmod(size, TILE_WIDTH)
        yield from ((level, index, TILE_WIDTH) for index in range(whole))
        if rest:
            yield level, whole, rest
        level, size = level + 1, whole


class Folder:
    """An exported log stored in a folder.

    Raises Unreadable if the folder does not hold one.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            layout = (path / "format").read_text(encoding="ascii").strip()
        except (OSError, ValueError):
            raise Unreadable(f"{path} is not an exported log") from None
        if layout != LAYOUT:
            raise Unreadable(f"{path} has a layout that this program does not know")

    def lines(self) -> Iterator[bytes]:
        """Yield the lines of the events without their newlines.

        An incomplete last line is ignored.
        """
        with self._open("events.jsonl") as file:
            while line := file.readline(LONGEST_LINE):
                if line[-1:] == b"\n":
                    yield line[:-1]
                elif len(line) == LONGEST_LINE:
                    raise Unreadable("A line of events.jsonl is too long for an event")

    def checkpoints(self) -> Iterator[CheckpointLine]:
        """Yield every signed checkpoint, smallest first.

        Their signatures have not been verified.
        """
        with self._open("checkpoints.jsonl") as file:
            while line := file.readline(LONGEST_LINE):
                try:
                    said = json.loads(line)
                    note = read_note(said["note"])
                    tree = TreeHead.from_text(note.text)
                    if said["size"] != tree.size or said["feed"] not in FEEDS or len(said) != 4:
                        raise ValueError
                    yield CheckpointLine(said["note"], note, read_key(said["key"]), tree)
                except (ValueError, KeyError, TypeError, AttributeError, Unreadable):
                    raise Unreadable("A line of checkpoints.jsonl cannot be read") from None

    def forest(self, size: int) -> Forest:
        """Return the tree of `size` events over the exported tiles, for making proofs."""
        return Forest(FolderTiles(self.path), size)

    def find(self, number: int) -> int:
        """Return the position of the event with this id.

        Raises Unreadable if it is not in the export.
        """
        wanted = f'"id":{number},'.encode()
        for position, line in enumerate(self.lines()):
            if wanted in line and read_event(line)["id"] == number:
                return position
        raise Unreadable("There is no such event in the exported log")

    def event(self, position: int) -> bytes:
        """Return the log line at a position.

        Raises Unreadable if there are fewer lines.
        """
        for line in islice(self.lines(), position, position + 1):
            return line
        raise Unreadable("There is no such event in the exported log")

    def note(self, size: int | None) -> str:
        """Return the signed checkpoint of this size, or the latest one if `size` is None.

        Raises Unreadable.
        """
        found = None
        for signed in self.checkpoints():
            if size is None or signed.tree.size == size:
                found = signed
        if found is None:
            raise Unreadable("There is no signed checkpoint of that size in the exported log")
        return found.text

    def _open(self, name: str) -> BinaryIO:
        try:
            return (self.path / name).open("rb")
        except OSError:
            raise Unreadable(f"{self.path / name} is missing") from None


class FolderTiles:
    """The tiles of an exported tree."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def get(self, level: int, index: int) -> bytes:
        """Return the exported hashes of a tile, or b"" if the tile does not exist."""
        whole = self._path / tile_path(level, index, TILE_WIDTH)
        part = whole.with_name(f"{whole.name}.p")
        try:
            if not whole.exists():
                whole = part / str(max(int(one.name) for one in part.iterdir() if one.name.isdecimal()))
            with whole.open("rb") as file:
                return file.read(TILE_WIDTH * HASH_SIZE)
        except (OSError, ValueError):
            return b""

    def put(self, level: int, index: int, hashes: bytes) -> None:
        """Raise NotImplementedError, because an export is read-only."""
        raise NotImplementedError


def write_whole(file: Path, content: bytes) -> None:
    """Write a file atomically, readable only by its owner, and sync it to disk."""
    for parent in (*reversed(file.parent.parents), file.parent):
        parent.mkdir(exist_ok=True, mode=0o700)
    new = file.with_name(f".{file.name}.new")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())
    new.replace(file)


def sync_folder(folder: Path) -> None:
    """Sync a folder's directory entries to disk."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
