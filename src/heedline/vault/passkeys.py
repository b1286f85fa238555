"""A seed wrapped under what a passkey's PRF extension returns: no passphrase, no slow hash.

The PRF output is 32 random-looking bytes that never leave the authenticator but for this browser and origin.
"""

from heedline.vault.errors import CannotOpen
from heedline.vault.keys import SEED_SIZE, hkdf
from heedline.vault.small import open_small, seal_small

PRF_SIZE = 32


def wrap_seed(seed: bytes, prf_output: bytes, *, context: bytes) -> bytes:
    """The seed under the passkey; ``context`` names whose it is and must be named again."""
    if len(seed) != SEED_SIZE or len(prf_output) != PRF_SIZE:
        raise ValueError("a seed and a PRF output are 32 bytes each")
    return seal_small(hkdf(prf_output, label="passkey"), seed, aad=context)


def unwrap_seed(sealed: bytes, prf_output: bytes, *, context: bytes) -> bytes:
    """The seed; ``CannotOpen`` for another passkey, person or content."""
    if len(prf_output) != PRF_SIZE:
        raise CannotOpen
    seed = open_small(hkdf(prf_output, label="passkey"), sealed, aad=context)
    if len(seed) != SEED_SIZE:
        raise CannotOpen
    return seed
