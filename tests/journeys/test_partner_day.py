"""A day at a council, in Chromium: signed in, unlocked, something opened, signed for and answered, each page seen, found
accessible and looked at on a telephone. With scripts and without."""

from __future__ import annotations

import os
from collections.abc import Iterator
from uuid import UUID

import pytest
from django.conf import settings

from tests.browser.kit import browser, person  # noqa: F401 (fixtures)
from tests.journeys.test_officer_day import Open, _at, _seen
from tests.sites.office.office_server import office_serving
from tests.support.cast import PASSWORD, House, now
from tests.support.partner_scene import TEXT, TITLE, sent, sent_to_the_council
from tests.support.scene_people import People

pytestmark = [pytest.mark.browser, pytest.mark.django_db, pytest.mark.usefixtures("council")]


@pytest.fixture
def sent_there(house: House, monkeypatch: pytest.MonkeyPatch) -> tuple[People, UUID]:
    """A partner, and something that was sent to it."""
    # Playwright's loop runs in this thread while the test talks to the database.
    monkeypatch.setitem(os.environ, "DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    monkeypatch.setattr(settings, "DEMO", True)
    people = People(house, now())
    _, ident = sent_to_the_council(people)
    return people, ident


@pytest.fixture
def site(sent_there: tuple[People, UUID]) -> Iterator[str]:
    with office_serving("partner") as address:
        yield address


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_a_day_at_the_council(
    sent_there: tuple[People, UUID],
    site: str,
    person: Open,  # noqa: F811
    scripts: bool,
) -> None:
    people, ident = sent_there
    petra = people.house.keys["Petra"]
    page = person(scripts=scripts)
    page.visit(f"{site}/")
    _at(page, "Sign in")
    _seen(page, "partner-sign-in")
    page.play.get_by_label("Email").fill("petra@unit.example")
    page.play.get_by_label("Password", exact=True).fill(PASSWORD)
    page.press("Sign in")
    _at(page, "Sent to Northgate Council")
    _seen(page, "partner-list")
    page.play.get_by_role("link", name="Please think about support").click()
    _at(page, "Unlock your keys")
    _seen(page, "partner-unlock")
    page.play.get_by_label("Passphrase").fill(petra.passphrase)
    page.press("Unlock")
    _at(page, "Sent to Northgate Council")
    _seen(page, "partner-cover")
    assert TEXT not in page.play.locator("main").inner_text()
    page.press("Open it")
    _at(page, TITLE)
    assert TEXT in page.play.locator("main").inner_text()
    _seen(page, "partner-opened")
    page.play.emulate_media(media="print")
    assert page.play.get_by_text(TEXT).is_visible(), "it can be printed"
    assert not page.play.locator(".hl-nav").is_visible()
    page.play.emulate_media(media="screen")
    page.play.get_by_role("button", name="Answer").click()
    page.press("Send the answer")
    assert "There is a problem" in page.play.locator("main").inner_text()
    _seen(page, "partner-answer")
    page.play.get_by_label("We are dealing with this").check()
    page.play.get_by_label("No", exact=True).check()
    page.play.get_by_label("What should the desk know?").fill("We will visit on Friday.")
    page.press("Send the answer")
    assert "We will visit on Friday." in page.play.locator("main").inner_text()
    _seen(page, "partner-answered")
    assert sent(ident).state == "answered"
    for name, path in (
        ("keys", "/w/keys/"),
        ("me", "/me/"),
        ("help", "/help/"),
        ("security", "/me/security/"),
    ):
        page.visit(f"{site}{path}")
        _seen(page, f"partner-{name}")
    page.visit(f"{site}/help/")
    assert "Call 999 before you reply here." in page.play.locator("main").inner_text()
    page.press("Sign out")
    _at(page, "Sign in")
