"""The headers that one pass sets are those of Django's two middlewares, from the same settings."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.http import HttpResponse, StreamingHttpResponse  # noqa: TID251 - what a middleware is given
from django.middleware.csp import ContentSecurityPolicyMiddleware
from django.middleware.security import SecurityMiddleware
from django.test import RequestFactory, override_settings

from heedline.web.guard import COOKIES_UNREAD, SecurityHeaders


def _with(**attributes: Any) -> HttpResponse:
    response = HttpResponse()
    vars(response).update(attributes)
    return response


ANSWERS: dict[str, Callable[[], Any]] = {
    "plain": HttpResponse,
    "streamed": lambda: StreamingHttpResponse(iter(())),
    "unavailable": lambda: HttpResponse(status=503),
    "with its own": lambda: HttpResponse(
        headers={"Content-Security-Policy": "default-src x", "Referrer-Policy": "no-referrer"}
    ),
    "with its own policy": lambda: _with(_csp_config={"default-src": ["'self'"], "sandbox": True}),
    "without a policy": lambda: _with(_csp_config={}),
}


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS)
@pytest.mark.parametrize("secure", [True, False])
def test_one_pass_sets_what_djangos_middlewares_set(answer: Callable[[], Any], secure: bool) -> None:
    request = RequestFactory().get("/", secure=secure)
    with override_settings(SECURE_HSTS_SECONDS=31536000):
        ours = SecurityHeaders(lambda _: answer())(request)
        theirs = SecurityMiddleware(ContentSecurityPolicyMiddleware(lambda _: answer()))(request)
    for name, value in theirs.headers.items():
        assert ours.headers[name] == value
    assert ("Strict-Transport-Security" in ours.headers) is secure


@pytest.mark.parametrize("unread", [True, False])
def test_cookies_that_cannot_be_read_are_deleted_so_that_the_next_page_works(unread: bool) -> None:
    request = RequestFactory().get("/")
    if unread:
        request.META[COOKIES_UNREAD] = True
    response = SecurityHeaders(lambda _: HttpResponse())(request)
    assert response.headers.get("Clear-Site-Data") == ('"cookies"' if unread else None)
