"""Asking to open who sent a report, deciding about it and opening it, page by page, as officer and authoriser do it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.urls import get_resolver

from heedline.casework.report import sealing
from heedline.reports.models import IdentityRequest
from heedline.vault.identity import seal_identity
from heedline.web.declared import routes
from tests.sites.office.desk_hand import Hand
from tests.support.cast import House, now
from tests.support.scene_people import NAMED
from tests.support.stories import a_report

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]

NORTH_EAST = {"postcode": "NE1 4ST"}
ASKED = {
    "ground": "source-at-risk",
    "necessity": "Only she knows the day <b>now</b>",
    "risk": "Her brother would know",
    "minutes": "30",
}
ANONYMOUS = {"you": {"who": "anonymous"}}


def _taken(house: House, hand: Callable[[], Hand], **told: Any) -> tuple[UUID, Hand]:
    ref, _ = a_report(at=now(), where=NORTH_EAST, **told)
    odile = hand().at_work(house, "Odile")
    odile.get("/w/q/north-east/")
    odile.send(f"/w/r/{ref}/take/")
    return ref, odile


def _asked(house: House, hand: Callable[[], Hand], **told: Any) -> tuple[UUID, UUID, Hand]:
    ref, odile = _taken(house, hand, **told)
    odile.get(f"/w/r/{ref}/identity/")
    odile.send(f"/w/r/{ref}/identity/", do="sure", **ASKED)
    odile.send(f"/w/r/{ref}/identity/", do="ask")
    return ref, IdentityRequest.objects.get(report_id=ref).id, odile


def _approved(house: House, hand: Callable[[], Hand], **told: Any) -> tuple[UUID, UUID, Hand, Hand]:
    ref, request, odile = _asked(house, hand, **told)
    ada = hand().at_work(house, "Ada")
    ada.get(f"/w/identity/{request}/")
    ada.send(f"/w/identity/{request}/", decision="approve", reasons="One call, by her")
    return ref, request, odile, ada


def _open(odile: Hand, request: UUID, passphrase: str) -> Hand:
    odile.get(f"/w/identity/{request}/open/")
    odile.send(f"/w/identity/{request}/open/", passphrase=passphrase)
    return odile


def test_from_the_report_to_the_name_and_back(house: House, hand: Callable[[], Hand]) -> None:
    ref, odile = _taken(house, hand, **NAMED)
    odile.get(f"/w/r/{ref}/")
    assert f'href="/w/r/{ref}/identity/' in odile.html
    assert "Request identity" in odile.html
    odile.get(f"/w/r/{ref}/identity/")
    odile.send(f"/w/r/{ref}/identity/", do="sure")
    assert odile.page.status_code == 422
    assert "Explain why it is necessary" in odile.html
    odile.send(f"/w/r/{ref}/identity/", do="sure", **ASKED)
    assert odile.heading == "Request the source identity?"
    assert "The reporter may not have given a name." in odile.html
    assert "Only she knows the day &lt;b&gt;now&lt;/b&gt;" in odile.html
    assert not IdentityRequest.objects.exists(), "nothing is asked before they are sure"
    odile.send(f"/w/r/{ref}/identity/", do="write")
    assert odile.form(f"/w/r/{ref}/identity/")["necessity"] == ASKED["necessity"]
    odile.send(f"/w/r/{ref}/identity/", do="sure")
    odile.send(f"/w/r/{ref}/identity/", do="ask")
    assert "The authorisers on duty are being paged" in odile.html
    assert "Your desk has asked" in odile.html
    request = IdentityRequest.objects.get().id

    ada = hand().at_work(house, "Ada")
    ada.get("/w/")
    assert "1 identity request is waiting" in " ".join(ada.html.split())
    ada.get("/w/identity/")
    assert f'href="/w/identity/{request}/"' in ada.html
    ada.get(f"/w/identity/{request}/")
    assert "Only she knows the day &lt;b&gt;now&lt;/b&gt;" in ada.html
    assert "The reporter may be in danger themselves" in ada.html
    assert "filmed the side doors" not in ada.html
    assert "Verhoeven" not in ada.html
    ada.send(f"/w/identity/{request}/", decision="approve")
    assert ada.page.status_code == 422
    assert "Say why" in ada.html
    ada.send(f"/w/identity/{request}/", reasons="One call, by her", decision="approve")
    assert "Approved. They alone can open it." in ada.html
    ada.get(f"/w/identity/{request}/")
    assert "This has been decided." in ada.html

    odile.get(f"/w/r/{ref}/")
    assert "Approved. Odile O. can open it until" in odile.html
    odile.get(f"/w/r/{ref}/identity/")
    assert "One call, by her" in odile.html
    assert f'href="/w/identity/{request}/open/"' in odile.html
    odile.get(f"/w/identity/{request}/open/")
    assert "Verhoeven" not in odile.html
    odile.send(f"/w/identity/{request}/open/", passphrase="six words that are not it")
    assert odile.page.status_code == 422
    assert "This is not your passphrase" in odile.html
    _open(odile, request, house.keys["Odile"].passphrase)
    assert odile.heading.startswith("Who sent ")
    assert "Rosa Verhoeven-Okonkwo" in odile.html
    assert "07700 900123" in odile.html
    assert odile.html.count("Opened by Odile O., ") >= 10
    assert odile.page["Cache-Control"] == "no-store"
    seconds, _, to = odile.page["Refresh"].partition("; url=")
    assert 0 < int(seconds) <= 15 * 60
    assert to == f"/w/r/{ref}/identity/"
    odile.get(f"/w/r/{ref}/history/")
    for words in (
        "Requested the source’s identity",
        "Decided the identity request",
        "Opened the source’s identity",
    ):
        assert words in odile.html
    assert "Verhoeven" not in odile.html


def test_no_name_given_is_said_only_when_open(house: House, hand: Callable[[], Hand]) -> None:
    ref, request, odile, _ = _approved(house, hand, **ANONYMOUS)
    for path in (
        f"/w/r/{ref}/",
        f"/w/r/{ref}/identity/",
        f"/w/r/{ref}/history/",
        f"/w/identity/{request}/open/",
    ):
        odile.get(path)
        assert "No name was given" not in odile.html
        assert "nonymous" not in odile.html, path
    _open(odile, request, house.keys["Odile"].passphrase)
    assert "No name was given." in odile.html
    assert "nothing that could be used to trace them" in odile.html


@pytest.mark.parametrize(
    "body",
    [
        b"Rosa Verhoeven-Okonkwo",
        b"[]",
        b'{"you": ["name"]}',
        b"[" * 100_000,
    ],
    ids=["no JSON", "no object", "no pages", "nested too deep"],
)
def test_an_identity_that_heedline_did_not_write_is_refused_in_words(
    house: House, hand: Callable[[], Hand], monkeypatch: pytest.MonkeyPatch, body: bytes
) -> None:
    """A process that faces the internet seals it, and whoever takes that over can seal anything."""
    monkeypatch.setattr(sealing, "seal_identity", lambda _, **to: seal_identity(body, **to))
    _, request, odile, _ = _approved(house, hand, **NAMED)
    _open(odile, request, house.keys["Odile"].passphrase)
    assert odile.page.status_code == 409
    assert "its contents are damaged and cannot be shown" in odile.html
    assert "Verhoeven" not in odile.html


def test_pages_are_the_same_for_named_and_anonymous_reports(house: House, hand: Callable[[], Hand]) -> None:
    def pages(told: dict[str, Any]) -> list[str]:
        ref, request, odile, ada = _approved(house, hand, **told)
        seen = []
        for who, path in (
            (odile, f"/w/r/{ref}/"),
            (odile, f"/w/r/{ref}/identity/"),
            (odile, f"/w/r/{ref}/history/"),
            (odile, f"/w/identity/{request}/open/"),
            (ada, f"/w/identity/{request}/"),
        ):
            who.get(path)
            assert who.page.status_code == 200
            bare = who.html.replace(str(ref), "R").replace(str(request), "Q")
            bare = re.sub(
                r'(csrfmiddlewaretoken" value|form_of" value|once" value|data-left)="[^"]+"', "", bare
            )
            bare = re.sub(r"[A-Z2-7]{4}-[A-Z2-7]{4}", "SHORT", bare)
            seen.append(re.sub(r"\d\d:\d\d", "TIME", bare))
        return seen

    for named, anonymous in zip(pages(NAMED), pages(ANONYMOUS), strict=True):
        assert named == anonymous


def _every_page() -> list[str]:
    """Every page of the office about one report, or one request about who sent it: from the routes themselves, so that a
    new page is looked at too."""
    wheres = [f"/{where}" for where, _ in routes(get_resolver("heedline.config.urls_office"))]
    return [
        one
        for one in wheres
        if one.startswith(("/w/r/<uuid:ref>/", "/w/identity/<uuid:ref>/")) and "task" not in one
    ]


def test_no_page_about_a_report_tells_whether_a_name_was_given(
    house: House, hand: Callable[[], Hand]
) -> None:
    """Two reports, one from somebody who gave a name: each page of the one is a page of the other."""

    def pages(told: dict[str, Any]) -> dict[str, str]:
        ref, request, odile, ada = _approved(house, hand, **told)
        seen = {}
        for name, who in (("Odile", odile), ("Ada", ada)):
            for place in _every_page():
                who.get(place.replace("<uuid:ref>", str(request if "/identity/<" in place else ref)))
                bare = who.html.replace(str(ref), "R").replace(str(request), "Q")
                # what differs by chance
                bare = re.sub(
                    r'(csrfmiddlewaretoken" value|form_of" value|once" value|data-left)="[^"]+"', "", bare
                )
                bare = re.sub(r"[A-Z2-7]{4}-[A-Z2-7]{4}", "SHORT", bare)
                seen[f"{name} {place}"] = (
                    f"{who.page.status_code} {re.sub(r'[0-9]{2}:[0-9]{2}', 'TIME', bare)}"
                )
        return seen

    named, anonymous = pages(NAMED), pages(ANONYMOUS)
    assert sum(page.startswith("200") for page in named.values()) >= 12, "the test would see it"
    for place, page in named.items():
        assert page == anonymous[place], place


def _bare(page: Hand) -> tuple[int, str]:
    return page.page.status_code, re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", page.html)


def test_strangers_and_other_desks_get_the_same_as_for_nothing(
    house: House, hand: Callable[[], Hand]
) -> None:
    ref, request, _, ada = _approved(house, hand, **NAMED)
    otto, stella, olga = (hand().at_work(house, name) for name in ("Otto", "Stella", "Olga"))
    for who, places in (
        (otto, ("/w/r/{report}/identity/", "/w/identity/{}/", "/w/identity/{}/open/")),
        (stella, ("/w/r/{report}/identity/", "/w/identity/{}/", "/w/identity/{}/open/")),
        (olga, ("/w/identity/{}/", "/w/identity/{}/open/")),
        (ada, ("/w/r/{report}/identity/", "/w/identity/{}/open/")),
    ):
        for place in places:
            results = []
            for one, report in ((request, ref), (uuid4(), uuid4())):
                who.get(place.format(one, report=report))
                results.append(_bare(who))
            assert results[0] == results[1], place
            assert results[0][0] == 404, place
    otto.get("/w/")
    csrf = otto.form("/sign-out/")["csrfmiddlewaretoken"]
    for path, answers in (
        ("/w/identity/{}/", {"decision": "approve", "reasons": "x"}),
        ("/w/identity/{}/open/", {"passphrase": house.keys["Otto"].passphrase}),
    ):
        results = []
        for one in (request, uuid4()):
            otto.page = otto.client.post(
                path.format(one), {"csrfmiddlewaretoken": csrf, **answers}, follow=True
            )
            results.append(_bare(otto))
        assert results[0] == results[1]
        assert results[0][0] == 404


def test_a_form_without_our_token_does_nothing(house: House, hand: Callable[[], Hand]) -> None:
    _, request, odile = _asked(house, hand, **NAMED)
    ada = hand().at_work(house, "Ada")
    ada.client.post(f"/w/identity/{request}/", {"decision": "approve", "reasons": "x"})
    assert IdentityRequest.objects.get().decided_at is None
    odile.page = odile.client.post(f"/w/identity/{request}/open/", {"passphrase": "x"})
    assert odile.page.status_code == 403


def test_words_that_came_too_late_are_kept(house: House, hand: Callable[[], Hand]) -> None:
    ref, odile = _taken(house, hand, **NAMED)
    odile.get(f"/w/r/{ref}/identity/")
    late = odile.form(f"/w/r/{ref}/identity/")
    odile.send("/lock/")
    odile.page = odile.client.post(f"/w/r/{ref}/identity/", {**late, **ASKED, "do": "ask"}, follow=True)
    odile.path = odile.page.redirect_chain[-1][0]
    odile.unlock(house, "Odile")
    odile.get(f"/w/r/{ref}/identity/")
    assert "We kept what you wrote" in odile.html
    assert odile.form(f"/w/r/{ref}/identity/")["risk"] == ASKED["risk"]
    assert not IdentityRequest.objects.exists()


def test_a_form_that_a_browser_sends_again_opens_nothing(house: House, hand: Callable[[], Hand]) -> None:
    """Going back and sending again would need no passphrase: the browser has kept it."""
    _, request, odile, _ = _approved(house, hand, **NAMED)
    odile.get(f"/w/identity/{request}/open/")
    sent = {**odile.form(f"/w/identity/{request}/open/"), "passphrase": house.keys["Odile"].passphrase}
    for again in (False, True):
        odile.page = odile.client.post(f"/w/identity/{request}/open/", sent)
        assert ("Verhoeven" in odile.html) is not again
    assert "This form was sent before" in odile.html


def test_guessing_a_passphrase_is_slowed_down(house: House, hand: Callable[[], Hand]) -> None:
    _, request, odile, _ = _approved(house, hand, **NAMED)
    for _ in range(6):
        _open(odile, request, "not it at all")
    assert "too many attempts" in odile.html
    _open(odile, request, house.keys["Odile"].passphrase)
    assert "Verhoeven" not in odile.html


def test_who_does_not_hold_the_report_reads_why_they_cannot_ask(
    house: House, hand: Callable[[], Hand]
) -> None:
    ref, _ = _taken(house, hand, **NAMED)
    olga = hand().at_work(house, "Olga")
    olga.get(f"/w/r/{ref}/identity/")
    assert "A colleague owns this report" in olga.html
    assert 'name="necessity"' not in olga.html


def test_a_question_back_then_less_time_under_conditions_that_are_confirmed(
    house: House, hand: Callable[[], Hand]
) -> None:
    ref, odile = _taken(house, hand, **NAMED)

    def ask() -> UUID:
        for do in ("sure", "ask"):
            odile.get(f"/w/r/{ref}/identity/") if do == "sure" else None
            odile.send(f"/w/r/{ref}/identity/", do=do, **ASKED)
        return IdentityRequest.objects.get(decided_at=None).id

    request, ada = ask(), hand().at_work(house, "Ada")
    place = f"/w/identity/{request}/"
    ada.get(place)
    ada.send(place, reasons="Have you written to them?", decision="ask", conditions="One call")
    assert ada.page.status_code == 422
    assert "Conditions apply only if you grant the request" in ada.html
    ada.send(place, reasons="Have you written to them?", decision="ask", conditions="")
    assert "Question sent." in ada.html
    odile.get(f"/w/r/{ref}/identity/")
    assert "The authoriser has asked a question" in odile.html
    assert "Have you written to them?" in odile.html

    request = ask()
    place = f"/w/identity/{request}/"
    ada.get(place)
    ada.send(
        place, reasons="Now it is necessary", decision="approve", minutes="10", conditions="One <b>call</b>"
    )
    assert "Approved." in ada.html
    odile.get(f"/w/r/{ref}/identity/")
    assert "Granted: 10 minutes" in odile.html
    place = f"/w/identity/{request}/open/"
    odile.get(place)
    assert "One &lt;b&gt;call&lt;/b&gt;" in odile.html
    odile.send(place, passphrase=house.keys["Odile"].passphrase)
    assert (odile.page.status_code, "Verhoeven" in odile.html) == (422, False)
    assert "Confirm the conditions" in odile.html
    odile.send(place, passphrase=house.keys["Odile"].passphrase, confirmed="yes")
    assert "Rosa Verhoeven-Okonkwo" in odile.html
