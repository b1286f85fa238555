"""The keys of one index: one that hashes words, and those that seal its pages."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from heedline.vault import CannotOpen
from heedline.vault.pages import KEY_SIZE


@dataclass(frozen=True)
class IndexKeys:
    """What the header of an index holds.

    `pages` has a key for each generation of pages. There are two generations while the pages are sealed anew, one
    otherwise; new versions are always sealed under the newest.
    """

    words: bytes = field(repr=False)
    pages: Mapping[int, bytes] = field(repr=False)

    @property
    def newest(self) -> int:
        return max(self.pages)

    def with_next(self) -> IndexKeys:
        """Return the keys with one more generation of pages."""
        return replace(self, pages={**self.pages, self.newest + 1: secrets.token_bytes(KEY_SIZE)})

    def without_old(self) -> IndexKeys:
        """Return the keys with the newest generation alone."""
        return replace(self, pages={self.newest: self.pages[self.newest]})

    def to_bytes(self) -> bytes:
        """Return the keys as they are sealed into the header."""
        pages = {str(number): key.hex() for number, key in sorted(self.pages.items())}
        return json.dumps({"words": self.words.hex(), "pages": pages}).encode()

    @classmethod
    def from_bytes(cls, kept: bytes) -> IndexKeys:
        """Return the keys from an opened header. Raises CannotOpen."""
        try:
            told = json.loads(kept)
            pages = {int(number): bytes.fromhex(key) for number, key in told["pages"].items()}
            return cls(bytes.fromhex(told["words"]), pages)
        except (ValueError, KeyError, TypeError, AttributeError):
            raise CannotOpen from None


def new_keys() -> IndexKeys:
    """Return random keys for an index that does not exist yet."""
    return IndexKeys(secrets.token_bytes(KEY_SIZE), {1: secrets.token_bytes(KEY_SIZE)})
