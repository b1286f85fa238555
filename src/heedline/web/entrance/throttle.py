"""Rate limits on attempts to enter a secret.

Promise: nobody can guess a password, a code or a passphrase faster than these limits, and nobody can lock a
user out of a device that has signed in before. No IP address is looked at. Nothing is stored: the limits are
numbers in the memory of this process, found by a hash under a key that is lost when the process ends.

A limit is a leaky bucket held as one number (the "theoretical arrival time" of GCRA): `burst` attempts at
once, then one per `each`. The table has a fixed size. Two keys that share a slot can make a limit stricter
but never looser, and a flood of invented names cannot push anybody's slot out.
"""

from __future__ import annotations

import hashlib
import math
import secrets
import threading
from array import array
from dataclasses import dataclass, field
from datetime import timedelta

_SLOTS = 1 << 16


@dataclass(frozen=True, slots=True)
class Limit:
    """A rate limit that allows `burst` attempts at once, then one per `each`."""

    burst: int
    each: timedelta


@dataclass(slots=True)
class Throttle:
    """A table of attempts per key.

    `now` is in seconds of a monotonic clock.
    """

    limit: Limit
    _arrivals: array[float] = field(default_factory=lambda: array("d", bytes(8 * _SLOTS)))
    _secret: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def _slot(self, key: str) -> int:
        digest = hashlib.blake2b(key.encode(), key=self._secret, digest_size=8).digest()
        return int.from_bytes(digest, "big") % _SLOTS

    def take(self, key: str, *, now: float) -> int:
        """Count one attempt and return 0, or return the seconds to wait without counting it."""
        each, slot = self.limit.each.total_seconds(), self._slot(key)
        with self._lock:
            arrival = max(self._arrivals[slot], now)
            wait = arrival - (self.limit.burst - 1) * each - now
            if wait > 0:
                return math.ceil(wait)
            self._arrivals[slot] = arrival + each
            return 0

    def give_back(self, key: str) -> None:
        """Refund an attempt that succeeded, so that it does not count."""
        with self._lock:
            self._arrivals[self._slot(key)] -= self.limit.each.total_seconds()


def wait_words(seconds: int) -> str:
    """Return a waiting time in words, such as "1 minute" or "5 minutes".

    It is never less than a minute, so that nobody can count along.
    """
    minutes = max(1, math.ceil(seconds / 60))
    return "1 minute" if minutes == 1 else f"{minutes} minutes"


#: A browser that has signed in to this account before: its own bucket, which strangers cannot fill.
KNOWN_DEVICE = Throttle(Limit(burst=10, each=timedelta(seconds=30)))
#: Everybody else shares one bucket per account.
STRANGERS = Throttle(Limit(burst=10, each=timedelta(minutes=1)))
#: Codes of the second step and confirmations, per officer and device.
CODES = Throttle(Limit(burst=5, each=timedelta(minutes=1)))
#: Unlock passphrases, per officer.
UNLOCKS = Throttle(Limit(burst=5, each=timedelta(minutes=1)))
