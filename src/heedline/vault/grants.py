"""Grants, each of which seals a small secret to one person's or one epoch's key, for one purpose.

They use HPKE (RFC 9180) with X-Wing, HKDF-SHA-256 and ChaCha20-Poly1305. The purpose is bound in as
HPKE's ``info``, so a grant moved to another's place does not open. Every info begins with our own label,
so that no grant can pass for a stanza of an age file addressed to the same key, or the other way round.
"""

from cryptography.exceptions import InvalidTag

from heedline.vault.errors import CannotOpen
from heedline.vault.keys import SUITE, Opener, parsed, prepared

_LABEL = b"heedline/v1/grant\0"
LARGEST = 4 * 1024
"""The maximum size of a grant's secret, in bytes.

Grants carry keys, not documents.
"""


def grant_info(kind: str, *ids: str) -> bytes:
    """Encode the purpose of a grant from its kind and the ids that it concerns.

    Each is written with its length, so that no two purposes are encoded alike.
    """
    parts = [part.encode() for part in (kind, *ids)]
    return b"".join(len(part).to_bytes(4, "big") + part for part in (str(len(parts)).encode(), *parts))


def grant(secret: bytes, to_public: bytes, *, info: bytes) -> bytes:
    """Seal the secret (1 to 4,096 bytes) to a public key.

    It can be opened only by the key's owner with the same ``info``.
    """
    if not 1 <= len(secret) <= LARGEST or not info:
        raise ValueError("a grant carries 1 to 4,096 bytes for a stated purpose")
    return SUITE.encrypt(secret, parsed(to_public), info=_LABEL + info)


def open_grant(sealed: bytes, seed: Opener, *, info: bytes) -> bytes:
    """Open a grant and return its secret.

    Raises ``CannotOpen`` for another key, another purpose or an altered grant.
    """
    if not info:
        raise ValueError("a grant is opened for a stated purpose")
    try:
        return SUITE.decrypt(sealed, prepared(seed), info=_LABEL + info)
    except (InvalidTag, ValueError):
        raise CannotOpen from None
