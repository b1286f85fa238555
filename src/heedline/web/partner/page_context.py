"""Template context for the shell of the partner pages."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from heedline.packs import Pack, load_pack
from heedline.web.components.shell import Link, OfficeShell
from heedline.web.page_context import PARTNER, frame_of, person_of


def page_context(request: HttpRequest) -> dict[str, Any]:
    """Add the partner shell and the passkeys setting to the context of every template."""
    return {"shell": partner_shell(request, load_pack(settings.PACK)), "passkeys": settings.PASSKEYS}


def partner_shell(request: HttpRequest, pack: Pack) -> OfficeShell:
    """Return the partner shell, which shows the organisation, who is signed in and whether their keys are unlocked."""
    by = getattr(request, "attendance", None)
    names = [("Help", "help")]
    if by is not None:
        names = [
            ("Sent to you", "my-work"),
            ("Keys", "keys"),
            ("Security", "mfa_index"),
            ("Me", "me"),
            *names,
        ]
    links = [
        Link(text=text, href=(href := reverse(name, urlconf=PARTNER)), current=request.path == href)
        for text, name in names
    ]
    frame = frame_of(pack) | {"site": "Partners", "partner": True, "navigation": tuple(links)}
    if by is None:
        return OfficeShell(**frame)
    return OfficeShell(**frame, **person_of(by, has_keys=True), desk=by.organisation)
