"""An officer writes something for a partner and a colleague lets it go, in Chromium: each page seen, found accessible and
looked at on a telephone. With scripts and without."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from django.conf import settings

from heedline.casework.dissemination import partners
from heedline.casework.keys import key_verification
from heedline.reports.models import Dissemination
from tests.browser.kit import browser, person  # noqa: F401 (fixtures)
from tests.journeys.arriving import at_work
from tests.journeys.test_officer_day import Open, _at, _seen
from tests.sites.office.office_server import office_serving
from tests.support.cast import House, now
from tests.support.partner_scene import COUNCIL, NECESSITY, TITLE
from tests.support.scene_people import People

pytestmark = [pytest.mark.browser, pytest.mark.django_db, pytest.mark.usefixtures("council")]
WRITTEN = "A neighbour told us that a young person needs somebody to talk to."


@pytest.fixture
def people(house: House, monkeypatch: pytest.MonkeyPatch) -> People:
    # Playwright's loop runs in this thread while the test talks to the database.
    monkeypatch.setitem(os.environ, "DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    monkeypatch.setattr(settings, "DEMO", True)
    return People(house, now())


@pytest.fixture
def office(people: People) -> Iterator[str]:
    with office_serving() as address:
        yield address


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_written_by_one_and_let_go_by_another(
    people: People,
    office: str,
    person: Open,  # noqa: F811
    scripts: bool,
) -> None:
    ref, _ = people.assessed()
    desk, house = people.house.desks[COUNCIL].id, people.house
    key = partners.key_of(desk, people.at)
    assert key is not None
    words = key_verification.words_of(key.maker)
    assert words

    page = person(scripts=scripts)
    at_work(page, office, house, "Odile")
    page.visit(f"{office}/w/partners/{desk}/")
    _seen(page, "partner-to-compare")
    page.play.get_by_label("The eight words that they read to you").fill(words)
    page.play.get_by_label("Passphrase").fill(house.keys["Odile"].passphrase)
    page.press("Compare")
    page.play.get_by_text("are right").first.wait_for()
    _seen(page, "partner-compared")
    page.visit(f"{office}/w/r/{ref}/partners/")
    _at(page, "Disclosures to partners")
    _seen(page, "partners-of-a-report")
    page.press("Write a disclosure")
    _at(page, "Write a disclosure")
    _seen(page, "write-for-a-partner")
    page.press("Continue")
    page.play.locator(".govuk-error-summary").wait_for()
    _seen(page, "write-for-a-partner-wrong", reloads=False)
    for label in (
        "Northgate Council",
        "Ask them to think about support",
        "Counter-Terrorism and Security Act",
    ):
        page.play.get_by_label(label).first.check()
    page.play.get_by_label("A title that they can file it by").fill(TITLE)
    page.play.get_by_label("What they need to know").fill(WRITTEN)
    page.play.get_by_label("Why do they need this much?").fill(NECESSITY)
    page.press("Continue")
    _at(page, "Check before saving")
    assert page.play.locator("q").all_inner_texts() == ["told us", "neighbour"]
    _seen(page, "read-it-once-more", reloads=False)
    page.press("Save for a second officer")
    _at(page, TITLE)
    _seen(page, "sent-by-me")
    ident = Dissemination.objects.get(report=ref).id

    colleague = person(scripts=scripts)
    at_work(colleague, office, house, "Olga")
    colleague.visit(f"{office}/w/partners/")
    _at(colleague, "Partners")
    _seen(colleague, "partners")
    colleague.visit(f"{office}/w/sent/{ident}/")
    _at(colleague, TITLE)
    _seen(colleague, "sent-to-read")
    colleague.play.get_by_label("It says no more than they need").check()
    colleague.press("Approve and send")
    colleague.play.get_by_text("Sent, not opened yet").first.wait_for()
    _seen(colleague, "sent-gone")
