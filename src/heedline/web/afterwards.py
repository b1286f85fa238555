"""Work that a page leaves for the server to do after the response has been sent."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest

#: Key of the WSGI environment that a server sets if it can do work afterwards: the path to request, or "" for none.
AFTERWARDS = "heedline.afterwards"
#: Key of the WSGI environment for the one cookie with which that path is requested, that of the page's session.
COOKIE = "heedline.afterwards-cookie"
#: Key of the WSGI environment of such a request, which nobody sent and which must not keep a session's keys unlocked.
AUTOMATIC = "heedline.automatic"


def leave(request: HttpRequest, path: str) -> bool:
    """Ask the server to request `path` in this session once idle. Return False if it cannot.

    The server repeats the request for as long as the response is 202 (`gateway.idle_work`).
    """
    if AFTERWARDS not in request.META:
        return False
    request.META[AFTERWARDS] = path
    request.META[COOKIE] = f"{settings.SESSION_COOKIE_NAME}={request.session.session_key}"
    return True
