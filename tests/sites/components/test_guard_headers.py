"""The headers of every response, from the guards that all sites have in common."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.http import HttpResponse, StreamingHttpResponse  # noqa: TID251 - what a middleware is given
from django.test import RequestFactory, override_settings
from django.utils.csp import build_policy

from heedline.gateway.front import Front, FrontLimits
from heedline.gateway.intake_first import guarded
from heedline.web.guard import COOKIES_UNREAD, PrivacyHeaders


def _with(**attributes: Any) -> HttpResponse:
    response = HttpResponse()
    vars(response).update(attributes)
    return response


POLICY = build_policy(settings.SECURE_CSP)
ANSWERS: dict[str, tuple[Callable[[], Any], str | None]] = {
    "plain": (HttpResponse, POLICY),
    "streamed": (lambda: StreamingHttpResponse(iter(())), POLICY),
    "unavailable": (lambda: HttpResponse(status=503), POLICY),
    "with its own": (
        lambda: HttpResponse(headers={"Content-Security-Policy": "default-src x"}),
        "default-src x",
    ),
    "with its own policy": (
        lambda: _with(_csp_config={"default-src": ["'self'"], "sandbox": True}),
        "default-src 'self'; sandbox",
    ),
    "without a policy": (lambda: _with(_csp_config={}), None),
}


@pytest.mark.parametrize(("answer", "policy"), ANSWERS.values(), ids=ANSWERS)
@pytest.mark.parametrize("secure", [True, False])
def test_the_guards_of_every_site_set_these_headers(
    answer: Callable[[], Any], policy: str | None, secure: bool
) -> None:
    with override_settings(SECURE_HSTS_SECONDS=31536000):
        response = guarded(lambda _: answer())(RequestFactory().get("/", secure=secure))
    headers = response.headers
    assert headers.get("Content-Security-Policy") == policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "geolocation=()" in headers["Permissions-Policy"]
    assert (headers["Cache-Control"], headers["X-Robots-Tag"]) == ("no-store", "noindex, nofollow")
    assert ("Strict-Transport-Security" in headers) is secure
    assert ("Retry-After" in headers) is (response.status_code == 503)


def test_those_who_are_turned_away_together_do_not_come_back_together() -> None:
    unavailable = guarded(lambda _: HttpResponse(status=503))
    front = Front(lambda *_: [], "http://localhost", FrontLimits(body=1))
    away = [front._come_again({"PATH_INFO": path}) for path in ("/", "/api/v1/reports") for _ in range(20)]
    waits = {int(dict(headers).get("retry-after") or dict(headers)["Retry-After"]) for _, headers, _ in away}
    assert len(waits) > 1
    assert waits <= set(range(5, 11))
    waits = {int(unavailable(RequestFactory().get("/"))["Retry-After"]) for _ in range(20)}
    assert len(waits) > 1
    assert waits <= set(range(30, 61))


@pytest.mark.parametrize("unread", [True, False])
def test_cookies_that_cannot_be_read_are_deleted_so_that_the_next_page_works(unread: bool) -> None:
    request = RequestFactory().get("/")
    if unread:
        request.META[COOKIES_UNREAD] = True
    response = PrivacyHeaders(lambda _: HttpResponse())(request)
    assert response.headers.get("Clear-Site-Data") == ('"cookies"' if unread else None)
