"""Talking to the provider of single sign-on: where it is, what it signs with, a code for tokens, a token for a newer one.

Promise: requests go to the configured issuer and to what it names, over TLS (this machine excepted), without proxies and
redirects, with little time and little to read, and only a few at once: a provider that is slow or hostile holds no officer
up who signs in here. Access tokens are thrown away. Nothing of an answer is logged.

Sources: OpenID Connect Core 1.0, Discovery 1.0, RFC 6749, RFC 7636 (PKCE), RFC 9207 (who answers).
"""

from __future__ import annotations

import base64
import hashlib
import http.client
import json
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.message import Message
from typing import IO, TYPE_CHECKING, Any
from urllib.parse import quote, urlencode, urlsplit

from django.conf import settings

from heedline.web.officer.id_tokens import Asked, Jwk, KeyFinder

if TYPE_CHECKING:
    from heedline.config.single_sign_on import Provider

#: Seconds without a byte, and for a whole answer.
_SILENCE, _WHOLE = 5.0, 8.0
_MOST = 256 * 1024
_AT_ONCE = threading.BoundedSemaphore(3)
#: What the provider publishes is read again after an hour; for a key that we do not know, at most once a minute.
_KEPT, _SOONEST = 3600.0, 60.0
#: When that failed it is not tried again for so long, whoever asks: anybody can press the button, or post a notice.
_REST = 10.0
#: Answers to a refresh that say no to a person. Everything else says no to us, or nothing.
_NO = frozenset(
    {"invalid_grant", "access_denied", "interaction_required", "login_required", "consent_required"}
)
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


class NoAnswer(Exception):
    """It cannot be reached, or says nothing that can be used."""


class TurnedAway(Exception):
    """It says no to this person."""


@dataclass(frozen=True)
class Tokens:
    """What it gave. Each may be "": it did not."""

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


def asked(provider: Provider) -> Asked:
    """What its tokens must say."""
    return Asked(provider.issuer, provider.client, provider.acr, provider.amr)


def address_to_sign_in(
    provider: Provider, *, back: str, state: str, nonce: str, verifier: str, anew: bool
) -> str:
    """Where to send a browser. `anew`: the provider asks who they are even if it knows. Raises NoAnswer."""
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
    """Whether an answer in the address came from this provider, as far as it says (RFC 9207). Raises NoAnswer."""
    if issuer is None:
        return not _facts(provider).facts.get("authorization_response_iss_parameter_supported")
    return issuer == provider.issuer


def exchange(provider: Provider, code: str, *, verifier: str, back: str) -> Tokens:
    """The tokens for a code. Raises NoAnswer and TurnedAway."""
    return _tokens(
        provider,
        {"grant_type": "authorization_code", "code": code, "redirect_uri": back, "code_verifier": verifier},
    )


def refresh(provider: Provider, refresh_token: str) -> Tokens:
    """Ask whether somebody is still welcome. Raises TurnedAway when not, NoAnswer when it does not say."""
    return _tokens(provider, {"grant_type": "refresh_token", "refresh_token": refresh_token})


def keys_of(provider: Provider) -> KeyFinder:
    """Its public keys, by name. Asking for one raises NoAnswer."""

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
    """Forget what was published. For tests."""
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
    if answer.get("error") in _NO:
        raise TurnedAway
    if not isinstance(answer.get("access_token"), str):
        raise NoAnswer
    id_token, refresh_token = answer.get("id_token"), answer.get("refresh_token")
    return Tokens(
        id_token if isinstance(id_token, str) else "",
        refresh_token if isinstance(refresh_token, str) else "",
    )


def _allowed(address: object) -> str:
    """An address that may be asked or opened: TLS, or this machine in a trial with a provider on it."""
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


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """A secret goes to the address that was named and nowhere else."""

    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: Message, newurl: str
    ) -> None:
        return None


def _json(
    address: str, data: bytes | None = None, headers: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """The object that this address answers with; of a refusal (400, 401, 403) too. Raises NoAnswer."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirects())
    request = urllib.request.Request(  # noqa: S310 - the scheme is checked by `_allowed` and at the start
        address, data=data, headers={"User-Agent": "Heedline", **(headers or {})}
    )
    if not _AT_ONCE.acquire(blocking=False):
        raise NoAnswer
    try:
        try:
            answer = opener.open(request, timeout=_SILENCE)
        except urllib.error.HTTPError as no:
            if data is None or no.code not in {400, 401, 403}:
                raise
            answer = no
        with answer:
            found = json.loads(_whole(answer))
    except (OSError, ValueError, http.client.HTTPException, RecursionError):
        raise NoAnswer from None
    finally:
        _AT_ONCE.release()
    if not isinstance(found, dict):
        raise NoAnswer
    return found


def _whole(answer: Any) -> bytes:
    ends, read = time.monotonic() + _WHOLE, b""
    while chunk := answer.read1(16 * 1024):
        read += chunk
        if len(read) > _MOST or time.monotonic() > ends:
            raise ValueError("too much, or too slow")
    return read
