"""The Merkle tree of RFC 6962 over the log's leaves: its root at any size, and the proofs of section 2.1. Plain Python.

A `Forest` remembers one hash for each complete block of the tree, so that appending a leaf costs two hashes and a root
of any size that was ever reached a handful. Proofs made here are checked by `is_included` and `is_consistent`, which
need no tree: whoever holds an earlier root and a later one can tell whether one grew out of the other.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import Protocol

HASH_SIZE = 32
EMPTY_ROOT = hashlib.sha256(b"").digest()

#: How many hashes one tile holds, and its level's height in the tree: 2 ** 8.
TILE_HEIGHT = 8
TILE_WIDTH = 1 << TILE_HEIGHT


def leaf_hash(leaf: bytes) -> bytes:
    """The hash of one leaf."""
    return hashlib.sha256(b"\0" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of two neighbours."""
    return hashlib.sha256(b"\1" + left + right).digest()


class Growing:
    """The root of a list that only grows, in a few hashes of memory: for whoever reads all leaves once, in order."""

    def __init__(self) -> None:
        self.size = 0
        self._complete: list[tuple[int, bytes]] = []  # (height, root) of complete blocks, the largest first

    def add(self, hashed: bytes) -> None:
        """Append the hash of one leaf."""
        height = 0
        complete = self._complete
        while complete and complete[-1][0] == height:
            hashed = node_hash(complete.pop()[1], hashed)
            height += 1
        complete.append((height, hashed))
        self.size += 1

    def root(self) -> bytes:
        """The root of what was added so far."""
        if not self._complete:
            return EMPTY_ROOT
        found = self._complete[-1][1]
        for _, block in reversed(self._complete[:-1]):
            found = node_hash(block, found)
        return found


class Tiles(Protocol):
    """Where hashes are kept: tile (level, index) holds up to 256 roots of complete blocks of 256 ** level leaves."""

    def get(self, level: int, index: int) -> bytes:
        """The hashes of a tile, one after another; empty when there is none."""
        ...

    def put(self, level: int, index: int, hashes: bytes) -> None:
        """Keep a tile that is new or has grown."""
        ...


class Memory(dict[tuple[int, int], bytes]):
    """Tiles in memory."""

    def get(self, level: int, index: int) -> bytes:  # type: ignore[override]
        return super().get((level, index), b"")

    def put(self, level: int, index: int, hashes: bytes) -> None:
        self[level, index] = hashes


class Forest:
    """A tree of `size` leaves whose hashes lie in tiles."""

    def __init__(self, tiles: Tiles, size: int) -> None:
        self._tiles = tiles
        self.size = size

    def append(self, hashes: Sequence[bytes]) -> None:
        """Append the hashes of leaves. Tiles that they touch are kept anew, each once."""
        start = self.size
        self.size += len(hashes)
        level, first, added = 0, start, list(hashes)
        while added:
            index = first // TILE_WIDTH
            kept = self._tiles.get(level, index)[: first % TILE_WIDTH * HASH_SIZE]
            if len(kept) != first % TILE_WIDTH * HASH_SIZE:
                raise ValueError("A tile of the tree is missing or too short")
            above: list[bytes] = []
            first_above = index
            for at in range(0, first % TILE_WIDTH + len(added), TILE_WIDTH):
                room = TILE_WIDTH - (first % TILE_WIDTH if at == 0 else 0)
                kept = (kept if at == 0 else b"") + b"".join(added[:room])
                del added[:room]
                self._tiles.put(level, index, kept)
                if len(kept) == TILE_WIDTH * HASH_SIZE:
                    above.append(_fold(kept))
                index += 1
            level, first, added = level + 1, first_above, above

    def _block(self, height: int, index: int) -> bytes:
        """The root of the complete block number `index` of 2 ** `height` leaves."""
        level, rest = divmod(height, TILE_HEIGHT)
        first = index << rest
        tile = self._tiles.get(level, first // TILE_WIDTH)
        start = first % TILE_WIDTH * HASH_SIZE
        part = tile[start : start + (HASH_SIZE << rest)]
        if len(part) != HASH_SIZE << rest:
            raise ValueError("A tile of the tree is missing or too short")
        return _fold(part)

    def _hash(self, start: int, end: int) -> bytes:
        """The root over leaves `start` to `end`; `start` lies at a split of the tree, as RFC 6962 makes them."""
        count = end - start
        if count == 1 << (count.bit_length() - 1):
            return self._block(count.bit_length() - 1, start // count)
        middle = start + _split(count)
        return node_hash(self._hash(start, middle), self._hash(middle, end))

    def root(self, size: int | None = None) -> bytes:
        """The root over the first `size` leaves (all)."""
        size = self.size if size is None else size
        if not 0 <= size <= self.size:
            raise ValueError("The tree was never that large")
        return self._hash(0, size) if size else EMPTY_ROOT

    def inclusion(self, position: int, size: int) -> list[bytes]:
        """Proof that the leaf at `position` (from 0) is in the tree of `size` leaves (RFC 6962 §2.1.1)."""
        if not 0 <= position < size <= self.size:
            raise ValueError("There is no such leaf")
        proof: list[bytes] = []
        start, end = 0, size
        while end - start > 1:
            middle = start + _split(end - start)
            if position < middle:
                proof.append(self._hash(middle, end))
                end = middle
            else:
                proof.append(self._hash(start, middle))
                start = middle
        return proof[::-1]

    def consistency(self, old: int, new: int) -> list[bytes]:
        """Proof that the tree of `new` leaves begins with the tree of `old` (RFC 6962 §2.1.2)."""
        if not 0 < old <= new <= self.size:
            raise ValueError("There are no such trees")
        proof: list[bytes] = []
        start, end, whole = 0, new, True
        while old != end:
            middle = start + _split(end - start)
            if old <= middle:
                proof.append(self._hash(middle, end))
                end = middle
            else:
                proof.append(self._hash(start, middle))
                start, whole = middle, False
        if not whole:
            proof.append(self._hash(start, end))
        return proof[::-1]


def _split(count: int) -> int:
    """The largest power of two smaller than `count`."""
    return 1 << (count - 1).bit_length() - 1


def _fold(hashes: bytes) -> bytes:
    """The root over 2 ** n hashes."""
    row = [hashes[at : at + HASH_SIZE] for at in range(0, len(hashes), HASH_SIZE)]
    while len(row) > 1:
        row = [node_hash(row[at], row[at + 1]) for at in range(0, len(row), 2)]
    return row[0]


# --- checking, without a tree ----------------------------------------------------------------------------------------


def is_included(leaf: bytes, position: int, size: int, proof: Iterable[bytes], root: bytes) -> bool:
    """Whether `proof` shows that a leaf with this hash stands at `position` in the tree of `size` leaves with this root."""
    if not 0 <= position < size:
        return False
    index, last, found = position, size - 1, leaf
    for other in proof:
        if last == 0 or len(other) != HASH_SIZE:
            return False
        if index & 1 or index == last:
            found = node_hash(other, found)
            index, last = _up_to_odd(index, last)
        else:
            found = node_hash(found, other)
        index, last = index >> 1, last >> 1
    return last == 0 and found == root


def is_consistent(old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]) -> bool:
    """Whether `proof` shows that the tree of `new` leaves begins with the tree of `old` leaves.

    Nothing at all is the beginning of every tree; a tree is its own beginning. Both need the empty proof.
    """
    if not 0 <= old <= new or any(len(one) != HASH_SIZE for one in proof):
        return False
    if old == new:
        return not proof and old_root == new_root
    if old == 0:
        return not proof and old_root == EMPTY_ROOT
    path = list(proof)
    if old & (old - 1) == 0:
        path.insert(0, old_root)
    if not path:
        return False
    index, last = old - 1, new - 1
    while index & 1:
        index, last = index >> 1, last >> 1
    was = now = path[0]
    for other in path[1:]:
        if last == 0:
            return False
        if index & 1 or index == last:
            was, now = node_hash(other, was), node_hash(other, now)
            index, last = _up_to_odd(index, last)
        else:
            now = node_hash(now, other)
        index, last = index >> 1, last >> 1
    return last == 0 and was == old_root and now == new_root


def _up_to_odd(index: int, last: int) -> tuple[int, int]:
    while not index & 1 and index:
        index, last = index >> 1, last >> 1
    return index, last
