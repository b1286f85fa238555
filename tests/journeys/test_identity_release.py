"""A release at night in Chromium: Odile asks, Ada decides, Odile opens. Without scripts, and with them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

import pytest
from django.conf import settings

from tests.browser.kit import Visitor, browser, person  # noqa: F401 (fixtures)
from tests.journeys.arriving import at_work
from tests.journeys.test_officer_day import _at, _pictures, _seen
from tests.sites.office.office_server import office_serving
from tests.support.cast import House, now
from tests.support.scene_people import NAMED
from tests.support.stories import a_report

pytestmark = [pytest.mark.browser, pytest.mark.django_db]
Open = Callable[..., Visitor]


@pytest.fixture
def office(house: House, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The office's address."""
    monkeypatch.setitem(os.environ, "DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    monkeypatch.setattr(settings, "DEMO", True)
    with office_serving() as address:
        yield address


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_a_release_at_night(house: House, office: str, person: Open, scripts: bool) -> None:  # noqa: F811
    ref, _ = a_report(at=now(), where={"postcode": "NE1 4ST"}, **NAMED)
    odile = person(scripts=scripts)
    at_work(odile, office, house, "Odile")
    odile.visit(f"{office}/w/q/north-east/")
    odile.play.locator(f"form[action='/w/r/{ref}/take/'] button").click()
    odile.press("Request identity")
    _at(odile, "Source identity")
    _seen(odile, "identity-ask")
    odile.play.get_by_label("The reporter may be in danger themselves").check()
    odile.play.get_by_label("Why is it necessary now?").fill(
        "Their message says that somebody is at the door."
    )
    odile.play.get_by_label("What could happen to the reporter?").fill(
        "A call at the wrong hour gives them away."
    )
    odile.play.get_by_label("30 minutes").check()
    odile.press("Continue")
    _at(odile, "Request the source identity?")
    _seen(odile, "identity-sure", reloads=False)
    odile.press("Ask")
    odile.play.get_by_text("The authorisers on duty are being paged").wait_for()

    ada = person(scripts=scripts)
    at_work(ada, office, house, "Ada", unlocked=False)
    ada.visit(f"{office}/w/")
    _at(ada, "My work")
    _seen(ada, "identity-my-work")
    ada.press("See and decide")
    _at(ada, "Identity requests")
    _seen(ada, "identity-requests")
    ada.play.locator("tbody a").first.click()
    _at(ada, "Unlock your keys")
    ada.play.get_by_label("Passphrase").fill(house.keys["Ada"].passphrase)
    ada.press("Unlock")
    ada.play.get_by_text("A call at the wrong hour").wait_for()
    _seen(ada, "identity-decide")
    ada.play.get_by_label("Yes", exact=True).check()
    ada.play.get_by_label("Why?").fill("One call inside their times; no other way in time.")
    ada.press("Decide")
    ada.play.get_by_text("Approved. They alone can open it.").wait_for()

    odile.visit(f"{office}/w/r/{ref}/identity/")
    _seen(odile, "identity-approved")
    odile.press("Open the identity")
    _seen(odile, "identity-open")
    odile.play.get_by_label("Passphrase").fill(house.keys["Odile"].passphrase)
    odile.press("Open")
    odile.play.get_by_text("Rosa Verhoeven-Okonkwo").wait_for()
    if scripts:
        _pictures(odile, "office-identity-shown")
        odile.axe()
        odile.play.emulate_media(media="print")
        assert odile.play.locator(".hl-watermark span").first.is_visible()
        odile.screenshot("office-identity-shown-printed")
        odile.play.emulate_media(media="screen")
    odile.press("Close this page now")
    _at(odile, "Source identity")
    assert "Verhoeven" not in odile.play.content()
