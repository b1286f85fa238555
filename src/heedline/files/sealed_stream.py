"""Seal a file as it arrives over any number of requests, and read any range of it.

An object is the payload of an age file (`vault.containers.payload`), which is ciphertext in chunks of 64 KiB. With a
header for its file key it is a file that `vault.containers.container.open_stream` opens.

An upload can stop after any byte. What it needs to go on lies at the end of the unfinished object: the bytes
that don't fill a chunk yet, sealed under a key of their own (`Sealing.state`). The next request resumes from
the object and its file key alone, even if the program was killed: then it goes on from the last chunk that
was written whole.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from io import RawIOBase
from typing import BinaryIO, cast

from heedline.vault import CannotOpen
from heedline.vault.containers.container import new_file_key
from heedline.vault.containers.payload import (
    CHUNK,
    NONCE,
    SEALED_CHUNK,
    PayloadWriter,
    chunk_opens,
    open_payload,
    open_range,
    plain_size,
)
from heedline.vault.keys import hkdf
from heedline.vault.small import OVERHEAD, open_small, seal_small

__all__ = ["Read", "Sealing", "new_file_key", "read_all", "read_range", "sha256_of"]

type Read = Callable[[int, int], bytes]
"""A function that returns up to `length` bytes of an object from offset `start`."""

_BLOCK = 1 << 20


class Sealing:
    """A writer that seals one object.

    `at` is the offset in the object where the next sealed bytes belong, and `position` the number of bytes of
    the file taken so far. Memory use is that of what is written at once and one chunk.
    """

    def __init__(self, file_key: bytes) -> None:
        """Start a new object under a file key that has never been used."""
        self._file_key = file_key
        self._writer = PayloadWriter(file_key)
        self._digest: hashlib._Hash | None = hashlib.sha256()
        self._nonce = self._writer.update(b"")
        self.at = self.position = 0
        self.finished = False

    @classmethod
    def resume(cls, file_key: bytes, read: Read, size: int) -> Sealing:
        """Resume sealing an unfinished object of `size` bytes.

        An object that ends in the middle of a write loses what was not written whole. Raises CannotOpen if
        not even its beginning was.
        """
        nonce = read(0, NONCE)
        if len(nonce) != NONCE:
            raise CannotOpen
        new = cls(file_key)
        new._digest, new._nonce = None, b""
        if _is_finished(file_key, nonce, read, size):
            new.at, new.position, new.finished = size, plain_size(size), True
            return new
        chunks, tail = _progress(file_key, nonce, read, size)
        new._writer = PayloadWriter.resumed(file_key, nonce, chunks)
        new.at, new.position = NONCE + chunks * SEALED_CHUNK, chunks * CHUNK + len(tail)
        if new._writer.update(tail):
            raise CannotOpen  # a tail is never longer than one chunk
        return new

    def write(self, data: bytes) -> bytes:
        """Seal more of the file, and return the bytes to append at the offset that `at` had before."""
        sealed = self._take(self._writer.update(data))
        if self._digest is not None:
            self._digest.update(data)
        self.position += len(data)
        return sealed

    def state(self) -> bytes:
        """Return the sealed state to append at `at` when a request ends before the file is complete.

        They are sealed, and are cut off again by the next append at the same offset.
        """
        tail = self._writer.held()
        at = self.at + len(self._nonce)
        return self._nonce + seal_small(_tail_key(self._file_key), tail, aad=_place(at))

    def finish(self) -> bytes:
        """Finish sealing, and return the last bytes to append at the offset that `at` had before."""
        sealed = self._take(self._writer.finish())
        self.finished = True
        return sealed

    def sha256(self) -> str | None:
        """Return the SHA-256 of the data written so far, in hex.

        It is None after a resume, because a hash can't be put aside. `sha256_of` then reads the object.
        """
        return None if self._digest is None else self._digest.copy().hexdigest()

    def _take(self, sealed: bytes) -> bytes:
        """Advance `at` by these sealed bytes and return them, preceded by the nonce if they are the first."""
        sealed, self._nonce = self._nonce + sealed, b""
        self.at += len(sealed)
        return sealed


def read_range(file_key: bytes, read: Read, size: int, start: int, length: int) -> Iterator[bytes]:
    """Yield `length` bytes from `start` in authenticated chunks.

    `size` is the object's size. Raises CannotOpen if the object was changed, cut or swapped, or if it has no
    such bytes.
    """
    if length == 0 and 0 <= start <= plain_size(size):
        return
    try:
        yield from open_range(_source(read), size, file_key, start, start + length)
    except ValueError:
        raise CannotOpen from None


def read_all(file_key: bytes, read: Read) -> Iterator[bytes]:
    """Yield the whole file in order.

    Raises CannotOpen at the end if part of it is missing. The size is that of the sealed object, with its
    padding.
    """
    yield from open_payload(_source(read), file_key)


def sha256_of(file_key: bytes, read: Read, size: int, length: int) -> str:
    """Return the SHA-256 of the first `length` bytes of the file, in hex.

    Raises CannotOpen.
    """
    digest = hashlib.sha256()
    for block in read_range(file_key, read, size, 0, length):
        digest.update(block)
    return digest.hexdigest()


def _progress(file_key: bytes, nonce: bytes, read: Read, size: int) -> tuple[int, bytes]:
    """Return the number of complete chunks in an unfinished object, and the remaining tail."""
    full, rest = divmod(size - NONCE, SEALED_CHUNK)
    # A tail may be nearly a chunk long, and its sealing adds more than that of a chunk does.
    for chunks, length in ((full, rest), (full - 1, rest + SEALED_CHUNK)):
        at = NONCE + chunks * SEALED_CHUNK
        if chunks >= 0 and OVERHEAD <= length <= OVERHEAD + CHUNK:
            with suppress(CannotOpen):
                return chunks, open_small(_tail_key(file_key), read(at, length), aad=_place(at))
    while full and not chunk_opens(file_key, nonce, full - 1, _chunk(read, full - 1), last=False):
        full -= 1
    return full, b""


def _is_finished(file_key: bytes, nonce: bytes, read: Read, size: int) -> bool:
    try:
        last = max(0, plain_size(size) - 1) // CHUNK
    except CannotOpen:
        return False
    return chunk_opens(file_key, nonce, last, _chunk(read, last), last=True)


def _chunk(read: Read, count: int) -> bytes:
    return read(NONCE + count * SEALED_CHUNK, SEALED_CHUNK)


def _tail_key(file_key: bytes) -> bytes:
    return hkdf(file_key, label="files/tail")


def _place(at: int) -> bytes:
    return at.to_bytes(8, "big")


class _Reader(RawIOBase):
    """A file-like object over a range-reading function."""

    def __init__(self, read: Read) -> None:
        self._read, self._at = read, 0

    def readable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0, /) -> int:
        if whence:
            raise ValueError("only offsets from the beginning")
        self._at = offset
        return offset

    def read(self, size: int = -1, /) -> bytes:
        data = self._read(self._at, size)
        self._at += len(data)
        return data


def _source(read: Read) -> BinaryIO:
    return cast(BinaryIO, _Reader(read))
