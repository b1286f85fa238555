"""Passphrases that unlock an officer's seed: generated, six words, and slow to guess.

Six words of 7,776 are 77 bits. Argon2id with 256 MiB and three passes makes each guess cost about 0.7 s of one
core; so does each unlocking, hence no more than two at once in a process. Typing is forgiven: capitals, extra
spaces, hyphens for spaces, and how the keyboard composes accents.
"""

import json
import secrets
import unicodedata
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files
from threading import BoundedSemaphore

from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from heedline.vault.base64_text import from_base64, to_base64
from heedline.vault.errors import CannotOpen
from heedline.vault.keys import SEED_SIZE
from heedline.vault.small import KEY_SIZE, OVERHEAD, open_small, seal_small

WORDS = 6
LONGEST = 256
"""Characters of a typed passphrase; anything longer is none."""

_SALT = 16
_LONGEST_JSON = 1_024
_at_once = BoundedSemaphore(2)


@dataclass(frozen=True)
class Cost:
    """What one derivation costs. ``ValueError`` outside of what this program will ever spend or trust."""

    memory_kib: int
    iterations: int
    lanes: int

    def __post_init__(self) -> None:
        bounds = (
            (self.memory_kib, 8 * 1024, 1024 * 1024),
            (self.iterations, 1, 10),
            (self.lanes, 1, 4),
        )
        for value, least, most in bounds:
            if type(value) is not int or not least <= value <= most:
                raise ValueError("a cost out of bounds")


STANDARD = Cost(memory_kib=256 * 1024, iterations=3, lanes=1)


@dataclass(frozen=True)
class WrappedSeed:
    """A seed under a passphrase, as stored."""

    salt: bytes = field(repr=False)
    params: Cost
    sealed: bytes = field(repr=False)

    def to_json(self) -> str:
        """One line of JSON."""
        facts = {
            "v": 1,
            "kdf": "argon2id",
            "memory_kib": self.params.memory_kib,
            "iterations": self.params.iterations,
            "lanes": self.params.lanes,
            "salt": to_base64(self.salt),
            "sealed": to_base64(self.sealed),
        }
        return json.dumps(facts, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> "WrappedSeed":
        """What ``to_json`` wrote; ``CannotOpen`` for anything else, costs out of bounds included."""
        if len(text) > _LONGEST_JSON:
            raise CannotOpen
        try:
            facts = json.loads(text)
            if (facts["v"], facts["kdf"]) != (1, "argon2id"):
                raise CannotOpen
            params = Cost(facts["memory_kib"], facts["iterations"], facts["lanes"])
            salt = from_base64(facts["salt"])
            sealed = from_base64(facts["sealed"])
        except (ValueError, TypeError, KeyError, RecursionError):
            raise CannotOpen from None
        if len(salt) != _SALT or len(sealed) != OVERHEAD + SEED_SIZE:
            raise CannotOpen
        return cls(salt, params, sealed)


def new_passphrase() -> str:
    """Six words with spaces between them."""
    words = word_list()
    return " ".join(secrets.choice(words) for _ in range(WORDS))


def wrap_seed(seed: bytes, passphrase: str, *, context: bytes, cost: Cost = STANDARD) -> WrappedSeed:
    """The seed under the passphrase; ``context`` names whose it is and must be named again.

    Only tests and invented data pass a smaller ``cost``.
    """
    if len(seed) != SEED_SIZE:
        raise ValueError("a seed is 32 bytes")
    spoken = canonical(passphrase)
    if not spoken:
        raise ValueError("a passphrase has 1 to 256 characters")
    salt = secrets.token_bytes(_SALT)
    key = _stretched(spoken, salt, cost)
    return WrappedSeed(salt, cost, seal_small(key, seed, aad=_aad(context)))


def unwrap_seed(wrapped: WrappedSeed, passphrase: str, *, context: bytes) -> bytes:
    """The seed; ``CannotOpen`` for another passphrase, person or content. Waits while two others derive."""
    spoken = canonical(passphrase)
    if not spoken or len(wrapped.salt) != _SALT:
        raise CannotOpen
    key = _stretched(spoken, wrapped.salt, wrapped.params)
    seed = open_small(key, wrapped.sealed, aad=_aad(context))
    if len(seed) != SEED_SIZE:
        raise CannotOpen
    return seed


def _stretched(spoken: bytes, salt: bytes, cost: Cost) -> bytes:
    kdf = Argon2id(
        salt=salt,
        length=KEY_SIZE,
        iterations=cost.iterations,
        lanes=cost.lanes,
        memory_cost=cost.memory_kib,
    )
    with _at_once:
        return kdf.derive(spoken)


def canonical(passphrase: str) -> bytes:
    """One spelling for all tolerated ones; empty when there is nothing usable."""
    if len(passphrase) > LONGEST:
        return b""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", passphrase).casefold())
    # A lone surrogate cannot be encoded and is in no passphrase.
    return " ".join(folded.replace("-", " ").split()).encode("utf-8", "ignore")


def _aad(context: bytes) -> bytes:
    return b"heedline/v1/passphrase\0" + context


@lru_cache(maxsize=1)
def word_list() -> tuple[str, ...]:
    """EFF's large list, made for dice: 7,776 plain words (see ``words/LICENCE.md``)."""
    text = files("heedline.vault").joinpath("words", "eff_large.txt").read_text("ascii")
    return tuple(text.split())
