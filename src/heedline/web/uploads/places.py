"""Upload slots for drafts, shared by all processes on this machine.

Two requests that continue one upload at once would cut off each other's bytes. A browser whose connection broke tries
again while the server still waits on the old one, and may reach another process.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import stat
import tempfile
from pathlib import Path
from threading import Lock

_OFFSET_BYTES = 7  # an offset in a file has 63 bits


class Places:
    """The occupied upload slots.

    A place is taken in this process by a set, and in others by a lock on one byte of a file that stays empty. The system
    lifts the locks of a process that ends.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._path = path or Path(tempfile.gettempdir()) / f"heedline-uploads-{os.geteuid()}.lock"
        self._taken: set[bytes] = set()
        self._lock = Lock()
        self._file: int | None = None

    def enter(self, place: bytes) -> bool:
        """Take a slot, and return False if it is occupied."""
        with self._lock:
            if place in self._taken:
                return False
            try:
                fcntl.lockf(self._handle(), fcntl.LOCK_EX | fcntl.LOCK_NB, 1, _offset(place))
            except BlockingIOError:
                return False
            self._taken.add(place)
            return True

    def leave(self, place: bytes) -> None:
        """Release a slot."""
        with self._lock:
            if place in self._taken:
                self._taken.discard(place)
                fcntl.lockf(self._handle(), fcntl.LOCK_UN, 1, _offset(place))

    def _handle(self) -> int:
        """Return the open lock file, which is never closed because closing it would release every lock.

        Raises OSError if the file is not ours.
        """
        if self._file is None:
            handle = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
            state = os.fstat(handle)
            if not stat.S_ISREG(state.st_mode) or state.st_uid != os.geteuid():
                os.close(handle)
                raise OSError(f"{self._path} belongs to somebody else")
            self._file = handle
        return self._file


def _offset(place: bytes) -> int:
    return int.from_bytes(hashlib.sha256(place).digest()[:_OFFSET_BYTES])
