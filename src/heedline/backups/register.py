"""The installation's record of its backups.

Runs are listed in `$HEEDLINE_HOME/backups.json`. Each backup that has been restored as a trial also
holds a note.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

REGISTER, TRIED = "backups.json", "tried.json"
_REMEMBERED = 200


@dataclass(frozen=True, slots=True)
class Run:
    """A finished backup, with its time, the location of each side and the hashes of the manifests."""

    run: str
    taken: str
    places: Mapping[str, str]
    hashes: Mapping[str, str]

    @property
    def on(self) -> date:
        """Return the date of the run."""
        return date.fromisoformat(self.taken[:10])


def runs(home: Path) -> list[Run]:
    """Return the finished backups of this installation, oldest first.

    An unreadable record counts as none.
    """
    try:
        return [Run(**one) for one in json.loads((home / REGISTER).read_text(encoding="utf-8"))]
    except (OSError, ValueError, TypeError):
        return []


def remember(home: Path, run: Run) -> None:
    """Add a run to the record."""
    known = [one for one in runs(home) if one.run != run.run][-_REMEMBERED:]
    _write(home / REGISTER, json.dumps([asdict(one) for one in [*known, run]], indent=1) + "\n")


def note_tried(backup: Path, on: date, *, canary: bool) -> None:
    """Record the date of a backup's trial restore, and whether the canary report could be opened."""
    _write(backup / TRIED, json.dumps({"on": on.isoformat(), "canary": canary}) + "\n")


def tried(backup: Path) -> tuple[date, bool] | None:
    """Return the date and canary result of the backup's last trial restore, or None if it had none."""
    try:
        said = json.loads((backup / TRIED).read_text(encoding="utf-8"))
        return date.fromisoformat(said["on"]), bool(said["canary"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _write(file: Path, text: str) -> None:
    fresh = file.with_name(f".{file.name}.new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())
    fresh.replace(file)
