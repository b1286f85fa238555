"""One side of a backup on disk, stored as a folder of parts with a manifest that describes them.

This is plain Python.

  2026-11-25-9f3a…/          finished, given its final name only once all its content is on disk
    manifest.json            what it is, of which installation, and each part with its size and SHA-256
    reports_report.copy      rows in PostgreSQL's binary COPY format
  2026-11-25-9f3a….part/     interrupted, to be resumed by the next run
    unfinished.json          the parts that are complete
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import shutil
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

FORMAT = "heedline-backup/1"
MANIFEST, UNFINISHED = "manifest.json", "unfinished.json"
_PART = ".part"
_BLOCK = 1 << 20


class Unfit(Exception):
    """Raised when a backup folder must not be written to, or a backup is damaged or incomplete.

    `str()` is a message for the operator.
    """


@dataclass(frozen=True, slots=True)
class BackupPart:
    """One file of a backup, holding rows of one table.

    `mark` identifies the rows, so that a later run can tell whether they are unchanged.
    """

    file: str
    table: str
    columns: tuple[str, ...]
    rows: int
    size: int
    sha256: str
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Manifest:
    """The description of one side of a backup.

    `events` is the number of events in the log, which orders the backups of an installation.
    """

    side: str
    run: str
    taken: str  # the quarter hour, as ISO text
    installation: str
    born: str
    root: str
    schema: str  # a hash of the migrations that made the tables
    events: int
    checkpoint: str  # the newest signed checkpoint of the log, or empty
    parts: tuple[BackupPart, ...]
    format: str = FORMAT

    def to_json(self) -> str:
        """Return the manifest as JSON."""
        return json.dumps(asdict(self), indent=1, sort_keys=True) + "\n"

    @classmethod
    def from_json(cls, text: str) -> Manifest:
        """Return the manifest parsed from JSON.

        Raises Unfit.
        """
        try:
            facts = json.loads(text)
            parts = tuple(
                BackupPart(**{**one, "columns": tuple(one["columns"])}) for one in facts.pop("parts")
            )
            found = cls(**facts, parts=parts)
        except (ValueError, TypeError, KeyError):
            raise Unfit("The manifest cannot be read: this is not a backup, or it was damaged.") from None
        if found.format != FORMAT:
            raise Unfit(f"This backup is written in {found.format}; this program reads {FORMAT}.")
        return found


def fit(folder: Path) -> Path:
    """Create the folder if necessary, check that only this account can access it, and return it.

    Raises Unfit.
    """
    folder = folder.expanduser().absolute()
    for above in (folder, *folder.parents):
        if above.is_symlink():
            raise Unfit(f"{above} is a link. Name the folder itself, so that it cannot be turned elsewhere.")
        if not above.exists():
            continue
        state = above.stat()
        mode = stat.S_IMODE(state.st_mode)
        if above == folder and mode & 0o077:
            raise Unfit(
                f"Others may look into {folder}. A backup goes where only its owner can: chmod 700 {folder}"
            )
        if state.st_uid not in {0, os.geteuid()} or (mode & 0o002 and not mode & stat.S_ISVTX):
            raise Unfit(f"Others may change {above}. A backup goes where only its owner can write.")
    if (folder / "staticfiles.json").exists() or "static" in folder.parts:
        raise Unfit(f"{folder} is where files for everybody lie.")
    if not folder.exists():
        folder.mkdir(parents=True, mode=0o700)
    if folder.stat().st_uid != os.geteuid():
        raise Unfit(f"{folder} belongs to somebody else.")
    return folder


def new_run(on: date) -> str:
    """Return a new name for a backup run, made up of its date and a random part."""
    return f"{on.isoformat()}-{secrets.token_hex(4)}"


def finished(place: Path) -> list[Path]:
    """Return the finished backups in a folder, oldest first."""
    if not place.is_dir():
        return []
    return sorted(one.parent for one in place.glob(f"*/{MANIFEST}") if one.parent.suffix != _PART)


def unfinished(place: Path) -> str | None:
    """Return the name of the newest interrupted run in this folder, or None."""
    runs = sorted(one.name.removesuffix(_PART) for one in place.glob(f"*{_PART}")) if place.is_dir() else []
    return runs[-1] if runs else None


def read(backup: Path) -> Manifest:
    """Return the manifest of a finished backup.

    Raises Unfit.
    """
    try:
        return Manifest.from_json((backup / MANIFEST).read_text(encoding="utf-8"))
    except OSError:
        if backup.suffix == _PART:
            raise Unfit(
                f"{backup} was interrupted and is not whole. Run the backup again: it goes on."
            ) from None
        raise Unfit(f"There is no backup in {backup}.") from None


def fingerprint(backup: Path) -> str:
    """Return the SHA-256 of the manifest, which covers the whole backup.

    It is meant to be kept elsewhere and compared later.
    """
    return hashlib.sha256((backup / MANIFEST).read_bytes()).hexdigest()


def check(backup: Path, manifest: Manifest, told: Callable[[str], None]) -> None:
    """Read every part of a backup and compare it with the manifest.

    Raises Unfit.
    """
    for number, part in enumerate(manifest.parts, 1):
        told(f"{manifest.side}: {part.file} ({number} of {len(manifest.parts)})")
        if Path(part.file).name != part.file or _hashed(backup / part.file) != (part.size, part.sha256):
            raise Unfit(f"{part.file} is not what the manifest says: it is damaged, or was changed.")


def blocks(file: Path) -> Iterator[bytes]:
    """Yield the content of a file, one mebibyte at a time."""
    with file.open("rb") as source:
        while block := source.read(_BLOCK):
            yield block


def _hashed(file: Path) -> tuple[int, str]:
    digest, size = hashlib.sha256(), 0
    try:
        for block in blocks(file):
            digest.update(block)
            size += len(block)
    except OSError:
        return (-1, "")
    return size, digest.hexdigest()


class BackupWriter:
    """A writer for one side of a backup.

    Completed parts survive if the process is killed. The folder is given its final name last.
    """

    def __init__(self, place: Path, run: str, side: str) -> None:
        self.folder = place / f"{run}{_PART}"
        self.last_name = place / run
        self.side = side
        self.parts: dict[str, BackupPart] = {}
        if self.last_name.exists():  # this side was finished before the other was interrupted
            shutil.move(self.last_name, self.folder)
            (self.folder / MANIFEST).unlink()
        self.folder.mkdir(mode=0o700, exist_ok=True)
        for left in self.folder.glob(".*"):
            left.unlink()
        if (self.folder / UNFINISHED).exists():
            kept = json.loads((self.folder / UNFINISHED).read_text(encoding="utf-8"))
            self.before = {
                one["file"]: BackupPart(**{**one, "columns": tuple(one["columns"])}) for one in kept
            }
        else:
            self.before = {}

    def still_good(self, file: str, columns: tuple[str, ...], mark: str) -> bool:
        """Reuse a part from the interrupted run if its rows and bytes are unchanged.

        Returns whether the part was kept.
        """
        part = self.before.get(file)
        if not mark or part is None or part.mark != mark or part.columns != columns:
            return False
        if _hashed(self.folder / file) != (part.size, part.sha256):
            return False
        self._add(part)
        return True

    @contextmanager
    def part(self, file: str, table: str, columns: tuple[str, ...], mark: str = "") -> Iterator[Sink]:
        """Write one part atomically, so that it is either complete on disk or absent."""
        fresh = self.folder / f".{file}"
        handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        with os.fdopen(handle, "wb") as out:
            sink = Sink(out.write)
            yield sink
            out.flush()
            os.fsync(out.fileno())
        fresh.replace(self.folder / file)
        self._add(BackupPart(file, table, columns, sink.rows, sink.size, sink.digest.hexdigest(), mark))

    def _add(self, part: BackupPart) -> None:
        self.parts[part.file] = part
        text = json.dumps([asdict(one) for one in {**self.before, **self.parts}.values()])
        _write(self.folder / UNFINISHED, text)

    def finish(self, manifest: Manifest) -> None:
        """Write the manifest and delete any leftovers of an interrupted run."""
        for file in self.folder.iterdir():
            if file.name not in self.parts and file.name != UNFINISHED:
                file.unlink()
        _write(self.folder / MANIFEST, manifest.to_json())

    def give_name(self) -> Path:
        """Rename the folder to its final name, which marks the backup as finished."""
        (self.folder / UNFINISHED).unlink(missing_ok=True)
        self.folder.rename(self.last_name)
        sync(self.last_name.parent)
        return self.last_name


@dataclass
class Sink:
    """A sink for the bytes of a part, which counts and hashes them."""

    write_to: Callable[[Any], Any]
    rows: int = 0
    size: int = 0

    def __post_init__(self) -> None:
        self.digest = hashlib.sha256()

    def write(self, block: bytes | bytearray | memoryview) -> None:
        """Write the next block of bytes."""
        self.write_to(block)
        self.digest.update(block)
        self.size += len(block)


def remove(backup: Path) -> None:
    """Delete a backup.

    The manifest is deleted first, so that a half-deleted backup never looks complete.
    """
    (backup / MANIFEST).unlink()
    sync(backup)
    shutil.rmtree(backup)
    sync(backup.parent)


def sync(folder: Path) -> None:
    """Flush the folder's directory entries to disk."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _write(file: Path, text: str) -> None:
    fresh = file.with_name(f".{file.name}")
    fresh.unlink(missing_ok=True)
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())
    fresh.replace(file)
    sync(file.parent)
