"""Headers of every response on every site that Django's own middlewares do not set."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse

from heedline.casework.rate_limit import spread

#: Key of the WSGI environment of a request whose cookies granian withholds, as one of them has a byte that is not ASCII.
COOKIES_UNREAD = "heedline.cookies-unread"
_NO_SENSORS = (
    "accelerometer=(), autoplay=(), browsing-topics=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), "
    "interest-cohort=(), magnetometer=(), microphone=(), midi=(), payment=(), usb=()"
)

#: Seconds at least until somebody should try again what does not work just now; a browser or a program may do so by itself.
AGAIN_AFTER = 30


class PrivacyHeaders:
    """Middleware that forbids caching, indexing and access to device sensors.

    The content of a page must not be kept by a browser, a proxy or, unless its view says otherwise, a search engine.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        headers = response.headers
        headers.setdefault("Cache-Control", "no-store")
        headers.setdefault("X-Robots-Tag", "noindex, nofollow")
        headers["Permissions-Policy"] = _NO_SENSORS
        headers["Cross-Origin-Resource-Policy"] = "same-origin"
        if response.status_code == HTTPStatus.SERVICE_UNAVAILABLE:
            headers.setdefault("Retry-After", str(round(spread(AGAIN_AFTER))))
        # a host beside ours has set a cookie that withholds all others: without this, every later page would fail too
        if COOKIES_UNREAD in request.META:
            headers.setdefault("Clear-Site-Data", '"cookies"')
        return response
