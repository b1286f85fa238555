"""Split a seed into five shares written as words, any three of which can recover it (SLIP-0039).

The format is an external standard (33 words in each share, with a checksum, from a list in which four
letters identify a word). Other programs can therefore recover the seed too, if this one is ever lost. It
is used only at ceremonies, so it matters little that the library's table-based arithmetic could be
observed by a neighbour on the same processor.
"""

from collections.abc import Sequence

from shamir_mnemonic import MnemonicError, combine_mnemonics, generate_mnemonics

from heedline.vault.errors import CannotOpen
from heedline.vault.keys import SEED_SIZE

SHARES = 5
ENOUGH = 3
LONGEST = 1_000
"""The maximum number of characters in a typed share.

Anything longer is not accepted as one.
"""


def split(seed: bytes) -> tuple[str, ...]:
    """Split the seed into five shares.

    Fewer than three reveal nothing about it.
    """
    if len(seed) != SEED_SIZE:
        raise ValueError("a seed is 32 bytes")
    (group,) = generate_mnemonics(1, [(ENOUGH, SHARES)], seed, iteration_exponent=0)
    return tuple(group)


def combine(shares: Sequence[str]) -> bytes:
    """Recover the seed from three different shares of the same split.

    Raises ``CannotOpen`` for everything else, without distinguishing shares of different keys, an extra word
    or an invalid share. Only the public key shows whether the seed is the one that was meant.
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
