"""Keyed tokens for the words in an index: equal words have equal tokens, which mean nothing without the key.

A token is 49 bits of AES-256 applied to one block that holds the word. A block cipher whose key is secret is a
pseudorandom function of such blocks, and one call computes the tokens of all words of a report. Each block is encrypted
by itself, because equal words must have equal tokens. A word that does not fit a block is replaced by its keyed BLAKE2b.
Zero characters at the end of a word make no difference, and no word has one as its sixteenth character.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import blake2b
from typing import TYPE_CHECKING, Final

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

SIZE: Final = 7
"""The length of a token in bytes. Every byte is 128 or more."""

_BLOCK: Final = 16
#: Bytes of a word that fits a block. The last byte is zero, so that no word fills one.
_ROOM: Final = _BLOCK - 1
#: What the block of a longer word begins with. No word in UTF-8 has this byte.
_LONG: Final = b"\xff"
_BLOCKS: Final = f"S{_BLOCK}"
_HIGH: Final = 128
_SPACE: Final = ord(" ")


class TokenKey:
    """A keyed token generator for one kind of word, for use in one thread. Each kind has its own keys."""

    def __init__(self, key: bytes, sort: str) -> None:
        """Derive the keys for one kind of word from a 32-byte key. `sort` names the kind, in at most 15 letters."""
        derived = blake2b(key=key, person=sort.encode(), digest_size=64).digest()
        # Kept, because making one takes as long as the tokens of a hundred words. It holds nothing between calls: each
        # gets whole blocks, and in this mode each block is encrypted by itself.
        self._encryptor = Cipher(algorithms.AES256(derived[:32]), modes.ECB()).encryptor()  # noqa: S305 - one block is one word
        self._long = derived[32:]

    def of(self, words: Iterable[str]) -> list[bytes]:
        """Return the tokens for these words, in order."""
        tokens = self.text_of(words)
        return [tokens[at : at + SIZE] for at in range(0, len(tokens), SIZE + 1)]

    def text_of(self, words: Iterable[str] | npt.NDArray[np.bytes_]) -> bytes:
        """Return the tokens for these words, in order, each with a space after it.

        An array must have whole blocks as its elements, and a zero as the last byte of each.
        """
        import numpy as np

        blocks = words.tobytes() if isinstance(words, np.ndarray) else self._blocks(list(words))
        sealed = np.frombuffer(self._encryptor.update(blocks), np.uint8)
        tokens = sealed.reshape(-1, _BLOCK)[:, : SIZE + 1] | _HIGH
        tokens[:, SIZE] = _SPACE
        return tokens.tobytes()

    def __getitem__(self, word: str) -> bytes:
        """Return the token for a word."""
        return self.of((word,))[0]

    def _blocks(self, words: Sequence[str]) -> bytes:
        """Return the words as concatenated 16-byte blocks, with any word too long for a block hashed."""
        import numpy as np

        try:
            blocks = np.array(words, _BLOCKS)
        except UnicodeEncodeError:
            blocks = np.array([word.encode() for word in words], _BLOCKS)
        for at in np.flatnonzero(blocks.view(np.uint8)[_ROOM::_BLOCK]).tolist():  # what is longer was cut
            word = words[at].rstrip("\0").encode()
            blocks[at] = _LONG + blake2b(word, key=self._long, digest_size=_ROOM).digest()
        return blocks.tobytes()
