"""Containers: age v1 files for post-quantum recipients, with header and payload kept apart.

The header says who can open and is rewritten when that changes; the payload never is. Both together are a
file that the stock ``age`` program opens with ``keys.identity_text``, which is the way out if this program is
ever lost. Anything that does not open is ``CannotOpen``; a wrong argument is ``ValueError``.

``seeds`` may hold seeds or keys made ready by ``keys.prepare``; recipients are public keys of 1,216 bytes.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from io import BytesIO
from typing import BinaryIO

from cryptography.hazmat.primitives.hpke import MLKEM768X25519PublicKey

from heedline.vault import header as headers
from heedline.vault.errors import CannotOpen
from heedline.vault.header import new_file_key
from heedline.vault.keys import Opener, parsed
from heedline.vault.payload import CHUNK, PayloadWriter, open_payload, open_range, plain_size, seal_payload

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
    """An age v1 file in its two parts."""

    header: bytes = field(repr=False)
    payload: bytes = field(repr=False)

    def to_bytes(self) -> bytes:
        """The whole file."""
        return self.header + self.payload

    @classmethod
    def from_bytes(cls, data: bytes) -> "Container":
        """The file in parts; ``CannotOpen`` when it does not begin with a well-formed header."""
        end = headers.end_of(data)
        headers.parse(data[:end])
        return cls(data[:end], data[end:])


def seal(plaintext: bytes, recipients: Sequence[bytes]) -> Container:
    """Sealed so that any one of the recipients can open it."""
    return seal_to(plaintext, [parsed(recipient) for recipient in recipients])


def seal_to(plaintext: bytes, recipients: Sequence[MLKEM768X25519PublicKey]) -> Container:
    """As ``seal``, for keys already in hand; one-time keys take this way and are remembered nowhere."""
    key = new_file_key()
    return Container(headers.write(key, recipients), seal_payload(plaintext, key))


def open_container(container: Container, seeds: Sequence[Opener]) -> bytes:
    """The plaintext, whole and authenticated to its end."""
    key = headers.open_header(container.header, seeds)
    return b"".join(open_payload(BytesIO(container.payload), key))


def seal_stream(source: BinaryIO, sink: BinaryIO, recipients: Sequence[bytes]) -> None:
    """Writes a whole age file, a chunk of 64 KiB in memory at a time."""
    key = new_file_key()
    sink.write(header_for(key, recipients))
    writer = PayloadWriter(key)
    while data := source.read(CHUNK):
        sink.write(writer.update(data))
    sink.write(writer.finish())


def open_stream(source: BinaryIO, sink: BinaryIO, seeds: Sequence[Opener]) -> None:
    """Opens a whole age file into the sink, each chunk only once it is authenticated.

    On ``CannotOpen`` the sink may hold a true beginning: the caller throws it away.
    """
    key = headers.open_header(_read_header(source), seeds)
    sink.writelines(open_payload(source, key))


def file_key(header: bytes, seeds: Sequence[Opener]) -> bytes:
    """The key of one payload (16 bytes), and of nothing else."""
    return headers.open_header(header, seeds)


def header_for(file_key: bytes, recipients: Sequence[bytes]) -> bytes:
    """A header that gives this file key to these recipients."""
    if len(file_key) != headers.FILE_KEY_SIZE:
        raise ValueError("a file key is 16 bytes")
    return headers.write(file_key, [parsed(recipient) for recipient in recipients])


def readdress(header: bytes, seeds: Sequence[Opener], recipients: Sequence[bytes]) -> bytes:
    """A new header for the same payload. The old one still opens for whoever kept it."""
    return header_for(file_key(header, seeds), recipients)


def move(header: bytes, seeds: Sequence[Opener], to_public: bytes) -> bytes:
    """A new header for the same payload, in which ``to_public`` stands in the place of whoever holds ``seeds``.

    Whoever else could open it still can, by the very same lines: unlike ``readdress``, this needs not be told who.
    """
    return headers.replaced(header, seeds, [parsed(to_public)])


def _read_header(source: BinaryIO) -> bytes:
    """Line by line, so that the payload stays in the source; bounded."""
    lines: list[bytes] = []
    size = 0
    while size <= headers.LARGEST_HEADER:
        line = source.readline(headers.LARGEST_HEADER)
        lines.append(line)
        size += len(line)
        if not line or line.startswith(b"---"):
            return b"".join(lines)
    raise CannotOpen
