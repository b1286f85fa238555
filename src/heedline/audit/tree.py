"""The RFC 6962 Merkle tree over the log's leaves, with its roots and proofs (section 2.1).

This is plain Python. A `Forest` stores one hash for each complete block of the tree, so appending a leaf
costs two hashes, and computing the root of any earlier size costs a handful. Proofs made here are
checked by `is_included` and `is_consistent`, which need no tree. Anyone who holds an earlier and a later
root can tell whether the later tree is an extension of the earlier one.
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
    """Return the hash of one leaf."""
    return hashlib.sha256(b"\0" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of a node from its left and right children."""
    return hashlib.sha256(b"\1" + left + right).digest()


class Growing:
    """Calculator for the root of an append-only list, which keeps only a few hashes in memory.

    For code that reads all leaves once, in order.
    """

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
        """Return the root of the leaves added so far."""
        if not self._complete:
            return EMPTY_ROOT
        found = self._complete[-1][1]
        for _, block in reversed(self._complete[:-1]):
            found = node_hash(block, found)
        return found


class Tiles(Protocol):
    """Storage for the hashes of a tree, in tiles.

    Tile (level, index) holds up to 256 roots of complete blocks of 256 ** level leaves.
    """

    def get(self, level: int, index: int) -> bytes:
        """Return the concatenated hashes of a tile, or empty bytes if there is no such tile."""
        ...

    def put(self, level: int, index: int, hashes: bytes) -> None:
        """Store a tile that is new or has grown."""
        ...


class Memory(dict[tuple[int, int], bytes]):
    """In-memory tile storage."""

    def get(self, level: int, index: int) -> bytes:  # type: ignore[override]
        return super().get((level, index), b"")

    def put(self, level: int, index: int, hashes: bytes) -> None:
        self[level, index] = hashes


class Forest:
    """A tree of `size` leaves whose hashes are stored in tiles."""

    def __init__(self, tiles: Tiles, size: int) -> None:
        self._tiles = tiles
        self.size = size

    def append(self, hashes: Sequence[bytes]) -> None:
        """Append the hashes of leaves, storing each affected tile once."""
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
        """Return the root of complete block `index` of 2 ** `height` leaves."""
        level, rest = divmod(height, TILE_HEIGHT)
        first = index << rest
        tile = self._tiles.get(level, first // TILE_WIDTH)
        start = first % TILE_WIDTH * HASH_SIZE
        part = tile[start : start + (HASH_SIZE << rest)]
        if len(part) != HASH_SIZE << rest:
            raise ValueError("A tile of the tree is missing or too short")
        return _fold(part)

    def _hash(self, start: int, end: int) -> bytes:
        """Return the root over the leaves from `start` to `end`.

        `start` must lie at a split of the tree as defined by RFC 6962.
        """
        count = end - start
        if count == 1 << (count.bit_length() - 1):
            return self._block(count.bit_length() - 1, start // count)
        middle = start + _split(count)
        return node_hash(self._hash(start, middle), self._hash(middle, end))

    def root(self, size: int | None = None) -> bytes:
        """Return the root over the first `size` leaves, or over all leaves by default."""
        size = self.size if size is None else size
        if not 0 <= size <= self.size:
            raise ValueError("The tree was never that large")
        return self._hash(0, size) if size else EMPTY_ROOT

    def inclusion(self, position: int, size: int) -> list[bytes]:
        """Return a proof that the leaf at `position` is in the tree of `size` leaves (RFC 6962 §2.1.1).

        Positions are counted from 0.
        """
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
        """Return a proof that the tree of `old` leaves is a prefix of the tree of `new` leaves.

        See RFC 6962 §2.1.2.
        """
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
    """Return the largest power of two smaller than `count`."""
    return 1 << (count - 1).bit_length() - 1


def _fold(hashes: bytes) -> bytes:
    """Return the Merkle root of concatenated hashes, whose number must be a power of two."""
    row = [hashes[at : at + HASH_SIZE] for at in range(0, len(hashes), HASH_SIZE)]
    while len(row) > 1:
        row = [node_hash(row[at], row[at + 1]) for at in range(0, len(row), 2)]
    return row[0]


# --- checking, without a tree ----------------------------------------------------------------------------------------


def is_included(leaf: bytes, position: int, size: int, proof: Iterable[bytes], root: bytes) -> bool:
    """Return whether `proof` proves that a leaf is in the tree with this root.

    `leaf` is the hash of the leaf, `position` its position and `size` the number of leaves in the tree.
    """
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
    """Return whether `proof` proves that the tree of `old` leaves is a prefix of the tree of `new` leaves.

    The empty tree is a prefix of every tree, and every tree is a prefix of itself. Both cases need the empty
    proof.
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
