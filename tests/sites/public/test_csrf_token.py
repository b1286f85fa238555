"""The public pages' token and cookie against forged requests are Django's."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.http import HttpRequest, HttpResponse  # noqa: TID251 - what a middleware is given
from django.middleware.csrf import CSRF_ALLOWED_CHARS, CSRF_SECRET_LENGTH, get_token
from django.middleware.csrf import _does_token_match as matches
from django.test import RequestFactory

from heedline.web.public.shell.csrf import CookieOnceCsrf, csrf_token, masked

SECRET = CSRF_ALLOWED_CHARS[:16] + CSRF_ALLOWED_CHARS[-16:]
COOKIE = settings.CSRF_COOKIE_NAME


def _page(request: HttpRequest) -> HttpResponse:
    return HttpResponse(csrf_token(request))


def test_a_masked_secret_is_a_token_to_django() -> None:
    tokens = {masked(SECRET) for _ in range(200)}
    assert len(tokens) == 200
    for token in tokens:
        assert len(token) == 2 * CSRF_SECRET_LENGTH
        assert matches(token, SECRET)
        assert not matches(token, SECRET[::-1])


def test_every_letter_of_a_mask_is_as_likely() -> None:
    drawn = "".join(masked(SECRET)[:CSRF_SECRET_LENGTH] for _ in range(2000))
    expected = len(drawn) / len(CSRF_ALLOWED_CHARS)
    assert all(0.8 * expected < drawn.count(letter) < 1.2 * expected for letter in CSRF_ALLOWED_CHARS)


@pytest.mark.parametrize("cookie", ["", SECRET, masked(SECRET)], ids=["none", "ours", "masked"])
def test_the_cookie_is_set_once(cookie: str) -> None:
    request = RequestFactory().get("/tell/", headers={"cookie": f"{COOKIE}={cookie}"} if cookie else {})
    response = CookieOnceCsrf(_page)(request)
    assert (COOKIE in response.cookies) is (cookie != SECRET)
    assert "Cookie" in response["Vary"]
    secret = response.cookies[COOKIE].value if COOKIE in response.cookies else cookie
    assert matches(response.content.decode(), secret)


def test_a_new_secret_is_one_to_django() -> None:
    request = RequestFactory().get("/tell/")
    assert matches(csrf_token(request), request.META["CSRF_COOKIE"])
    assert len(request.META["CSRF_COOKIE"]) == CSRF_SECRET_LENGTH
    assert set(request.META["CSRF_COOKIE"]) <= set(CSRF_ALLOWED_CHARS)
    other = RequestFactory().get("/tell/")
    csrf_token(other)
    assert request.META["CSRF_COOKIE"] != other.META["CSRF_COOKIE"]
    assert matches(get_token(request), request.META["CSRF_COOKIE"])
