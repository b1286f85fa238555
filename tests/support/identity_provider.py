"""A small OpenID provider on this machine, for tests: real HTTP, real signatures, and whatever a hostile one would do.

    with IdentityProvider().serving() as idp:
        idp.people["odile-at-work"] = {"email": "odile@work.example"}
        back = idp.visit(address, "odile-at-work")     # what a browser would be sent back to

A browser that opens the address sees a page on which to choose who one is. `idp.bend` changes the claims of the next ID
token, `idp.sign` how it is signed; `idp.down` answers nothing that can be used; `idp.disable(sub)` puts somebody out.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import http.client
import json
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import cache
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, quote, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from heedline.config.single_sign_on import Provider

CLIENT, SECRET = "heedline-office", "a-client-secret-that-nobody-else-knows"
LOGOUT = "http://schemas.openid.net/event/backchannel-logout"
_CURVE = ec.generate_private_key(ec.SECP256R1())


@cache
def _key(name: str) -> rsa.RSAPrivateKey:
    """Return the provider's key or another one, generated on first use because most importers need none."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def _jwk(key: Any, algorithm: Any, **more: str) -> dict[str, Any]:
    return {**json.loads(algorithm.to_jwk(key.public_key())), "use": "sig", **more}


class IdentityProvider:
    """See the module."""

    def __init__(self) -> None:
        self.people: dict[str, dict[str, Any]] = {}
        self.codes: dict[str, dict[str, str]] = {}
        self.refresh_tokens: dict[str, dict[str, str]] = {}
        self.given: list[str] = []  # every secret that it gave out
        self.asked = {"token": 0, "refresh": 0, "published": 0}
        self.bend: Callable[[dict[str, Any]], None] = lambda claims: None
        self.sign = "RS256"
        self.facts: dict[str, Any] = {}  # other words in what it publishes
        self.down = False
        self.gives_refresh = True
        self.ahead = timedelta()  # its clock
        self.moved = ""  # an address that its answers redirect to
        self.address = ""

    @property
    def issuer(self) -> str:
        return f"{self.address}/realm"

    def provider(self, **more: Any) -> Provider:
        """How an office is told of it."""
        told: dict[str, Any] = {
            "issuer": self.issuer,
            "client": CLIENT,
            "secret": SECRET,
            "name": "Work ID",
            "scopes": ("openid",),
            "acr": (),
            "amr": (),
            "ask_every": timedelta(minutes=3),
            "tolerated": timedelta(minutes=60),
        }
        return Provider(**{**told, **more})

    # --- what people and administrators do there

    def disable(self, subject: str) -> None:
        self.people[subject]["disabled"] = True

    def visit(self, address: str, subject: str) -> str:
        """Be `subject` at this address. Returns the address that the browser is sent back to."""
        where = urlsplit(address)
        link = http.client.HTTPConnection(where.netloc, timeout=60)
        body = urlencode({"who": subject})
        link.request("POST", f"{where.path}?{where.query}", body, {"Content-Type": "text/plain"})
        answer = link.getresponse()
        link.close()
        assert answer.status == 303, "it sent nobody back"
        return str(answer.headers["Location"])

    def logout_token(self, subject: str = "", sid: str = "", **more: Any) -> str:
        """What it sends to an office when somebody signs out or is put out."""
        now = int(time.time() + self.ahead.total_seconds())
        claims = {
            "iss": self.issuer,
            "aud": CLIENT,
            "iat": now,
            "exp": now + 120,
            "jti": secrets.token_hex(8),
            "events": {LOGOUT: {}},
            **({"sub": subject} if subject else {}),
            **({"sid": sid} if sid else {}),
            **more,
        }
        return self._signed(
            {name: value for name, value in claims.items() if value is not None}, "logout+jwt"
        )

    # --- the protocol

    def _signed(self, claims: dict[str, Any], kind: str = "JWT") -> str:
        headers = {"typ": kind, "kid": "first"}
        match self.sign:
            case "none":
                return jwt.encode(claims, "", algorithm="none", headers=headers)
            case "HS256-secret":
                return _mac(claims, headers, SECRET.encode())
            case "HS256-key":  # the public key, which everybody has, as if it were a secret
                pem = _key("first").public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
                return _mac(claims, headers, pem)
            case "another":
                return jwt.encode(claims, _key("another"), algorithm="RS256", headers=headers)
            case "unknown":
                return jwt.encode(
                    claims, _key("another"), algorithm="RS256", headers={**headers, "kid": "other"}
                )
            case "enclosed":  # a key of the forger's own, in the token itself
                enclosed = _jwk(_key("another"), jwt.algorithms.RSAAlgorithm)
                return jwt.encode(
                    claims, _key("another"), algorithm="RS256", headers={**headers, "jwk": enclosed}
                )
            case "ES256":
                return jwt.encode(claims, _CURVE, algorithm="ES256", headers={**headers, "kid": "curve"})
        return jwt.encode(claims, _key("first"), algorithm="RS256", headers=headers)

    def _id_token(self, subject: str, sid: str, nonce: str | None) -> str:
        now = int(time.time() + self.ahead.total_seconds())
        person = {name: value for name, value in self.people[subject].items() if name != "disabled"}
        claims = {
            "iss": self.issuer,
            "sub": subject,
            "aud": CLIENT,
            "iat": now,
            "exp": now + 300,
            "sid": sid,
            "email_verified": True,
            **person,
        }
        if nonce is not None:
            claims["nonce"] = nonce
        self.bend(claims)
        return self._signed(claims)

    def published(self) -> dict[str, Any]:
        self.asked["published"] += 1
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.address}/authorize",
            "token_endpoint": f"{self.address}/token",
            "jwks_uri": f"{self.address}/keys",
            "authorization_response_iss_parameter_supported": True,
            **self.facts,
        }

    def keys(self) -> dict[str, Any]:
        return {
            "keys": [
                _jwk(_key("first"), jwt.algorithms.RSAAlgorithm, kid="first", alg="RS256"),
                _jwk(_CURVE, jwt.algorithms.ECAlgorithm, kid="curve", alg="ES256"),
            ]
        }

    def send_back(self, query: dict[str, str], subject: str) -> str:
        """Where a browser goes whose person is `subject`."""
        code = secrets.token_urlsafe(16)
        self.codes[code] = {**query, "sub": subject}
        answer = {"code": code, "state": query["state"], "iss": self.issuer}
        if self.people[subject].get("disabled"):
            answer = {"error": "access_denied", "state": query["state"], "iss": self.issuer}
        return f"{query['redirect_uri']}?{urlencode(answer)}"

    def tokens(self, fields: dict[str, str], authorization: str) -> tuple[int, dict[str, Any]]:
        self.asked["token"] += 1
        pair = f"{quote(CLIENT, safe='')}:{quote(SECRET, safe='')}".encode()
        if authorization != f"Basic {base64.b64encode(pair).decode()}":
            return 401, {"error": "invalid_client"}
        if fields.get("grant_type") == "refresh_token":
            self.asked["refresh"] += 1
            held = self.refresh_tokens.pop(fields.get("refresh_token", ""), None)
            if held is None or self.people[held["sub"]].get("disabled"):
                return 400, {"error": "invalid_grant"}
            return 200, self._give(held["sub"], held["sid"], None)
        asked = self.codes.pop(fields.get("code", ""), None)
        if asked is None or fields.get("redirect_uri") != asked["redirect_uri"]:
            return 400, {"error": "invalid_grant"}
        challenge = hashlib.sha256(fields.get("code_verifier", "").encode()).digest()
        if base64.urlsafe_b64encode(challenge).rstrip(b"=").decode() != asked.get("code_challenge"):
            return 400, {"error": "invalid_grant"}
        return 200, self._give(asked["sub"], secrets.token_hex(8), asked["nonce"])

    def _give(self, subject: str, sid: str, nonce: str | None) -> dict[str, Any]:
        refresh = secrets.token_urlsafe(24)
        self.refresh_tokens[refresh] = {"sub": subject, "sid": sid}
        access = secrets.token_urlsafe(24)
        made = self._id_token(subject, sid, nonce)
        self.given += [refresh, access, made]
        answer = {"access_token": access, "token_type": "Bearer", "id_token": made, "expires_in": 300}
        return {**answer, "refresh_token": refresh} if self.gives_refresh else answer

    @contextmanager
    def serving(self) -> Iterator[IdentityProvider]:
        """Answer on a free port of 127.0.0.1 until the block ends."""
        server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        server.daemon_threads = True
        self.address = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield self
        finally:
            server.shutdown()
            thread.join()
            server.server_close()


def _mac(claims: dict[str, Any], headers: dict[str, str], key: bytes) -> str:
    def part(of: dict[str, Any]) -> bytes:
        return base64.urlsafe_b64encode(json.dumps(of).encode()).rstrip(b"=")

    signed = part({**headers, "alg": "HS256"}) + b"." + part(claims)
    mac = base64.urlsafe_b64encode(hmac.new(key, signed, "sha256").digest()).rstrip(b"=")
    return (signed + b"." + mac).decode()


def _handler(idp: IdentityProvider) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the base class's name)
            """Nothing."""

        def _say(self, status: int, body: bytes, kind: str = "application/json", **headers: str) -> None:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def _is_well(self) -> bool:
            if idp.down:
                self._say(503, b"busy", "text/plain")
            elif idp.moved:
                self._say(307, b"", Location=idp.moved)
            return not (idp.down or idp.moved)

        def do_GET(self) -> None:
            where = urlsplit(self.path)
            if not self._is_well():
                return
            if where.path == "/realm/.well-known/openid-configuration":
                self._say(200, json.dumps(idp.published()).encode())
            elif where.path == "/keys":
                self._say(200, json.dumps(idp.keys()).encode())
            elif where.path == "/authorize":
                buttons = "".join(
                    f'<button name="who" value="{escape(who)}">{escape(who)}</button>' for who in idp.people
                )
                page = f'<!DOCTYPE html><html lang="en"><title>Work ID</title><h1>Who are you?</h1><form method="post">{buttons}</form>'
                self._say(200, page.encode(), "text/html")
            else:
                self._say(404, b"{}")

        def do_POST(self) -> None:
            where = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("Content-Length", "0"))).decode()
            fields = {name: values[0] for name, values in parse_qs(body).items()}
            if not self._is_well():
                return
            if where.path == "/authorize":
                query = {name: values[0] for name, values in parse_qs(where.query).items()}
                self._say(303, b"", Location=idp.send_back(query, fields["who"]))
            elif where.path == "/token":
                status, answer = idp.tokens(fields, self.headers.get("Authorization", ""))
                self._say(status, json.dumps(answer).encode())
            else:
                self._say(404, b"{}")

    return Handler
