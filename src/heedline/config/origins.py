"""The origins at which the sites can be reached."""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import urlsplit


def has_a_name(origin: str) -> bool:
    """Return whether a site's host is a name rather than an IP address.

    Browsers bind passkeys only to names.
    """
    host = urlsplit(origin).hostname or ""
    try:
        ip_address(host)
    except ValueError:
        return bool(host)
    return False


def host_of(origin: str) -> str:
    """Return the Host header of a request for this origin, with the port only if it is not the default."""
    parts = urlsplit(origin)
    host = (parts.hostname or "").lower()
    if ":" in host:
        host = f"[{host}]"
    usual = {"http": 80, "https": 443}.get(parts.scheme)
    return host if parts.port in {None, usual} else f"{host}:{parts.port}"
