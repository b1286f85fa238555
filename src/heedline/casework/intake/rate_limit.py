"""How fast reports may come. Gates slow a flood down; they refuse nobody for good and keep no address.

A caller is counted under a keyed hash of their network, in the memory of one process. The key is random, is in no file,
and is thrown away with everything counted under it four times an hour: nobody can ask afterwards whether an address was
here. Whoever is asked to wait is let through once they have waited, however much else comes from where they are; a process
knows that of those whom it asked itself, so whoever can note the wait elsewhere does (`web.public.gates`).

Plain Python: no Django, no clock but the one it is given. Thread-safe.
"""

from __future__ import annotations

import ipaddress
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import blake2b
from math import ceil
from threading import Lock
from uuid import UUID

#: Under this name a request holds its `Caller`, or None.
CALLER = "heedline.caller"
#: Networks that many people stand behind at once: this machine, a proxy on the next one. They tell nobody apart.
_INNER = tuple(
    map(
        ipaddress.ip_network,
        (
            "127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16",
            "::1/128", "fc00::/7", "fe80::/10",
        ),
    )
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Caller:
    """Where a request came from, as far as anybody may know: an opaque number that means nothing a quarter hour later."""

    number: bytes = field(repr=False)


@dataclass(slots=True)
class _Count:
    left: float
    at: float


def network_of(address: str) -> bytes | None:
    """What is counted as one place: an IPv4 address, or the /64 of an IPv6 one. None for what is no address."""
    try:
        found = ipaddress.ip_address(address.strip())
    except ValueError:
        return None
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is None:
            return found.packed[:8]
        found = found.ipv4_mapped
    return found.packed


def is_inner(address: str) -> bool:
    """Whether this is an address of an inner network: behind a proxy that names nobody, everybody has it."""
    try:
        found = ipaddress.ip_address(address.strip())
    except ValueError:
        return True
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped is not None:
        found = found.ipv4_mapped
    return any(found in network for network in _INNER)


class Pace:
    """See the module. `burst` reports at once from one place, then one every `every` seconds; else a wait of `wait` seconds."""

    def __init__(
        self,
        *,
        burst: int = 20,
        every: float = 6.0,
        wait: float = 10.0,
        most: int = 50_000,
        forget_after: float = 900.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._burst, self._every, self._wait, self._most = burst, every, wait, most
        self._forget_after, self._clock = forget_after, clock
        self._lock = Lock()
        self._begin(clock())

    def __repr__(self) -> str:
        return "<Pace>"

    def _begin(self, at: float) -> None:
        self._key = secrets.token_bytes(32)
        self._since = at
        self._counts: OrderedDict[bytes, _Count] = OrderedDict()
        self._waiting: OrderedDict[bytes, float] = OrderedDict()

    def _turn_over(self, at: float) -> None:
        if at - self._since >= self._forget_after:
            self._begin(at)

    def _number(self, what: bytes) -> bytes:
        return blake2b(what, key=self._key, digest_size=16).digest()

    def caller(self, address: str) -> Caller | None:
        """The caller at this address; None where there is none to count by."""
        network = network_of(address)
        if network is None:
            return None
        with self._lock:
            self._turn_over(self._clock())
            return Caller(self._number(network))

    def wait(self, caller: Caller | None, sending: UUID, *, odd: bool = False) -> int:
        """How many seconds the sending of this report should wait; 0 lets it through.

        `odd`: something else about it makes a pause worth while. Nobody waits twice for the same report: once the time
        has passed it goes through, and asking too early does not make it longer.
        """
        with self._lock:
            at = self._clock()
            self._turn_over(at)
            ticket = self._number(sending.bytes)
            until = self._waiting.get(ticket)
            if until is not None:
                return max(0, ceil(until - at))
            if not odd and (caller is None or self._spend(caller.number, at)):
                return 0
            self._remember(self._waiting, ticket, at + self._wait)
            return ceil(self._wait)

    def allows(self, what: bytes) -> bool:
        """Whether one more of `what` may happen now; it is counted when it may."""
        with self._lock:
            at = self._clock()
            self._turn_over(at)
            return self._spend(self._number(what), at)

    def _spend(self, number: bytes, at: float) -> bool:
        count = self._counts.get(number)
        if count is None:
            self._remember(self._counts, number, _Count(self._burst - 1.0, at))
            return True
        count.left = min(float(self._burst), count.left + (at - count.at) / self._every)
        count.at = at
        if count.left < 1.0:
            return False
        count.left -= 1.0
        return True

    def _remember[V](self, where: OrderedDict[bytes, V], number: bytes, value: V) -> None:
        """Keep it; when there is no room, forget the oldest, who then has the whole burst again."""
        where[number] = value
        if len(where) > self._most:
            where.popitem(last=False)


#: Of this process. Another one counts by itself: a place has its burst in each.
PACE = Pace()
