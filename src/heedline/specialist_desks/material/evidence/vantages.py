"""The network locations from which pages are captured, and their limits."""

from __future__ import annotations

from django.conf import settings

from heedline.desks.models import StandingInstallation
from heedline.specialist_desks.material.capture.running import CaptureLimits


def vantages() -> dict[str, tuple[str, int] | None]:
    """Return the network locations for captures, each with its proxy."""
    found: dict[str, tuple[str, int] | None] = {}
    for one in settings.CAPTURE_VANTAGES.split(","):
        name, _, proxy = one.strip().partition("=")
        host, _, port = proxy.rpartition(":")
        if name:
            found[name] = (host, int(port)) if host and port.isdecimal() else None
    return found or {"here": None}


def limits_of(vantage: str) -> CaptureLimits:
    """Return the capture limits for a vantage, or for the first one if it is unknown."""
    known = vantages()
    name = vantage if vantage in known else next(iter(known))
    denied = tuple(one.strip() for one in settings.CAPTURE_DENIED.split(",") if one.strip())
    return CaptureLimits(vantage=name, upstream=known[name], small_internet=_small_internet(), denied=denied)


def _small_internet() -> int:
    """Return the port that serves reserved host names in a demonstration, or 0 if there is none."""
    port: int = settings.SMALL_INTERNET
    if not port or not StandingInstallation.objects.filter(born="demo").exists():
        return 0
    return port
