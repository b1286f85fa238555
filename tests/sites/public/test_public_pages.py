"""The one list of public pages holds them all: whatever can be asked for, and every question of every kind."""

from __future__ import annotations

import re

import pytest

from heedline.packs import load_pack
from heedline.web.public.shell.asking import question_sets
from heedline.web.public.urls import urlpatterns
from tests.sites.public.walker import Walker
from tests.support.public_pages import ANSWERS, ATTACK, OPEN, stages

pytestmark = pytest.mark.django_db
#: Addresses that show no page: they lead on, or answer with something else.
NO_PAGES = {
    "code/odd/", "exit/", "messages/open/close/", "messages/open/hide/", "log/checkpoint", "r/files/add/",
    "r/files/remove/", "messages/open/files/add/", "messages/open/files/remove/", "robots.txt", "sitemap.xml",
}  # fmt: skip


def test_every_open_page_is_in_the_list() -> None:
    addresses = {str(route.pattern) for route in urlpatterns if "<" not in str(route.pattern)}
    come_to = {one for one in addresses if re.match(r"r/|code/$|code/check|code/print|messages/open/", one)}
    assert addresses - come_to - NO_PAGES == {*OPEN, ATTACK}


def test_the_privacy_page_says_why_as_its_lead_promises_and_who_hears_complaints(rosa: Walker) -> None:
    rosa.visit("/privacy/")
    assert "why we keep it" in rosa.main
    assert "Why we keep it" in rosa.page.headings
    assert "https://ico.org.uk/make-a-complaint/" in {href for _, href in rosa.page.links}


def test_every_page_of_a_report_and_of_a_danger_has_the_red_button(rosa: Walker) -> None:
    of_a_report = re.compile(r"(r|tell|talk|link|ask|emergency|code)/")
    seen = set()
    for stage in stages(rosa):
        for address in stage.addresses:
            if of_a_report.match(address) and address not in ("tell/examples/", "tell/easy/"):
                html = rosa.visit(f"/{address}").html
                if rosa.status == 200:
                    assert "govuk-exit-this-page__button" in html, (stage.name, address)
                    seen.add(address)
    assert {"emergency/", "tell/", "r/brief/", "r/check/", "code/", "code/finished/"} <= seen


def test_the_walk_stops_at_every_page(rosa: Walker) -> None:
    stopped: set[str] = set()
    assert set(ANSWERS) == set(load_pack("uk").kinds)
    for stage in stages(rosa):
        stopped |= set(stage.addresses)
    for questions in question_sets():
        for step in questions.steps:
            if step.slug not in ("lead", "referrer", "mine"):  # asked of few: they look like the others
                assert f"r/{step.slug}/" in stopped
    routes = [re.compile(re.sub(r"<[^>]+>", "[^/]+", str(route.pattern))) for route in urlpatterns]
    for route in routes:
        if "resumable/" in route.pattern:  # asked by a script, and shows nothing
            continue
        if "incident/" in route.pattern:  # there while an incident is open: tests/laws/test_incidents.py
            continue
        if route.pattern not in NO_PAGES and "log/after" not in route.pattern:
            assert any(route.fullmatch(one) for one in stopped), route.pattern
