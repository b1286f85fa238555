"""Keys in Chromium: a passkey that unlocks, and the pages of keys and of setting up, seen and found accessible."""

from __future__ import annotations

from typing import Any

import pytest

from tests.browser.kit import browser, person  # noqa: F401 (fixtures)
from tests.journeys.arriving import at_work
from tests.journeys.test_officer_day import Open, _at, _seen, _sign_in
from tests.journeys.test_officer_day import office as office
from tests.support.cast import House

pytestmark = [pytest.mark.browser, pytest.mark.django_db]


def test_a_passkey_unlocks_by_its_prf(house: House, office: str, person: Open) -> None:  # noqa: F811
    page = person()
    device: Any = page.context.new_cdp_session(page.play)
    device.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "ctap2Version": "ctap2_1",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "hasPrf": True,
        "automaticPresenceSimulation": True,
    }
    device.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    _sign_in(page, office, "Odile")
    page.visit(f"{office}/me/ways/passkey/")
    _seen(page, "ways-passkey")
    page.play.get_by_label("Passphrase").fill(house.keys["Odile"].passphrase)
    page.press("Add it now")
    page.play.wait_for_url("**/me/ways/")
    assert "Passkey, Passphrase" in page.play.locator("main").inner_text()
    page.visit(f"{office}/unlock/?next=/w/q/north-east/")
    page.press("Unlock with my passkey")
    page.play.wait_for_url("**/w/q/north-east/")
    _at(page, "North East desk")


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_the_pages_of_keys_and_of_setting_up(
    house: House,
    office: str,
    person: Open,  # noqa: F811
    scripts: bool,
) -> None:
    page = person(scripts=scripts)
    at_work(page, office, house, "Odile")
    olga = house.officers["Olga"].id
    for name, path in (
        ("keys", "/w/keys/"),
        ("key-changes", "/w/keys/changes/"),
        ("key-compare", f"/w/keys/compare/{olga}/"),
        ("ways", "/me/ways/"),
        ("me", "/me/"),
    ):
        page.visit(f"{office}{path}")
        _seen(page, name)
    steward = person(scripts=scripts)
    at_work(steward, office, house, "Stella", unlocked=False)
    for name, path in (
        ("setup", "/s/"),
        ("setup-desk", "/s/propose/desk/"),
        ("setup-keys", "/s/propose/keys/"),
        ("setup-stop", f"/s/stop/{olga}/"),
    ):
        steward.visit(f"{office}{path}")
        _seen(steward, name)
    new = person(scripts=scripts)
    new.visit(f"{office}/enrol/")
    _seen(new, "enrol")
