"""The hash chain of an item's evidence, in plain Python."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

#: What the first entry stands behind.
BEGINNING: Final = bytes(32)
_LABEL: Final = b"heedline/v1/evidence\0"


class EvidenceKind(StrEnum):
    """The kinds of evidence entry."""

    CAPTURE = "capture"
    CHECK = "check"
    UPLOAD = "upload"


class BrokenChain(Exception):
    """Raised when a chain differs from what was recorded. The message names the entry."""


@dataclass(frozen=True)
class ChainLink:
    """An entry with its number and recorded hash."""

    number: int
    words: Mapping[str, Any] = field(repr=False)
    head: bytes = field(repr=False)


def head_of(words: Mapping[str, Any]) -> bytes:
    """Return the hash of an entry, which includes its number and the previous entry's hash."""
    return hashlib.sha256(_LABEL + in_text(words)).digest()


def in_text(words: Mapping[str, Any]) -> bytes:
    """Return an entry as canonical JSON for hashing."""
    return json.dumps(words, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode(
        "utf-8", "surrogatepass"
    )


def verify(links: Iterable[ChainLink], last: tuple[int, bytes] | None = None) -> Sequence[ChainLink]:
    """Return the links in order if they form a complete chain.

    `last` is the number and hash of the newest entry as they were kept elsewhere: a chain that was cut off verifies
    by itself. Raises BrokenChain.
    """
    found = list(links)
    before = BEGINNING
    for number, link in enumerate(found, 1):
        if link.number != number or link.words.get("number") != number:
            raise BrokenChain(f"Entry {number} is missing or in another place.")
        if link.words.get("previous") != before.hex():
            raise BrokenChain(f"Entry {number} does not follow the entry before it.")
        if head_of(link.words) != link.head:
            raise BrokenChain(f"Entry {number} has been changed.")
        before = link.head
    if last is not None and last != (len(found), before):
        raise BrokenChain(
            f"The newest entries are missing: {last[0]} were recorded, and {len(found)} are here."
        )
    return found


def refuse_changed(name: str, content: bytes | str, expected: str) -> None:
    """Raise BrokenChain unless a file, given as bytes or a hex hash, matches its entry."""
    found = content if isinstance(content, str) else hashlib.sha256(content).hexdigest()
    if found != expected:
        raise BrokenChain(f"The file {name} has been changed.")
