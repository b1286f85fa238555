"""Encryption of small items (drafts, unlocked keys, saved forms) under keys derived from a cookie.

The cookie's secret yields two unrelated values: the row's id, which is stored, and the key, which is
not. The table alone therefore opens nothing, and the id alone does not lead back to the cookie.

Each sealing draws 24 random bytes, from which a separate key and nonce are derived (as XChaCha20 does). A row may
therefore be rewritten any number of times without counting nonces. HKDF derives them for small items. For the words of
drafts, which are opened and sealed with every page, keyed BLAKE2b takes a quarter of the time (ADR 115).
"""

import secrets
import zlib
from dataclasses import dataclass, field
from hashlib import blake2b
from hmac import compare_digest

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from heedline.vault.errors import CannotOpen
from heedline.vault.keys import hkdf

KEY_SIZE = 32
OVERHEAD = 1 + 24 + 16

#: Sizes that words are padded to, in bytes; above the last, multiples of it. Two rows of the first fit on one page of the
#: database, so that saving a draft again is cheap (`database/schemas.sql`).
STEPS = (3_900, 8 * 1024, 16 * 1024)
#: Bytes of words that one row may hold once they are compressed, and before.
MOST_PACKED = 64 * 1024
MOST_WORDS = 512 * 1024

_LENGTH = 4
#: The bit of the length that says that the words are not compressed.
_PLAIN = 1 << 31
#: The first byte of a sealed item, by how its key is derived: by HKDF, and by BLAKE2b.
_SMALL, _WORDS = b"\1", b"\2"
_SALT = 24
_NONCE = 12
#: Keeps what is derived here apart from any other use of BLAKE2b.
_PERSON = b"heedline/small/1"


@dataclass(frozen=True)
class RowKeys:
    """The row id of a small item and the key that opens it.

    ``row_id`` may be stored as it is. ``key`` must never be stored.
    """

    row_id: bytes = field(repr=False)
    key: bytes = field(repr=False)


def new_secret() -> str:
    """Return a new cookie value of 256 random bits, in 43 characters that need no quoting."""
    return secrets.token_urlsafe(32)


def same(a: bytes | str, b: bytes | str) -> bool:
    """Return whether two values are equal, in constant time."""
    return compare_digest(_as_bytes(a), _as_bytes(b))


def derive_keys(cookie_secret: bytes, purpose: str) -> RowKeys:
    """Return the row id and key (32 bytes each) for a cookie and one purpose.

    Other purposes give unrelated values. An invented cookie is not an error, because it leads to a row that
    does not exist.
    """
    made = hkdf(cookie_secret, label="small/row-and-key", context=purpose.encode(), size=2 * KEY_SIZE)
    return RowKeys(row_id=made[:KEY_SIZE], key=made[KEY_SIZE:])


def derive_draft_keys(cookie_secret: bytes, purpose: str) -> RowKeys:
    """Derive the row id and key of a draft, as `derive_keys` does for other items."""
    made = _derived(cookie_secret, b"row-and-key", purpose.encode())
    return RowKeys(row_id=made[:KEY_SIZE], key=made[KEY_SIZE:])


def seal_small(key: bytes, plaintext: bytes, *, aad: bytes) -> bytes:
    """Seal a plaintext under a 32-byte key.

    ``aad`` identifies the item and must be given again to open it.
    """
    return _seal(_SMALL, key, plaintext, aad)


def open_small(key: bytes, sealed: bytes, *, aad: bytes) -> bytes:
    """Decrypt `sealed` and return the plaintext.

    Raises ``CannotOpen`` for another key, another ``aad`` or altered bytes.
    """
    return _open(_SMALL, key, sealed, aad)


def seal_words(key: bytes, words: bytes, *, aad: bytes) -> bytes:
    """Pad and seal a text, compressing it first if it is too long for the smallest size.

    Raises ``ValueError`` for more than ``MOST_WORDS``, or ``MOST_PACKED`` once compressed.
    """
    if len(words) > MOST_WORDS:
        raise ValueError("a row of this size is not kept")
    if len(words) <= STEPS[0] - _LENGTH:  # it would be as long when it is compressed
        framed = (len(words) | _PLAIN).to_bytes(_LENGTH) + words
    else:
        packed = zlib.compress(words, level=1)
        framed = len(packed).to_bytes(_LENGTH) + packed
    size = next((step for step in STEPS if len(framed) <= step), -(-len(framed) // STEPS[-1]) * STEPS[-1])
    if size > MOST_PACKED:
        raise ValueError("a row of this size is not kept")
    return _seal(_WORDS, key, framed.ljust(size, b"\0"), aad)


def open_words(key: bytes, sealed: bytes, *, aad: bytes) -> bytes:
    """Open a text sealed by ``seal_words``, or raise ``CannotOpen``."""
    framed = _open(_WORDS, key, sealed, aad)
    size = int.from_bytes(framed[:_LENGTH])
    packed = framed[_LENGTH : _LENGTH + (size & ~_PLAIN)]
    if size & _PLAIN:
        return packed
    unpacking = zlib.decompressobj()
    try:
        words = unpacking.decompress(packed, MOST_WORDS)
    except zlib.error:
        raise CannotOpen from None
    if not unpacking.eof:
        raise CannotOpen
    return words


def _seal(version: bytes, key: bytes, plaintext: bytes, aad: bytes) -> bytes:
    salt = secrets.token_bytes(_SALT)
    once, nonce = _once(version, key, salt)
    return version + salt + ChaCha20Poly1305(once).encrypt(nonce, plaintext, aad)


def _open(version: bytes, key: bytes, sealed: bytes, aad: bytes) -> bytes:
    if len(sealed) < OVERHEAD or not sealed.startswith(version):
        raise CannotOpen
    once, nonce = _once(version, key, sealed[1 : 1 + _SALT])
    try:
        return ChaCha20Poly1305(once).decrypt(nonce, sealed[1 + _SALT :], aad)
    except InvalidTag:
        raise CannotOpen from None


def _once(version: bytes, key: bytes, salt: bytes) -> tuple[bytes, bytes]:
    """Return the key and the nonce for one sealing."""
    if len(key) != KEY_SIZE:
        raise ValueError("a key is 32 bytes")
    if version == _WORDS:
        made = _derived(key, b"once", salt)
    else:
        made = hkdf(key, label="small/once", context=salt, size=KEY_SIZE + _NONCE)
    return made[:KEY_SIZE], made[KEY_SIZE : KEY_SIZE + _NONCE]


def _derived(secret: bytes, label: bytes, context: bytes) -> bytes:
    """Return 64 bytes derived from a secret of 256 random bits by keyed BLAKE2b (RFC 7693).

    Other labels and other contexts give unrelated values. Such a secret needs no extraction as in HKDF (ADR 115).
    """
    key = secret if len(secret) <= blake2b.MAX_KEY_SIZE else blake2b(secret).digest()  # an invented cookie
    return blake2b(label + b"\0" + context, key=key, person=_PERSON).digest()


def _as_bytes(value: bytes | str) -> bytes:
    return value.encode() if isinstance(value, str) else value
