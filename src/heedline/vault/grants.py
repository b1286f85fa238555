"""Grants: a small secret sealed to one person's or one epoch's key, for one purpose.

HPKE (RFC 9180) with X-Wing, HKDF-SHA-256 and ChaCha20-Poly1305. The purpose is bound in as HPKE's ``info``: a
grant put in another's place does not open. All infos begin with a label of ours, so that no grant can pass
for a stanza of an age file addressed to the same key, or the other way round.
"""

from cryptography.exceptions import InvalidTag

from heedline.vault.errors import CannotOpen
from heedline.vault.keys import SUITE, Opener, parsed, prepared

_LABEL = b"heedline/v1/grant\0"
LARGEST = 4 * 1024
"""Grants carry keys, not documents."""


def grant_info(kind: str, *ids: str) -> bytes:
    """What a grant is for: a kind and the ids it concerns, each with its length, so that no two read alike."""
    parts = [part.encode() for part in (kind, *ids)]
    return b"".join(len(part).to_bytes(4, "big") + part for part in (str(len(parts)).encode(), *parts))


def grant(secret: bytes, to_public: bytes, *, info: bytes) -> bytes:
    """The secret (1 to 4,096 bytes), openable by that key's owner who states the same ``info``."""
    if not 1 <= len(secret) <= LARGEST or not info:
        raise ValueError("a grant carries 1 to 4,096 bytes for a stated purpose")
    return SUITE.encrypt(secret, parsed(to_public), info=_LABEL + info)


def open_grant(sealed: bytes, seed: Opener, *, info: bytes) -> bytes:
    """The secret; ``CannotOpen`` for another key, another purpose or a changed grant."""
    if not info:
        raise ValueError("a grant is opened for a stated purpose")
    try:
        return SUITE.decrypt(sealed, prepared(seed), info=_LABEL + info)
    except (InvalidTag, ValueError):
        raise CannotOpen from None
