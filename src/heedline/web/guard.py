"""Security headers for every response, on every site."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from http import HTTPStatus

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import ResponseHeaders
from django.utils.csp import build_policy

#: Key of the WSGI environment of a request whose cookies granian withholds, as one of them has a byte that is not ASCII.
COOKIES_UNREAD = "heedline.cookies-unread"
_NO_SENSORS = (
    "accelerometer=(), autoplay=(), browsing-topics=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), "
    "interest-cohort=(), magnetometer=(), microphone=(), midi=(), payment=(), usb=()"
)

type _Stored = dict[str, tuple[str, str]]


def _stored(headers: Mapping[str, str]) -> _Stored:
    """Return headers as Django's `ResponseHeaders` stores them once it has checked their names and values."""
    found: _Stored = ResponseHeaders(headers)._store
    return found


_ALWAYS = _stored(
    {
        "Permissions-Policy": _NO_SENSORS,
        "Cross-Origin-Resource-Policy": "same-origin",
    }
)
_POLICY = "Content-Security-Policy"

#: Seconds until somebody should try again what does not work just now; a browser or a program may do so by itself.
AGAIN_AFTER = 30


class SecurityHeaders:
    """Middleware that sets security headers and forbids caching, indexing and access to device sensors.

    The content of a page must not be kept by a browser, a proxy or, unless its view says otherwise, a search engine. The headers of Django's
    `SecurityMiddleware` and `ContentSecurityPolicyMiddleware` are worked out once, from the same settings, and set in one
    pass: together those two cost more than finding the view. A view that has set a header of theirs keeps it, and
    `response._csp_config` replaces the policy as it does with Django's.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self._policy = build_policy(settings.SECURE_CSP)
        self._unless_set = _stored(
            {
                "Cache-Control": "no-store",
                "X-Robots-Tag": "noindex, nofollow",
                "X-Content-Type-Options": "nosniff",
                "Referrer-Policy": settings.SECURE_REFERRER_POLICY,
                "Cross-Origin-Opener-Policy": settings.SECURE_CROSS_ORIGIN_OPENER_POLICY,
            }
        )
        seconds = settings.SECURE_HSTS_SECONDS
        self._over_tls = f"max-age={seconds}" if seconds else ""

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        headers = response.headers
        headers._store = {**self._unless_set, **headers._store, **_ALWAYS}
        if response.status_code == HTTPStatus.SERVICE_UNAVAILABLE and "Retry-After" not in headers:
            headers["Retry-After"] = str(AGAIN_AFTER)
        # a host beside ours has set a cookie that withholds all others: without this, every later page would fail too
        if COOKIES_UNREAD in request.META:
            headers.setdefault("Clear-Site-Data", '"cookies"')
        if self._over_tls and request.is_secure() and "Strict-Transport-Security" not in headers:
            headers["Strict-Transport-Security"] = self._over_tls
        if _POLICY not in headers:
            own = getattr(response, "_csp_config", None)
            if policy := self._policy if own is None else build_policy(own):
                headers[_POLICY] = policy
        return response
