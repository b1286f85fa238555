"""The keys of an index, one for the tokens of words and others for sealing its pages."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from heedline.vault import CannotOpen
from heedline.vault.pages import KEY_SIZE


@dataclass(frozen=True)
class IndexKeys:
    """The keys stored in the header of an index.

    `pages` has a key for each generation of pages. There are two generations while the pages are being
    resealed, and one otherwise. New versions of pages are always sealed under the newest key.
    """

    words: bytes = field(repr=False)
    pages: Mapping[int, bytes] = field(repr=False)

    @property
    def newest(self) -> int:
        return max(self.pages)

    def with_next(self) -> IndexKeys:
        """Return the keys with an additional generation of page keys."""
        return replace(self, pages={**self.pages, self.newest + 1: secrets.token_bytes(KEY_SIZE)})

    def without_old(self) -> IndexKeys:
        """Return the keys with only the newest generation of page keys."""
        return replace(self, pages={self.newest: self.pages[self.newest]})

    def to_bytes(self) -> bytes:
        """Serialise the keys for sealing into the header."""
        pages = {str(number): key.hex() for number, key in sorted(self.pages.items())}
        return json.dumps({"words": self.words.hex(), "pages": pages}).encode()

    @classmethod
    def from_bytes(cls, kept: bytes) -> IndexKeys:
        """Parse the keys from an opened header.

        Raises CannotOpen.
        """
        try:
            told = json.loads(kept)
            pages = {int(number): bytes.fromhex(key) for number, key in told["pages"].items()}
            return cls(bytes.fromhex(told["words"]), pages)
        except (ValueError, KeyError, TypeError, AttributeError):
            raise CannotOpen from None


def new_keys() -> IndexKeys:
    """Return random keys for a new index."""
    return IndexKeys(secrets.token_bytes(KEY_SIZE), {1: secrets.token_bytes(KEY_SIZE)})
