"""Where a site is reached, and what follows from it."""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import urlsplit


def has_a_name(origin: str) -> bool:
    """Whether a site's host is a name and no address of a network. Browsers bind a passkey to a name only."""
    host = urlsplit(origin).hostname or ""
    try:
        ip_address(host)
    except ValueError:
        return bool(host)
    return False


def host_of(origin: str) -> str:
    """Return what a request for this origin says in its Host header: the port only where it is not the usual one."""
    parts = urlsplit(origin)
    host = (parts.hostname or "").lower()
    if ":" in host:
        host = f"[{host}]"
    usual = {"http": 80, "https": 443}.get(parts.scheme)
    return host if parts.port in {None, usual} else f"{host}:{parts.port}"
