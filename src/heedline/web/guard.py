"""Headers that every answer carries, on both sites."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse

_NO_SENSORS = (
    "accelerometer=(), autoplay=(), browsing-topics=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), "
    "interest-cohort=(), magnetometer=(), microphone=(), midi=(), payment=(), usb=()"
)

#: Seconds until somebody should try again what does not work just now; a browser or a program may do so by itself.
AGAIN_AFTER = 30


class SecurityHeaders:
    """Nothing that a page says may be kept by a browser, a proxy or a search engine, and no page may use a sensor."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if "Cache-Control" not in response:
            response["Cache-Control"] = "no-store"
        if response.status_code == HTTPStatus.SERVICE_UNAVAILABLE and "Retry-After" not in response:
            response["Retry-After"] = str(AGAIN_AFTER)
        response["Permissions-Policy"] = _NO_SENSORS
        response["X-Robots-Tag"] = "noindex, nofollow"
        response["Cross-Origin-Resource-Policy"] = "same-origin"
        return response
