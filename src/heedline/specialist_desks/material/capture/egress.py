"""Egress rules for captures, which allow connections to public IP addresses only.

Plain Python from the standard library alone: it runs in the sandbox of the proxy.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

type IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
type Resolver = Callable[[str, int], Sequence[str]]
"""A function that resolves a host name to IP addresses. Raises OSError if there are none."""

#: The only ports of web pages.
PORTS = frozenset({80, 443})
#: Names that nobody can register (RFC 2606 and RFC 6761).
_RESERVED_ENDS = (".example", ".test", ".invalid", ".example.com", ".example.net", ".example.org")
_RESERVED = frozenset({"example.com", "example.net", "example.org", "example"})
#: Networks that the standard library calls global, or that hold another address inside.
_NEVER = tuple(
    ipaddress.ip_network(one)
    for one in (
        "168.63.129.16/32",  # the metadata service of a cloud
        "192.88.99.0/24",  # relays of 6to4
        "::/96",  # IPv4-compatible
        "::ffff:0:0/96",
        "::ffff:0:0:0/96",
        "64:ff9b::/96",
        "64:ff9b:1::/48",
        "100::/64",
        "2001::/23",
        "2001:db8::/32",
        "2002::/16",
        "3fff::/20",
        "5f00::/16",
        "fc00::/7",
        "fe80::/10",
        "fec0::/10",
    )
)


class EgressDenied(Exception):
    """Raised when a capture may not connect to a host. The message is a one-word reason."""


@dataclass(frozen=True)
class EgressRules:
    """Exceptions to the egress rules of a capture: the demonstration's port and the denied networks.

    `small_internet` is the port on this machine that reserved names lead to. Only a demonstration has one.
    `denied` are networks of the organisation itself.
    """

    small_internet: int = 0
    denied: tuple[str, ...] = ()


def is_reserved(host: str) -> bool:
    """Return whether a host name is reserved for examples and tests."""
    name = host.rstrip(".").lower()
    return name in _RESERVED or name.endswith(_RESERVED_ENDS)


def is_public(address: IPAddress, denied: Iterable[str] = ()) -> bool:
    """Return whether an IP address is public and outside the networks in `denied`."""
    if isinstance(address, ipaddress.IPv6Address) and address.scope_id:
        return False
    never = (*_NEVER, *(ipaddress.ip_network(one) for one in denied))
    return (
        address.is_global
        and not address.is_multicast
        and not address.is_reserved
        and not any(address.version == one.version and address in one for one in never)
    )


def ask_the_system(host: str, port: int) -> Sequence[str]:
    """Return the IP addresses for a host name, using the system's resolver."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(one[4][0]) for one in found]


def destination(
    host: str, port: int, rules: EgressRules, resolver: Resolver = ask_the_system
) -> tuple[str, int]:
    """Resolve a host name once, and return the IP address and port to connect to.

    Raises EgressDenied for another port, for a name that leads anywhere but to public addresses, and for one that
    leads nowhere.
    """
    if port not in PORTS:
        raise EgressDenied("port")
    name = host.strip("[]")
    if is_reserved(name):
        if not rules.small_internet:
            raise EgressDenied("reserved")
        return "127.0.0.1", rules.small_internet
    try:
        found = [ipaddress.ip_address(one) for one in resolver(name, port)]
    except (OSError, ValueError, UnicodeError):
        raise EgressDenied("dns") from None
    if not found:
        raise EgressDenied("dns")
    if not all(is_public(one, rules.denied) for one in found):
        raise EgressDenied("private")
    return str(found[0]), port
