"""What an installation remembers of its backups: `$HEEDLINE_HOME/backups.json`, and a note in each that was tried."""

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
    """One finished backup: when, which sides lie where, and the hashes of their manifests."""

    run: str
    taken: str
    places: Mapping[str, str]
    hashes: Mapping[str, str]

    @property
    def on(self) -> date:
        """Its day."""
        return date.fromisoformat(self.taken[:10])


def runs(home: Path) -> list[Run]:
    """Finished backups of this home, oldest first. What cannot be read counts as none."""
    try:
        return [Run(**one) for one in json.loads((home / REGISTER).read_text(encoding="utf-8"))]
    except (OSError, ValueError, TypeError):
        return []


def remember(home: Path, run: Run) -> None:
    """Add one."""
    known = [one for one in runs(home) if one.run != run.run][-_REMEMBERED:]
    _write(home / REGISTER, json.dumps([asdict(one) for one in [*known, run]], indent=1) + "\n")


def note_tried(backup: Path, on: date, *, canary: bool) -> None:
    """Say in a backup that it was restored by way of trial, and whether the canary's report was opened."""
    _write(backup / TRIED, json.dumps({"on": on.isoformat(), "canary": canary}) + "\n")


def tried(backup: Path) -> tuple[date, bool] | None:
    """When a backup was last restored by way of trial, and whether the canary opened; None when never."""
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
