"""A day at the desk, by the real verbs: queue, take, assess, ask, close, reopen, hand over."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID, uuid4

import pytest

from heedline.casework.contact import messages
from heedline.reports.models import Report
from tests.sites.office.desk_hand import Hand
from tests.support.acting import acting
from tests.support.cast import House, now
from tests.support.stories import NARRATIVE, a_report

NORTH_EAST = {"postcode": "NE1 4ST"}

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]

VAGUE = {
    "danger": "no",
    "done_what": "Nothing described that can be checked",
    "priority": "low",
    "reason": "No detail",
    "close_as": "no-identifiers",
}


def test_a_vague_report_takes_three_page_loads(house: House, hand: Callable[[], Hand]) -> None:
    first, _ = a_report(at=now(), where=NORTH_EAST)
    second, _ = a_report(at=now(), where=NORTH_EAST)
    odile = hand().at_work(house, "Odile")
    odile.hops = 0
    odile.get("/w/q/north-east/")
    assert NARRATIVE[:60] in odile.html
    odile.send(f"/w/r/{first}/take/")
    assert odile.path == f"/w/r/{first}/?from=north-east"
    odile.send(f"/w/r/{first}/", do="save-next", **VAGUE)
    assert odile.hops == 3
    assert odile.path == f"/w/r/{second}/?from=north-east"
    assert "Assessed and closed. This is the next report" in odile.html
    assert "Owner" in odile.html


def _open(house: House, hand: Callable[[], Hand], ref: UUID) -> Hand:
    odile = hand().at_work(house, "Odile")
    odile.get("/w/q/north-east/")
    odile.send(f"/w/r/{ref}/take/")
    return odile


def test_when_nothing_is_left_the_queue_says_so(house: House, hand: Callable[[], Hand]) -> None:
    ref, _ = a_report(at=now(), where=NORTH_EAST)
    odile = _open(house, hand, ref)
    odile.send(f"/w/r/{ref}/", do="save-next", **VAGUE)
    assert odile.path == "/w/q/north-east/"
    assert "Nothing else is waiting" in odile.html
    assert "No reports are waiting. This page checks for new reports" in odile.html


def test_assess_ask_close_and_open_again(house: House, hand: Callable[[], Hand]) -> None:
    ref, _ = a_report(at=now(), where=NORTH_EAST)
    odile = _open(house, hand, ref)
    odile.send(f"/w/r/{ref}/", do="save-stay", **{**VAGUE, "close_as": "", "priority": "medium"})
    assert "Assessed." in odile.html
    assert odile.form(f"/w/r/{ref}/")["priority"] == "medium"
    assert odile.form(f"/w/r/{ref}/")["done_what"] == VAGUE["done_what"]

    odile.get(f"/w/r/{ref}/ask/?from=north-east")
    odile.send(f"/w/r/{ref}/ask/", do="preview")
    assert "Choose a question, or write your own" in odile.html
    odile.send(f"/w/r/{ref}/ask/", do="preview", template="when-exactly", text="Before the shops shut?")
    assert odile.heading == "Message preview"
    assert "Before the shops shut?" in odile.html
    assert "When did it happen?" in odile.html
    odile.send(f"/w/r/{ref}/ask/", do="send", safe=["no-names"])
    assert "Confirm each statement" in odile.html
    odile.send(f"/w/r/{ref}/ask/", do="send", safe=["no-names", "no-task", "no-case"])
    assert "Message sent. The reporter sees it" in odile.html
    assert "Before the shops shut?" in odile.html

    odile.get(f"/w/r/{ref}/close/?from=north-east")
    odile.send(f"/w/r/{ref}/close/", do="save-stay")
    assert "Choose how it ended" in odile.html
    odile.send(
        f"/w/r/{ref}/close/", do="save-stay", outcome="new-lead", reason="A name was found", tell="finished"
    )
    assert "Closed." in odile.html
    odile.get(f"/w/r/{ref}/reopen/?from=north-east")
    odile.send(f"/w/r/{ref}/reopen/", because="New information came")
    assert "Open again, in the desk" in odile.html
    odile.get(f"/w/r/{ref}/history/")
    for words in (
        "Viewed the report",
        "Took the report",
        "Assessed the report",
        "Sent the reporter a message",
        "Closed the report",
        "Reopened the report",
    ):
        assert words in odile.html


def test_a_message_stays_new_until_it_is_marked_as_read_or_answered(
    house: House, hand: Callable[[], Hand]
) -> None:
    ref, code = a_report(at=now(), where=NORTH_EAST)
    odile = _open(house, hand, ref)

    def wrote(text: str) -> None:
        with acting("public"):
            messages.say(code, text, message_id=uuid4(), at=now())

    def new() -> bool:
        odile.get("/w/q/north-east/?state=mine")
        return "New message" in odile.html

    wrote("It was on Monday")
    for page in ("", "ask/", "close/", "hand-over/", "history/", "identity/", "translation/", "partners/"):
        odile.get(f"/w/r/{ref}/{page}")
        assert odile.page.status_code == 200
        assert new(), page
    odile.get(f"/w/r/{ref}/")
    assert "It was on Monday" in odile.html
    assert "1 unread" in odile.html
    odile.send(f"/w/r/{ref}/messages-read/")
    assert odile.path == f"/w/r/{ref}/"
    assert "Marked as read." in odile.html
    assert "1 unread" not in odile.html
    assert "It was on Monday" in odile.html, "it stays beside the report"
    assert not new()
    odile.get(f"/w/r/{ref}/messages-read/")
    assert odile.page.status_code == 405

    wrote("And again on Friday")
    odile.get(f"/w/r/{ref}/ask/")
    odile.send(f"/w/r/{ref}/ask/", do="preview", text="Which way did he go?")
    assert new()
    odile.get(f"/w/r/{ref}/ask/")
    odile.send(f"/w/r/{ref}/ask/", do="preview", text="Which way did he go?")
    odile.send(f"/w/r/{ref}/ask/", do="send", safe=["no-names", "no-task", "no-case"])
    assert "Message sent. The reporter sees it" in odile.html
    assert not new()


def test_handing_over_asks_again_and_the_report_is_gone(house: House, hand: Callable[[], Hand]) -> None:
    ref, _ = a_report(at=now(), where=NORTH_EAST)
    waiting, _ = a_report(at=now(), where=NORTH_EAST)
    odile = _open(house, hand, ref)
    odile.get(f"/w/r/{ref}/hand-over/?from=north-east")
    odile.send(f"/w/r/{ref}/hand-over/", to="south-west", because="It is about Bristol", do="check")
    assert odile.heading == "Hand over this report to South West desk?"
    odile.send(f"/w/r/{ref}/hand-over/", do="hand-over")
    assert "Handed over to South West desk, who accept or return it." in odile.html
    assert odile.path == "/w/q/north-east/"
    assert Report.objects.get(pk=waiting).owner is None, "the next report is taken only when asked for"
    odile.get(f"/w/r/{ref}/")
    assert odile.page.status_code == 404
    otto = hand().at_work(house, "Otto")
    otto.get("/w/q/south-west/")
    otto.send(f"/w/r/{ref}/take/")
    assert NARRATIVE in otto.html
    assert "It is about Bristol" in otto.html


def test_danger_to_life_is_not_closed_in_a_hurry(house: House, hand: Callable[[], Hand]) -> None:
    ref, _ = a_report(at=now(), where=NORTH_EAST)
    odile = _open(house, hand, ref)
    odile.send(f"/w/r/{ref}/", do="save-next", **{**VAGUE, "danger": "yes"})
    assert odile.page.status_code == 422
    assert "Danger to life is always high" in odile.html
    odile.send(f"/w/r/{ref}/", do="save-next", **{**VAGUE, "danger": "yes", "priority": "high"})
    assert "Keep the report open and act on it first" in odile.html


def test_mistakes_keep_what_was_typed(house: House, hand: Callable[[], Hand]) -> None:
    ref, _ = a_report(at=now(), where=NORTH_EAST)
    odile = _open(house, hand, ref)
    odile.send(f"/w/r/{ref}/", do="save-stay", done_what="He filmed the doors")
    assert odile.page.status_code == 422
    assert "Choose a priority" in odile.html
    assert odile.form(f"/w/r/{ref}/")["done_what"] == "He filmed the doors"


def test_give_back(house: House, hand: Callable[[], Hand]) -> None:
    ref, _ = a_report(at=now(), where=NORTH_EAST)
    odile = _open(house, hand, ref)
    odile.send(f"/w/r/{ref}/release/")
    assert "back in its desk" in odile.html
    assert "Take and open" in odile.html


def test_a_colleague_sees_who_has_it(house: House, hand: Callable[[], Hand]) -> None:
    ref, _ = a_report(at=now(), where=NORTH_EAST)
    _open(house, hand, ref)
    olga = hand().at_work(house, "Olga")
    olga.get("/w/q/north-east/")
    assert "Odile O." in olga.html
    olga.get(f"/w/r/{ref}/")
    assert "Odile O., until " in olga.html, "and writes in it"
    assert "A colleague is editing this report" in olga.html


def test_a_later_review_sets_the_next_action(house: House, hand: Callable[[], Hand]) -> None:
    ref, _ = a_report(at=now(), where=NORTH_EAST)
    odile = _open(house, hand, ref)
    here = f"/w/r/{ref}/next-action/"
    odile.get(f"/w/r/{ref}/")
    assert here in odile.html
    odile.get(here)
    odile.send(here, words="The letter is on its way")
    assert "Choose the time of the review" in odile.html
    assert "In 4 weeks" not in odile.html, "not for a report of medium priority"
    odile.send(here, later="2880", words="The letter is on its way")
    assert "The next action has a new deadline" in odile.html
    odile.get(here)
    assert f"/w/r/{ref}/checks/" in odile.html


def test_an_owner_passes_reports_on_when_going_off_duty(house: House, hand: Callable[[], Hand]) -> None:
    ref, _ = a_report(at=now(), where=NORTH_EAST)
    olga = hand().at_work(house, "Olga")
    odile = _open(house, hand, ref)
    for one in (olga, odile):
        one.get("/w/duty/north-east/on/")
        one.send("", hours="8")
    odile.get("/w/duty/north-east/off/")
    assert "Your reports at this desk" in odile.html
    odile.send("", sure="yes")
    assert "Choose who owns your reports" in odile.html
    odile.send("", sure="yes", to=str(house.officers["Olga"].id))
    assert "You are off duty" in odile.html
    olga.get(f"/w/r/{ref}/")
    assert "Next action" in olga.html
    olga.get(f"/w/r/{ref}/owner/")
    olga.send(f"/w/r/{ref}/owner/", to=str(house.officers["Odile"].id))
    assert "Odile O. is now the owner of this report" in olga.html


@pytest.mark.parametrize("answer", ["yes", "no", "not_say", ""])
def test_a_reporter_under_18_is_flagged_in_the_queue_on_the_report_and_in_print(
    house: House, hand: Callable[[], Hand], answer: str
) -> None:
    """Only "yes" raises the flag, on every page that officers decide from."""
    said = {"under18": answer} if answer else {}
    ref, _ = a_report(at=now(), where=NORTH_EAST, you={"who": "anonymous", **said})
    odile = hand().at_work(house, "Odile")
    odile.get("/w/q/north-east/")
    assert str(ref) in odile.html
    assert ("Reporter under 18" in odile.html) is (answer == "yes"), "queue"
    odile.send(f"/w/r/{ref}/take/")
    for page in (f"/w/r/{ref}/", f"/w/r/{ref}/print/"):
        odile.get(page)
        assert NARRATIVE[:60] in odile.html
        assert ("Reporter under 18" in odile.html) is (answer == "yes"), page
        assert ("Talk to your safeguarding lead" in odile.html) is (answer == "yes"), page
    if answer == "yes":
        for typed in ("", "Please tell us"):
            odile.get(f"/w/r/{ref}/ask/")
            odile.send(f"/w/r/{ref}/ask/", do="preview", template="safe", text=typed)
            assert "They, or the person they write about, may be under 18" in odile.html
            assert ("To choose a standard question instead" in odile.html) is bool(typed)
