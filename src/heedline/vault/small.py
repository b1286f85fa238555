"""Small things in rows (drafts, unlocked keys, held forms), sealed under a key that only a cookie holds.

The cookie's secret gives two unrelated values: the row's id, which is stored, and the key, which is not. So the
table alone opens nothing, and the id alone does not lead back to the cookie.

Each sealing draws 24 random bytes, from which HKDF makes a key and a nonce of its own (as XChaCha20 does):
a row may be rewritten as often as one likes without counting nonces.
"""

import secrets
from dataclasses import dataclass, field
from hmac import compare_digest

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from heedline.vault.errors import CannotOpen
from heedline.vault.keys import hkdf

KEY_SIZE = 32
OVERHEAD = 1 + 24 + 16

_VERSION = b"\1"
_SALT = 24
_NONCE = 12


@dataclass(frozen=True)
class RowKeys:
    """Where a small thing lies and what opens it. ``row_id`` may be stored as it is; ``key`` never."""

    row_id: bytes = field(repr=False)
    key: bytes = field(repr=False)


def new_secret() -> str:
    """A cookie's value: 256 random bits in 43 characters that need no quoting."""
    return secrets.token_urlsafe(32)


def same(a: bytes | str, b: bytes | str) -> bool:
    """Equality in constant time."""
    return compare_digest(_as_bytes(a), _as_bytes(b))


def derive_keys(cookie_secret: bytes, purpose: str) -> RowKeys:
    """The row id and key (32 bytes each) of a cookie for one purpose; other purposes give unrelated ones.

    A made-up cookie is no error: it leads to a row that is not there.
    """
    context = purpose.encode()
    return RowKeys(
        row_id=hkdf(cookie_secret, label="small/row", context=context),
        key=hkdf(cookie_secret, label="small/key", context=context),
    )


def seal_small(key: bytes, plaintext: bytes, *, aad: bytes) -> bytes:
    """Sealed under a key of 32 bytes; ``aad`` says which thing this is and must be said again to open it."""
    salt = secrets.token_bytes(_SALT)
    once, nonce = _once(key, salt)
    return _VERSION + salt + ChaCha20Poly1305(once).encrypt(nonce, plaintext, aad)


def open_small(key: bytes, sealed: bytes, *, aad: bytes) -> bytes:
    """The plaintext; ``CannotOpen`` for another key, another ``aad`` or changed bytes."""
    if len(sealed) < OVERHEAD or not sealed.startswith(_VERSION):
        raise CannotOpen
    once, nonce = _once(key, sealed[1 : 1 + _SALT])
    try:
        return ChaCha20Poly1305(once).decrypt(nonce, sealed[1 + _SALT :], aad)
    except InvalidTag:
        raise CannotOpen from None


def _once(key: bytes, salt: bytes) -> tuple[bytes, bytes]:
    if len(key) != KEY_SIZE:
        raise ValueError("a key is 32 bytes")
    made = hkdf(key, label="small/once", context=salt, size=KEY_SIZE + _NONCE)
    return made[:KEY_SIZE], made[KEY_SIZE:]


def _as_bytes(value: bytes | str) -> bytes:
    return value.encode() if isinstance(value, str) else value
