"""Rate limits for incoming reports, which slow down floods.

They do not refuse anybody permanently and do not store addresses. A caller is counted under a keyed hash of
their network, in the memory of one process. The key is random and is in no file. Four times an hour it is
discarded with everything counted under it, so that nobody can find out afterwards whether an address was
used.

A caller who is asked to wait is let through after waiting, however many other reports come from the same
place. A process only knows about the waits that it imposed itself. Callers of this module that can
record the wait elsewhere therefore do so (`web.public.report.gates`). The counting is `casework.rate_limit`.

Plain Python without Django. The only clock is the one passed in. Thread-safe.
"""

from __future__ import annotations

import ipaddress
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from math import ceil
from uuid import UUID

from heedline.casework.rate_limit import Limit, RateLimit, remember

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

#: The addresses of a proxy on the same machine, which is where most requests come from: known without being parsed.
_HERE = frozenset({"127.0.0.1", "::1"})


@dataclass(frozen=True, slots=True)
class Caller:
    """The network that a request came from, represented by an opaque number.

    The number has no meaning a quarter of an hour later.
    """

    number: bytes = field(repr=False)


def network_of(address: str) -> bytes | None:
    """Return the network of an IP address, as bytes, for rate limiting.

    This is an IPv4 address, or the /64 network of an IPv6 address. Returns None if it is not an address.
    """
    if not address:
        return None
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
    """Return whether this address is on an internal network.

    Behind a proxy that does not pass on addresses, every request has such an address.
    """
    if address in _HERE:
        return True
    try:
        found = ipaddress.ip_address(address.strip())
    except ValueError:
        return True
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped is not None:
        found = found.ipv4_mapped
    return any(found in network for network in _INNER)


class Pace(RateLimit):
    """A rate limit for reports from one network, with a maximum wait.

    It allows `burst` reports immediately and then one every `every` seconds. A report beyond that has to wait
    `wait` seconds.
    """

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
        self._wait = wait
        super().__init__(
            Limit(burst, timedelta(seconds=every)),
            most=most,
            forget_after=timedelta(seconds=forget_after),
            clock=clock,
        )

    def _begin(self, at: float) -> None:
        super()._begin(at)
        self._waiting: OrderedDict[bytes, float] = OrderedDict()

    def caller(self, address: str) -> Caller | None:
        """Return the caller for an IP address's network, or None if the address is not valid."""
        network = network_of(address)
        if network is None:
            return None
        with self._lock:
            self._now()
            return Caller(self._number(network))

    def wait(self, caller: Caller | None, sending: UUID, *, odd: bool = False) -> int:
        """Return the number of seconds that this report must wait, or 0 if it may be sent now.

        `odd` means that something else about the report justifies a pause. Nobody waits twice for the same
        report. Once the time has passed it is let through, and asking too early does not extend the wait.
        """
        with self._lock:
            at = self._now()
            ticket = self._number(sending.bytes)
            until = self._waiting.get(ticket)
            if until is not None:
                return max(0, ceil(until - at))
            if not odd and (caller is None or not self._take(caller.number, at)):
                return 0
            remember(self._waiting, ticket, at + self._wait, most=self._most or 0)
            return ceil(self._wait)


#: Of this process. Another one counts by itself: a place has its burst in each.
PACE = Pace()
