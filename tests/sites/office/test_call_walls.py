"""The screen of a call: what the lock, a second tab and a colleague do to it, who may not, and what hostile words do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from django.conf import settings

from heedline.audit.models import Event
from heedline.intake.models import DraftRow
from heedline.permits.models import UnlockedKeys
from heedline.reports.models import Report
from tests.sites.office.desk_hand import Hand
from tests.sites.office.test_call_pages import (
    ACCOUNT,
    CALL,
    CONTACT,
    TOLD,
    code_on,
    press,
    sent_by,
    the_report,
)
from tests.sites.office.test_walls import HOSTILE
from tests.support.cast import House, now
from tests.support.scene_people import quarter_hour_over

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]


@pytest.fixture
def odile(house: House, hand: Callable[[], Hand]) -> Hand:
    """Odile, unlocked, with an empty screen of a call before her."""
    page = hand().at_work(house, "Odile")
    page.get(CALL)
    return page


# --- the lock, the sign-out, two tabs ---------------------------------------------------------------------------------


def test_the_lock_in_the_middle_of_a_call_loses_nothing(house: House, odile: Hand) -> None:
    press(odile, "save", **{"what.narrative": "Two men"})
    UnlockedKeys.objects.all().delete()
    press(odile, "finish", **TOLD, **{"you.who": "anonymous"})
    assert odile.heading == "Unlock your keys"
    odile.unlock(house, "Odile")
    assert odile.path == CALL
    assert "We kept what you wrote." in odile.html
    assert odile.form(CALL)["what.narrative"] == ACCOUNT
    sent_by(odile)
    odile.send("/w/call/code/", do="gone")
    odile.send("/w/call/wrap-up/", do="next")
    assert odile.form(CALL)["what.narrative"] == ""


def test_signed_out_in_the_middle_of_a_call(house: House, odile: Hand) -> None:
    kept = odile.form(CALL) | TOLD | {"do": "finish"}
    odile.send("/sign-out/")
    odile.page = odile.client.post(CALL, kept, follow=True)
    odile.sign_in("Odile")
    odile.unlock(house, "Odile")
    odile.get(CALL)
    assert odile.form(CALL)["what.narrative"] == ACCOUNT


def test_the_lock_after_sending_leads_back_to_the_code(house: House, odile: Hand) -> None:
    code = sent_by(odile, **TOLD)
    UnlockedKeys.objects.all().delete()
    odile.send("/w/call/code/", do="compare", code=code.symbols)
    odile.unlock(house, "Odile")
    assert odile.path == "/w/call/code/"
    assert code_on(odile) == code


def test_a_second_tab_does_not_write_over_the_first(odile: Hand) -> None:
    first = odile.form(CALL)
    press(odile, "save", **TOLD)
    odile.page = odile.client.post(CALL, first | {"do": "save", "what.narrative": "From the other tab"})
    assert odile.page.status_code == 409
    assert "changed in another tab" in odile.html
    assert odile.form(CALL)["what.narrative"] == "From the other tab"
    press(odile, "save")
    odile.get(f"{CALL}?line=1")
    assert odile.form(CALL)["what.narrative"] == "From the other tab"


def test_a_page_whose_draft_is_gone_says_so_and_keeps_its_words(odile: Hand) -> None:
    press(odile, "save", **TOLD)
    DraftRow.objects.all().delete()
    press(odile, "save", **TOLD)
    assert odile.page.status_code == 409
    assert "no longer exists" in odile.html
    press(odile, "save")
    assert odile.form(CALL)["what.narrative"] == ACCOUNT


# --- what the script does ---------------------------------------------------------------------------------------------


def test_the_script_saves_without_unlocked_keys_and_never_into_a_strangers_draft(
    house: House, odile: Hand
) -> None:
    typed = odile.form(CALL) | TOLD
    UnlockedKeys.objects.all().delete()
    first = odile.client.post("/w/call/save/", typed)
    assert first.json()["said"].startswith("Draft saved at ")
    stale = odile.client.post("/w/call/save/", typed | {"what.narrative": "Old"})
    assert stale.status_code == 409
    known = {"edition": first.json()["edition"], "call": first.json()["call"]}
    second = odile.client.post("/w/call/save/", typed | known | CONTACT)
    assert "No contact details are kept" in second.json()["said"]
    odile.unlock(house, "Odile")
    odile.get(f"{CALL}?line=1")
    assert odile.form(CALL)["what.narrative"] == ACCOUNT
    assert odile.form(CALL)["contact.phone"] == ""
    quarter_hour_over(now())
    assert not Event.objects.filter(act="call-taken-down").exists()


def test_a_colleague_in_the_same_browser_finds_nothing_and_takes_nothing_away(
    house: House, odile: Hand
) -> None:
    press(odile, "save", **TOLD)
    odile.send("/sign-out/")
    odile.sign_in("Olga")
    odile.unlock(house, "Olga")
    odile.get(f"{CALL}?line=1")
    assert ACCOUNT not in odile.html
    odile.get(CALL)
    assert "Unfinished calls</h2>" not in odile.html
    press(odile, "save", **{"what.narrative": "Olga's own call"})
    odile.send("/sign-out/")
    odile.sign_in("Odile")
    odile.unlock(house, "Odile")
    odile.get(f"{CALL}?line=1")
    assert odile.form(CALL)["what.narrative"] == ACCOUNT


# --- who may, and what others see -------------------------------------------------------------------------------------


def test_strangers_and_other_roles_take_nothing_down(house: House, hand: Callable[[], Hand]) -> None:
    for name in ("Stella", "Ada", "Ned"):
        page = hand()
        page.sign_in(name)
        assert "New call or walk-in" not in page.html, name
        page.get("/w/call/sheet/")
        assert page.page.status_code == 403, name
        token = page.form("/sign-out/")["csrfmiddlewaretoken"]
        saved = page.client.post("/w/call/save/", TOLD | {"csrfmiddlewaretoken": token})
        assert saved.status_code == 403, name
        if name != "Ned":
            page.unlock(house, name)
            page.get(CALL)
            assert page.page.status_code == 403, name
    assert not Report.objects.exists()
    quarter_hour_over(now())
    assert Event.objects.filter(act="call-taken-down", outcome="refused").count() == 8


def test_a_report_for_another_desk_arrives_there_and_opens_there(
    house: House, odile: Hand, hand: Callable[[], Hand]
) -> None:
    sent_by(odile, **TOLD | {"where.postcode": "BS1 6QF"})
    odile.send("/w/call/code/", do="declined")
    assert "You are not a member of that desk, so you can no longer view the report" in odile.html
    odile.send("/w/call/wrap-up/", do="note", more="Rang from a moving train")
    ref: UUID = the_report().id
    odile.get(f"/w/r/{ref}/")
    assert odile.page.status_code == 404
    otto = hand().at_work(house, "Otto")
    otto.get("/w/q/south-west/")
    otto.send(f"/w/r/{ref}/take/")
    assert ACCOUNT in otto.html
    assert "Rang from a moving train" in otto.html
    assert "Odile O." in otto.html
    otto.get(f"/w/r/{ref}/hand-over/")
    otto.send(f"/w/r/{ref}/hand-over/", do="hand-over", to="north-east", because="It was there after all")
    odile.get(f"/w/r/{ref}/")
    assert "Rang from a moving train" in odile.html


def test_hostile_words_are_inert(odile: Hand) -> None:
    press(
        odile,
        "save",
        **{"what.narrative": HOSTILE, "where.place": HOSTILE[:400], "person.1.name": HOSTILE[:150]},
    )
    pages = [odile.html]
    press(odile, "finish", **{"people.known": "yes"})
    pages.append(odile.html)
    odile.send("/w/call/check/", do="send")
    odile.send("/w/call/code/", do="compare", code="<script>alert(1)</script>")
    pages.append(odile.html)
    odile.send("/w/call/code/", do="gone")
    odile.send("/w/call/wrap-up/", do="note", mood=HOSTILE[:600])
    pages.append(odile.html)
    assert odile.page.status_code == 422
    for html in pages:
        assert "<script>alert" not in html
        assert "<img src=x" not in html
        assert "<svg onload" not in html
        assert 'href="http://evil' not in html
    assert "[U+202E]gnp.exe" in pages[1]


def test_rubbish_is_answered_and_stored_nowhere(odile: Hand) -> None:
    rubbish = {
        "kind": "no-such", "kind-shown": "no-such", "channel": "pigeon", "slots.person": "99999", "you.who": "king",
        "what.narrative": ACCOUNT, "desk": "south-west", "contact-on-day": "x",
    }  # fmt: skip
    press(odile, "save", **rubbish)
    assert odile.page.status_code == 200
    assert odile.form(CALL)["kind-shown"] == "activity"
    press(odile, "finish", **{"you.who": "king"})
    assert odile.page.status_code == 422
    assert "Person 11" not in odile.html
    press(odile, "save", **{"what.narrative": "x" * 250_000})
    assert odile.page.status_code in {200, 413}


def test_the_sheet_of_paper_asks_the_same_and_holds_nothing(odile: Hand) -> None:
    press(odile, "save", **TOLD)
    odile.get("/w/call/sheet/")
    assert odile.heading == "Call sheet"
    assert ACCOUNT not in odile.html
    for asked in (
        "Is anyone in danger, or is something planned?",
        "Number plate",
        "By letter",
        "No, stay anonymous",
    ):
        assert asked in odile.html, asked


def test_the_cookie_ends_with_the_browser_and_opens_nothing_on_the_public_site(
    odile: Hand, public_site: Callable[..., Any]
) -> None:
    press(odile, "save", **TOLD)
    cookie = odile.client.cookies[settings.CALL_COOKIE]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Strict"
    assert cookie["max-age"] == ""
    rosa = public_site()
    rosa.cookies[settings.DRAFT_COOKIE] = cookie.value
    assert ACCOUNT not in rosa.get("/r/what/", follow=True).content.decode()
