"""Keyed tokens for the words in an index: equal words have equal tokens, which mean nothing without the key.

A token is 49 bits of AES-256 applied to one block that holds the word. A block cipher whose key is secret is a
pseudorandom function of such blocks, and one call computes the tokens of all words of a report. Each block is encrypted
by itself, because equal words must have equal tokens. A word that does not fit a block is replaced by its keyed BLAKE2b.
Zero characters at the end of a word make no difference.
"""

from collections.abc import Iterable
from hashlib import blake2b
from typing import Final

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

SIZE: Final = 7
"""The length of a token in bytes. Every byte is 128 or more."""

_BLOCK: Final = 16
#: Bytes of a word that fits a block. The last byte is zero, so that no word fills one.
_ROOM: Final = _BLOCK - 1
#: What the block of a longer word begins with. No word in UTF-8 has this byte.
_LONG: Final = b"\xff"
_HIGH: Final = bytes(128 | byte for byte in range(128)) * 2


class TokenKey:
    """The key for the tokens of one kind of word, for one thread. The same word has a different token in each kind."""

    def __init__(self, key: bytes, sort: str) -> None:
        """Derive the keys for a kind of word from a 32-byte key. `sort` has at most 15 letters."""
        derived = blake2b(key=key, person=sort.encode(), digest_size=64).digest()
        # Kept, because making one takes as long as the tokens of a hundred words. It holds nothing between calls: each
        # gets whole blocks, and in this mode each block is encrypted by itself.
        self._encryptor = Cipher(algorithms.AES256(derived[:32]), modes.ECB()).encryptor()  # noqa: S305 - one block is one word
        self._long = derived[32:]

    def of(self, words: Iterable[str]) -> list[bytes]:
        """Return the tokens for these words, in order."""
        padded = [word.ljust(_ROOM, "\0") for word in words]
        if not padded:
            return []
        text = "\0".join(padded) + "\0"
        if text.isascii() and len(text) == _BLOCK * len(padded):  # every word fits its block
            blocks = text.encode()
        else:
            blocks = b"".join(
                [
                    f"{word}\0".encode() if len(word) == _ROOM and word.isascii() else self._block(word)
                    for word in padded
                ]
            )
        sealed = self._encryptor.update(blocks).translate(_HIGH)
        return [sealed[at : at + SIZE] for at in range(0, len(sealed), _BLOCK)]

    def __getitem__(self, word: str) -> bytes:
        """Return the token for a word."""
        return self.of((word,))[0]

    def _block(self, word: str) -> bytes:
        encoded = word.rstrip("\0").encode()
        if len(encoded) <= _ROOM:
            return encoded.ljust(_BLOCK, b"\0")
        return _LONG + blake2b(encoded, key=self._long, digest_size=_ROOM).digest()
