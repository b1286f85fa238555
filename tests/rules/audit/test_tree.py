"""Tests for the RFC 6962 tree, with the roots and proofs from the Certificate Transparency projects' own tests."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heedline.audit.tree import (
    EMPTY_ROOT,
    Forest,
    Growing,
    Memory,
    is_consistent,
    is_included,
    leaf_hash,
    node_hash,
)

#: Leaves, roots and proofs of the certificate-transparency reference tests (transparency-dev/merkle, proof/verify_test.go).
LEAVES = [
    bytes.fromhex(one)
    for one in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = [
    bytes.fromhex(one)
    for one in (
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    )
]
A = "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7"
B = "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e"
C = "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"
D = "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"
E = "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0"
F = "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a"
G = "b08693ec2e721597130641e8211e7eedccb4c26413963eee6c1e2ed16ffb1a5f"
R1, R2, R4 = (ROOTS[n].hex() for n in (0, 1, 3))
#: (leaf counted from 1, size, proof)
INCLUSION = [
    (1, 1, []),
    (1, 8, [A, B, C]),
    (6, 8, [D, E, R4]),
    (3, 3, [R2]),
    (2, 5, [R1, B, D]),
]
CONSISTENCY = [
    (1, 1, []),
    (1, 8, [A, B, C]),
    (6, 8, [F, E, R4]),
    (2, 5, [B, D]),
    (6, 7, [F, G, R4]),
]


def forest(leaves: list[bytes]) -> Forest:
    made = Forest(Memory(), 0)
    made.append([leaf_hash(leaf) for leaf in leaves])
    return made


def test_roots_are_the_published_ones() -> None:
    grown = Growing()
    assert grown.root() == EMPTY_ROOT == hashlib.sha256().digest()
    whole = forest(LEAVES)
    for size, (leaf, root) in enumerate(zip(LEAVES, ROOTS, strict=True), 1):
        grown.add(leaf_hash(leaf))
        assert grown.root() == root
        assert whole.root(size) == root
        assert forest(LEAVES[:size]).root() == root


@pytest.mark.parametrize(("number", "size", "proof"), INCLUSION)
def test_inclusion_proofs_are_the_published_ones(number: int, size: int, proof: list[str]) -> None:
    wanted = [bytes.fromhex(one) for one in proof]
    assert forest(LEAVES).inclusion(number - 1, size) == wanted
    leaf, root = leaf_hash(LEAVES[number - 1]), ROOTS[size - 1]
    assert is_included(leaf, number - 1, size, wanted, root)
    # and spoiled in every way that the reference tests spoil them
    for wrong in (number - 2, number, (number - 1) ^ 2):
        assert not is_included(leaf, wrong, size, wanted, root)
    for wrong in (size * 2, size // 2):
        assert not is_included(leaf, number - 1, wrong, wanted, root)
    assert not is_included(b"WrongLeaf", number - 1, size, wanted, root)
    assert not is_included(leaf, number - 1, size, wanted, EMPTY_ROOT)
    for spoiled in ([*wanted, b""], [*wanted, root], [b"", *wanted], [root, *wanted], wanted[:-1] or [b""]):
        assert not is_included(leaf, number - 1, size, spoiled, root)
    for place, one in enumerate(wanted):
        bent = [*wanted[:place], bytes([one[0] ^ 8]) + one[1:], *wanted[place + 1 :]]
        assert not is_included(leaf, number - 1, size, bent, root)


@pytest.mark.parametrize(("old", "new", "proof"), CONSISTENCY)
def test_consistency_proofs_are_the_published_ones(old: int, new: int, proof: list[str]) -> None:
    wanted = [bytes.fromhex(one) for one in proof]
    assert forest(LEAVES).consistency(old, new) == wanted
    was, now = ROOTS[old - 1], ROOTS[new - 1]
    assert is_consistent(old, new, was, now, wanted)
    if old == new:
        assert not is_consistent(old, new, was, EMPTY_ROOT, wanted)
        assert not is_consistent(old, new, was, now, [was])
        return
    for one, other in ((old - 1, new), (old + 1, new), (old ^ 2, new), (old, new * 2), (old, new // 2)):
        assert not is_consistent(one, other, was, now, wanted)
    assert not is_consistent(old, new, b"WrongRoot", now, wanted)
    assert not is_consistent(old, new, was, b"WrongRoot", wanted)
    assert not is_consistent(old, new, now, was, wanted)
    for spoiled in (
        [],
        [*wanted, b""],
        [*wanted, was],
        [*wanted, now],
        [b"", *wanted],
        [was, *wanted],
        [now, *wanted],
        [wanted[0], *wanted],
        wanted[:-1],
    ):
        assert not is_consistent(old, new, was, now, spoiled)
    for place, one in enumerate(wanted):
        bent = [*wanted[:place], bytes([one[0] ^ 16]) + one[1:], *wanted[place + 1 :]]
        assert not is_consistent(old, new, was, now, bent)


def test_nothing_is_the_beginning_of_everything_and_time_runs_forward() -> None:
    assert is_consistent(0, 0, EMPTY_ROOT, EMPTY_ROOT, [])
    assert is_consistent(0, 8, EMPTY_ROOT, ROOTS[7], [])
    assert not is_consistent(0, 8, ROOTS[0], ROOTS[7], [])
    assert not is_consistent(0, 8, EMPTY_ROOT, ROOTS[7], [EMPTY_ROOT])
    assert not is_consistent(2, 1, ROOTS[1], ROOTS[0], [])
    assert not is_consistent(1, 2, ROOTS[0], ROOTS[1], [])
    assert not is_included(ROOTS[0], 0, 0, [], EMPTY_ROOT)


def plain_root(hashes: list[bytes]) -> bytes:
    """The definition of RFC 6962, word for word."""
    if not hashes:
        return EMPTY_ROOT
    if len(hashes) == 1:
        return hashes[0]
    k = 1
    while k * 2 < len(hashes):
        k *= 2
    return node_hash(plain_root(hashes[:k]), plain_root(hashes[k:]))


@pytest.mark.thorough
@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(1, 400), min_size=1, max_size=4), st.data())
def test_batches_of_any_size_give_the_tree_of_the_definition(batches: list[int], data: st.DataObject) -> None:
    hashes = [leaf_hash(str(n).encode()) for n in range(sum(batches))]
    tiles = Memory()
    size = 0
    for count in batches:  # each batch by somebody who knows only the tiles and the size
        made = Forest(tiles, size)
        made.append(hashes[size : size + count])
        size = made.size
        assert made.root() == plain_root(hashes[:size])
    old = data.draw(st.integers(1, size))
    made = Forest(tiles, size)
    assert made.root(old) == plain_root(hashes[:old])
    proof = made.consistency(old, size)
    assert is_consistent(old, size, plain_root(hashes[:old]), plain_root(hashes), proof)
    position = data.draw(st.integers(0, size - 1))
    assert is_included(hashes[position], position, size, made.inclusion(position, size), made.root())
    assert len(tiles.get(0, 0)) == min(size, 256) * 32


@pytest.mark.thorough
def test_a_tree_of_three_levels_of_tiles() -> None:
    size = 256 * 256 + 300
    tiles = Memory()
    made, grown = Forest(tiles, 0), Growing()
    hashes = [leaf_hash(n.to_bytes(4)) for n in range(size)]
    for at in range(0, size, 10_000):
        made.append(hashes[at : at + 10_000])
    for one in hashes:
        grown.add(one)
    assert made.root() == grown.root()
    assert {level for level, _ in tiles} == {0, 1, 2}
    assert is_consistent(65_537, size, made.root(65_537), made.root(), made.consistency(65_537, size))


def test_a_tile_that_is_gone_is_no_tree() -> None:
    tiles = Memory()
    Forest(tiles, 0).append([leaf_hash(b"one")] * 300)
    tiles[0, 1] = tiles[0, 1][:32]
    with pytest.raises(ValueError, match="missing"):
        Forest(tiles, 300).append([leaf_hash(b"two")])
    with pytest.raises(ValueError, match="missing"):
        Forest(tiles, 300).root()
    with pytest.raises(ValueError, match="never that large"):
        Forest(tiles, 300).root(301)
