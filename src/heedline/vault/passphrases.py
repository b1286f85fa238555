"""Passphrases that unlock an officer's seed, generated as six words and slow to guess.

Six words out of 7,776 are 77 bits. Argon2id with 256 MiB and three passes makes each guess cost about
0.7 s of one core. Each unlocking costs the same, so at most two run at once in a process. Typing is
tolerant of capitals, extra spaces, hyphens in place of spaces, and how the keyboard composes accents.
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
"""The maximum number of characters in a typed passphrase.

Anything longer is not accepted as one.
"""

_SALT = 16
_LONGEST_JSON = 1_024
_at_once = BoundedSemaphore(2)


@dataclass(frozen=True)
class Cost:
    """The cost parameters of one key derivation.

    Raises ``ValueError`` outside the range that this program will ever use or trust.
    """

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
    """A seed wrapped under a passphrase, as stored."""

    salt: bytes = field(repr=False)
    params: Cost
    sealed: bytes = field(repr=False)

    def to_json(self) -> str:
        """Return the wrapped seed as one line of JSON."""
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
        """Parse a wrapped seed from the JSON written by ``to_json``.

        Raises ``CannotOpen`` for anything else, including cost parameters out of range.
        """
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
    """Return a new passphrase of six words separated by spaces."""
    words = word_list()
    return " ".join(secrets.choice(words) for _ in range(WORDS))


def wrap_seed(seed: bytes, passphrase: str, *, context: bytes, cost: Cost = STANDARD) -> WrappedSeed:
    """Wrap the seed under the passphrase.

    ``context`` names the seed's owner and must be given again to unwrap it. Only tests and invented data
    pass a smaller ``cost``.
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
    """Return the unwrapped seed.

    Raises ``CannotOpen`` for another passphrase, person or content. Waits while two other derivations are
    running.
    """
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
    """Return the canonical form of a passphrase, shared by all accepted ways of typing it.

    It is empty if nothing usable was typed.
    """
    if len(passphrase) > LONGEST:
        return b""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", passphrase).casefold())
    # A lone surrogate cannot be encoded and is in no passphrase.
    return " ".join(folded.replace("-", " ").split()).encode("utf-8", "ignore")


def _aad(context: bytes) -> bytes:
    return b"heedline/v1/passphrase\0" + context


@lru_cache(maxsize=1)
def word_list() -> tuple[str, ...]:
    """Return EFF's large diceware list of 7,776 words (see ``words/LICENCE.md``)."""
    text = files("heedline.vault").joinpath("words", "eff_large.txt").read_text("ascii")
    return tuple(text.split())
