"""Rate limiting, with one leaky bucket per key.

The mechanism behind the rate limits of a process. Its users set their own limits: `casework.intake.rate_limit` for reports,
`casework.intake.draft_room` for drafts. Guesses of passwords, codes and passphrases are counted by the same rule in the
database, for all servers of a site (`casework.attempt_limits`).

A limit is a leaky bucket held as one number per key, the "theoretical arrival time" of the generic cell rate algorithm:
`burst` events at once, then one per `each`. Keys are found by a keyed hash whose key is random and in no file. Nothing is
stored, and a process counts only what it has seen itself.

Plain Python without Django. Thread-safe. Times are seconds of a monotonic clock.
"""

from __future__ import annotations

import math
import secrets
import threading
import time
from array import array
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from hashlib import blake2b
from typing import Protocol

_SLOTS = 1 << 16
#: The waits that `spread` chooses from.
_STEPS = 1001


@dataclass(frozen=True, slots=True)
class Limit:
    """A rate limit that allows `burst` events at once, then one per `each`."""

    burst: int
    each: timedelta


class _Arrivals(Protocol):
    """Storage for the theoretical arrival time of each key.

    A key that is not stored has its whole burst available.
    """

    def get(self, number: bytes) -> float: ...
    def put(self, number: bytes, arrival: float) -> None: ...


class _FixedTable:
    """A fixed-size table that never evicts a key.

    Two keys that share a slot can make a limit stricter but never looser, and a flood of invented keys cannot push
    anybody's slot out.
    """

    def __init__(self) -> None:
        self._slots = array("d", bytes(8 * _SLOTS))

    def _slot(self, number: bytes) -> int:
        return int.from_bytes(number[:8], "big") % _SLOTS

    def get(self, number: bytes) -> float:
        return self._slots[self._slot(number)]

    def put(self, number: bytes, arrival: float) -> None:
        self._slots[self._slot(number)] = arrival


class _RecentTable:
    """A table of limited size that evicts the oldest key when full.

    A key that was dropped has the full burst again: the limit may be looser, but nobody is counted with somebody else.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._arrivals: OrderedDict[bytes, float] = OrderedDict()

    def __len__(self) -> int:
        return len(self._arrivals)

    def get(self, number: bytes) -> float:
        return self._arrivals.get(number, 0.0)

    def put(self, number: bytes, arrival: float) -> None:
        remember(self._arrivals, number, arrival, most=self._most)


def remember[V](where: OrderedDict[bytes, V], number: bytes, value: V, *, most: int) -> None:
    """Store a value, dropping the oldest entry if there are more than `most`."""
    where[number] = value
    if len(where) > most:
        where.popitem(last=False)


class RateLimit:
    """A rate limit, together with its counts of recent events.

    Without `most`, no key is ever forgotten and the limit is never looser than it says (for secrets that
    somebody may guess). With `most`, that many keys are counted and none is ever counted with another (for
    people who must not be held up by others). After `forget_after`, the key of the hash is discarded with
    everything counted under it.
    """

    def __init__(
        self,
        limit: Limit,
        *,
        most: int | None = None,
        forget_after: timedelta | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.limit = limit
        self._each = limit.each.total_seconds()
        self._most, self._forget_after, self._clock = most, forget_after, clock
        self._lock = threading.Lock()
        self._begin(clock())

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"

    def _begin(self, at: float) -> None:
        self._key = secrets.token_bytes(32)
        self._since = at
        self._counts: _Arrivals = _FixedTable() if self._most is None else _RecentTable(self._most)

    def _now(self) -> float:
        """Return the current time, rotating the hash key first if it has expired.

        The lock must be held.
        """
        at = self._clock()
        if self._forget_after is not None and at - self._since >= self._forget_after.total_seconds():
            self._begin(at)
        return at

    def _number(self, what: bytes) -> bytes:
        return blake2b(what, key=self._key, digest_size=16).digest()

    def _take(self, number: bytes, now: float) -> int:
        arrival = max(self._counts.get(number), now)
        wait = arrival - (self.limit.burst - 1) * self._each - now
        if wait > 0:
            return math.ceil(wait)
        self._counts.put(number, arrival + self._each)
        return 0

    def take(self, key: str | bytes, *, now: float | None = None) -> int:
        """Count one event and return 0, or return the seconds to wait without counting it.

        `now` is the time of the limit's clock unless given.
        """
        with self._lock:
            at = self._now()
            return self._take(self._number(_bytes(key)), at if now is None else now)

    def allows(self, key: str | bytes) -> bool:
        """Return whether another event is allowed now, and count it if so."""
        return not self.take(key)

    def give_back(self, key: str | bytes) -> None:
        """Refund an event that should not count, such as an attempt that succeeded."""
        with self._lock:
            number = self._number(_bytes(key))
            self._counts.put(number, self._counts.get(number) - self._each)


def spread(least: float) -> float:
    """Return a wait of between `least` and twice as many seconds, chosen by chance.

    Callers who were turned away together then don't all come back together.
    """
    return least * (1 + secrets.randbelow(_STEPS) / (_STEPS - 1))


def _bytes(key: str | bytes) -> bytes:
    return key.encode() if isinstance(key, str) else key
