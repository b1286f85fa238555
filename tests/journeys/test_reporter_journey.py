"""Rosa's way in Chromium, with scripts and without any: every page of the public site, looked at and checked by axe."""

from __future__ import annotations

import dataclasses
import os
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

import pytest
from django.conf import settings

from heedline.casework.contact import messages
from heedline.casework.journey import transitions
from heedline.casework.journey.transitions import Assessment
from heedline.packs import load_pack
from heedline.reports.models import Report
from heedline.vault.codes import new_code
from tests.browser.kit import Visitor, browser, person  # noqa: F401 (fixtures)
from tests.sites.public.mishaps import database_away, run_out_of_time
from tests.sites.public.public_server import public_serving
from tests.support.acting import acting
from tests.support.cast import House, now

pytestmark = [pytest.mark.browser, pytest.mark.django_db]
Open = Callable[..., Visitor]
WORDS = "She asked me twice how many people come to the market on Fridays and when the doors are closed."
HOSTILE = (
    "<script>document.title='owned'</script><img src=x onerror=alert(1)> \u202egnp.exe =cmd|'/c calc'!A0 \x1b[31m "
    + "incomprehensibilities" * 15
)


@pytest.fixture
def site(house: House, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The public site's address."""
    # Playwright's loop runs in this thread while the test talks to the database.
    monkeypatch.setitem(os.environ, "DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    monkeypatch.setattr(settings, "DEMO", True)
    monkeypatch.setattr(
        settings, "CSRF_FAILURE_VIEW", "heedline.web.public.report.without_cookies.forgery_check_failed"
    )
    with public_serving() as address:
        yield address


def seen(page: Visitor, name: str, *, reloads: bool = True) -> None:
    """Accessible, fits 320 px, and pictures taken where scripts run. `reloads`: the address alone shows this page."""
    if page.scripts:
        if reloads:
            page.save_page(f"public-{name}")
        page.assert_fits_at(1280, 320, name=f"public-{name}")
    if page.scripts or reloads:
        page.axe()


def choose(page: Visitor, *labels: str) -> None:
    """Tick these, in order, and continue."""
    for label in labels:
        page.play.get_by_label(label, exact=True).check()
    page.press("Continue")


def fill(page: Visitor, **boxes: str) -> None:
    """Type into boxes by their names and continue."""
    for name, text in boxes.items():
        page.play.locator(f"[name={name.replace('__', '-')}]").fill(text)
    page.press("Continue")


def shown_code(page: Visitor) -> str:
    """The code on the page."""
    return "-".join(page.play.locator(".hl-code span").all_inner_texts())


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_from_the_first_page_to_the_code(site: str, person: Open, scripts: bool) -> None:  # noqa: F811
    rosa = person(scripts=scripts)
    rosa.visit(f"{site}/")
    seen(rosa, "front")
    rosa.press("Something you saw or heard")
    seen(rosa, "start")
    rosa.press("Start")
    assert rosa.play.title().startswith("Error: ")
    rosa.play.locator(
        ".govuk-error-summary:focus"
    ).wait_for()  # the browser moves there when it has drawn the page
    seen(rosa, "now-error", reloads=False)
    choose(rosa, "Yes, now")
    seen(rosa, "call")
    rosa.press("I cannot call")
    seen(rosa, "brief")
    rosa.press("Back")
    rosa.press("Back")
    rosa.visit(f"{site}/r/now/")
    choose(rosa, "No")
    seen(rosa, "what")
    fill(rosa, narrative="x" * 10_001)
    rosa.play.locator(
        ".govuk-error-summary:focus"
    ).wait_for()  # the browser moves there when it has drawn the page
    seen(rosa, "what-error", reloads=False)
    fill(rosa, narrative=f"{WORDS}\n{HOSTILE}")
    seen(rosa, "where")
    rosa.play.get_by_label("In the last 7 days", exact=True).check()
    fill(rosa, date__day="14", date__month="March", date__year="2026", place=HOSTILE, postcode="NE1 4ST")
    seen(rosa, "person-new")
    fill(rosa, name="The man with the red cap", looks=HOSTILE)
    seen(rosa, "vehicle-new")
    rosa.visit(f"{site}/r/person/")
    seen(rosa, "person")
    rosa.press("Add another")
    fill(rosa, name="Somebody else")
    rosa.visit(f"{site}/r/person/")
    rosa.play.get_by_role("link", name="Remove").last.click()
    seen(rosa, "person-remove")
    rosa.press("Yes, remove it")
    rosa.press("Continue")
    fill(rosa, registration="AB12 CDE")
    seen(rosa, "know")
    choose(rosa, "I saw it", "I am not sure")
    seen(rosa, "you")
    choose(rosa, "Yes, in confidence")
    seen(rosa, "contact")
    rosa.play.get_by_label("Phone", exact=True).check()
    fill(rosa, name="Rosa R.", phone="07700 900123")
    seen(rosa, "check")
    assert HOSTILE[:40] in rosa.play.locator("main").inner_text()
    assert "owned" not in rosa.play.title()
    rosa.press("Send your report")
    code = shown_code(rosa)
    seen(rosa, "code")
    rosa.play.go_back()
    assert rosa.heading() == "You have already sent this report"
    seen(rosa, "already-sent", reloads=False)
    rosa.press("See your code")
    rosa.press("Check that I have written my code down correctly")
    seen(rosa, "code-check")
    rosa.play.locator("[name=code]").fill(new_code().grouped())
    rosa.press("Check")
    assert shown_code(rosa) == code
    seen(rosa, "code-check-wrong", reloads=False)
    rosa.play.locator("[name=code]").fill(code.lower())
    rosa.press("Check")
    seen(rosa, "finished")
    assert code not in rosa.play.content()
    rosa.play.go_back()
    assert code not in rosa.play.content(), "Back does not bring the code back"


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_coming_back_with_the_code(site: str, house: House, person: Open, scripts: bool) -> None:  # noqa: F811
    rosa = person(scripts=scripts)
    code = tell(rosa, site)
    rosa.press("I do not want a code")
    seen(rosa, "finished-without")
    officer_asks(house, "Do you remember the colour of the van?\nA guess is fine.")
    rosa.visit(f"{site}/")
    rosa.press("Use your code")
    seen(rosa, "enter")
    rosa.play.locator("[name=code]").fill(new_code().grouped())
    rosa.press("Open")
    rosa.play.locator(
        ".govuk-error-summary:focus"
    ).wait_for()  # the browser moves there when it has drawn the page
    seen(rosa, "enter-unknown", reloads=False)
    rosa.play.locator("[name=code]").fill(code)
    rosa.press("Open")
    seen(rosa, "messages")
    assert "A guess is fine." in rosa.play.locator("main").inner_text()
    rosa.play.locator("[name=text]").fill("White, I think.")
    rosa.play.locator("[name=danger][value=no]").check()
    rosa.press("Send your message")
    seen(rosa, "message-sent")
    rosa.press("Back to your messages")
    rosa.press("Withdraw your report")
    seen(rosa, "withdraw")
    rosa.press("Withdraw your report")
    rosa.press("Delete your copy of our messages")
    seen(rosa, "delete")
    rosa.press("Delete my copy")
    seen(rosa, "deleted")
    rosa.press("Back to your messages")
    seen(rosa, "messages-none")
    rosa.press("Close and leave")
    seen(rosa, "messages-closed")


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_the_pages_of_what_can_go_wrong(site: str, person: Open, scripts: bool) -> None:  # noqa: F811
    rosa = person(scripts=scripts)
    tell(rosa, site)
    rosa.visit(f"{site}/tell/")
    seen(rosa, "code-again")
    rosa.press("Start a new report")
    choose(rosa, "No")
    rosa.visit(f"{site}/tell/")
    seen(rosa, "carry-on")
    rosa.visit(f"{site}/r/what/")
    with database_away():
        fill(rosa, narrative=WORDS)
    seen(rosa, "try-again", reloads=False)
    run_out_of_time()
    rosa.press("Try again")
    seen(rosa, "late", reloads=False)
    assert rosa.play.locator("[name=narrative]").input_value() == WORDS
    run_out_of_time()
    rosa.visit(f"{site}/r/what/")
    assert rosa.heading() == "We have deleted your answers"
    seen(rosa, "expired", reloads=False)
    rosa.visit(f"{site}/r/what/")
    seen(rosa, "gone")
    rosa.press("Go to the homepage")
    rosa.press("Something you saw or heard")
    rosa.context.clear_cookies()
    rosa.press("Start")
    assert rosa.heading() == "We could not open your form"
    seen(rosa, "cookies-off", reloads=False)


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_the_pages_under_the_line(site: str, person: Open, scripts: bool) -> None:  # noqa: F811
    rosa = person(scripts=scripts)
    for name in ("privacy", "log", "cookies", "contact", "accessibility", "stay-safe-online"):
        rosa.visit(f"{site}/{name}/")
        seen(rosa, f"page-{name}")


@pytest.fixture
def neutral_site(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The neutral site that the exit leads to, on another loopback address; it remembers what it was told."""
    server = ThreadingHTTPServer(("127.0.0.2", 0), Weather)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    address = f"http://127.0.0.2:{server.server_port}/weather"
    here = load_pack(settings.PACK)
    elsewhere = dataclasses.replace(here, service=dataclasses.replace(here.service, exit_url=address))
    monkeypatch.setattr("heedline.web.public.report.leaving.pack", lambda: elsewhere)
    yield address
    server.shutdown()
    thread.join()
    server.server_close()


class Weather(BaseHTTPRequestHandler):
    """Says what the weather is, and from where the visitor came."""

    def do_GET(self) -> None:
        """The page."""
        self.send_response(200)
        self.end_headers()
        self.wfile.write(f"<title>Weather</title>from [{self.headers.get('Referer', '')}]".encode())

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the base class's name)
        """Nothing."""


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_the_exit_link_leaves_nothing_behind(
    site: str,
    neutral_site: str,
    person: Open,  # noqa: F811
    scripts: bool,
) -> None:
    rosa = person(scripts=scripts)
    rosa.may_ask.add(urlsplit(neutral_site).netloc)
    rosa.visit(f"{site}/tell/")
    rosa.press("Start")
    rosa.press("Continue")
    choose(rosa, "No")
    rosa.visit(f"{site}/r/what/")
    fill(rosa, narrative=WORDS)
    rosa.play.locator(".govuk-exit-this-page__button").click()
    rosa.play.wait_for_url(neutral_site)
    assert "from []" in rosa.play.content(), "the next site does not learn where its visitor was"
    assert not [cookie for cookie in rosa.context.cookies(site) if cookie["value"]]
    rosa.play.go_back()
    rosa.play.wait_for_url(f"{site}/r/**")
    assert WORDS not in rosa.play.content()
    assert rosa.heading() == "This page is no longer available."


def tell(rosa: Visitor, site: str) -> str:
    """The shortest anonymous way; the code."""
    rosa.visit(f"{site}/tell/")
    rosa.play.get_by_label("No", exact=True).check()
    rosa.press("Start")
    fill(rosa, narrative=WORDS)
    rosa.press("Skip the other questions")
    choose(rosa, "No, stay anonymous")
    rosa.press("Send your report")
    return shown_code(rosa)


def officer_asks(house: House, question: str) -> None:
    """Nadia takes the only report and asks its reporter something."""
    report, at = Report.objects.get(), now()
    with acting("office"):
        nadia = house.sign_in("Nadia", at=at)
        transitions.take(report.id, by=nadia, at=at)
        finding = Assessment(
            danger_to_life=False, done_what="Asks about doors", priority="medium", reason="Asked twice"
        )
        transitions.assess(report.id, finding, version=Report.objects.get().version, by=nadia, at=at)
        messages.ask(report.id, question, version=Report.objects.get().version, by=nadia, at=at)
