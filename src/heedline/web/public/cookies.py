"""The two cookies of the public site besides Django's own: one for a draft, one for a visit to the messages.

Both are keys, not names: what they open lies sealed in the database, which keeps only a hash of them. They go when the
browser closes.
"""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse


def give(response: HttpResponse, name: str, value: str) -> None:
    """Set a cookie for this browser session, for our own pages only."""
    response.set_cookie(name, value, path="/", secure=settings.SECURE, httponly=True, samesite="Strict")


def take_away(response: HttpResponse, *names: str) -> None:
    """Expire cookies now."""
    for name in names:
        response.set_cookie(
            name, "", max_age=0, path="/", secure=settings.SECURE, httponly=True, samesite="Strict"
        )


def sent(request: HttpRequest, name: str) -> str | None:
    """What the browser sent under this name."""
    return request.COOKIES.get(name)
