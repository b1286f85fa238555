"""The cookie by which a browser shows that it has signed in to an account before.

It grants nothing. It only moves the tries of this browser from the bucket that strangers share to a bucket of its
own (`throttle`), so that a stranger who guesses passwords cannot lock an officer out of their own machine. It names
no officer: an entry is a keyed hash of the e-mail beside a random device number.
"""

from __future__ import annotations

import secrets
from typing import Any

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponseBase
from django.utils.crypto import salted_hmac

_SALT = "heedline.known-device"
_MOST = 6
#: Staff machines, not the public's: this cookie stays after the browser closes, or it could not do its work.
_DAYS = 60


def account_mark(email: str) -> str:
    """A keyed hash of the e-mail as typed (case and outer spaces do not count)."""
    return salted_hmac(_SALT, email.strip().casefold(), algorithm="sha256").hexdigest()[:32]


def _entries(request: HttpRequest) -> list[tuple[str, str]]:
    try:
        found: Any = signing.loads(
            request.COOKIES.get(settings.KNOWN_COOKIE, ""), salt=_SALT, max_age=_DAYS * 86400
        )
        return [(str(mark), str(device)) for mark, device in found][:_MOST]
    except (signing.BadSignature, TypeError, ValueError):
        return []


def device_for(request: HttpRequest, email: str) -> str | None:
    """The device number of this browser for that account; None for a stranger."""
    mark = account_mark(email)
    return next((device for known, device in _entries(request) if known == mark), None)


def remember(request: HttpRequest, response: HttpResponseBase, email: str) -> None:
    """Mark this browser after a full sign-in. At most six accounts share a browser; the oldest goes."""
    mark = account_mark(email)
    device = device_for(request, email) or secrets.token_urlsafe(16)
    others = [entry for entry in _entries(request) if entry[0] != mark]
    response.set_cookie(
        settings.KNOWN_COOKIE,
        signing.dumps([(mark, device), *others][:_MOST], salt=_SALT),
        max_age=_DAYS * 86400,
        path="/",
        secure=settings.SECURE,
        httponly=True,
        samesite="Strict",
    )
