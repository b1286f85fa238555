"""Tokens of the words and forms of documents, computed once for all documents that are added together.

They are kept while the index is open, that is, for one transaction.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Final

from heedline.index.words import BEGINNINGS, beginnings_of
from heedline.vault.tokens import SIZE, TokenKey

#: A token with the space after it.
_ROOM: Final = SIZE + 1


class TokenTexts:
    """A cache of the tokens of one kind of word, each followed by a space."""

    def __init__(self, key: TokenKey) -> None:
        self._key = key
        self._known: dict[str, bytes] = {}

    def learn(self, words: Collection[str]) -> None:
        """Compute and cache the tokens of those words that are not in the cache yet."""
        if new := list(set(words).difference(self._known)):
            import numpy as np

            tokens = np.frombuffer(self._key.text_of(new), f"S{_ROOM}").tolist()
            self._known.update(zip(new, tokens, strict=True))

    def of(self, words: Iterable[str]) -> bytes:
        """Return the cached tokens of these words, in order."""
        return b"".join(map(self._known.__getitem__, words))


class BeginningTexts:
    """A cache of the tokens of ASCII words' prefix forms, each followed by a space."""

    def __init__(self, key: TokenKey) -> None:
        self._key = key
        self._known: dict[str, bytes] = {}

    def learn(self, words: Collection[str]) -> None:
        """Compute and cache the prefix tokens of those words that are not in the cache yet."""
        if new := list(set(words).difference(self._known)):
            forms, numbers = beginnings_of(new)
            tokens = self._key.text_of(forms)
            each = len(BEGINNINGS) * _ROOM
            self._known.update(
                (word, tokens[at : at + number * _ROOM])
                for word, at, number in zip(new, range(0, len(tokens), each), numbers, strict=True)
            )

    def of(self, words: Iterable[str]) -> bytes:
        """Return the cached prefix tokens of these words, repeating any that several words share."""
        return b"".join(map(self._known.__getitem__, words))
