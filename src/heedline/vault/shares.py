"""A seed split among five people, any three of whom put it together: shares in words, by SLIP-0039.

The format is a standard of others (33 words each, with a checksum, of a list in which four letters tell a word): what is
split here can be put together by other programs too, if this one is ever lost. It is used at ceremonies only, so that the
library's arithmetic in tables, which a neighbour on the same processor could watch, matters little.
"""

from collections.abc import Sequence

from shamir_mnemonic import MnemonicError, combine_mnemonics, generate_mnemonics

from heedline.vault.errors import CannotOpen
from heedline.vault.keys import SEED_SIZE

SHARES = 5
ENOUGH = 3
LONGEST = 1_000
"""Characters of a typed share; anything longer is none."""


def split(seed: bytes) -> tuple[str, ...]:
    """Five shares; fewer than three say nothing about the seed."""
    if len(seed) != SEED_SIZE:
        raise ValueError("a seed is 32 bytes")
    (group,) = generate_mnemonics(1, [(ENOUGH, SHARES)], seed, iteration_exponent=0)
    return tuple(group)


def combine(shares: Sequence[str]) -> bytes:
    """The seed of three different shares of one splitting; ``CannotOpen`` for everything else.

    Shares of different keys, a word too many, one that is none: all alike. Whether it is the seed that was meant, only
    its public key tells.
    """
    typed = [" ".join(one.casefold().replace(",", " ").split()) for one in shares]
    if len(set(typed)) != ENOUGH or any(len(one) > LONGEST for one in typed):
        raise CannotOpen
    try:
        seed = combine_mnemonics(typed)
    except (MnemonicError, ValueError, IndexError):
        raise CannotOpen from None
    if len(seed) != SEED_SIZE:
        raise CannotOpen
    return bytes(seed)
