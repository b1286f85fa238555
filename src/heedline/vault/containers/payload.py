"""The payload of an age v1 file, which is ChaCha20-Poly1305 in 64 KiB chunks (the STREAM construction).

The nonce of each chunk is a counter and a flag on the last chunk, so truncating, swapping, repeating or
appending chunks is detected. Nothing is released before its chunk is authenticated. Only a complete
payload proves that none of it is missing.
"""

import secrets
from collections.abc import Iterator
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from heedline.vault.errors import CannotOpen

CHUNK = 64 * 1024
TAG = 16
NONCE = 16
SEALED_CHUNK = CHUNK + TAG
_MIDDLE, _LAST = b"\0", b"\1"


class PayloadWriter:
    """A writer that seals a payload incrementally.

    ``update`` is called as often as there is data, then ``finish`` once. The bytes that both return, in
    order, are the payload. It is meant for upload handlers and holds at most two chunks.
    """

    def __init__(self, file_key: bytes) -> None:
        nonce = secrets.token_bytes(NONCE)
        self._aead = _aead(file_key, nonce)
        self._held = bytearray()
        self._ready = bytearray(nonce)
        self._count = 0
        self._finished = False

    @classmethod
    def resumed(cls, file_key: bytes, nonce: bytes, count: int) -> "PayloadWriter":
        """Return a writer that continues a payload after its first ``count`` chunks.

        It never seals a chunk twice only if the caller has counted every chunk that was kept.
        """
        writer = cls(file_key)
        writer._aead = _aead(file_key, nonce)
        writer._ready.clear()  # the nonce was written long ago
        writer._count = count
        return writer

    def held(self) -> bytes:
        """Return the bytes that have not been sealed yet, at most one chunk."""
        return bytes(self._held)

    def update(self, data: bytes) -> bytes:
        """Return the sealed bytes that are ready, if any.

        Often there are none.
        """
        if self._finished:
            raise ValueError("this payload is finished")
        self._held += data
        # A full chunk is kept until more follows, since the last one is marked.
        at = 0
        while len(self._held) - at > CHUNK:
            self._seal(self._held[at : at + CHUNK], _MIDDLE)
            at += CHUNK
        del self._held[:at]
        return self._take()

    def finish(self) -> bytes:
        """Return the remaining sealed bytes, with the last chunk marked as final."""
        if self._finished:
            raise ValueError("this payload is finished")
        self._finished = True
        self._seal(self._held, _LAST)
        self._held.clear()
        return self._take()

    def _seal(self, chunk: bytes | bytearray, flag: bytes) -> None:
        self._ready += self._aead.encrypt(_nonce(self._count, flag), chunk, None)
        self._count += 1

    def _take(self) -> bytes:
        ready = bytes(self._ready)
        self._ready.clear()
        return ready


def seal_payload(plaintext: bytes, file_key: bytes) -> bytes:
    """Seal a complete payload in one call."""
    nonce = secrets.token_bytes(NONCE)
    aead = _aead(file_key, nonce)
    out = [nonce]
    last = max(0, (len(plaintext) - 1) // CHUNK)
    for count in range(last + 1):
        chunk = plaintext[count * CHUNK : (count + 1) * CHUNK]
        out.append(aead.encrypt(_nonce(count, _LAST if count == last else _MIDDLE), chunk, None))
    return b"".join(out)


def open_payload(source: BinaryIO, file_key: bytes) -> Iterator[bytes]:
    """Yield authenticated chunks in order.

    Raises ``CannotOpen`` at the end if the payload does not end correctly. A reader that must not act on
    part of a payload waits until the iterator is exhausted.
    """
    nonce = _read(source, NONCE)
    if len(nonce) != NONCE:
        raise CannotOpen
    aead = _aead(file_key, nonce)
    count = 0
    sealed = _read(source, SEALED_CHUNK)
    while True:
        following = _read(source, SEALED_CHUNK) if len(sealed) == SEALED_CHUNK else b""
        chunk = _open(aead, count, sealed, last=not following)
        if not chunk and count:
            raise CannotOpen  # an empty last chunk stands only in an empty payload
        yield chunk
        if not following:
            return
        sealed = following
        count += 1


def open_range(source: BinaryIO, size: int, file_key: bytes, start: int, stop: int) -> Iterator[bytes]:
    """Yield the plaintext from ``start`` up to but not including ``stop``.

    The payload must be seekable and has ``size`` sealed bytes. This is for players that jump around in a
    video. Each chunk is authenticated at its position, and if ``size`` is wrong, the chunk that should be
    the last does not open. Raises ``ValueError`` for an impossible range.
    """
    total = plain_size(size)
    if not 0 <= start < stop <= total:
        raise ValueError("no such range")
    source.seek(0)
    nonce = _read(source, NONCE)
    if len(nonce) != NONCE:
        raise CannotOpen
    aead = _aead(file_key, nonce)
    last = (total - 1) // CHUNK
    source.seek(NONCE + start // CHUNK * SEALED_CHUNK)
    for count in range(start // CHUNK, (stop - 1) // CHUNK + 1):
        chunk = _open(aead, count, _read(source, SEALED_CHUNK), last=count == last)
        offset = count * CHUNK
        yield chunk[max(0, start - offset) : stop - offset]


def chunk_opens(file_key: bytes, nonce: bytes, count: int, sealed: bytes, *, last: bool) -> bool:
    """Return whether these bytes are valid as chunk number ``count`` of a payload."""
    try:
        chunk = _open(_aead(file_key, nonce), count, sealed, last=last)
    except CannotOpen:
        return False
    return last or len(chunk) == CHUNK


def plain_size(size: int) -> int:
    """Return the plaintext size of a payload of ``size`` bytes.

    Raises ``CannotOpen`` if no payload has that size.
    """
    chunks, rest = divmod(size - NONCE, SEALED_CHUNK)
    if size < NONCE + TAG or 0 < rest < TAG or (rest == TAG and chunks):
        raise CannotOpen
    return chunks * CHUNK + max(0, rest - TAG)


def _open(aead: ChaCha20Poly1305, count: int, sealed: bytes, *, last: bool) -> bytes:
    try:
        return aead.decrypt(_nonce(count, _LAST if last else _MIDDLE), sealed, None)
    except InvalidTag:
        raise CannotOpen from None


def _aead(file_key: bytes, nonce: bytes) -> ChaCha20Poly1305:
    if len(file_key) != 16:
        raise ValueError("a file key is 16 bytes")
    return ChaCha20Poly1305(HKDF(SHA256(), 32, nonce, b"payload").derive(file_key))


def _nonce(count: int, flag: bytes) -> bytes:
    return count.to_bytes(11, "big") + flag


def _read(source: BinaryIO, size: int) -> bytes:
    """Read exactly ``size`` bytes unless the source ends.

    Pipes and sockets return fewer bytes at a time.
    """
    data = source.read(size)
    if len(data) == size or not data:
        return data
    parts = [data]
    missing = size - len(data)
    while missing and (data := source.read(missing)):
        parts.append(data)
        missing -= len(data)
    return b"".join(parts)
