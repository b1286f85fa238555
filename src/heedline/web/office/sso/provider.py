"""Client for the single sign-on provider: discovery, keys, code exchange and token refresh.

Promise: requests go only to the configured issuer and the endpoints that it names, over TLS (except on this
machine), without proxies or redirects, with short timeouts, small response limits and low concurrency. A slow
or hostile provider cannot delay officers who sign in here. Strangers who return with invalid codes never take
the last slot from officers whose sessions have to be rechecked. Access tokens are discarded. No part of a
response is logged.

Sources: OpenID Connect Core 1.0, Discovery 1.0, RFC 6749, RFC 7636 (PKCE), RFC 9207 (issuer identification).
"""

from __future__ import annotations

import base64
import hashlib
import http.client
import json
import socket
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode, urlsplit

from django.conf import settings

from heedline.web.office.sso.id_tokens import Jwk, KeyFinder, TokenExpectation

if TYPE_CHECKING:
    from heedline.config.single_sign_on import Provider

#: Seconds without a byte, and from the question to the end of the answer, its headers too.
_SILENCE, _WHOLE = 5.0, 8.0
_MOST = 256 * 1024
#: So many requests at once in all; of them for codes, which anybody can make up; and for what it publishes.
_AT_ONCE = threading.BoundedSemaphore(4)
_CODES, _READING = threading.BoundedSemaphore(2), threading.BoundedSemaphore(1)
#: What the provider publishes is read again after an hour; for a key that we do not know, at most once a minute.
_KEPT, _SOONEST = 3600.0, 60.0
#: When that failed it is not tried again for so long, whoever asks: anybody can press the button, or post a notice.
_REST = 10.0
#: Answers to a refresh that say no to a person. Everything else says no to us, or nothing.
_NO = frozenset({"access_denied", "interaction_required", "login_required", "consent_required"})
#: And the one that says no to a token: it ran out, or whose it is was disabled (RFC 6749, 5.2).
_NO_TOKEN = "invalid_grant"  # noqa: S105 (a name)
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


class NoAnswer(Exception):
    """Raised when the provider cannot be reached or its response is unusable."""


class TurnedAway(Exception):
    """Raised when the provider rejects the user."""


class TokenOver(TurnedAway):
    """Raised when the provider no longer accepts a token.

    It does not say whether the token has expired or the user has been rejected.
    """


@dataclass(frozen=True)
class Tokens:
    """The tokens returned by the provider.

    Either may be "" if it was not returned.
    """

    id_token: str = field(repr=False)
    refresh_token: str = field(repr=False)


@dataclass(frozen=True)
class _Published:
    issuer: str
    facts: Mapping[str, Any]
    keys: tuple[Jwk, ...]
    read: float

    def where(self, name: str) -> str:
        return _allowed(self.facts.get(name))


_published: _Published | None = None
_failed: tuple[str, float] | None = None


def asked(provider: Provider) -> TokenExpectation:
    """Return the requirements for this provider's tokens."""
    return TokenExpectation(provider.issuer, provider.client, provider.acr, provider.amr)


def address_to_sign_in(
    provider: Provider, *, back: str, state: str, nonce: str, verifier: str, anew: bool
) -> str:
    """Return the authorisation URL to which the browser is redirected.

    Raises NoAnswer. `anew` makes the provider authenticate the user again, even if it knows them.
    """
    where = _facts(provider).where("authorization_endpoint")
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    query = {
        "response_type": "code",
        "client_id": provider.client,
        "redirect_uri": back,
        "scope": " ".join(provider.scopes),
        "state": state,
        "nonce": nonce,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
    }
    if provider.acr:
        query["acr_values"] = " ".join(provider.acr)
    if anew:
        query["prompt"] = "login"
    return f"{where}{'&' if urlsplit(where).query else '?'}{urlencode(query)}"


def is_from(provider: Provider, issuer: str | None) -> bool:
    """Return whether a redirect names this provider as its issuer (RFC 9207).

    Raises NoAnswer. A redirect without an issuer is accepted unless the provider says that it always names
    one.
    """
    if issuer is None:
        return not _facts(provider).facts.get("authorization_response_iss_parameter_supported")
    return issuer == provider.issuer


def exchange(provider: Provider, code: str, *, verifier: str, back: str) -> Tokens:
    """Exchange an authorisation code for tokens.

    Raises NoAnswer or TurnedAway.
    """
    fields = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": back,
        "code_verifier": verifier,
    }
    with _a_place(_CODES):
        return _tokens(provider, fields)


def refresh(provider: Provider, refresh_token: str) -> Tokens:
    """Refresh a token to check that the user is still accepted.

    Raises TokenOver or TurnedAway if not, and NoAnswer if the provider does not say.
    """
    return _tokens(provider, {"grant_type": "refresh_token", "refresh_token": refresh_token})


def keys_of(provider: Provider) -> KeyFinder:
    """Return a function that looks up the provider's public keys by key id.

    Looking up a key raises NoAnswer on failure.
    """

    def find(name: str | None) -> Jwk | None:
        known = _facts(provider)
        found = _named(known.keys, name)
        if found is None and time.monotonic() - known.read > _SOONEST:
            found = _named(_read(provider).keys, name)
        return found

    return find


def _named(keys: tuple[Jwk, ...], name: str | None) -> Jwk | None:
    fitting = [one for one in keys if name is None or one.get("kid") == name]
    return fitting[0] if len(fitting) == 1 else None


def forget() -> None:
    """Clear the cached discovery data and keys.

    For tests.
    """
    global _published, _failed
    _published = _failed = None


def _facts(provider: Provider) -> _Published:
    known = _published
    if known is not None and known.issuer == provider.issuer and time.monotonic() - known.read < _KEPT:
        return known
    return _read(provider)


def _read(provider: Provider) -> _Published:
    global _published, _failed
    if _failed is not None and _failed[0] == provider.issuer and time.monotonic() - _failed[1] < _REST:
        raise NoAnswer
    with _a_place(_READING):
        try:
            _published = _fetched(provider)
        except NoAnswer:
            _failed = provider.issuer, time.monotonic()
            raise
    _failed = None
    return _published


def _fetched(provider: Provider) -> _Published:
    facts = _json(f"{provider.issuer.rstrip('/')}/.well-known/openid-configuration")
    if facts.get("issuer") != provider.issuer:
        raise NoAnswer
    keys = _json(_allowed(facts.get("jwks_uri"))).get("keys")
    if not isinstance(keys, list):
        raise NoAnswer
    return _Published(
        provider.issuer, facts, tuple(one for one in keys if isinstance(one, dict)), time.monotonic()
    )


def _tokens(provider: Provider, given: Mapping[str, str]) -> Tokens:
    known = _facts(provider)
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
    fields = dict(given)
    ways = known.facts.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
    if isinstance(ways, list) and "client_secret_basic" not in ways:
        fields |= {"client_id": provider.client, "client_secret": provider.secret}
    else:
        pair = f"{quote(provider.client, safe='')}:{quote(provider.secret, safe='')}"
        headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
    answer = _json(known.where("token_endpoint"), urlencode(fields).encode(), headers)
    if answer.get("error") == _NO_TOKEN:
        raise TokenOver
    if answer.get("error") in _NO:
        raise TurnedAway
    if not isinstance(answer.get("access_token"), str):
        raise NoAnswer
    id_token, refresh_token = answer.get("id_token"), answer.get("refresh_token")
    usable = isinstance(refresh_token, str) and refresh_token.isascii()  # RFC 6749, appendix A
    return Tokens(id_token if isinstance(id_token, str) else "", str(refresh_token) if usable else "")


def _allowed(address: object) -> str:
    """Return a provider's URL if it is safe to request or redirect to.

    Raises NoAnswer if not. The address must use TLS, or be on this machine for a trial with a local provider.
    """
    if not isinstance(address, str) or any(ord(one) < 33 for one in address):
        raise NoAnswer
    try:
        parts = urlsplit(address)
        host = parts.hostname
    except ValueError:
        raise NoAnswer from None
    here = host in _LOOPBACK and settings.SSO is not None and not settings.SSO.encrypted
    if (
        not host
        or parts.username is not None
        or not (parts.scheme == "https" or (parts.scheme == "http" and here))
    ):
        raise NoAnswer
    return address


@contextmanager
def _a_place(among: threading.BoundedSemaphore) -> Iterator[None]:
    """Hold one of a limited number of connection slots for the duration of the `with` block.

    Raises NoAnswer at once if all are in use, without waiting.
    """
    if not among.acquire(blocking=False):
        raise NoAnswer
    try:
        yield
    finally:
        among.release()


def _json(
    address: str, data: bytes | None = None, headers: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """Return the JSON object in the response, even if the request was refused (400, 401 or 403).

    Raises NoAnswer. A redirect is not followed, because a secret must go to the given address and nowhere
    else.
    """
    try:
        with _a_place(_AT_ONCE):
            status, body = _told(address, data, headers or {})
        found = json.loads(body)
    except (OSError, ValueError, http.client.HTTPException, RecursionError):
        raise NoAnswer from None
    refusal = data is not None and status in {400, 401, 403}
    if not (200 <= status < 300 or refusal) or not isinstance(found, dict):
        raise NoAnswer
    return found


def _told(address: str, data: bytes | None, headers: Mapping[str, str]) -> tuple[int, bytes]:
    parts = urlsplit(address)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    link = kind(parts.netloc, timeout=_SILENCE)
    try:
        link.connect()
        # Each byte in time is not the whole in time: somebody who sends one every few seconds is cut off.
        cut = threading.Timer(_WHOLE, _cut, [link.sock])
        cut.daemon = True
        cut.start()
        try:
            query = f"?{parts.query}" if parts.query else ""
            link.request(
                "GET" if data is None else "POST",
                f"{parts.path or '/'}{query}",
                data,
                {"User-Agent": "Heedline", "Connection": "close", **headers},
            )
            answer = link.getresponse()
            body = answer.read(_MOST + 1)
        finally:
            cut.cancel()
    finally:
        link.close()
    if len(body) > _MOST or (answer.length or 0) > 0:
        raise ValueError("too much, or cut off")
    return answer.status, body


def _cut(link: socket.socket) -> None:
    with suppress(OSError):  # ended by itself
        socket.socket.shutdown(link, socket.SHUT_RDWR)  # beneath TLS, which another thread is reading
