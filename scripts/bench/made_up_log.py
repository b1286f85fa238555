"""An exported log of any length, made up without a database: for tests and for `make bench`."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

from heedline.audit.leaves import Sequenced
from heedline.audit.tree import Forest, Memory, leaf_hash
from heedline.casework.log.folder import LAYOUT, tile_path
from heedline.vault.notes import Checkpoint, NoteSigner, signed_note

_BATCH = 2000
_BY = NoteSigner("heedline-log/made-up/1", bytes(range(32)))


def event_number(number: int) -> Sequenced:
    """A made-up event: an officer reads a report."""
    at = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=number * 7)
    officer, report = UUID(int=number % 40 + 1), UUID(int=number * 2**64 + 5)
    return Sequenced(
        1, 1000 + number, number + 1, at, "report-read", officer, UUID(int=9), "report", report, "done", {}
    )


def make_up(path: Path, size: int) -> str:
    """Write an export of `size` events with one checkpoint in their middle and one at their end; returns the first."""
    path.mkdir(parents=True)
    (path / "format").write_text(f"{LAYOUT}\n", encoding="ascii")
    tiles, notes = Memory(), []
    tree = Forest(tiles, 0)
    middle = size // 2 // _BATCH * _BATCH
    with (path / "events.jsonl").open("wb") as out:
        for start in range(0, size, _BATCH):
            lines = [event_number(n).leaf() for n in range(start, min(start + _BATCH, size))]
            out.writelines(line + b"\n" for line in lines)
            tree.append([leaf_hash(line) for line in lines])
            if tree.size in {middle, size}:
                text = Checkpoint(_BY.name, tree.size, tree.root()).text
                notes.append((tree.size, signed_note(text, [_BY.line(text)])))
    for (level, index), hashes in tiles.items():
        file = path / tile_path(level, index, len(hashes) // 32)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(hashes)
    with (path / "checkpoints.jsonl").open("w", encoding="ascii") as out_notes:
        for count, note in notes:
            said = {"size": count, "feed": "slot", "key": str(_BY.key), "note": note}
            out_notes.write(json.dumps(said, separators=(",", ":")) + "\n")
    return notes[0][1]
