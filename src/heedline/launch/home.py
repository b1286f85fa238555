"""The installation directory (`HEEDLINE_HOME`), with its secrets in files readable only by the owner.

secrets/installation   random id, bound into everything that is sealed
secrets/log-key        signs the log's checkpoints, passed to the worker only
secrets/key-<process>  one SECRET_KEY for each process, so that none can forge what another signs
root.pub, demo.json    written when the demonstration is loaded
static/                what the sites serve to everyone
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PROCESSES = ("public", "office", "partner", "files", "worker", "migrate")


class InUse(Exception):
    """Raised when another Heedline process is already using the folder."""


@dataclass(frozen=True, slots=True)
class Home:
    """The folder of one installation, created when something is first stored in it."""

    folder: Path

    @property
    def secrets(self) -> Path:
        return self.folder / "secrets"

    @property
    def root_key(self) -> Path:
        """Return the path of the file that holds the pinned root's public key in hex.

        It exists once the demonstration is loaded.
        """
        return self.folder / "root.pub"

    @property
    def demo_json(self) -> Path:
        return self.folder / "demo.json"

    def installation(self) -> str:
        """Return the random, permanent id of this installation."""
        return self._kept("installation", 16)

    def secret_key(self, process: str) -> str:
        """Return the SECRET_KEY of one process."""
        return self._kept(f"key-{process}", 32)

    def log_key(self) -> str:
        """Return the seed of the key that signs the log's checkpoints, in hex."""
        return self._kept("log-key", 32)

    def _kept(self, name: str, size: int) -> str:
        self.secrets.mkdir(parents=True, exist_ok=True, mode=0o700)
        file = self.secrets / name
        if not file.exists():
            write_private(file, secrets.token_hex(size))
        return file.read_text(encoding="ascii").strip()

    def open_secrets(self) -> list[str]:
        """Return the names of secrets that anyone other than their owner can read.

        There should be none.
        """
        if not self.secrets.is_dir():
            return []
        return [
            file.name for file in sorted(self.secrets.iterdir()) if stat.S_IMODE(file.stat().st_mode) & 0o077
        ]

    def tell(self, facts: Mapping[str, Any]) -> None:
        """Merge new values into demo.json, replacing existing values that have the same key."""
        known = json.loads(self.demo_json.read_text(encoding="utf-8")) if self.demo_json.exists() else {}
        write_private(self.demo_json, json.dumps({**known, **facts}, indent=2, ensure_ascii=False) + "\n")

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Hold an exclusive lock on this folder for the duration of the block.

        Raises InUse. The kernel releases the lock when the process ends.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / "running.lock").open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                raise InUse from None
            yield


def write_private(file: Path, text: str) -> None:
    """Write a file atomically, readable only by its owner."""
    new = file.with_name(f".{file.name}.new")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())
    new.replace(file)
