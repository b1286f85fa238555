"""Export of the audit log to a folder, and proofs from the live log.

For the operator of the installation (role `backup`). The folder says by ids who did what and when. It
contains no words and no names, but must still be kept confidential. Nothing in it has to be trusted,
because `log/verifying.py` and any other program that implements RFC 6962 can check it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path

from django.db.models import Q

from heedline.audit import sequence
from heedline.audit.models import Checkpoint as Published
from heedline.audit.sequence import BEFORE_ALL, Key
from heedline.audit.tree import HASH_SIZE, TILE_WIDTH, Forest, leaf_hash
from heedline.casework.log import folder as log_folder
from heedline.casework.log.folder import LAYOUT, Folder, tile_path, tiles_of, write_whole
from heedline.casework.log.proofs import Unreadable, read_event

#: Told after so many events.
TOLD_EVERY = 50_000
_PORTION = 1000

type Progress = Callable[[int, int], None]


class AnotherLog(Exception):
    """Raised when the folder holds an export of a log with a different history.

    It is evidence, and is left unchanged.
    """


@dataclass(frozen=True, slots=True)
class Exported:
    """The result of an export.

    It gives the number of events in the folder, how many are new, how many the tree says there are, and the
    number of checkpoints.
    """

    events: int
    new: int
    sequenced: int
    checkpoints: int


def export(path: Path, progress: Progress) -> Exported:
    """Export the sequenced log to a folder, or resume an interrupted export.

    Raises Unreadable if the folder is something else, and AnotherLog if its log has a different past.
    """
    _begin(path)
    # First: what is signed while the events are written is for the next export; what was signed before must be there.
    signed = Published.objects.order_by("-size").values_list("size", flat=True).first() or 0
    size = sequence.size()
    have, last = _resume(path / "events.jsonl")
    if have > size:
        raise AnotherLog(f"The folder holds {have} events, the log {size}")
    count = have
    with (path / "events.jsonl").open("ab") as out:
        for event in sequence.in_order(size - have, last):
            out.write(event.leaf() + b"\n")
            count += 1
            if count % TOLD_EVERY == 0:
                progress(count, size)
        out.flush()
        os.fsync(out.fileno())
    _write_tiles(path, size)
    checkpoints = _write_checkpoints(path, max(signed, size))
    log_folder.sync_folder(path)
    progress(count, size)
    return Exported(count, count - have, size, checkpoints)


def _begin(path: Path) -> None:
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    if (path / "format").exists():
        Folder(path)  # or it is something else
        return
    if any(path.iterdir()):
        raise Unreadable(f"{path} is neither empty nor an exported log")
    os.close(os.open(path / "events.jsonl", os.O_WRONLY | os.O_CREAT, 0o600))
    write_whole(path / "format", f"{LAYOUT}\n".encode("ascii"))


def _resume(file: Path) -> tuple[int, Key]:
    """Return the number of complete lines and the key of the last one.

    Truncates an incomplete line at the end of the file.
    """
    count, last, end = 0, b"", 0
    with file.open("rb") as lines:
        for line in lines:
            if not line.endswith(b"\n"):
                break
            count, last, end = count + 1, line[:-1], end + len(line)
    os.truncate(file, end)
    if not count:
        return 0, BEFORE_ALL
    index, place = divmod(count - 1, TILE_WIDTH)
    if sequence.StoredTiles().get(0, index)[place * HASH_SIZE : (place + 1) * HASH_SIZE] != leaf_hash(last):
        raise AnotherLog(f"Event {count - 1} in the folder is not the one that stands there in the log")
    event = read_event(last)
    return count, (int(event["generation"]), int(event["xid"]), int(event["id"]))


def _write_tiles(path: Path, size: int) -> None:
    tiles = sequence.StoredTiles(remember=False)
    for level, index, width in tiles_of(size):
        file = path / tile_path(level, index, width)
        hashes = tiles.get(level, index)[: width * HASH_SIZE]
        if not file.exists():
            write_whole(file, hashes)
        elif file.read_bytes() != hashes:
            raise AnotherLog(f"{file} is not what stands there in the log")


def _write_checkpoints(path: Path, up_to: int) -> int:
    """Write all checkpoints up to a given size, smallest first.

    Those exported before must be the first in the list.
    """
    file, count, latest = path / "checkpoints.jsonl", 0, ""
    new = file.with_name(".checkpoints.jsonl.new")
    new.unlink(missing_ok=True)
    with ExitStack() as stack:
        out = stack.enter_context(os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb"))
        old = stack.enter_context(file.open("rb")) if file.exists() else None
        for one in takewhile(lambda one: one.size <= up_to, _signed()):
            said = {"size": one.size, "feed": one.feed, "key": one.key, "note": one.note}
            line = json.dumps(said, ensure_ascii=True, separators=(",", ":")).encode("ascii") + b"\n"
            before = old.readline() if old is not None else b""
            if before not in (b"", line):
                raise AnotherLog("A signed checkpoint that was exported before is not in the log any more")
            out.write(line)
            count, latest = count + 1, one.note
        if old is not None and old.readline():
            raise AnotherLog("A signed checkpoint that was exported before is not in the log any more")
        out.flush()
        os.fsync(out.fileno())
    new.replace(file)
    if latest:
        write_whole(path / "checkpoint", latest.encode())
    return count


def _signed() -> Iterator[Published]:
    """Yield all signed checkpoints by log size, quarter-hourly before daily ones of the same size.

    This order means that the list only ever grows at the end.
    """
    found = list(Published.objects.order_by("size", "-feed")[:_PORTION])
    while found:
        yield from found
        last = found[-1]
        later = Q(size__gt=last.size) | Q(size=last.size, feed__lt=last.feed)
        found = list(Published.objects.filter(later).order_by("size", "-feed")[:_PORTION])


# --- proofs from the live log ------------------------------------------------------------------------------------------


class LiveLog:
    """The log in the database, with the `proving.Log` interface."""

    def find(self, number: int) -> int:
        """Return the position of the event with this id.

        Raises Unreadable.
        """
        position = sequence.position_of(number)
        if position is None:
            raise Unreadable("There is no such event in the log")
        return position

    def event(self, position: int) -> bytes:
        """Return the canonical line at a position.

        Raises Unreadable.
        """
        event = sequence.event_at(position)
        if event is None:
            raise Unreadable("There is no such event in the log")
        return event.leaf()

    def note(self, size: int | None) -> str:
        """Return the signed checkpoint of this size, or the latest one if `size` is None.

        Raises Unreadable.
        """
        signed = Published.objects.filter(size=size) if size is not None else Published.objects.all()
        found = signed.order_by("-size").values_list("note", flat=True).first()
        if found is None:
            raise Unreadable("There is no signed checkpoint of that size")
        return found

    def forest(self, size: int) -> Forest:
        """Return the tree over the first `size` events."""
        return Forest(sequence.StoredTiles(), size)
