"""Keyed hashes of words, forms and keys: the only form in which an index holds them.

A hash is 50 bits of BLAKE2b under the key of the index, written as ten letters and digits, which SQLite takes for one word.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import Final

#: Hashes of one sort that are remembered.
MOST_KNOWN: Final = 50_000
_SIGNS: Final = "abcdefghijklmnopqrstuvwxyz234567"
#: Two characters for ten bits.
_PAIRS: Final = [one + other for one in _SIGNS for other in _SIGNS]


class KeyedHashes(dict[str, str]):
    """The hashes of one kind of word, computed on first use.

    The same word has another hash in another sort, and under another key.
    """

    def __init__(self, key: bytes, sort: str) -> None:
        super().__init__()
        self._hash = blake2b(key=key, person=sort.encode(), digest_size=7)

    def __missing__(self, word: str) -> str:
        hashed = self._hash.copy()
        hashed.update(word.encode())
        bits = int.from_bytes(hashed.digest()) >> 6
        token = (
            _PAIRS[bits >> 40]
            + _PAIRS[bits >> 30 & 1023]
            + _PAIRS[bits >> 20 & 1023]
            + _PAIRS[bits >> 10 & 1023]
            + _PAIRS[bits & 1023]
        )
        if len(self) >= MOST_KNOWN:
            self.clear()
        self[word] = token
        return token
