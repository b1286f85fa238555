"""Keys of people, desks and reporters, each derived from one seed of 32 bytes.

The seed gives a sealing pair and a signing pair. Sealing uses X-Wing (ML-KEM-768 with X25519), so that
what is recorded today stays sealed when quantum computers arrive. The seed is expanded as in
draft-connolly-cfrg-xwing-kem, by SHAKE256(seed, 96), with the first 64 bytes for ML-KEM and the last 32
for X25519. Signing uses Ed25519 under a key that HKDF derives from the seed with its own label, so
neither use can be played off against the other.

Public keys are cached in parsed form, by their bytes. Secrets are never cached. Code that opens many
things in one request calls :func:`prepare` once and discards the result with the request.
"""

import hashlib
import secrets
from functools import lru_cache

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey, MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hpke import (
    AEAD,
    KDF,
    KEM,
    MLKEM768X25519PrivateKey,
    MLKEM768X25519PublicKey,
    Suite,
)
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from heedline.vault import bech32

_SHA256 = SHA256()
SEED_SIZE = 32
PUBLIC_SIZE = 1_216
SIGNING_PUBLIC_SIZE = 32
SIGNATURE_SIZE = 64
ENCAPSULATED_SIZE = 1_120
"""The number of bytes that HPKE adds before the ciphertext when sealing to a public key."""

# Fails at import, and so at start-up, when the cryptography back end has no X-Wing.
SUITE = Suite(KEM.MLKEM768_X25519, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305)

_MLKEM_PUBLIC_SIZE = 1_184
_MLKEM_SEED_SIZE = 64
_RECIPIENT_PREFIX = "age1pq"
_IDENTITY_PREFIX = "age-secret-key-pq-"
# Crockford's base 32, as in receipt codes: no I, L, O or U.
_HUMAN = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

PreparedKey = MLKEM768X25519PrivateKey
"""A seed prepared for opening sealed data, to be held for one request at most."""

type Opener = bytes | PreparedKey


def new_seed() -> bytes:
    """Return a new seed of 32 random bytes."""
    return secrets.token_bytes(SEED_SIZE)


def prepare(seed: bytes) -> PreparedKey:
    """Expand a seed into a secret key, ready for opening sealed data.

    Expanding takes about 0.1 ms, so preparing is worthwhile if one seed opens several things.
    """
    if len(seed) != SEED_SIZE:
        raise ValueError("a seed is 32 bytes")
    expanded = hashlib.shake_256(seed).digest(_MLKEM_SEED_SIZE + 32)
    return MLKEM768X25519PrivateKey(
        MLKEM768PrivateKey.from_seed_bytes(expanded[:_MLKEM_SEED_SIZE]),
        X25519PrivateKey.from_private_bytes(expanded[_MLKEM_SEED_SIZE:]),
    )


def prepared(opener: Opener) -> PreparedKey:
    """Return the opener unchanged if it is already prepared, otherwise prepare its seed."""
    return prepare(opener) if isinstance(opener, bytes) else opener


def public_key(seed: bytes) -> bytes:
    """Derive the 1,216-byte public key from a seed.

    It is ML-KEM-768's 1,184 bytes followed by X25519's 32.
    """
    if len(seed) != SEED_SIZE:
        raise ValueError("a seed is 32 bytes")
    expanded = hashlib.shake_256(seed).digest(_MLKEM_SEED_SIZE + 32)
    mlkem = MLKEM768PrivateKey.from_seed_bytes(expanded[:_MLKEM_SEED_SIZE]).public_key()
    x25519 = X25519PrivateKey.from_private_bytes(expanded[_MLKEM_SEED_SIZE:]).public_key()
    return mlkem.public_bytes_raw() + x25519.public_bytes_raw()


@lru_cache(maxsize=512)
def parsed(public: bytes) -> MLKEM768X25519PublicKey:
    """Return a public key in parsed form, ready to seal to.

    Raises ``ValueError`` if the bytes are not a public key.
    """
    if len(public) != PUBLIC_SIZE:
        raise ValueError("a public key is 1,216 bytes")
    return MLKEM768X25519PublicKey(
        MLKEM768PublicKey.from_public_bytes(public[:_MLKEM_PUBLIC_SIZE]),
        X25519PublicKey.from_public_bytes(public[_MLKEM_PUBLIC_SIZE:]),
    )


@lru_cache(maxsize=512)
def is_usable(public: bytes) -> bool:
    """Return whether the bytes are a public key to which data can be sealed.

    Parsing alone accepts a low-order X25519 point, which would fail only when a report is sealed to it. This
    function therefore seals one byte.
    """
    try:
        SUITE.encrypt(b"\0", parsed(public), info=b"heedline/v1/trial")
    except ValueError:
        return False
    return True


def fingerprint(public: bytes) -> str:
    """Return 100 bits of a hash in five groups of four, such as ``7Q2M-…``, for comparison by telephone.

    It works for both sealing keys and signing keys.
    """
    digest = hashlib.sha256(b"heedline/v1/fingerprint\0" + public).digest()
    number = int.from_bytes(digest, "big") >> (len(digest) * 8 - 100)
    symbols = "".join(_HUMAN[number >> shift & 31] for shift in range(95, -1, -5))
    return "-".join(symbols[i : i + 4] for i in range(0, 20, 4))


def recipient_text(public: bytes) -> str:
    """Return the public key as ``age1pq1…``, the form accepted by the standard age program and library."""
    if len(public) != PUBLIC_SIZE:
        raise ValueError("a public key is 1,216 bytes")
    return bech32.encode(_RECIPIENT_PREFIX, public)


def parse_recipient(text: str) -> bytes:
    """Return the public key encoded in ``age1pq1…``.

    Raises ``ValueError`` for anything else.
    """
    public = bech32.decode(_RECIPIENT_PREFIX, text.strip())
    parsed(public)
    return public


def identity_text(seed: bytes) -> str:
    """Return the seed as ``AGE-SECRET-KEY-PQ-1…``, the form accepted by the standard age program.

    The result is a secret.
    """
    if len(seed) != SEED_SIZE:
        raise ValueError("a seed is 32 bytes")
    return bech32.encode(_IDENTITY_PREFIX, seed).upper()


def parse_identity(text: str) -> bytes:
    """Return the seed encoded in ``AGE-SECRET-KEY-PQ-1…``.

    Raises ``ValueError`` for anything else.
    """
    seed = bech32.decode(_IDENTITY_PREFIX, text.strip())
    if len(seed) != SEED_SIZE:
        raise ValueError("a seed is 32 bytes")
    return seed


def hkdf(secret: bytes, *, label: str, context: bytes = b"", size: int = 32) -> bytes:
    """Return key material derived by HKDF-SHA-256 without salt.

    The label separates different uses, and the context separates installations.
    """
    info = b"heedline/v1/" + label.encode() + b"\0" + context
    return HKDF(_SHA256, size, None, info).derive(secret)


def signing_key(seed: bytes) -> bytes:
    """Return the Ed25519 secret key (32 bytes) derived from this seed."""
    if len(seed) != SEED_SIZE:
        raise ValueError("a seed is 32 bytes")
    return hkdf(seed, label="signing")


def signing_public(seed: bytes) -> bytes:
    """Return the Ed25519 public key (32 bytes) derived from this seed."""
    return Ed25519PrivateKey.from_private_bytes(signing_key(seed)).public_key().public_bytes_raw()


def sign(seed: bytes, message: bytes) -> bytes:
    """Return a 64-byte signature over the message, made with the signing key derived from this seed.

    Callers must label their messages.
    """
    return Ed25519PrivateKey.from_private_bytes(signing_key(seed)).sign(message)


def verify(public: bytes, message: bytes, signature: bytes) -> bool:
    """Return whether the signature over this message was made by this key.

    Malformed input returns False.
    """
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True
