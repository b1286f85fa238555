"""A notice in Chromium: from an item that two people found unlawful, to a company that acknowledges and removes."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings

from heedline.casework.report.opening import short_name
from heedline.specialist_desks.material.items import sightings
from heedline.specialist_desks.material.liveness import LivenessVerdict
from heedline.specialist_desks.material.models import CompanyNotice
from heedline.specialist_desks.material.notices import composing, lines
from tests.browser.kit import Visitor, browser, person  # noqa: F401 (fixtures)
from tests.journeys.test_officer_day import _at, _sign_in, _unlock
from tests.sites.office.office_server import sites_serving
from tests.support.cast import House, now
from tests.support.material_scene import material_desk
from tests.support.notice_scene import FakeCompany, channels_pass, fake_company, unlawful_item, version
from tests.support.scene_people import People

pytestmark = [pytest.mark.browser, pytest.mark.django_db]


@pytest.fixture
def company(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeCompany]:
    """A company that receives by SMTP on loopback."""
    monkeypatch.setitem(os.environ, "DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    monkeypatch.setattr(settings, "DEMO", True)
    with fake_company() as found:
        server: dict[str, Any] = {
            "host": "127.0.0.1",
            "port": found.smtp_port,
            "user": "",
            "password": "",
            "tls": False,
        }
        monkeypatch.setattr(settings, "NOTICE_MAIL", server)
        yield found


def _fits(page: Visitor, name: str) -> None:
    for width in (320, 1280):
        page.play.set_viewport_size({"width": width, "height": 900})
        page.assert_fits()
        page.screenshot(f"{name}-{width}")
    page.axe()


def test_a_company_is_told_acknowledges_and_removes(
    house: House,
    company: FakeCompany,
    person: Callable[..., Visitor],  # noqa: F811
) -> None:
    people = material_desk(People(house, now()))
    item = unlawful_item(people)
    channels_pass(people)
    with sites_serving("office", "partner") as sites:
        office = sites["office"]
        odile = person(scripts=False)
        _sign_in(odile, office, "Odile")
        _at(odile, "My work")
        _unlock(odile, office, house, "Odile")
        odile.visit(f"{office}/w/items/{item}/")
        _at(odile, f"Item {short_name(item)}")
        _fits(odile, "office-item-unlawful")
        odile.play.get_by_role("link", name="Write a notice").click()
        _at(odile, "Notice to Kiteboard Ltd")
        odile.play.get_by_label("Email to authorities@kiteboard.example").check()
        odile.play.get_by_label("What the material is, and why you ask").fill("An invented film.")
        odile.play.get_by_label("Reasons for Terrorism Act 2006, section 1").fill("It praises an attack.")
        _fits(odile, "office-notice-form")
        odile.press("Save the draft")
        ref = CompanyNotice.objects.get().id
        _at(odile, f"Notice {CompanyNotice.objects.get().reference}")
        odile.press("Put it up for approval")
        odile.play.get_by_text("The notice waits for approval by somebody else.").wait_for()
        with people.sitting("Otto") as by:
            composing.approve(ref, version=version(ref), by=by, at=people.at)
        odile.visit(f"{office}/w/items/notices/{ref}/")
        _fits(odile, "office-notice-approved")
        odile.press("Send it now")
        odile.play.get_by_text("The company's system has accepted the notice.").wait_for()
        odile.play.get_by_text("250 2.0.0 accepted as 4711").wait_for()
        assert len(company.mails) == 1
        with people.sitting("Otto") as by:
            url = lines.one(ref, by=by, at=people.at).stored.content.answer_url

        page = person(scripts=False)
        page.visit(sites["partner"] + url.removeprefix(settings.PARTNER_URL))
        _at(page, f"Notice {CompanyNotice.objects.get().reference}")
        _fits(page, "company-notice")
        page.play.get_by_label("We have received the notice").check()
        page.press("Send the answer")
        page.play.get_by_text("Your answer has been sent to the unit.").wait_for()
        page.play.get_by_label("We have removed the material").check()
        page.play.get_by_label("Who answers").fill("Trust and safety")
        page.press("Send the answer")
        page.play.get_by_text("Your last answer: We have removed the material.").wait_for()
        assert not page.play.context.cookies()

        with people.sitting("Otto") as by:
            sightings.record(item, LivenessVerdict.REMOVED_404, by=by, at=now())
        odile.visit(f"{office}/w/items/notices/{ref}/")
        odile.play.get_by_text("by Trust and safety").wait_for()
        _fits(odile, "office-notice-answered")
        odile.press("Close the notice")
        odile.play.get_by_text("The notice is closed.").wait_for()
        odile.visit(f"{office}/w/items/notices/")
        _at(odile, "Notices of the Online material desk")
        _fits(odile, "office-notices")
