"""Seeds wrapped under the output of a passkey's PRF extension.

No passphrase and no slow hash is needed. The PRF output is 32 random-looking bytes that the
authenticator releases only to this browser and origin.
"""

from heedline.vault.errors import CannotOpen
from heedline.vault.keys import SEED_SIZE, hkdf
from heedline.vault.small import open_small, seal_small

PRF_SIZE = 32


def wrap_seed(seed: bytes, prf_output: bytes, *, context: bytes) -> bytes:
    """Wrap a seed under the output of a passkey.

    ``context`` names the seed's owner and must be given again to unwrap it.
    """
    if len(seed) != SEED_SIZE or len(prf_output) != PRF_SIZE:
        raise ValueError("a seed and a PRF output are 32 bytes each")
    return seal_small(hkdf(prf_output, label="passkey"), seed, aad=context)


def unwrap_seed(sealed: bytes, prf_output: bytes, *, context: bytes) -> bytes:
    """Unwrap a seed with the output of a passkey.

    Raises ``CannotOpen`` for another passkey, person or content.
    """
    if len(prf_output) != PRF_SIZE:
        raise CannotOpen
    seed = open_small(hkdf(prf_output, label="passkey"), sealed, aad=context)
    if len(seed) != SEED_SIZE:
        raise CannotOpen
    return seed
