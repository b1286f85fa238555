"""Storage of sealed files as randomly named objects.

An object holds ciphertext only. Its name says nothing, and its time of change, like that of the folders, is set back
to the beginning of the quarter hour, because an exact one would date a visit (law 5). The file system keeps times of its own
that a program can't set. The threat model names them.

  ab/                                     the first two digits of the names in it, 0700
    ab12cd34-….                           one object, 0600
"""

from __future__ import annotations

import errno
import os
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import Protocol
from uuid import UUID

_QUARTER = 15 * 60
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_NOT_THERE = {errno.ENOENT, errno.ELOOP, errno.ENOTDIR}


class ObjectMissing(Exception):
    """Raised when no object has the given name."""


class ObjectTaken(Exception):
    """Raised when another server has gone on with the object. What it has written stays."""


class StorageFull(Exception):
    """Raised when the storage has no space for more bytes."""


class Storage(Protocol):
    """Interface to storage for sealed objects.

    Methods raise ObjectMissing and StorageFull.
    """

    def append(self, name: UUID, data: bytes, at: int) -> int:
        """Truncate the object at offset `at`, append the data and return the new size.

        The object is created if `at` is 0. Raises ObjectMissing if it is shorter than `at`.
        """

    def finish(self, name: UUID) -> None:
        """Wait until the whole object and its name are durable."""

    def read(self, name: UUID, start: int, length: int) -> bytes:
        """Return up to `length` bytes from `start`, or fewer at the end of the object."""

    def size(self, name: UUID) -> int:
        """Return the object's size in bytes."""

    def delete(self, name: UUID) -> None:
        """Delete the object if it exists."""

    def names(self) -> Iterator[tuple[UUID, timedelta]]:
        """Yield each object's name and the time since it was last written."""


class FolderStorage:
    """Storage in a folder that only this account can access.

    Symbolic links are never followed below the folder.
    """

    def __init__(self, path: Path) -> None:
        """Open this folder, creating it if necessary.

        Raises ValueError if it is a link, belongs to another account or is open to others.
        """
        self.path = path
        with suppress(FileExistsError):
            path.mkdir(parents=True, mode=0o700)
            _sync(path.parent)
        state = path.lstat()
        if not stat.S_ISDIR(state.st_mode) or state.st_uid != os.geteuid() or state.st_mode & 0o077:
            raise ValueError(f"{path} must be a folder that only its owner, this account, can enter")

    def append(self, name: UUID, data: bytes, at: int) -> int:
        """Truncate the object at offset `at`, append the data and return the new size."""
        if at < 0:
            raise ValueError("an offset is not negative")
        create = os.O_CREAT if at == 0 else 0
        with self._object(name, os.O_RDWR | create) as handle:
            if os.fstat(handle).st_size < at:
                raise ObjectMissing
            os.ftruncate(handle, at)
            rest, end = memoryview(data), at
            while rest:
                written = os.pwrite(handle, rest, end)
                rest, end = rest[written:], end + written
            _without_exact_time(handle)
            return end

    def finish(self, name: UUID) -> None:
        """Flush the object, its folder and the storage's folder to disk."""
        with self._object(name, os.O_RDONLY) as handle:
            os.fsync(handle)
        _sync(self.path / name.hex[:2])
        _sync(self.path)

    def read(self, name: UUID, start: int, length: int) -> bytes:
        """Return up to `length` bytes from offset `start`."""
        with self._object(name, os.O_RDONLY) as handle:
            parts = []
            while length > 0 and (part := os.pread(handle, length, start)):
                parts.append(part)
                start, length = start + len(part), length - len(part)
            return b"".join(parts)

    def size(self, name: UUID) -> int:
        """Return the object's size in bytes."""
        with self._object(name, os.O_RDONLY) as handle:
            return os.fstat(handle).st_size

    def delete(self, name: UUID) -> None:
        """Delete the object durably if it exists."""
        try:
            with self._folder(name) as folder:
                os.unlink(str(name), dir_fd=folder)
                _without_exact_time(folder)
                os.fsync(folder)
        except (FileNotFoundError, ObjectMissing):
            return

    def names(self) -> Iterator[tuple[UUID, timedelta]]:
        """Yield each object's name and the time since its last write, to the quarter hour."""
        now = time.time()
        for folder in sorted(self.path.iterdir()):
            if len(folder.name) != 2 or folder.is_symlink() or not folder.is_dir():
                continue
            for found in sorted(folder.iterdir()):
                with suppress(ValueError, FileNotFoundError):
                    state = found.lstat()
                    if stat.S_ISREG(state.st_mode) and (name := UUID(found.name)).hex[:2] == folder.name:
                        yield name, timedelta(seconds=max(0.0, now - state.st_mtime))

    @contextmanager
    def _folder(self, name: UUID, *, create: bool = False) -> Iterator[int]:
        """Open the folder that the object is in."""
        flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
        above = os.open(self.path, flags)
        try:
            if create:
                with suppress(FileExistsError):
                    os.mkdir(name.hex[:2], 0o700, dir_fd=above)
                    _without_exact_time(above)
            folder = os.open(name.hex[:2], flags, dir_fd=above)
        except OSError as error:
            raise _told(error) from None
        finally:
            os.close(above)
        try:
            yield folder
        finally:
            os.close(folder)

    @contextmanager
    def _object(self, name: UUID, flags: int) -> Iterator[int]:
        """Open the object, which must be a regular file."""
        with self._folder(name, create=bool(flags & os.O_CREAT)) as folder:
            try:
                flags |= os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK  # a pipe in its place must not block
                handle = os.open(str(name), flags, 0o600, dir_fd=folder)
                if flags & os.O_CREAT:
                    _without_exact_time(folder)
            except OSError as error:
                raise _told(error) from None
            try:
                if not stat.S_ISREG(os.fstat(handle).st_mode):
                    raise ObjectMissing
                yield handle
            except OSError as error:
                raise _told(error) from None
            finally:
                os.close(handle)


def _without_exact_time(handle: int) -> None:
    """Round the modification time of an object or folder down to the quarter hour."""
    quarter = time.time() // _QUARTER * _QUARTER
    os.utime(handle, (quarter, quarter))


def _told(error: OSError) -> Exception:
    """Return the storage exception for a file system error, or the error itself."""
    if error.errno in _FULL:
        return StorageFull()
    return ObjectMissing() if error.errno in _NOT_THERE else error


def _sync(folder: Path) -> None:
    """Flush the folder's directory entries to disk."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
