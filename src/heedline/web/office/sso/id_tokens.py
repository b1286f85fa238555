"""Validate ID tokens and logout tokens from a single sign-on provider.

Every claim that we rely on is checked here. PyJWT checks the signature. The remaining claims are checked
against the time that is given.

Sources: OpenID Connect Core 1.0 §3.1.3.7 and §12.2, Back-Channel Logout 1.0 §2.6, RFC 8725.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hmac import compare_digest
from typing import Any

import jwt

#: Signatures by a key that only the provider has. Never `none`, and never a MAC under something that others know.
_FAMILIES = {
    "RSA": ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"),
    "EC": ("ES256", "ES384", "ES512"),
    "OKP": ("EdDSA",),
}
ALGORITHMS = tuple(one for family in _FAMILIES.values() for one in family)
#: Two clocks may differ by so much.
_SKEW = timedelta(minutes=1)
_MOST = 16 * 1024
_LOGOUT = "http://schemas.openid.net/event/backchannel-logout"

type Jwk = Mapping[str, Any]
#: Gives the provider's key of that name, or of any where it names none; None when it has no such key.
type KeyFinder = Callable[[str | None], Jwk | None]


class NotValid(Exception):
    """Raised when a token is not valid.

    `why` is a code for the log.
    """

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True)
class TokenExpectation:
    """The issuer, audience and authentication methods that a token must have."""

    issuer: str
    client: str
    acr: tuple[str, ...] = ()
    amr: tuple[str, ...] = ()


@dataclass(frozen=True)
class Claims:
    """The verified claims about a user.

    `shown` is the provider's name for the user. It is displayed to them when they bind the account, and nothing
    depends on it.
    """

    subject: str
    sid: str
    shown: str


@dataclass(frozen=True)
class Notice:
    """A back-channel logout notice for a subject, a session or both.

    `id` ensures that each notice counts once.
    """

    id: str
    subject: str
    sid: str


def read_id_token(
    token: str, asked: TokenExpectation, *, nonce: str | None, keys: KeyFinder, at: datetime
) -> Claims:
    """Validate an ID token and return its claims.

    Raises NotValid. `nonce` is None for a token that came with a refreshed token.
    """
    said = _signed(token, keys, kinds={"JWT", None})
    _addressed(said, asked, at)
    if "events" in said:
        raise NotValid("kind")  # a logout token is nobody's sign-in
    if nonce is not None and not compare_digest(_text(said, "nonce").encode(), nonce.encode()):
        raise NotValid("nonce")
    if _moment(said, "exp") <= at - _SKEW:
        raise NotValid("expired")
    if nonce is not None:
        if asked.acr and _text(said, "acr") not in asked.acr:
            raise NotValid("factor")
        methods = said.get("amr")
        if asked.amr and not set(asked.amr) & set(map(str, methods if isinstance(methods, list) else ())):
            raise NotValid("factor")
    shown = _text(said, "email") or _text(said, "preferred_username") or _text(said, "name")
    subject = _text(said, "sub")
    if not subject or len(subject) > 255:
        raise NotValid("subject")
    return Claims(subject, _text(said, "sid")[:255], shown[:120])


def read_logout_token(
    token: str, asked: TokenExpectation, *, keys: KeyFinder, fresh: timedelta, at: datetime
) -> Notice:
    """Validate a logout token issued within `fresh` and return its notice.

    Raises NotValid.
    """
    said = _signed(token, keys, kinds={"logout+jwt", "JWT", None})
    _addressed(said, asked, at)
    events = said.get("events")
    if not isinstance(events, dict) or not isinstance(events.get(_LOGOUT), dict) or "nonce" in said:
        raise NotValid("kind")  # an ID token puts nobody out
    if _moment(said, "iat") <= at - fresh or ("exp" in said and _moment(said, "exp") <= at - _SKEW):
        raise NotValid("expired")
    subject, sid, name = _text(said, "sub"), _text(said, "sid"), _text(said, "jti")
    if not name or not (subject or sid):
        raise NotValid("subject")
    return Notice(name, subject, sid)


def _signed(token: str, keys: KeyFinder, *, kinds: set[str | None]) -> dict[str, Any]:
    if len(token) > _MOST:
        raise NotValid("size")
    try:
        header = jwt.get_unverified_header(token)
        algorithm, kind, name = header.get("alg"), header.get("typ"), header.get("kid")
        if algorithm not in ALGORITHMS or kind not in kinds or header.get("crit") is not None:
            raise NotValid("algorithm")
        if name is not None and not isinstance(name, str):
            raise NotValid("key")
        found = keys(name)
        if found is None:
            raise NotValid("key")
        if algorithm not in _FAMILIES.get(str(found.get("kty")), ()):
            raise NotValid("algorithm")
        if found.get("alg", algorithm) != algorithm or found.get("use", "sig") != "sig":
            raise NotValid("algorithm")
        said: dict[str, Any] = jwt.decode(
            token,
            jwt.PyJWK(dict(found), algorithm),
            algorithms=[algorithm],
            options={
                "verify_signature": True,
                # against the time that was given, below
                "verify_exp": False,
                "verify_nbf": False,
                "verify_iat": False,
                "verify_aud": False,
                "verify_iss": False,
                "verify_sub": False,
                "verify_jti": False,
            },
        )
    except (jwt.PyJWTError, ValueError, TypeError):
        raise NotValid("signature") from None
    return said


def _addressed(said: Mapping[str, Any], asked: TokenExpectation, at: datetime) -> None:
    if said.get("iss") != asked.issuer:
        raise NotValid("issuer")
    audience = said.get("aud")
    readers = [audience] if isinstance(audience, str) else audience if isinstance(audience, list) else []
    if asked.client not in readers:
        raise NotValid("audience")
    if said.get("azp", asked.client) != asked.client or (len(readers) > 1 and "azp" not in said):
        raise NotValid("audience")
    if _moment(said, "iat") > at + _SKEW or ("nbf" in said and _moment(said, "nbf") > at + _SKEW):
        raise NotValid("too-early")


def _text(said: Mapping[str, Any], name: str) -> str:
    found = said.get(name, "")
    return found if isinstance(found, str) and found.isprintable() else ""


def _moment(said: Mapping[str, Any], name: str) -> datetime:
    found = said.get(name)
    if isinstance(found, bool) or not isinstance(found, int | float):
        raise NotValid("time")
    try:
        return datetime.fromtimestamp(found, UTC)
    except (OverflowError, ValueError, OSError):
        raise NotValid("time") from None
