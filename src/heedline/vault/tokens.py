"""Tokens that stand for words in an index: the same for the same word, and without meaning to anybody without the key.

A token is 49 bits of AES-256 applied to one block that holds the word. A block cipher whose key is secret is a
pseudorandom function of such blocks, and one call computes the tokens of all words of a report. Each block is encrypted
by itself, because equal words must have equal tokens. A word that does not fit a block is replaced by its keyed BLAKE2b.
"""

from collections.abc import Iterable
from hashlib import blake2b
from typing import Final

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

SIZE: Final = 7
"""The number of bytes of a token, each of which is 128 or more."""

_BLOCK: Final = 16
_ROOM: Final = _BLOCK - 1
#: What a block begins with: the number of bytes of its word.
_LENGTHS: Final = [bytes((length,)) for length in range(_BLOCK)]
_HASHED: Final = b"\xff"
_HIGH: Final = bytes(128 | byte for byte in range(128)) * 2


class TokenKey:
    """Compute the tokens of one sort of word. The same word has another token in another sort."""

    def __init__(self, key: bytes, sort: str) -> None:
        """Derive the keys of a sort from a key of 32 bytes. The name of a sort has at most 15 letters."""
        derived = blake2b(key=key, person=sort.encode(), digest_size=64).digest()
        self._cipher = Cipher(algorithms.AES256(derived[:32]), modes.ECB())  # noqa: S305 - one block is one word
        self._long = derived[32:]

    def of(self, words: Iterable[str]) -> list[bytes]:
        """Return the tokens of these words in order."""
        blocks = [
            _LENGTHS[len(word)] + word.ljust(_ROOM, b"\0") if len(word) <= _ROOM else self._hashed(word)
            for word in map(str.encode, words)
        ]
        sealed = self._cipher.encryptor().update(b"".join(blocks)).translate(_HIGH)
        return [sealed[at : at + SIZE] for at in range(0, len(sealed), _BLOCK)]

    def __getitem__(self, word: str) -> bytes:
        """Return the token of a word."""
        return self.of((word,))[0]

    def _hashed(self, word: bytes) -> bytes:
        return _HASHED + blake2b(word, key=self._long, digest_size=_ROOM).digest()
