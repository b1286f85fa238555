"""Asking that a sender be traced, deciding about it and printing the statement, page by page."""

from __future__ import annotations

import re
from collections.abc import Callable
from uuid import UUID, uuid4

import pytest

from heedline.casework.identity import data_inventory
from heedline.reports.models import IdentityRequest, Report
from tests.sites.office.desk_hand import Hand
from tests.support.cast import House, now
from tests.support.scene_people import DANGER, NAMED
from tests.support.stories import a_report

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]

ASKED = {
    "ground": "other-in-danger",
    "necessity": "Nobody else knows the <b>house</b>",
    "tried": "Two questions through the code",
    "proportion": "One life against one promise",
}
ASSESSED = {
    "danger": "yes",
    "priority": "high",
    "done_what": "A threat",
    "reason": "As told",
    "do": "save-stay",
}


def _taken(house: House, hand: Callable[[], Hand], **told: object) -> tuple[UUID, Hand]:
    ref, _ = a_report(at=now(), where={"postcode": "NE1 4ST"}, **{**DANGER, **told})
    odile = hand().at_work(house, "Odile")
    odile.get("/w/q/north-east/")
    odile.send(f"/w/r/{ref}/take/")
    return ref, odile


def _at_risk(house: House, hand: Callable[[], Hand], **told: object) -> tuple[UUID, Hand]:
    ref, odile = _taken(house, hand, **told)
    odile.get(f"/w/r/{ref}/")
    odile.send(f"/w/r/{ref}/", **ASSESSED)
    assert Report.objects.get(pk=ref).danger_to_life
    return ref, odile


def _asked(house: House, hand: Callable[[], Hand], **told: object) -> tuple[UUID, UUID, Hand]:
    ref, odile = _at_risk(house, hand, **told)
    odile.get(f"/w/r/{ref}/trace/")
    odile.send(f"/w/r/{ref}/trace/", do="sure", **ASKED)
    odile.send(f"/w/r/{ref}/trace/", do="ask")
    return ref, IdentityRequest.objects.get(report_id=ref).id, odile


def test_from_the_report_to_the_statement(house: House, hand: Callable[[], Hand]) -> None:
    ref, odile = _taken(house, hand)
    odile.get(f"/w/r/{ref}/")
    assert f"/w/r/{ref}/trace/" not in odile.html, "nobody has assessed it as a danger to life"
    odile.get(f"/w/r/{ref}/trace/")
    assert "assessed as a danger to life" in odile.html
    assert 'name="necessity"' not in odile.html
    odile.get(f"/w/r/{ref}/")
    odile.send(f"/w/r/{ref}/", **ASSESSED)
    odile.get(f"/w/r/{ref}/")
    assert "Request communications data" in odile.html
    odile.get(f"/w/r/{ref}/identity/")
    assert f'href="/w/r/{ref}/trace/"' in odile.html, "the tab “Source identity” is where one looks for it"
    odile.get(f"/w/r/{ref}/trace/")
    assert "Heedline holds nothing that could be used to trace a reporter" in odile.html
    assert f'aria-current="page" href="/w/r/{ref}/identity/"' in odile.html, "it stands under that tab"
    odile.send(f"/w/r/{ref}/trace/", do="sure", ground="other-in-danger")
    assert odile.page.status_code == 422
    assert "Explain what was tried first" in odile.html
    odile.send(f"/w/r/{ref}/trace/", do="sure", **ASKED)
    assert odile.heading == "Request communications data: threat to life?"
    assert "Nobody else knows the &lt;b&gt;house&lt;/b&gt;" in odile.html
    assert not IdentityRequest.objects.exists(), "nothing is asked before they are sure"
    odile.send(f"/w/r/{ref}/trace/", do="write")
    assert odile.form(f"/w/r/{ref}/trace/")["tried"] == ASKED["tried"]
    odile.send(f"/w/r/{ref}/trace/", do="sure")
    odile.send(f"/w/r/{ref}/trace/", do="ask")
    assert "The authorisers on duty are being paged" in odile.html
    request = IdentityRequest.objects.get().id

    ada = hand().at_work(house, "Ada")
    ada.get("/w/identity/")
    assert "Request communications data" in ada.html
    ada.get(f"/w/identity/{request}/")
    assert ada.heading.startswith("Communications data request: ")
    assert "One life against one promise" in ada.html
    assert "filmed the side doors" not in ada.html
    ada.send(f"/w/identity/{request}/", decision="approve")
    assert "Say why" in ada.html
    ada.send(f"/w/identity/{request}/", decision="approve", reasons="A life first")
    assert "Agreed. They can print the statement." in ada.html

    odile.get("/w/")
    assert "1 of your identity requests was decided" in " ".join(odile.html.split())
    odile.get("/w/identity/")
    assert f'href="/w/r/{ref}/trace/"' in odile.html
    odile.get(f"/w/r/{ref}/trace/")
    assert "A life first" in odile.html
    odile.get(f"/w/identity/{request}/statement/")
    assert odile.heading.startswith("Data held on the reporter: ")
    assert "Heedline holds nothing that could be used to trace a reporter" in odile.html
    assert f'href="/w/r/{ref}/trace/">Back to the report' in odile.html
    ada.get(f"/w/identity/{request}/statement/")
    assert ">All requests<" in ada.html.partition("<main")[2]
    assert "Back to the report" not in ada.html
    assert "test_no_table_has_a_mark" in odile.html
    assert "reports_receipt: report_id lookup reporter_key" in odile.html
    assert odile.html.count("<code") == sum(len(one.shown_by) for one in data_inventory.LACKS) + sum(
        len(one.columns) for one in data_inventory.holds()
    )
    for words in (*ASKED.values(), "A life first", "filmed the side doors"):
        assert words not in odile.html, (
            "nothing of the report and nothing that was written stands on the paper"
        )
    odile.get(f"/w/r/{ref}/history/")
    for words in (
        "Requested communications data (threat to life)",
        "Decided the communications data request",
        "Printed the statement",
    ):
        assert words in odile.html


def test_pages_and_statement_are_the_same_for_named_and_anonymous(
    house: House, hand: Callable[[], Hand]
) -> None:
    def pages(told: dict[str, object]) -> list[str]:
        ref, request, odile = _asked(house, hand, **told)
        ada = hand().at_work(house, "Ada")
        ada.get(f"/w/identity/{request}/")
        ada.send(f"/w/identity/{request}/", decision="approve", reasons="A life first")
        seen = []
        for who, path in (
            (odile, f"/w/r/{ref}/"),
            (odile, f"/w/r/{ref}/trace/"),
            (odile, f"/w/identity/{request}/statement/"),
            (ada, f"/w/identity/{request}/"),
        ):
            who.get(path)
            assert who.page.status_code == 200
            # above it is the bar with every danger that is open, the other report's too
            bare = who.html.partition("<main")[2].replace(str(ref), "R").replace(str(request), "Q")
            bare = re.sub(r'(csrfmiddlewaretoken|form_of)" value="[^"]+"', "", bare)
            bare = re.sub(r"[A-Z2-7]{4}-[A-Z2-7]{4}", "SHORT", bare)
            bare = re.sub(r'-left="\d+"', "", bare)  # seconds, which go on while the test runs
            seen.append(re.sub(r"\d\d:\d\d", "TIME", bare))
        return seen

    for named, anonymous in zip(pages(NAMED), pages({"you": {"who": "anonymous"}}), strict=True):
        assert named == anonymous


def test_strangers_get_the_same_as_for_nothing(house: House, hand: Callable[[], Hand]) -> None:
    ref, request, _ = _asked(house, hand)
    for name in ("Otto", "Stella"):
        who = hand().at_work(house, name)
        for place in ("/w/r/{report}/trace/", "/w/identity/{one}/statement/", "/w/identity/{one}/"):
            answers = []
            for one, report in ((request, ref), (uuid4(), uuid4())):
                who.get(place.format(one=one, report=report))
                answers.append(who.page.status_code)
            assert answers == [404, 404], place


def test_words_that_came_too_late_are_kept(house: House, hand: Callable[[], Hand]) -> None:
    ref, request, odile = _asked(house, hand)
    ada = hand().at_work(house, "Ada")
    ada.get(f"/w/identity/{request}/")
    late = ada.form(f"/w/identity/{request}/")
    ada.send("/lock/")
    ada.page = ada.client.post(
        f"/w/identity/{request}/",
        {**late, "decision": "refuse", "reasons": "The neighbour first"},
        follow=True,
    )
    ada.path = ada.page.redirect_chain[-1][0]
    ada.unlock(house, "Ada")
    ada.get(f"/w/identity/{request}/")
    assert "We kept what you wrote" in ada.html
    assert "The neighbour first" in ada.html
    assert IdentityRequest.objects.get().decided_at is None
    ada.send(f"/w/identity/{request}/", decision="refuse", reasons="The neighbour first")
    odile.get(f"/w/r/{ref}/trace/")
    assert "The neighbour first" in odile.html
    late = odile.form(f"/w/r/{ref}/trace/")
    odile.send("/lock/")
    odile.page = odile.client.post(f"/w/r/{ref}/trace/", {**late, **ASKED, "do": "ask"}, follow=True)
    odile.path = odile.page.redirect_chain[-1][0]
    odile.unlock(house, "Odile")
    odile.get(f"/w/r/{ref}/trace/")
    assert odile.form(f"/w/r/{ref}/trace/")["tried"] == ASKED["tried"]
    assert IdentityRequest.objects.count() == 1
