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
