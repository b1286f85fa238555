"""The configuration of the single sign-on provider, read from the environment.

Single sign-on is off unless HEEDLINE_SSO_ISSUER is set.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from urllib.parse import urlsplit

from heedline.config import environment as env

#: Where the provider sends a browser back to, and where it says that somebody signed out there. Below the office's address.
BACK = "/sign-in/provider/back/"
ENDED = "/sign-in/provider/ended/"
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


@dataclass(frozen=True)
class Provider:
    """An OpenID provider and this installation's registration with it.

    `acr` and `amr` are the authentication contexts and methods that the provider must report. If they are
    empty, none are required. `ask_every` is how long a session may be used before the provider is asked
    again. `tolerated` is how long a session continues after the provider's last answer while it cannot be
    reached.
    """

    issuer: str
    client: str
    secret: str = field(repr=False)
    name: str
    scopes: tuple[str, ...]
    acr: tuple[str, ...]
    amr: tuple[str, ...]
    ask_every: timedelta
    tolerated: timedelta

    @property
    def encrypted(self) -> bool:
        """Return whether the connection to the provider uses TLS.

        If it is not, it runs on this machine.
        """
        return self.issuer.startswith("https://")


def on_this_machine(address: str) -> bool:
    """Return whether a URL's host is a loopback address or `localhost`."""
    return (urlsplit(address).hostname or "") in _LOOPBACK


def from_environment() -> Provider | None:
    """Return the configured provider, or None if there is none.

    Stops the process at start-up if a variable is missing or malformed.
    """
    issuer = env.text("HEEDLINE_SSO_ISSUER", default="")
    if not issuer:
        return None
    parts = urlsplit(issuer)
    plain = parts.scheme == "http" and on_this_machine(issuer)
    if not (parts.scheme == "https" or plain) or not parts.hostname or parts.username is not None:
        raise env.Malformed("HEEDLINE_SSO_ISSUER", "an https address (http only for a trial on this machine)")
    if parts.query or parts.fragment or any(ord(one) < 33 for one in issuer):
        raise env.Malformed("HEEDLINE_SSO_ISSUER", "an address without a query or a fragment")
    asks, tolerated = (
        env.count("HEEDLINE_SSO_ASK_MINUTES", default=3),
        env.count("HEEDLINE_SSO_OUTAGE_MINUTES", default=60),
    )
    if asks > 15:
        raise env.Malformed("HEEDLINE_SSO_ASK_MINUTES", "a whole number from 1 to 15")
    if not asks <= tolerated <= 720:
        raise env.Malformed("HEEDLINE_SSO_OUTAGE_MINUTES", "from HEEDLINE_SSO_ASK_MINUTES to 720")
    return Provider(
        issuer=issuer,
        client=env.text("HEEDLINE_SSO_CLIENT"),
        secret=env.secret("HEEDLINE_SSO_SECRET"),
        name=env.text("HEEDLINE_SSO_NAME", default="your organisation"),
        scopes=tuple(dict.fromkeys(["openid", *env.text("HEEDLINE_SSO_SCOPES", default="openid").split()])),
        acr=tuple(env.text("HEEDLINE_SSO_ACR", default="").split()),
        amr=tuple(env.text("HEEDLINE_SSO_AMR", default="").split()),
        ask_every=timedelta(minutes=asks),
        tolerated=timedelta(minutes=tolerated),
    )
