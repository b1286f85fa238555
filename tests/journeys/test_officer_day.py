"""A day of Odile's in Chromium: sign in, unlock, queue, take, assess, ask, close. With scripts, and without any."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings

from heedline.casework.duty.paging import raise_late
from heedline.dispatch.letters import AlarmKind
from tests.browser.kit import Visitor, browser, person  # noqa: F401 (fixtures)
from tests.journeys.arriving import at_work
from tests.sites.office.office_server import office_serving
from tests.sites.office.test_walls import HOSTILE
from tests.support.acting import acting
from tests.support.cast import PASSWORD, House, now
from tests.support.stories import a_report

pytestmark = [pytest.mark.browser, pytest.mark.django_db]
NORTH_EAST = {"postcode": "NE1 4ST"}
Open = Callable[..., Visitor]


@pytest.fixture
def office(house: House, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The office's address."""
    # Playwright's loop runs in this thread while the test talks to the database.
    monkeypatch.setitem(os.environ, "DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    monkeypatch.setattr(settings, "DEMO", True)
    with office_serving() as address:
        yield address


def _sign_in(page: Visitor, office: str, name: str) -> None:
    page.visit(f"{office}/sign-in/")
    page.play.get_by_label("Email").fill(f"{name.lower()}@unit.example")
    page.play.get_by_label("Password", exact=True).fill(PASSWORD)
    page.press("Sign in")


def _at(page: Visitor, heading: str) -> None:
    """The page with this heading has come."""
    page.play.get_by_role("heading", level=1, name=heading, exact=True).wait_for()


def _seen(page: Visitor, name: str, *, reloads: bool = True) -> None:
    """Accessible, and looked at: pictures only once, where scripts run."""
    if page.scripts:
        page.look_everywhere(f"office-{name}") if reloads else _pictures(page, f"office-{name}")
        page.axe()
    elif reloads:
        page.axe()


def _pictures(page: Visitor, name: str) -> None:
    page.assert_fits_at(1280, 320, name=name)


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_a_day_at_the_desk(house: House, office: str, person: Open, scripts: bool) -> None:  # noqa: F811
    ref, _ = a_report(at=now(), where=NORTH_EAST)
    a_report(
        at=now(), where=NORTH_EAST, now={"danger": "yes"}, narrative="A man says he will hurt people tonight."
    )
    page = person(scripts=scripts)
    page.visit(f"{office}/sign-in/")
    _seen(page, "sign-in")
    page.play.get_by_label("Email").fill("odile@unit.example")
    page.play.get_by_label("Password", exact=True).fill("wrong")
    page.press("Sign in")
    page.play.locator(".govuk-error-summary:focus").wait_for()
    _seen(page, "sign-in-wrong", reloads=False)
    _sign_in(page, office, "Odile")
    _at(page, "My work")
    _seen(page, "my-work")
    page.press("North East desk")
    _at(page, "Unlock your keys")
    _seen(page, "unlock")
    page.play.get_by_label("Passphrase").fill(house.keys["Odile"].passphrase)
    page.press("Unlock")
    _at(page, "North East desk")
    assert (
        "A man says he will hurt people tonight."
        in page.play.locator("tbody tr.govuk-table__row").first.inner_text()
    )
    _seen(page, "queue")
    page.play.locator(f"form[action='/w/r/{ref}/take/'] button").click()
    _seen(page, "report")
    page.press("Save and stay")
    page.play.locator(".govuk-error-summary:focus").wait_for()
    _seen(page, "report-errors", reloads=False)
    _assess(page)
    page.press("Save and stay")
    page.play.get_by_text("Assessed.", exact=True).first.wait_for()
    _ask(page)
    _close(page)
    page.press("Record")
    page.press("Action log")
    _seen(page, "history")


def _assess(page: Visitor) -> None:
    page.play.get_by_role("group", name="Is there danger to anybody").get_by_label("No", exact=True).check()
    page.play.get_by_label("Behaviour reported").fill(
        "Filmed the side doors for an hour and noted the guards' changes"
    )
    page.play.get_by_label("Medium").check()
    page.play.get_by_label("Why this priority?").fill(
        "It looks like planning, and the place is full every day"
    )


def _ask(page: Visitor) -> None:
    page.press("Messages")
    _seen(page, "ask")
    page.play.get_by_label("Start from a question").select_option(label="When was it?")
    page.press("Preview")
    _at(page, "Message preview")
    _seen(page, "ask-preview", reloads=False)
    page.press("Send")
    page.play.get_by_text("Confirm each statement.").first.wait_for()
    for box in page.play.get_by_role("checkbox").all():
        box.check()
    page.press("Send")
    page.play.locator(".hl-messages").get_by_text("When did it happen?").wait_for()
    _seen(page, "messages")


def _close(page: Visitor) -> None:
    page.play.get_by_role("link", name="Pass on or close", exact=True).click()
    _seen(page, "close")
    page.play.get_by_label("New lead").check()
    page.play.get_by_label("Why?", exact=True).fill("A vehicle was found and passed on")
    page.press("Close and stay")
    page.play.get_by_role("link", name="Reopen", exact=True).first.wait_for()
    _seen(page, "report-closed")


def test_everything_by_keyboard(house: House, office: str, person: Open) -> None:  # noqa: F811
    ref, _ = a_report(at=now(), where=NORTH_EAST)
    page = person()
    at_work(page, office, house, "Odile")
    page.visit(f"{office}/w/q/north-east/")
    for _ in range(60):
        page.play.keyboard.press("Tab")
        if page.play.evaluate("document.activeElement.innerText || ''").startswith("Take and open"):
            break
    page.play.keyboard.press("Enter")
    page.play.wait_for_url(f"**/w/r/{ref}/**")
    page.play.get_by_text("Writing now").or_(page.play.get_by_text("Owner")).first.wait_for()


def test_the_other_pages(house: House, office: str, person: Open) -> None:  # noqa: F811
    ref, _ = a_report(at=now(), where=NORTH_EAST)
    page = person()
    at_work(page, office, house, "Odile")
    for name, path in {
        "alarms-empty": "/w/alarms/",
        "duty": "/w/duty/",
        "come-on": "/w/duty/north-east/on/",
        "go-off": "/w/duty/north-east/off/",
        "me": "/me/",
        "security": "/me/security/",
        "code-app": "/me/security/code-app/",
        "passkey-add": "/me/security/passkeys/add/",
        "passkeys": "/me/security/passkeys/",
        "sign-out": "/sign-out/",
        "queue-empty": "/w/q/north-east/?state=closed",
        "report-not-held": f"/w/r/{ref}/",
        "hand-over": f"/w/r/{ref}/hand-over/",
        "nothing-here": "/w/r/00000000-0000-4000-8000-000000000000/",
    }.items():
        page.visit(f"{office}{path}")
        _seen(page, name)
    with acting("worker"):
        desk = house.desks["north-east"].id
        raise_late(AlarmKind.PARTNER_SILENT, now(), [(desk, ref, timedelta(0))])
    page.visit(f"{office}/w/alarms/")
    page.play.get_by_role("link", name="Clear").first.wait_for()
    _seen(page, "alarms")
    page.visit(f"{office}/w/r/{ref}/hand-over/")
    page.play.get_by_label("South West desk").check()
    page.play.get_by_label("Why does it belong there?").fill("The vehicle is registered in Bristol")
    page.press("Continue")
    _seen(page, "hand-over-sure", reloads=False)


def test_dark(house: House, office: str, person: Open) -> None:  # noqa: F811
    ref, _ = a_report(at=now(), where=NORTH_EAST, now={"danger": "yes"})
    page = person(dark=True)
    at_work(page, office, house, "Odile")
    for name, path in {"my-work": "/w/", "queue": "/w/q/north-east/", "report": f"/w/r/{ref}/"}.items():
        page.visit(f"{office}{path}")
        _pictures(page, f"office-dark-{name}")
        page.axe()


def test_hostile_words_in_a_real_browser(house: House, office: str, person: Open) -> None:  # noqa: F811
    ref, _ = a_report(at=now(), where=NORTH_EAST, narrative=HOSTILE)
    page = person()
    said: list[str] = []
    page.play.on("dialog", lambda dialog: (said.append(dialog.message), dialog.dismiss()))
    at_work(page, office, house, "Odile")
    for name, path in {"queue": "/w/q/north-east/", "report": f"/w/r/{ref}/"}.items():
        page.visit(f"{office}{path}")
        _pictures(page, f"office-hostile-{name}")
        assert page.play.locator(".hl-typed script, .hl-typed img, .hl-typed svg, .hl-typed a").count() == 0
    assert said == []


def test_words_come_back_after_the_lock(house: House, office: str, person: Open) -> None:  # noqa: F811
    ref, _ = a_report(at=now(), where=NORTH_EAST)
    page = person()
    at_work(page, office, house, "Odile")
    page.visit(f"{office}/w/q/north-east/")
    page.play.locator(f"form[action='/w/r/{ref}/take/'] button").click()
    _assess(page)
    other = page.context.new_page()
    other.goto(f"{office}/w/")
    other.get_by_role("button", name="Lock now").click()
    # a tab closed on its way may never say it closed
    other.get_by_role("heading", level=1, name="Unlock your keys").wait_for()
    other.close()
    page.press("Save and stay")
    _at(page, "Unlock your keys")
    _seen(page, "unlock-words-kept")
    page.play.get_by_label("Passphrase").fill(house.keys["Odile"].passphrase)
    page.press("Unlock")
    assert "Filmed the side doors" in page.play.get_by_label("Behaviour reported").input_value()
    _seen(page, "report-words-back")
    page.press("Save and stay")
    page.play.get_by_text("Assessed.", exact=True).first.wait_for()


def test_a_conflict(house: House, office: str, person: Open) -> None:  # noqa: F811
    ref, _ = a_report(at=now(), where=NORTH_EAST)
    page = person()
    at_work(page, office, house, "Odile")
    page.visit(f"{office}/w/q/north-east/")
    page.play.locator(f"form[action='/w/r/{ref}/take/'] button").click()
    second = page.context.new_page()
    second.goto(page.play.url)
    here = page.play
    _assess(page)
    page.play = second
    _assess(page)
    second.get_by_label("Behaviour reported").fill("Looked at the doors, no filming")
    page.press("Save and stay")
    page.play = here
    page.press("Save and stay")
    _at(page, "A colleague saved changes")
    _seen(page, "conflict", reloads=False)


def test_a_passkey_is_added_and_signs_in(house: House, office: str, person: Open) -> None:  # noqa: F811
    page = person()
    device: Any = page.context.new_cdp_session(page.play)
    device.send("WebAuthn.enable")
    device.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )
    _sign_in(page, office, "Odile")
    page.visit(f"{office}/me/security/passkeys/add/")
    page.play.get_by_label("Name for this passkey").fill("Work laptop")
    page.play.get_by_label("Let this passkey sign me in").check()
    page.press("Add it now")
    page.play.wait_for_url("**/recovery-codes/")
    _seen(page, "recovery-codes")
    page.visit(f"{office}/me/security/passkeys/")
    assert "Work laptop" in page.play.locator("tbody").inner_text()
    page.press("Sign out")
    page.visit(f"{office}/sign-in/")
    page.press("Sign in with a passkey")
    page.play.wait_for_url("**/w/")
    _at(page, "My work")
    page.press("Sign out")
    _sign_in(page, office, "Odile")
    _at(page, "Second step")
    _seen(page, "second-step", reloads=False)  # asking again would ask the passkey anew
    page.press("Use my passkey")
    page.play.wait_for_url("**/w/")


def test_the_line_of_new_reports_comes_by_itself(house: House, office: str, person: Open) -> None:  # noqa: F811
    page = person()
    at_work(page, office, house, "Odile")
    page.play.clock.install()
    page.visit(f"{office}/w/q/north-east/")
    assert page.play.locator("#queue-new").get_by_text("new report").count() == 0
    a_report(at=now(), where=NORTH_EAST)
    with page.play.expect_request("**/w/q/north-east/new/**") as asked:
        page.play.clock.run_for(31_000)
    assert asked.value.headers["hx-request"] == "true"  # by which the server knows that nobody is at work
    page.play.get_by_text("1 new report at your desks.").wait_for()
    page.press("Show it")
    page.play.get_by_role("button", name="Take and open").wait_for()


def test_the_public_site_gets_no_cookie_of_the_office(house: House, office: str, person: Open) -> None:  # noqa: F811
    page = person()
    _sign_in(page, office, "Odile")
    assert any(cookie["name"] == settings.SESSION_COOKIE_NAME for cookie in page.context.cookies())
    sent: list[str] = []
    public = office.replace("localhost", "127.0.0.1")
    page.may_ask.add(public.removeprefix("http://"))
    page.play.on("request", lambda request: sent.append(request.all_headers().get("cookie", "")))
    page.play.goto(f"{public}/sign-in/")
    # the first request to the other host: what comes after may carry cookies which that host itself has set since
    assert sent
    assert sent[0] == ""
