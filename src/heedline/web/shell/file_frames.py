"""Helpers for pages that frame the files site, and the files site's URLs."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpResponse


def framing(response: HttpResponse) -> HttpResponse:
    """Allow this page, and no other page of its site, to frame the files site."""
    response._csp_config = {**settings.SECURE_CSP, "frame-src": [settings.FILES_URL]}  # type: ignore[attr-defined]
    return response


def token_address(name: str, token: str) -> str:
    """Return the files site URL for a token."""
    return f"{settings.FILES_URL}/{name}/{token}/"
