"""Keys of people, desks and reporters: one seed of 32 bytes gives a sealing pair and a signing pair.

Sealing is X-Wing (ML-KEM-768 with X25519), so that what is recorded today stays shut when quantum computers
come. The seed is expanded as draft-connolly-cfrg-xwing-kem says: SHAKE256(seed, 96), the first 64 bytes for
ML-KEM and the last 32 for X25519. Signing is Ed25519 under a key that HKDF derives from the seed with a label
of its own, so neither use can be played against the other.

Public keys are remembered in parsed form, keyed by their bytes. Secrets never are: whoever opens many things
in one request calls :func:`prepare` once and lets the result go with the request.
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

SEED_SIZE = 32
PUBLIC_SIZE = 1_216
SIGNING_PUBLIC_SIZE = 32
SIGNATURE_SIZE = 64
ENCAPSULATED_SIZE = 1_120
"""What one HPKE sealing to a public key adds before its ciphertext."""

# Fails at import, and so at start-up, when the cryptography back end has no X-Wing.
SUITE = Suite(KEM.MLKEM768_X25519, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305)

_MLKEM_PUBLIC_SIZE = 1_184
_MLKEM_SEED_SIZE = 64
_RECIPIENT_PREFIX = "age1pq"
_IDENTITY_PREFIX = "age-secret-key-pq-"
# Crockford's base 32, as in receipt codes: no I, L, O or U.
_HUMAN = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

PreparedKey = MLKEM768X25519PrivateKey
"""A seed made ready to open things with; hold it for one request at most."""

type Opener = bytes | PreparedKey


def new_seed() -> bytes:
    """32 fresh random bytes."""
    return secrets.token_bytes(SEED_SIZE)


def prepare(seed: bytes) -> PreparedKey:
    """The expanded secret key (about 0.1 ms): worth it when one seed opens several things."""
    if len(seed) != SEED_SIZE:
        raise ValueError("a seed is 32 bytes")
    expanded = hashlib.shake_256(seed).digest(_MLKEM_SEED_SIZE + 32)
    return MLKEM768X25519PrivateKey(
        MLKEM768PrivateKey.from_seed_bytes(expanded[:_MLKEM_SEED_SIZE]),
        X25519PrivateKey.from_private_bytes(expanded[_MLKEM_SEED_SIZE:]),
    )


def prepared(opener: Opener) -> PreparedKey:
    """The opener itself when it is ready, else the seed made ready."""
    return prepare(opener) if isinstance(opener, bytes) else opener


def public_key(seed: bytes) -> bytes:
    """The 1,216 bytes that others seal to: ML-KEM-768's 1,184, then X25519's 32."""
    if len(seed) != SEED_SIZE:
        raise ValueError("a seed is 32 bytes")
    expanded = hashlib.shake_256(seed).digest(_MLKEM_SEED_SIZE + 32)
    mlkem = MLKEM768PrivateKey.from_seed_bytes(expanded[:_MLKEM_SEED_SIZE]).public_key()
    x25519 = X25519PrivateKey.from_private_bytes(expanded[_MLKEM_SEED_SIZE:]).public_key()
    return mlkem.public_bytes_raw() + x25519.public_bytes_raw()


@lru_cache(maxsize=512)
def parsed(public: bytes) -> MLKEM768X25519PublicKey:
    """A public key ready to seal to; ``ValueError`` when the bytes are none."""
    if len(public) != PUBLIC_SIZE:
        raise ValueError("a public key is 1,216 bytes")
    return MLKEM768X25519PublicKey(
        MLKEM768PublicKey.from_public_bytes(public[:_MLKEM_PUBLIC_SIZE]),
        X25519PublicKey.from_public_bytes(public[_MLKEM_PUBLIC_SIZE:]),
    )


@lru_cache(maxsize=512)
def is_usable(public: bytes) -> bool:
    """Whether something can really be sealed to these bytes.

    Parsing alone lets a low-order X25519 point through, which would fail only when a report is sealed to it;
    so this seals a byte once.
    """
    try:
        SUITE.encrypt(b"\0", parsed(public), info=b"heedline/v1/trial")
    except ValueError:
        return False
    return True


def fingerprint(public: bytes) -> str:
    """100 bits of a hash in five groups of four, for comparing by telephone: ``7Q2M-…``.

    Works for sealing keys and signing keys alike.
    """
    digest = hashlib.sha256(b"heedline/v1/fingerprint\0" + public).digest()
    number = int.from_bytes(digest, "big") >> (len(digest) * 8 - 100)
    symbols = "".join(_HUMAN[number >> shift & 31] for shift in range(95, -1, -5))
    return "-".join(symbols[i : i + 4] for i in range(0, 20, 4))


def recipient_text(public: bytes) -> str:
    """``age1pq1…``: the public key as the stock age program and library take it."""
    if len(public) != PUBLIC_SIZE:
        raise ValueError("a public key is 1,216 bytes")
    return bech32.encode(_RECIPIENT_PREFIX, public)


def parse_recipient(text: str) -> bytes:
    """The public key behind ``age1pq1…``; ``ValueError`` for anything else."""
    public = bech32.decode(_RECIPIENT_PREFIX, text.strip())
    parsed(public)
    return public


def identity_text(seed: bytes) -> str:
    """``AGE-SECRET-KEY-PQ-1…``: the seed as the stock age program takes it. A secret."""
    if len(seed) != SEED_SIZE:
        raise ValueError("a seed is 32 bytes")
    return bech32.encode(_IDENTITY_PREFIX, seed).upper()


def parse_identity(text: str) -> bytes:
    """The seed behind ``AGE-SECRET-KEY-PQ-1…``; ``ValueError`` for anything else."""
    seed = bech32.decode(_IDENTITY_PREFIX, text.strip())
    if len(seed) != SEED_SIZE:
        raise ValueError("a seed is 32 bytes")
    return seed


def hkdf(secret: bytes, *, label: str, context: bytes = b"", size: int = 32) -> bytes:
    """HKDF-SHA-256 without salt; the label keeps every use apart, the context every installation."""
    info = b"heedline/v1/" + label.encode() + b"\0" + context
    return HKDF(SHA256(), size, None, info).derive(secret)


def signing_key(seed: bytes) -> bytes:
    """The Ed25519 secret (32 bytes) that belongs to this seed."""
    if len(seed) != SEED_SIZE:
        raise ValueError("a seed is 32 bytes")
    return hkdf(seed, label="signing")


def signing_public(seed: bytes) -> bytes:
    """The Ed25519 public key (32 bytes) that belongs to this seed."""
    return Ed25519PrivateKey.from_private_bytes(signing_key(seed)).public_key().public_bytes_raw()


def sign(seed: bytes, message: bytes) -> bytes:
    """64 bytes over the message, by the signing key of this seed. Callers label their messages."""
    return Ed25519PrivateKey.from_private_bytes(signing_key(seed)).sign(message)


def verify(public: bytes, message: bytes, signature: bytes) -> bool:
    """Whether the signature is this key's over this message. Malformed input is simply False."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True
