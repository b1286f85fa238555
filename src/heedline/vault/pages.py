"""Pages of a file, each sealed separately under the same key.

Each version of a page has a random nonce of 96 bits, so one key may seal 2**32 page versions (NIST SP 800-38D, 8.3).
``place`` says which page of which file it is and must be given again to open it.
"""

import secrets
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from heedline.vault.errors import CannotOpen

KEY_SIZE: Final = 32
OVERHEAD: Final = 12 + 16

_NONCE = 12


class PageSealer:
    """A cipher that seals and opens pages under one key."""

    def __init__(self, key: bytes) -> None:
        """Set up the cipher for a key of 32 bytes.

        Raises ``ValueError`` for another length.
        """
        if len(key) != KEY_SIZE:
            raise ValueError("a key is 32 bytes")
        self._cipher = ChaCha20Poly1305(key)

    def seal(self, page: bytes, place: bytes) -> bytes:
        """Seal a page under a new nonce."""
        nonce = secrets.token_bytes(_NONCE)
        return nonce + self._cipher.encrypt(nonce, page, place)

    def open(self, sealed: bytes, place: bytes) -> bytes:
        """Open a sealed page and return its plaintext.

        Raises ``CannotOpen`` for another key, another place or altered bytes.
        """
        if len(sealed) < OVERHEAD:
            raise CannotOpen
        try:
            return self._cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], place)
        except InvalidTag:
            raise CannotOpen from None
