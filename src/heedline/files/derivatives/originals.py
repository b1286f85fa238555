"""A file's plaintext in anonymous memory, readable by a sandbox and never written to disk."""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

from heedline.files.derivatives.outcome import NoDerivative
from heedline.files.derivatives.sandbox import SandboxStopped, memory_file, seal_memory_file

_CHUNK = 1 << 20


@dataclass(frozen=True)
class OriginalInMemory:
    """The descriptor, length and SHA-256 of a sealed in-memory file."""

    descriptor: int
    length: int
    sha256: str


def _chunks(plaintext: BinaryIO | Iterable[bytes]) -> Iterator[bytes]:
    if isinstance(plaintext, Iterable) and not hasattr(plaintext, "read"):
        yield from plaintext
        return
    while data := plaintext.read(_CHUNK):
        yield data


@contextlib.contextmanager
def in_memory(plaintext: BinaryIO | Iterable[bytes], *, most: int) -> Iterator[OriginalInMemory]:
    """Hold a file in memory for the duration of the context. Raise SandboxStopped if it is empty or too long."""
    descriptor = memory_file("original")
    try:
        digest, length = hashlib.sha256(), 0
        for data in _chunks(plaintext):
            length += len(data)
            if length > most:
                raise SandboxStopped(NoDerivative.TOO_LARGE)
            digest.update(data)
            left = memoryview(data)
            while left:
                left = left[os.write(descriptor, left) :]
        if not length:
            raise SandboxStopped(NoDerivative.EMPTY)
        seal_memory_file(descriptor)
        yield OriginalInMemory(descriptor, length, digest.hexdigest())
    finally:
        os.close(descriptor)
