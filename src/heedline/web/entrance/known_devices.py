"""The cookie that marks a browser as having signed in to an account before.

It grants no access. It only counts this browser's attempts separately from the bucket that strangers share
(`throttle`), so that a stranger who guesses passwords cannot lock officers out on their own machines. It
names no officer: an entry is a keyed hash of the email address with a random device number.
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
    """Return a keyed hash of an email address, ignoring case and surrounding whitespace."""
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
    """Return this browser's device number for an account, or None if the browser is unknown."""
    mark = account_mark(email)
    return next((device for known, device in _entries(request) if known == mark), None)


def remember(request: HttpRequest, response: HttpResponseBase, email: str) -> None:
    """Mark this browser as known after a full sign-in.

    At most six accounts can share a browser. The oldest is dropped.
    """
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
