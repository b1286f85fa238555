"""Checks of the origins at which the sites can be reached."""

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
