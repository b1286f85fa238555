"""Containers, which are age v1 files with header and payload stored separately.

The header determines who can open the container and is rewritten when that changes. The payload is never
rewritten. Together they form a file that the stock ``age`` program opens with ``keys.identity_text``, as
a way out if this program is ever lost. Anything that cannot be opened raises ``CannotOpen``. A wrong
argument raises ``ValueError``.

``seeds`` may hold seeds or keys prepared by ``keys.prepare``. Recipients are public keys of 1,216 bytes.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from io import BytesIO
from typing import BinaryIO

from cryptography.hazmat.primitives.hpke import MLKEM768X25519PublicKey

from heedline.vault.containers import header as headers
from heedline.vault.containers.header import new_file_key
from heedline.vault.containers.payload import (
    CHUNK,
    PayloadWriter,
    open_payload,
    open_range,
    plain_size,
    seal_payload,
)
from heedline.vault.errors import CannotOpen
from heedline.vault.keys import Opener, parsed

__all__ = [
    "CHUNK",
    "Container",
    "PayloadWriter",
    "file_key",
    "header_for",
    "move",
    "new_file_key",
    "open_container",
    "open_payload",
    "open_range",
    "open_stream",
    "plain_size",
    "readdress",
    "seal",
    "seal_stream",
    "seal_to",
]


@dataclass(frozen=True)
class Container:
    """An age v1 file, split into header and payload."""

    header: bytes = field(repr=False)
    payload: bytes = field(repr=False)

    def to_bytes(self) -> bytes:
        """Return the whole age file."""
        return self.header + self.payload

    @classmethod
    def from_bytes(cls, data: bytes) -> "Container":
        """Parse a container from an age file.

        Raises ``CannotOpen`` if the file does not begin with a well-formed header.
        """
        end = headers.end_of(data)
        headers.parse(data[:end])
        return cls(data[:end], data[end:])


def seal(plaintext: bytes, recipients: Sequence[bytes]) -> Container:
    """Seal the plaintext so that any one of the recipients can open it."""
    return seal_to(plaintext, [parsed(recipient) for recipient in recipients])


def seal_to(plaintext: bytes, recipients: Sequence[MLKEM768X25519PublicKey]) -> Container:
    """Seal the plaintext to public keys that have already been parsed.

    Otherwise like ``seal``. One-time keys are passed in this way and are cached nowhere.
    """
    key = new_file_key()
    return Container(headers.write(key, recipients), seal_payload(plaintext, key))


def open_container(container: Container, seeds: Sequence[Opener]) -> bytes:
    """Open a container and return its plaintext, once all of it has been authenticated."""
    key = headers.open_header(container.header, seeds)
    return b"".join(open_payload(BytesIO(container.payload), key))


def seal_stream(source: BinaryIO, sink: BinaryIO, recipients: Sequence[bytes]) -> None:
    """Write a whole age file to the sink, holding one 64 KiB chunk in memory at a time."""
    key = new_file_key()
    sink.write(header_for(key, recipients))
    writer = PayloadWriter(key)
    while data := source.read(CHUNK):
        sink.write(writer.update(data))
    sink.write(writer.finish())


def open_stream(source: BinaryIO, sink: BinaryIO, seeds: Sequence[Opener]) -> None:
    """Open a whole age file into the sink, writing each chunk only once it has been authenticated.

    On ``CannotOpen``, the sink may already hold a genuine beginning, which the caller must discard.
    """
    key = headers.open_header(_read_header(source), seeds)
    sink.writelines(open_payload(source, key))


def file_key(header: bytes, seeds: Sequence[Opener]) -> bytes:
    """Return the 16-byte file key, which encrypts a single payload.

    It opens nothing else.
    """
    return headers.open_header(header, seeds)


def header_for(file_key: bytes, recipients: Sequence[bytes]) -> bytes:
    """Return a header that wraps this file key for these recipients."""
    if len(file_key) != headers.FILE_KEY_SIZE:
        raise ValueError("a file key is 16 bytes")
    return headers.write(file_key, [parsed(recipient) for recipient in recipients])


def readdress(header: bytes, seeds: Sequence[Opener], recipients: Sequence[bytes]) -> bytes:
    """Return a new header for the same payload, addressed to these recipients.

    The old header still opens the payload for anyone who kept it.
    """
    return header_for(file_key(header, seeds), recipients)


def move(header: bytes, seeds: Sequence[Opener], to_public: bytes) -> bytes:
    """Return a new header in which ``to_public`` replaces the holder of ``seeds``.

    The payload stays the same. Everyone else who could open it still can, through the same stanzas. Unlike
    ``readdress``, this does not need a list of recipients.
    """
    return headers.replaced(header, seeds, [parsed(to_public)])


def _read_header(source: BinaryIO) -> bytes:
    """Read the header line by line, within a size limit, leaving the payload in the source."""
    lines: list[bytes] = []
    size = 0
    while size <= headers.LARGEST_HEADER:
        line = source.readline(headers.LARGEST_HEADER)
        lines.append(line)
        size += len(line)
        if not line or line.startswith(b"---"):
            return b"".join(lines)
    raise CannotOpen
