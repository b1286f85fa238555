"""Officers and a provider of single sign-on, for tests of both."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from html import unescape
from typing import Any

import pytest
from django.conf import settings

from heedline.audit.models import Event
from heedline.casework.access import session
from heedline.casework.setup import single_sign_on
from heedline.web.office.sso import provider
from tests.sites.office.desk_hand import Hand
from tests.support.acting import acting
from tests.support.cast import PASSWORD, House, now
from tests.support.identity_provider import IdentityProvider

START, BACK, ENDED, MINE = (
    "/sign-in/provider/",
    "/sign-in/provider/back/",
    "/sign-in/provider/ended/",
    "/me/provider/",
)


class Clock:
    """The office's clock and the provider's, moved together."""

    def __init__(self, idp: IdentityProvider) -> None:
        self.idp = idp

    def now(self) -> datetime:
        return _real_now() + self.idp.ahead

    def on(self, **by: float) -> None:
        self.idp.ahead += timedelta(**by)


_real_now = session.now


@pytest.fixture
def idp(monkeypatch: pytest.MonkeyPatch) -> Iterator[IdentityProvider]:
    """A provider that runs, knows Odile and Olga, and is configured."""
    provider.forget()
    for limit in ("_SILENCE", "_WHOLE"):  # a busy machine is no slow provider
        monkeypatch.setattr(provider, limit, 60.0)
    with IdentityProvider().serving() as one:
        for name in ("odile", "olga", "stella", "ada"):
            one.people[f"{name}-there"] = {"email": f"{name}@work.example"}
        monkeypatch.setattr(settings, "SSO", one.provider())
        yield one
    provider.forget()


@pytest.fixture
def clock(idp: IdentityProvider, monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Time that a test moves on."""
    clock = Clock(idp)
    monkeypatch.setattr(session, "now", clock.now)
    real = time.monotonic
    monkeypatch.setattr(time, "monotonic", lambda: real() + idp.ahead.total_seconds())
    return clock


def leads_to(page: Hand) -> str:
    """Where the page goes on to by itself."""
    found = re.search(r'<meta http-equiv="refresh" content="0;url=([^"]+)">', page.html)
    assert found, page.html
    return unescape(found.group(1))


def to_provider(page: Hand, **fields: str) -> str:
    """Press the button of the sign-in page. Returns the provider's address."""
    page.get("/sign-in/")
    page.send(START, **fields)
    return leads_to(page)


def come_back(page: Hand, address: str) -> Hand:
    """Come back from the provider to this address, as a browser does: a page of ours leads on to itself."""
    page.get(address.removeprefix(settings.OFFICE_URL))
    page.get(leads_to(page))
    return page


def sign_in_there(page: Hand, idp: IdentityProvider, subject: str, **fields: str) -> Hand:
    """The whole way."""
    return come_back(page, idp.visit(to_provider(page, **fields), subject))


def bind(page: Hand, idp: IdentityProvider, name: str, subject: str) -> Hand:
    """Sign in here by password and set single sign-on up. Leaves the page that signs in anew."""
    page.sign_in(name)
    page.get(MINE)
    page.send(MINE)
    come_back(page, idp.visit(leads_to(page), subject))
    page.send("/me/provider/yes/")
    return page


@pytest.fixture
def bound(house: House, idp: IdentityProvider, demo: None) -> None:
    """Set up single sign-on for Odile without going through its nine pages, as `bind` does."""
    with acting("office"):
        odile = house.sign_in("Odile", at=now(), unlocked=False)
        single_sign_on.bind(single_sign_on.account_of(idp.issuer, "odile-there"), by=odile, at=now())
        session.leave()


def by_password(page: Hand, name: str) -> Hand:
    """Try the password here."""
    page.sign_in(name, password=PASSWORD)
    return page


def acts(act: str) -> list[dict[str, Any]]:
    """What the log says beside each act of this kind, the oldest first."""
    return [one.detail for one in Event.objects.filter(act=act).order_by("id")]


def notify(page: Hand, token: str) -> int:
    """What the provider is answered. It has no cookie and no form of ours."""
    return int(page.client.post(ENDED, {"logout_token": token}).status_code)
