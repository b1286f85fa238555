"""An exported log on the disk: where each part lies, and how it is read. Needs neither database nor settings.

format               one line: LAYOUT
events.jsonl         the canonical lines of the events, in the order of the log
checkpoints.jsonl    every signed checkpoint with its key, smallest first: size, feed, key, note
checkpoint           the latest of them
tile/…               the tree's hashes, laid out as c2sp.org/tlog-tiles says
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
from heedline.vault.notes import Checkpoint, Note, NoteKey

LAYOUT = "heedline-log-export/1"
LONGEST_LINE = 32_000
FEEDS = ("day", "slot")


@dataclass(frozen=True, slots=True)
class Signed:
    """One line of `checkpoints.jsonl`."""

    text: str
    note: Note
    key: NoteKey
    tree: Checkpoint


def tile_path(level: int, index: int, width: int) -> str:
    """Where a tile with so many hashes lies: `tile/0/x001/234`, and with `.p/WIDTH` while it is not full."""
    parts = [f"{index % 1000:03}"]
    while index >= 1000:
        index //= 1000
        parts.append(f"x{index % 1000:03}")
    end = "" if width == TILE_WIDTH else f".p/{width}"
    return f"tile/{level}/{'/'.join(reversed(parts))}{end}"


def tiles_of(size: int) -> Iterator[tuple[int, int, int]]:
    """Every tile of a tree of this size: level, index, how many hashes."""
    level = 0
    while size:
        whole, rest = divmod(size, TILE_WIDTH)
        yield from ((level, index, TILE_WIDTH) for index in range(whole))
        if rest:
            yield level, whole, rest
        level, size = level + 1, whole


class Folder:
    """An exported log. Raises Unreadable where there is none."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            layout = (path / "format").read_text(encoding="ascii").strip()
        except (OSError, ValueError):
            raise Unreadable(f"{path} is not an exported log") from None
        if layout != LAYOUT:
            raise Unreadable(f"{path} has a layout that this program does not know")

    def lines(self) -> Iterator[bytes]:
        """The lines of the events, without their newlines. A last line that was not finished is none."""
        with self._open("events.jsonl") as file:
            while line := file.readline(LONGEST_LINE):
                if line[-1:] == b"\n":
                    yield line[:-1]
                elif len(line) == LONGEST_LINE:
                    raise Unreadable("A line of events.jsonl is too long for an event")

    def checkpoints(self) -> Iterator[Signed]:
        """Every signed checkpoint, smallest first; their signatures have not been looked at."""
        with self._open("checkpoints.jsonl") as file:
            while line := file.readline(LONGEST_LINE):
                try:
                    said = json.loads(line)
                    note = read_note(said["note"])
                    tree = Checkpoint.from_text(note.text)
                    if said["size"] != tree.size or said["feed"] not in FEEDS or len(said) != 4:
                        raise ValueError
                    yield Signed(said["note"], note, read_key(said["key"]), tree)
                except (ValueError, KeyError, TypeError, AttributeError, Unreadable):
                    raise Unreadable("A line of checkpoints.jsonl cannot be read") from None

    def forest(self, size: int) -> Forest:
        """The tree of `size` events over the exported tiles, to make proofs from."""
        return Forest(FolderTiles(self.path), size)

    def find(self, number: int) -> int:
        """The position of the event with this id. Raises Unreadable when it is not there."""
        wanted = f'"id":{number},'.encode()
        for position, line in enumerate(self.lines()):
            if wanted in line and read_event(line)["id"] == number:
                return position
        raise Unreadable("There is no such event in the exported log")

    def event(self, position: int) -> bytes:
        """The line at a position. Raises Unreadable when there are fewer."""
        for line in islice(self.lines(), position, position + 1):
            return line
        raise Unreadable("There is no such event in the exported log")

    def note(self, size: int | None) -> str:
        """The signed checkpoint of this size, or the latest (None). Raises Unreadable."""
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
        """The hashes of a tile, as many as were exported; empty when it is not there."""
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
        """An export is only read."""
        raise NotImplementedError


def write_whole(file: Path, content: bytes) -> None:
    """Write a file that only its owner may read, whole or not at all, and onto the disk."""
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
    """Bring the names in a folder onto the disk."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
