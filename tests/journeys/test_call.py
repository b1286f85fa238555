"""A call that Odile takes, in Chromium: with scripts and without any, from "are you safe" to the next call."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings
from playwright.sync_api import expect

from heedline.reports.models import Report
from tests.browser.kit import Visitor, browser, person  # noqa: F401 (fixtures)
from tests.journeys.arriving import at_work
from tests.sites.office.office_server import office_serving
from tests.sites.office.test_walls import HOSTILE
from tests.support.cast import PASSWORD, House
from tests.support.uploads import JPEG

pytestmark = [pytest.mark.browser, pytest.mark.django_db]
Open = Callable[..., Visitor]
ACCOUNT = "Two men loaded drums of something into a van behind the mill, by night, three times this week."


@pytest.fixture
def office(house: House, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[str]:
    """The office's address."""
    # Playwright's loop runs in this thread while the test talks to the database.
    monkeypatch.setitem(os.environ, "DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    monkeypatch.setattr(settings, "DEMO", True)
    monkeypatch.setattr(settings, "FILES", tmp_path / "files")
    with office_serving() as address:
        yield address


def _at_the_telephone(page: Visitor, office: str, house: House) -> None:
    at_work(page, office, house, "Odile")
    page.visit(f"{office}/w/")
    page.play.get_by_role("link", name="New call or walk-in").click()
    _at(page, "New call or walk-in")


def _at(page: Visitor, heading: str) -> None:
    page.play.get_by_role("heading", level=1, name=heading, exact=True).wait_for()


def _seen(page: Visitor, name: str, *, reloads: bool = True) -> None:
    """Accessible, and looked at."""
    if reloads:
        page.look_everywhere(f"office-{name}") if page.scripts else None
    elif page.scripts:
        page.assert_fits_at(1280, 320, name=f"office-{name}")
    if reloads or page.scripts:
        page.axe()


def _code(page: Visitor) -> str:
    return "".join(page.play.locator(".hl-call__code .hl-key").all_inner_texts())


def _add_a_scan(page: Visitor) -> None:
    """Add a sketch on the page of files, and return to what was typed."""
    page.press("Add files")
    _at(page, "Files for this report")
    page.play.get_by_label("Choose a file").set_input_files(
        {"name": "sketch.jpg", "mimeType": "image/jpeg", "buffer": JPEG}
    )
    page.press("Add file")
    page.play.get_by_role("button", name="Remove sketch.jpg").wait_for()
    _seen(page, "call-files")
    page.play.get_by_role("button", name="Back to the report").click()
    _at(page, "New call or walk-in")


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_a_call(house: House, office: str, person: Open, scripts: bool) -> None:  # noqa: F811
    page = person(scripts=scripts)
    _at_the_telephone(page, office, house)
    # the page opens at the top, at what is said first, and nothing takes the focus (ADR 51)
    assert page.play.locator("*:focus").count() == 0
    assert page.play.evaluate("window.scrollY") == 0
    expect(page.play.get_by_role("heading", name="Say first", exact=True)).to_be_in_viewport()
    _seen(page, "call")
    page.play.get_by_role("group", name="Do you want to give your name?").get_by_label("No, stay").check()
    page.play.get_by_role("textbox", name="What happened", exact=True).fill(ACCOUNT)
    page.play.get_by_label("Number plate").first.fill("AB12 C??")
    page.play.get_by_label("Postcode, if you know it").fill("ne1 4st")
    page.press("One more person")
    _at(page, "New call or walk-in")
    assert page.play.url.endswith("#person.3.name")
    assert page.play.get_by_role("textbox", name="What happened", exact=True).input_value() == ACCOUNT
    page.play.get_by_label("Name, or what people call them").nth(2).fill("The driver")
    _add_a_scan(page)
    page.play.get_by_label("Phone number").fill("07700 900123")
    page.press("Finish and check")
    page.play.locator(".govuk-error-summary:focus").wait_for()
    assert page.play.get_by_label("Phone number").input_value() == ""
    _seen(page, "call-refused", reloads=False)
    page.play.get_by_role("group", name="Is anyone in danger, or is something planned?").get_by_label(
        "No", exact=True
    ).check()
    page.press("Finish and check")
    _at(page, "Check the report before sending")
    assert "The driver" in page.play.locator("main").inner_text()
    assert "sketch.jpg (5 KB)" in page.play.locator("main").inner_text()
    _seen(page, "call-check")
    page.press("Send")
    _at(page, "Report sent. Read out the code")
    _seen(page, "call-code")
    code = _code(page)
    page.play.get_by_label("What they read back").fill(code[:5] + ("7" if code[5] != "7" else "8") + code[6:])
    page.press("Compare")
    page.play.get_by_text("2: again").wait_for()
    _seen(page, "call-code-nearly", reloads=False)
    page.play.get_by_label("What they read back").fill(" ".join(code.lower()))
    page.press("Compare")
    _at(page, "After the call")
    _seen(page, "call-wrap-up")
    page.play.get_by_label("How were they?").fill("Calm")
    page.play.get_by_label("Not to look into it").check()
    page.press("Seal the note")
    page.play.get_by_text("Note saved.").wait_for()
    page.press("Open the report")
    text = page.play.locator("main").inner_text()
    assert ACCOUNT in text
    assert "Not to look into it" in text
    _seen(page, "call-report")
    page.visit(f"{office}/w/call/wrap-up/")
    _seen(page, "call-wrapped-up")
    page.press("Take the next call")
    _at(page, "New call or walk-in")
    assert page.play.get_by_role("textbox", name="What happened", exact=True).input_value() == ""


def test_the_script_saves_while_they_talk_and_the_lock_takes_nothing(
    house: House,
    office: str,
    person: Open,  # noqa: F811
) -> None:
    page = person()
    _at_the_telephone(page, office, house)
    page.play.clock.install()
    page.play.reload()
    page.play.get_by_role("textbox", name="What happened", exact=True).press_sequentially("Two men")
    with page.play.expect_response("**/w/call/save/") as saved:
        page.play.clock.run_for(21_000)
    assert saved.value.status == 200
    page.play.get_by_text(re.compile(r"Draft saved at \d\d:\d\d")).wait_for()
    other = page.context.new_page()
    other.goto(f"{office}/w/")
    other.get_by_role("button", name="Lock now").click()
    other.get_by_role(
        "heading", name="Unlock your keys"
    ).wait_for()  # a tab closed on its way may never say it closed
    other.close()
    page.play.get_by_role("textbox", name="What happened", exact=True).press_sequentially(" loaded drums")
    with page.play.expect_response("**/w/call/save/") as saved:
        page.play.clock.run_for(21_000)
    assert saved.value.status == 200  # saving opens nothing: it needs no keys
    page.play.get_by_role("textbox", name="What happened", exact=True).press_sequentially(" into a van")
    page.press("Call dropped: send now")
    _at(page, "Unlock your keys")
    page.play.get_by_label("Passphrase").fill(house.keys["Odile"].passphrase)
    page.press("Unlock")
    _at(page, "New call or walk-in")
    assert (
        page.play.get_by_role("textbox", name="What happened", exact=True).input_value()
        == "Two men loaded drums into a van"
    )
    page.press("Call dropped: send now")
    _at(page, "After the call")
    assert Report.objects.get().channel == "phone"


def test_signed_out_the_script_says_so_and_the_button_still_loses_nothing(
    house: House,
    office: str,
    person: Open,  # noqa: F811
) -> None:
    page = person()
    _at_the_telephone(page, office, house)
    page.play.clock.install()
    page.play.reload()
    other = page.context.new_page()
    other.goto(f"{office}/w/")
    other.get_by_role("button", name="Sign out").click()
    other.get_by_role("heading", level=1, name="Sign in").wait_for()
    other.close()
    page.play.get_by_role("textbox", name="What happened", exact=True).fill(ACCOUNT)
    page.play.clock.run_for(21_000)
    page.play.get_by_text("Not saved: you are signed out.").wait_for()
    page.press("Save draft")
    _at(page, "Sign in")
    page.play.get_by_label("Email").fill("odile@unit.example")
    page.play.get_by_label("Password", exact=True).fill(PASSWORD)
    page.press("Sign in")
    page.play.get_by_label("Passphrase").fill(house.keys["Odile"].passphrase)
    page.press("Unlock")
    _at(page, "New call or walk-in")
    assert page.play.get_by_role("textbox", name="What happened", exact=True).input_value() == ACCOUNT


def test_a_call_by_keyboard_dark_and_with_hostile_words(house: House, office: str, person: Open) -> None:  # noqa: F811
    page = person(dark=True)
    said: list[str] = []
    page.play.on("dialog", lambda dialog: (said.append(dialog.message), dialog.dismiss()))
    _at_the_telephone(page, office, house)
    page.play.get_by_role("textbox", name="What happened", exact=True).fill(HOSTILE)
    page.play.keyboard.press("Tab")
    page.play.get_by_label("Place", exact=True).fill("The old mill")
    page.play.keyboard.press("Enter")  # in a box of one line: it saves, and does nothing else
    page.play.get_by_text(re.compile(r"Draft saved at \d\d:\d\d")).wait_for()
    _seen(page, "call-dark", reloads=False)
    page.press("Finish and check")
    _at(page, "Check the report before sending")
    _seen(page, "call-check-hostile", reloads=False)
    assert page.play.locator(".hl-typed script, .hl-typed img, .hl-typed svg, .hl-typed a").count() == 0
    assert said == []
    page.visit(f"{office}/w/call/sheet/")
    _seen(page, "call-sheet")
    page.play.emulate_media(media="print", color_scheme="light")
    page.screenshot("office-call-sheet-print")
