"""Odile signs in through her organisation, in Chromium: set up, in, locked, unlocked; closed there, and out here.

The office is `localhost` and the provider `127.0.0.1`: two sites for a browser, so cookies and policies are in force.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pytest
from django.conf import settings

from heedline.permits.models import OfficeSession, UnlockedKeys
from tests.browser.kit import Visitor, browser, person  # noqa: F401 (fixtures)
from tests.sites.office.office_server import office_serving
from tests.sites.office.provider_scene import Clock, clock, idp
from tests.support.cast import PASSWORD, House, now
from tests.support.identity_provider import IdentityProvider
from tests.support.stories import a_report

__all__ = ["clock", "idp"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db]
Open = Callable[..., Visitor]


@pytest.fixture
def office(house: House, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The office's address."""
    # Playwright's loop runs in this thread while the test talks to the database.
    monkeypatch.setitem(os.environ, "DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    monkeypatch.setattr(settings, "DEMO", True)
    with office_serving() as address:
        monkeypatch.setattr(settings, "OFFICE_URL", address)
        yield address


def _at(page: Visitor, heading: str) -> None:
    page.play.get_by_role("heading", level=1, name=heading, exact=True).wait_for()


def _seen(page: Visitor, name: str) -> None:
    if page.scripts:
        page.assert_fits_at(1280, 320, name=f"office-provider-{name}")
    page.axe()


def _through_there(page: Visitor) -> None:
    _at(page, "Who are you?")
    page.press("odile-there")


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_a_day_with_single_sign_on(
    house: House,
    idp: IdentityProvider,
    clock: Clock,
    office: str,
    person: Open,  # noqa: F811
    scripts: bool,
) -> None:
    a_report(at=now(), where={"postcode": "NE1 4ST"})
    page = person(scripts=scripts)
    page.may_ask.add(urlsplit(idp.address).netloc)
    page.visit(f"{office}/sign-in/")
    _seen(page, "sign-in")
    page.play.get_by_label("Email").fill("odile@unit.example")
    page.play.get_by_label("Password", exact=True).fill(PASSWORD)
    page.press("Sign in")
    _at(page, "My work")
    page.visit(f"{office}/me/security/")
    page.press("Sign in with Work ID instead")
    _at(page, "Sign in with Work ID")
    _seen(page, "set-up")
    page.press("Set it up")
    _through_there(page)
    _at(page, "Is this your account?")
    _seen(page, "yours")
    page.press("Yes, this is mine")
    _at(page, "Sign in")

    page.play.get_by_label("Email").fill("odile@unit.example")
    page.play.get_by_label("Password", exact=True).fill(PASSWORD)
    page.press("Sign in")
    page.play.get_by_text("You sign in with Work ID").first.wait_for()
    _seen(page, "password-shut")

    page.visit(f"{office}/w/q/north-east/")
    _at(page, "Sign in")
    page.press("Sign in with Work ID")
    _through_there(page)
    _at(page, "Unlock your keys")  # in, at the page that was wanted, and locked
    assert not UnlockedKeys.objects.exists()
    page.play.get_by_label("Passphrase").fill(house.keys["Odile"].passphrase)
    page.press("Unlock")
    _at(page, "North East desk")
    page.visit(f"{office}/me/provider/")
    _seen(page, "set-up-already")

    idp.disable("odile-there")
    clock.on(minutes=4)
    page.visit(f"{office}/w/q/north-east/")
    _at(page, "Sign in")
    assert not UnlockedKeys.objects.exists()
    assert not OfficeSession.objects.filter(officer=house.officers["Odile"]).exists()
    page.press("Sign in with Work ID")
    _through_there(page)
    _at(page, "Single sign-on failed")
    page.play.get_by_text("did not let you in").wait_for()
    _seen(page, "refused")
