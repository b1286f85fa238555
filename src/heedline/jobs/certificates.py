"""Read when the certificates of the sites expire, from the sites themselves, as their visitors' browsers do."""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Mapping
from urllib.parse import urlsplit

_ANSWER_SECONDS = 3.0
_DAY = 86_400
_HTTPS = 443


def days_left(origins: Mapping[str, str]) -> dict[str, int]:
    """Return the whole days until the certificate of each site expires, 0 if a browser would refuse it today.

    `origins` maps the name of a site to its origin. Left out are sites without https, and those that do not answer within
    three seconds. Certificates are verified with the system's authorities, or with those of SSL_CERT_FILE.
    """
    found = {}
    for site, origin in origins.items():
        url = urlsplit(origin)
        if url.scheme == "https" and url.hostname:
            days = _days_left(url.hostname, url.port or _HTTPS)
            if days is not None:
                found[site] = days
    return found


def _days_left(host: str, port: int) -> int | None:
    try:
        with (
            socket.create_connection((host, port), timeout=_ANSWER_SECONDS) as plain,
            ssl.create_default_context().wrap_socket(plain, server_hostname=host) as secured,
        ):
            expires = (secured.getpeercert() or {})["notAfter"]
    except ssl.SSLCertVerificationError:
        return 0
    except OSError:
        return None
    return max(0, int(ssl.cert_time_to_seconds(str(expires)) - time.time()) // _DAY)
