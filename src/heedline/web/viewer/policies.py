"""The content security policies of the files site."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.template.loader import render_to_string

#: For the content of a file: whatever it turns out to be, it runs nothing, loads nothing and stands in no frame.
CONTENT: dict[str, Any] = {"default-src": ["'none'"], "frame-ancestors": ["'none'"], "sandbox": True}


def of_pages() -> dict[str, Any]:
    """Return the policy for pages that only the office and partner sites may frame.

    They load from this origin alone. The origin has no cookie and no storage that a script could read.
    """
    return {
        "default-src": ["'none'"],
        "style-src": ["'self'"],
        "script-src": ["'self'"],
        "img-src": ["'self'"],
        "media-src": ["'self'"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": [settings.OFFICE_URL, settings.PARTNER_URL],
        "sandbox": ["allow-same-origin", "allow-scripts", "allow-forms"],
    }


def page(template: str, context: dict[str, Any] | None = None, status: int = 200) -> HttpResponse:
    """Render a template as a files site page, with the content security policy of its pages."""
    response = HttpResponse(render_to_string(template, context), status=status)
    response._csp_config = of_pages()  # type: ignore[attr-defined]
    return response
