"""Third-party timestamps (RFC 3161) on a desk's records, stored as received and verified on reading."""

from __future__ import annotations

from datetime import datetime
from http.client import HTTPException
from pathlib import Path
from urllib.error import URLError
from urllib.request import HTTPRedirectHandler, Request, build_opener

from django.conf import settings

from heedline.vault.timestamps import UnfitStamp, query_of, verified

__all__ = ["UnfitStamp", "authority_known", "stamp", "stamped_at"]

_LONGEST = 64 * 1024
_TIMEOUT = 8


class _NoRedirects(HTTPRedirectHandler):
    def redirect_request(self, *_: object, **__: object) -> None:
        return None


def authority_known() -> bool:
    """Return whether this installation has a timestamp authority configured."""
    return bool(settings.TIME_STAMPS_URL and settings.TIME_STAMPS_ROOTS)


def stamp(message: bytes) -> bytes | None:
    """Request a timestamp for a message and return the verified reply, or None on failure.

    A missing stamp never stops what it is for: it is asked for again.
    """
    if not authority_known():
        return None
    asked = Request(  # noqa: S310 - an address of the installation's settings
        settings.TIME_STAMPS_URL,
        data=query_of(message),
        headers={"Content-Type": "application/timestamp-query"},
    )
    try:
        with build_opener(_NoRedirects).open(asked, timeout=_TIMEOUT) as answer:
            reply: bytes = answer.read(_LONGEST)
        stamped_at(reply, message, roots())
    except (URLError, HTTPException, OSError, ValueError, UnfitStamp):
        return None
    return reply


def roots() -> bytes:
    """Return the trusted timestamp authorities' certificates, or raise OSError if unreadable."""
    return Path(settings.TIME_STAMPS_ROOTS).read_bytes()


def stamped_at(reply: bytes, message: bytes, trusted: bytes) -> datetime:
    """Return the time at which a trusted authority stamped this message, or raise UnfitStamp."""
    return verified(reply, message, trusted)
