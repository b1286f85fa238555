"""Skeleton: see the signatures; bodies follow within the hour."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO


@dataclass(frozen=True)
class Container:
    header: bytes
    payload: bytes

    def to_bytes(self) -> bytes:
        raise NotImplementedError

    @classmethod
    def from_bytes(cls, data: bytes) -> "Container":
        raise NotImplementedError


def seal(plaintext: bytes, recipients: Sequence[bytes]) -> Container:
    raise NotImplementedError


def open_container(container: Container, seeds: Sequence[bytes]) -> bytes:
    raise NotImplementedError


def seal_stream(source: BinaryIO, sink: BinaryIO, recipients: Sequence[bytes]) -> None:
    """Whole age file (header and payload) into the sink."""
    raise NotImplementedError


def open_stream(source: BinaryIO, sink: BinaryIO, seeds: Sequence[bytes]) -> None:
    """Whole age file out of the source."""
    raise NotImplementedError


def readdress(header: bytes, seeds: Sequence[bytes], recipients: Sequence[bytes]) -> bytes:
    raise NotImplementedError


# In parts, for files: the payload is written once (vault.payload), headers come and go.
def new_file_key() -> bytes:
    """16 bytes; one per payload, never used for two."""
    raise NotImplementedError


def header_for(file_key: bytes, recipients: Sequence[bytes]) -> bytes:
    raise NotImplementedError


def file_key(header: bytes, seeds: Sequence[bytes]) -> bytes:
    raise NotImplementedError


class PayloadWriter:
    """Push style, for upload handlers: ciphertext = writer.update(data) ..., then writer.finish()."""

    def __init__(self, file_key: bytes) -> None:
        raise NotImplementedError

    def update(self, data: bytes) -> bytes:
        raise NotImplementedError

    def finish(self) -> bytes:
        raise NotImplementedError


def open_payload(source: BinaryIO, file_key: bytes) -> Iterator[bytes]:
    """Authenticated plaintext chunks of a payload, for streaming answers."""
    raise NotImplementedError
