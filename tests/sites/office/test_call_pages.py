"""The screen of a call: every button, without scripts; what is refused; what the lock and a dropped line leave."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from heedline.audit.models import Event
from heedline.casework.contact import messages
from heedline.casework.report.opening import short_name
from heedline.intake.models import DraftRow
from heedline.reports.models import Report
from heedline.vault.codes import ReceiptCode, parse
from tests.sites.office.desk_hand import Hand
from tests.support.acting import acting
from tests.support.cast import House, now
from tests.support.scene_people import quarter_hour_over

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]

ACCOUNT = "Two men loaded drums of something into a van behind the mill, by night, three times this week."
TOLD = {"what.narrative": ACCOUNT, "where.postcode": "NE1 4ST"}
CONTACT = {
    "contact.name": "Rosa Verhoeven-Okonkwo",
    "contact.phone": "07700 900123",
    "contact.ways": ["phone"],
}
CALL = "/w/call/"


@pytest.fixture
def odile(house: House, hand: Callable[[], Hand]) -> Hand:
    """Odile, unlocked, with an empty screen of a call before her."""
    page = hand().at_work(house, "Odile")
    page.get(CALL)
    assert page.heading == "New call or walk-in"
    return page


def press(page: Hand, button: str, **answers: Any) -> Any:
    return page.send(CALL, do=button, **answers)


def code_on(page: Hand) -> ReceiptCode:
    return parse("".join(re.findall(r'hl-key">([0-9A-Z]{2,4})<', page.html)))


def sent_by(page: Hand, **answers: Any) -> ReceiptCode:
    """Finish, read over, send: the code on the page."""
    press(page, "finish", **answers)
    assert page.heading == "Check the report before sending", re.findall(
        r'error-message">.*?</p>', page.html, re.DOTALL
    )
    page.send("/w/call/check/", do="send")
    assert page.heading == "Report sent. Read out the code"
    return code_on(page)


def the_report() -> Report:
    return Report.objects.get()


def rosa_sees(code: ReceiptCode) -> Any:
    with acting("public"):
        return messages.visit(code, at=now())


# --- the way through -------------------------------------------------------------------------------------------------


def test_a_call_from_the_first_word_to_the_next_call(house: House, odile: Hand) -> None:
    assert "autofocus" not in odile.html, "the page opens at what is said first"
    assert odile.html.index("Say first") < odile.html.index("999 first") < odile.html.index("what.narrative")
    code = sent_by(odile, **TOLD, **{"now.danger": "no", "you.who": "anonymous"})
    assert code.spelled().split(". ")[0] in odile.html
    assert rosa_sees(code).status == "received"
    odile.send("/w/call/code/", do="compare", code=code.grouped().lower())
    assert odile.heading == "After the call"
    ref = the_report().id
    assert "</span> sent to <bdi>North East desk</bdi>" in odile.html
    assert f'href="/w/r/{ref}/"' in odile.html
    odile.send(
        "/w/call/wrap-up/",
        do="note",
        mood="Afraid, whispering",
        behind="A train",
        advice=["emergency", "code"],
    )
    assert "Note saved" in odile.html
    odile.get(f"/w/r/{ref}/")
    for said in (
        ACCOUNT,
        "Taken down by",
        "By phone",
        "Afraid, whispering",
        "A train",
        "How to use the code",
    ):
        assert said in odile.html, said
    odile.get("/w/call/wrap-up/")
    odile.send("/w/call/wrap-up/", do="next")
    assert odile.heading == "New call or walk-in"
    assert ACCOUNT not in odile.html
    assert not DraftRow.objects.exists()


def test_only_the_account_is_needed(odile: Hand) -> None:
    press(odile, "finish")
    assert odile.page.status_code == 422
    assert "Tell us what happened. A few words are enough." in odile.html
    press(odile, "finish", **{"what.narrative": ACCOUNT})
    assert "Not asked yet" in odile.html
    assert "Is anyone in danger, or is something planned?" in odile.html
    odile.send("/w/call/check/", do="send")
    assert odile.heading == "Report sent. Read out the code"
    assert the_report().urgency == "routine"


def test_everything_that_was_filled_in_arrives(house: House, odile: Hand) -> None:
    press(odile, "more.person")
    assert "Person 3" in odile.html
    sent_by(
        odile,
        **TOLD,
        **{
            "now.danger": "not_sure",
            "person.1.name": "The tall one",
            "person.3.name": "The driver",
            "vehicle.1.registration": "ab12 c??",
            "where.addresses": "mill_watch",
            "know.know": ["saw"],
            "know.guess": "yes",
            "know.why": "Only two of us were there",
            "where.when": "repeats",
            "where.date-day": "24",
            "where.date-month": "November",
            "where.date-year": "2026",
            "you.who": "confidence",
            **CONTACT,
        },
    )
    report = the_report()
    assert (report.urgency, report.channel, report.desk.code) == ("soon", "phone", "north-east")
    odile.get(f"/w/r/{report.id}/")
    for said in (
        "The tall one",
        "The driver",
        "AB12C??",
        "mill_watch",
        "24 November 2026",
        "Protect the source",
    ):
        assert said in odile.html, said
    assert "Rosa" not in odile.html
    assert "900123" not in odile.html


def test_what_does_not_apply_yet_is_asked_for_and_never_lost(odile: Hand) -> None:
    press(odile, "finish", **TOLD, **{"person.1.name": "The driver", "call.called": "called"})
    assert odile.page.status_code == 422
    assert "so that what you wrote under “Call 999 now” can be kept" in odile.html
    assert odile.form(CALL)["person.1.name"] == "The driver"
    press(odile, "dropped")
    odile.get("/w/call/wrap-up/")
    odile.get(f"/w/r/{the_report().id}/")
    assert "The driver" in odile.html
    assert "Called 999: I have called and want to continue" in odile.html
    assert "The call ended before everything was asked." in odile.html


def test_save_draft_keeps_what_was_typed_as_it_was_typed(odile: Hand) -> None:
    press(odile, "save", **TOLD | {"where.postcode": "not one", "vehicle.1.registration": "§"})
    assert odile.page.status_code == 200
    assert re.search(r"Draft saved at \d\d:\d\d", odile.html)
    odile.get(f"{CALL}?line=1")
    assert odile.form(CALL)["what.narrative"] == ACCOUNT
    assert odile.form(CALL)["where.postcode"] == "not one"
    press(odile, "finish")
    assert "Enter a postcode or the first half of one, or leave this blank." in odile.html
    assert ACCOUNT.encode()[:12] not in bytes(DraftRow.objects.get().sealed)


def test_one_more_has_bounds(odile: Hand) -> None:
    for _ in range(8):
        press(odile, "more.person", **{"person.1.name": "One"})
    assert "Person 10" in odile.html
    assert 'value="more.person"' not in odile.html
    press(odile, "more.person")
    press(odile, "more.no-such-thing")
    assert odile.page.status_code == 200
    assert "Person 11" not in odile.html
    assert odile.form(CALL)["person.1.name"] == "One"


def test_throw_away(odile: Hand) -> None:
    press(odile, "save", **TOLD)
    press(odile, "throw-away")
    assert odile.form(CALL)["what.narrative"] == ""
    assert not DraftRow.objects.exists()


def test_other_questions_take_the_account_along(odile: Hand) -> None:
    kinds = re.findall(
        r'name="kind" type="radio" value="([a-z]+)"|name="kind"[^>]*value="([a-z]+)"', odile.html
    )
    codes = [a or b for a, b in kinds]
    assert codes[0] == "activity"
    for other in codes[1:]:
        [account] = (name for name in odile.form(CALL) if name.endswith(".narrative"))
        press(odile, "kind", kind=other, **{account: ACCOUNT})
        assert odile.form(CALL)["kind-shown"] == other
        [there] = (text for name, text in odile.form(CALL).items() if name.endswith(".narrative"))
        assert there == ACCOUNT
    press(odile, "finish", kind="activity")
    assert "The questions are now those for this" in odile.html
    assert odile.form(CALL)["kind-shown"] == "activity"


# --- several calls --------------------------------------------------------------------------------------------------


def test_a_new_call_is_always_new_and_the_unfinished_ones_are_beside_it(odile: Hand) -> None:
    press(odile, "save", **TOLD)
    odile.get(CALL)
    assert odile.form(CALL)["what.narrative"] == ""
    assert "Unfinished calls" in odile.html
    assert (
        f'href="/w/call/?line=1"><span class="hl-typed" dir="auto" translate="no">{ACCOUNT[:80]}'
        in odile.html
    )
    press(odile, "save", **{"what.narrative": "A second caller"})
    assert odile.form(CALL)["what.narrative"] == "A second caller"
    assert ACCOUNT[:80] in odile.html
    odile.get(f"{CALL}?line=1")
    assert odile.form(CALL)["what.narrative"] == ACCOUNT
    assert "A second caller" in odile.html
    sent_by(odile)
    odile.get(f"{CALL}?line=2")
    assert "Report sent: read out the receipt code" in odile.html, "the code of the other waits"
    odile.get(f"{CALL}?line=9")
    assert odile.form(CALL)["what.narrative"] == ""


def test_a_button_pressed_twice_on_a_new_page_sends_one_report(odile: Hand) -> None:
    typed = odile.form(CALL) | TOLD | {"do": "dropped"}
    for _ in range(2):
        odile.page = odile.client.post(CALL, typed, follow=True)
    assert odile.heading == "After the call"
    assert Report.objects.count() == 1


def test_five_calls_may_be_unfinished(odile: Hand) -> None:
    for number in range(5):
        odile.get(CALL)
        press(odile, "save", **{"what.narrative": f"Caller {number}"})
    odile.get(CALL)
    press(odile, "save", **{"what.narrative": "One too many"})
    assert odile.page.status_code == 409
    assert "You already have five unfinished calls" in odile.html
    assert odile.form(CALL)["what.narrative"] == "One too many"
    assert DraftRow.objects.count() == 5


# --- a line that drops ------------------------------------------------------------------------------------------------


def test_a_dropped_call_is_sent_as_unfinished_and_reads_no_code_out(odile: Hand) -> None:
    press(odile, "dropped", **TOLD | {"where.postcode": "half of", "person.1.risk": ""})
    assert odile.heading == "After the call"
    assert "(unfinished)" in odile.html
    assert "hl-key" not in odile.html
    odile.get(f"/w/r/{the_report().id}/")
    assert odile.page.status_code == 404  # no place that is known: the desk that never closes has it


def test_a_dropped_call_whose_danger_question_was_unanswered_is_high_and_flagged(odile: Hand) -> None:
    press(odile, "dropped", **TOLD)
    report = the_report()
    assert (report.urgency, report.rank) == ("soon", 1)
    odile.get("/w/q/north-east/")
    assert "Danger not asked" in odile.html
    odile.get(f"/w/r/{report.id}/")
    assert "The call ended before the question about danger was answered." in odile.html


def test_one_whose_danger_question_was_answered_is_not(odile: Hand) -> None:
    press(odile, "dropped", **TOLD, **{"now.danger": "no"})
    assert the_report().urgency == "routine"
    odile.get("/w/q/north-east/")
    assert "Danger not asked" not in odile.html


def test_a_caller_who_rings_back_goes_on_in_the_same_draft(odile: Hand) -> None:
    press(odile, "dropped", **TOLD)
    first = the_report()
    odile.send("/w/call/wrap-up/", do="ring-back")
    assert odile.path == f"{CALL}?line=1"
    assert odile.form(CALL)["what.narrative"] == ACCOUNT
    code = sent_by(odile, **{"now.danger": "yes"})
    assert rosa_sees(code) is not None
    second = Report.objects.exclude(pk=first.id).get()
    assert second.urgency == "danger"
    odile.get(f"/w/r/{second.id}/")
    assert f"Report {short_name(first.id)}: that call dropped." in odile.html
    assert Report.objects.get(pk=first.id).urgency == "soon", "what was sent stays"


def test_the_next_call_begins_empty_after_a_dropped_one(odile: Hand) -> None:
    press(odile, "dropped", **TOLD)
    odile.send("/w/call/wrap-up/", do="next")
    assert odile.path == CALL
    assert not odile.form(CALL)["what.narrative"]


def test_a_dropped_call_without_a_word_keeps_the_draft(odile: Hand) -> None:
    press(odile, "dropped", **{"where.place": "The old mill"})
    assert odile.page.status_code == 422
    assert "Nothing was sent because there is no account yet. The draft has been kept." in odile.html
    assert not Report.objects.exists()
    odile.get(f"{CALL}?line=1")
    assert odile.form(CALL)["where.place"] == "The old mill"


# --- who stays anonymous ----------------------------------------------------------------------------------------------


def test_contact_of_somebody_anonymous_is_refused_and_nothing_of_it_is_kept(
    house: House, odile: Hand
) -> None:
    for button in ("save", "finish"):
        press(odile, button, **TOLD, **{"you.who": "anonymous"}, **CONTACT)
        assert odile.page.status_code == 422
        assert "because the caller has not agreed" in odile.html
        assert "Verhoeven" not in odile.html
        assert "900123" not in odile.html
        assert odile.form(CALL)["what.narrative"] == ACCOUNT
    odile.get(f"{CALL}?line=1")
    assert "Verhoeven" not in odile.html
    press(odile, "dropped", **{"you.who": "anonymous"}, **CONTACT)
    odile.get(f"/w/r/{the_report().id}/")
    assert ACCOUNT in odile.html
    assert "Verhoeven" not in odile.html


def test_contact_before_they_were_asked_stays_on_the_screen_only(odile: Hand) -> None:
    press(odile, "save", **TOLD, **CONTACT)
    assert odile.page.status_code == 422
    assert odile.form(CALL)["contact.phone"] == "07700 900123"
    odile.get(f"{CALL}?line=1")
    assert odile.form(CALL)["contact.phone"] == ""
    press(odile, "save", **{"you.who": "confidence"}, **CONTACT)
    assert odile.form(CALL)["contact.phone"] == "07700 900123"
    press(odile, "save", **{"you.who": "anonymous"})
    odile.get(f"{CALL}?line=1")
    assert odile.form(CALL)["contact.phone"] == ""


# --- the code ---------------------------------------------------------------------------------------------------------


def test_a_code_read_back_with_one_error_names_the_group(odile: Hand) -> None:
    code = sent_by(odile, **TOLD)
    wrong = "2" if code.symbols[9] != "2" else "3"
    odile.send("/w/call/code/", do="compare", code=code.symbols[:9] + wrong + code.symbols[10:])
    assert odile.heading == "Report sent. Read out the code"
    assert "One character is different" in odile.html
    assert "3: again" in odile.html
    odile.send("/w/call/code/", do="kept")
    assert odile.heading == "After the call"


def test_a_wrong_code_is_no_code_and_it_is_right_now_is_not_believed(odile: Hand) -> None:
    code = sent_by(odile, **TOLD)
    other = ("0" * 22) if not code.symbols.startswith("000") else "1" * 22
    for said in (other, "7Q2M", "", "x" * 5000):
        odile.send("/w/call/code/", do="compare", code=said)
        assert odile.page.status_code == 422, said[:9]
    odile.send("/w/call/code/", do="kept")
    assert odile.heading == "Report sent. Read out the code"
    odile.send("/w/call/code/", do="declined")
    assert odile.heading == "After the call"
    odile.get("/w/call/code/")
    for shown in (
        code.grouped()[:9],
        code.symbols[:8],
    ):  # two groups: four characters stand in a page by chance
        assert shown not in odile.html


def test_sent_twice_is_sent_once(odile: Hand) -> None:
    press(odile, "finish", **TOLD)
    token = odile.form("/w/call/check/")
    sent_by_first = odile.client.post("/w/call/check/", token)
    again = odile.client.post("/w/call/check/", token)
    assert (sent_by_first.status_code, again.status_code) == (303, 303)
    assert Report.objects.count() == 1
    quarter_hour_over(now())
    assert Event.objects.filter(act="call-taken-down").count() == 1


# --- letters ----------------------------------------------------------------------------------------------------------


def test_a_letter_has_its_true_time_inside_the_seal_only(odile: Hand) -> None:
    letter = {"channel": "letter", "contact-on-day": "3", "contact-on-month": "2", "contact-on-year": "2026"}
    press(odile, "finish", **TOLD, **letter, **{"contact-at": "9.5.5"})
    assert "Enter a time from 00:00 to 23:59" in odile.html
    press(odile, "finish", **letter | {"contact-on-year": "2199"})
    assert "The date must be today or in the past" in odile.html
    sent_by(odile, **letter, **{"contact-at": "9.05"})
    report = the_report()
    assert report.channel == "letter"
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_jsonb(r)::text FROM reports_report r")
        assert "2026-02-03" not in cursor.fetchall()[0][0]
    odile.get(f"/w/r/{report.id}/")
    assert "3 February 2026, 09:05" in odile.html
    assert "By letter" in odile.html
