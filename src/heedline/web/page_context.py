"""Template context for every page: service name, emergency number, navigation and signed-in user."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.module_loading import import_string

from heedline.casework.access.session import Attendance
from heedline.packs import Pack

PUBLIC = "heedline.config.urls_public"
OFFICE = "heedline.config.urls_office"
PARTNER = "heedline.config.urls_partner"
SIGNED_IN = frozenset({OFFICE, PARTNER})


def page_context(request: HttpRequest) -> dict[str, Any]:
    """Return the template context for the site that received the request (public, office or partner).

    This context processor delegates to the site's own module, which `settings.PAGE_CONTEXTS` names by URL
    configuration, because this module is on a lower layer than the sites.
    """
    site = _urlconf(request) if is_signed_in_to(request) else PUBLIC
    context: dict[str, Any] = import_string(settings.PAGE_CONTEXTS[site])(request)
    return context


def _urlconf(request: HttpRequest) -> str:
    return str(getattr(request, "urlconf", None) or settings.ROOT_URLCONF)


def is_signed_in_to(request: HttpRequest) -> bool:
    """Return whether the request is to a site that requires sign-in (the office or partner site)."""
    return _urlconf(request) in SIGNED_IN


def frame_of(pack: Pack) -> dict[str, Any]:
    """Return the context shared by all signed-in shells: service name, emergency number and demo notice."""
    return {
        "service_name": pack.service.name,
        "emergency_number": pack.numbers["emergency"].number,
        "demo": settings.DEMO,
    }


def person_of(by: Attendance, *, has_keys: bool) -> dict[str, Any]:
    """Return who is signed in and whether their keys are unlocked."""
    return {
        "person": by.name,
        "unlocked_until": "Keys unlocked" if by.unlocked else "",
        "unlock_url": reverse("unlock") if has_keys and not by.unlocked else "",
        "lock_url": reverse("lock") if by.unlocked else "",
        "sign_out_url": reverse("account_logout"),
    }
