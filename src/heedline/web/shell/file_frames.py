"""Pages that frame the files site, and its addresses."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpResponse


def framing(response: HttpResponse) -> HttpResponse:
    """Let this one page frame the files site. No other page of its site frames anything."""
    response._csp_config = {**settings.SECURE_CSP, "frame-src": [settings.FILES_URL]}  # type: ignore[attr-defined]
    return response


def token_address(name: str, token: str) -> str:
    """Return the address at the files site for a token. Nothing else that we write leads there."""
    return f"{settings.FILES_URL}/{name}/{token}/"
