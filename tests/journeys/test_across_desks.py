"""Across desks in Chromium without scripts: one boy at two forces, and a name in the interest register."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

import pytest

from heedline.casework.duty import paging
from tests.browser.kit import Visitor, browser, person  # noqa: F401 (fixtures)
from tests.journeys.arriving import at_work
from tests.journeys.test_officer_day import _at, office  # noqa: F401 (fixture)
from tests.journeys.test_seen_before import _fits
from tests.support.acting import acting
from tests.support.cast import House, now
from tests.support.linking_scene import BOY, compared, interest
from tests.support.scene_people import SOUTH_WEST, People

pytestmark = [pytest.mark.browser, pytest.mark.django_db]


def _in_front(visitor: Visitor, office: str, house: House, name: str) -> Visitor:  # noqa: F811
    at_work(visitor, office, house, name)
    return visitor


def test_three_reports_about_one_boy_are_found_together_across_two_forces(
    house: House,
    office: str,  # noqa: F811
    person: Callable[..., Visitor],  # noqa: F811
) -> None:
    people = People(house, now())
    ref = people.send(narrative=BOY[0])[0]
    people.send(narrative=BOY[1])
    theirs = people.send(narrative=BOY[2], **SOUTH_WEST)[0]
    compared(people, "Odile", "Otto")
    odile = _in_front(person(scripts=False), office, house, "Odile")
    odile.visit(f"{office}/w/r/{ref}/")
    beside = odile.play.locator(".hl-seen")
    beside.get_by_text("Teirney").first.wait_for()
    beside.get_by_text("Possible match at the South West desk.").wait_for()
    assert not beside.get_by_text("960455").count(), "what the other desk's report says is not shown"
    beside.get_by_role("link", name="Ask the South West desk").click()
    _at(odile, "Possible matches at other desks")
    _fits(odile, "other-desks")
    odile.play.get_by_role("radio", name="1. South West desk").check()
    odile.play.get_by_label("Ask whether it is about the same matter").check()
    odile.play.get_by_label("Message to the other desk").fill("Is yours the boy at the hill school?")
    odile.press("Send to the other desk")
    odile.play.get_by_text("Sent to the other desk.").wait_for()

    otto = _in_front(person(scripts=False), office, house, "Otto")
    otto.visit(f"{office}/w/matches/")
    otto.play.get_by_text("North East desk has asked a question.").wait_for()
    otto.play.get_by_role("link", name="Answer it").click()
    assert urlsplit(otto.play.url).path == f"/w/r/{theirs}/matches/"
    otto.play.get_by_text("Is yours the boy at the hill school?").wait_for()
    asked = otto.play.get_by_role("article").filter(has_text="has asked a question.").inner_text()
    otto.play.get_by_role("radio", name=f"{asked[0]}. North East desk").check()
    otto.play.get_by_label("Answer: it is about the same matter").check()
    otto.play.get_by_label("Message to the other desk").fill("The club says so")
    otto.press("Send to the other desk")
    odile.visit(f"{office}/w/r/{ref}/matches/")
    odile.play.get_by_text("Confirmed: about the same matter.").wait_for()


def test_a_name_in_the_register_pages_its_owner_and_the_desk_sees_only_contact(
    house: House,
    office: str,  # noqa: F811
    person: Callable[..., Visitor],  # noqa: F811
) -> None:
    people = People(house, now())
    interest(people, ground="Operation quillon")
    ref = people.send(narrative=BOY[0])[0]
    compared(people, "Odile")
    with acting("worker"):
        paging.drain(people.at)
    odile = _in_front(person(scripts=False), office, house, "Odile")
    odile.visit(f"{office}/w/r/{ref}/")
    odile.play.get_by_text("Do not act yet. Contact this officer first: Otto O., South West desk.").wait_for()
    assert not odile.play.get_by_text("quillon").count()
    _fits(odile, "contact-first")

    otto = _in_front(person(scripts=False), office, house, "Otto")
    otto.visit(f"{office}/w/alarms/")
    otto.play.get_by_role("link", name="Interest register").last.click()
    _at(otto, "Reports that match your entries")
    _fits(otto, "interest-register")
    otto.play.get_by_role("button", name="Acknowledge report").click()
    otto.play.get_by_text("Acknowledged in your name.").wait_for()
    otto.play.get_by_role("link", name="Clear the desk to act").click()
    _at(otto, "Clear a desk to act")
    _fits(otto, "clearance")
    otto.play.get_by_label("What is the desk cleared to do?").fill("Speak to the school first")
    otto.play.get_by_role("button", name="Clear the desk to act").click()
    otto.play.get_by_text("You cleared the North East desk to act").wait_for()
    odile.visit(f"{office}/w/r/{ref}/")
    odile.play.get_by_text("Speak to the school first").wait_for()
