"""CSRF protection for the public pages, which follows Django's rules but takes less processor time.

The rules and the form of the token are Django's own. The cookie is set once for a visit and not with every page, and the
mask of a token is drawn in one go and not letter by letter.
"""

from __future__ import annotations

import secrets
from hmac import compare_digest
from typing import Any

from django.conf import settings
from django.http import HttpRequest, UnreadablePostError
from django.middleware.csrf import (
    CSRF_ALLOWED_CHARS,
    CSRF_SECRET_LENGTH,
    CSRF_TOKEN_LENGTH,
    CsrfViewMiddleware,
    get_token,
)
from django.utils.cache import patch_vary_headers

#: The field of a form that holds the token.
TOKEN_FIELD = "csrfmiddlewaretoken"  # noqa: S105 (a name)
_LETTERS = len(CSRF_ALLOWED_CHARS)
#: Bytes from here on are thrown away: the letters would not be equally likely.
_EVEN = 256 - 256 % _LETTERS
_NUMBERS = bytes.maketrans(CSRF_ALLOWED_CHARS.encode(), bytes(range(_LETTERS)))
_UNEVEN = bytes(range(_EVEN, 256))


class CookieOnceCsrf(CsrfViewMiddleware):
    """Django's CSRF middleware, except that it does not resend the cookie to a browser that already has it.

    Django sends it again to renew its age. Ours has none: it goes when the browser is closed.

    A form with the right token is found to be right by one comparison. Django judges every other request, and says what is
    wrong with it.
    """

    def _check_token(self, request: HttpRequest) -> None:
        secret = request.META.get("CSRF_COOKIE")  # by `process_request`, from a cookie of the right form
        if secret is not None and request.COOKIES.get(settings.CSRF_COOKIE_NAME) == secret:
            try:
                token = request.POST.get(TOKEN_FIELD, "")
            except UnreadablePostError:
                token = ""
            if is_of(token, secret):
                return
        super()._check_token(request)  # type: ignore[misc]

    def process_response(self, request: HttpRequest, response: Any) -> Any:
        secret = request.META.get("CSRF_COOKIE")
        if (
            secret is not None
            and settings.CSRF_COOKIE_AGE is None
            and request.COOKIES.get(settings.CSRF_COOKIE_NAME) == secret
        ):
            if request.META.get("CSRF_COOKIE_NEEDS_UPDATE"):
                patch_vary_headers(response, ("Cookie",))
            return response
        return super().process_response(request, response)


def csrf_token(request: HttpRequest) -> str:
    """Return a token for a form, as `django.middleware.csrf.get_token` does."""
    secret = request.META.get("CSRF_COOKIE")
    if secret is None:
        secret = request.META["CSRF_COOKIE"] = new_secret()
    elif len(secret) != CSRF_SECRET_LENGTH:
        return get_token(request)
    request.META["CSRF_COOKIE_NEEDS_UPDATE"] = True
    return masked(secret)


def new_secret() -> str:
    """Return a new CSRF secret for a visitor's cookie."""
    return "".join([CSRF_ALLOWED_CHARS[n] for n in _drawn()])


def is_of(token: str, secret: str) -> bool:
    """Return whether a token is a masked form of this secret, comparing them in constant time."""
    if (
        len(token) != CSRF_TOKEN_LENGTH
        or len(secret) != CSRF_SECRET_LENGTH
        or not (token.isascii() and token.isalnum())
    ):
        return False
    numbers = token.encode().translate(_NUMBERS)
    hidden = zip(numbers[CSRF_SECRET_LENGTH:], numbers[:CSRF_SECRET_LENGTH], strict=True)
    return compare_digest(bytes([(a - b) % _LETTERS for a, b in hidden]), secret.encode().translate(_NUMBERS))


def masked(secret: str) -> str:
    """Return a secret under a new mask, so that no two pages in a visit contain the same bytes."""
    numbers = _drawn()
    hidden = zip(secret.encode().translate(_NUMBERS), numbers, strict=True)
    letters = CSRF_ALLOWED_CHARS
    return "".join([letters[n] for n in numbers]) + "".join([letters[(a + b) % _LETTERS] for a, b in hidden])


def _drawn() -> list[int]:
    """Return random letter indexes for a new mask or secret, all equally likely."""
    drawn = b""
    while len(drawn) < CSRF_SECRET_LENGTH:
        drawn += secrets.token_bytes(2 * CSRF_SECRET_LENGTH).translate(None, _UNEVEN)
    return [byte % _LETTERS for byte in drawn[:CSRF_SECRET_LENGTH]]
