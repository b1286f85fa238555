"""The public site's two cookies besides Django's: one for a draft and one for a mailbox visit.

Both are keys, not names. What they open is sealed in the database, which keeps only a hash of them. They are
deleted when the browser closes.
"""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse


def give(response: HttpResponse, name: str, value: str) -> None:
    """Set a cookie for this browser session, sent to our own pages only."""
    response.set_cookie(name, value, path="/", secure=settings.SECURE, httponly=True, samesite="Strict")


def take_away(response: HttpResponse, *names: str) -> None:
    """Delete cookies immediately."""
    for name in names:
        response.set_cookie(
            name, "", max_age=0, path="/", secure=settings.SECURE, httponly=True, samesite="Strict"
        )


def sent(request: HttpRequest, name: str) -> str | None:
    """Return the value of a cookie sent by the browser, or None."""
    return request.COOKIES.get(name)
