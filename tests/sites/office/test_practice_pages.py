"""The pages of practice: those of real reports and calls, marked on each, leading nowhere real."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from heedline.casework.setup import stewardship
from heedline.desks.models import Exercise
from heedline.dispatch.models import Alarm, Outbox
from heedline.packs import load_pack
from heedline.permits.roles import Role
from heedline.reports.models import Report
from tests.casework.journey.test_practice import counts
from tests.sites.office.desk_hand import Hand
from tests.support import stories
from tests.support.acting import acting
from tests.support.cast import House, now

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]
GRAVE = {"danger": "yes", "priority": "high", "done_what": "A film", "reason": "Quinquereme"}
MARK = "PRACTICE. Nothing on this page is real."


def marked(page: Hand) -> Hand:
    """A page of an exercise: said in words and in its title, and without an address of anything real."""
    assert MARK in page.html
    assert "<title>Practice: " in page.html or "<title>Error: Practice: " in page.html
    assert 'href="/w/call/"' in page.html.partition("<main")[0]  # the menu leads to real work from everywhere
    led = re.findall(r'(?:href|action|data-save)="(/w/[^"]*)"', page.html.partition("<main")[2])
    assert led
    assert [to for to in led if not to.startswith(("/w/practise/", "/w/call/sheet/"))] == []
    return page


def begun(house: House, hand: Callable[[], Hand], title: str = "A goodbye on film") -> Hand:
    odile = hand().at_work(house, "Odile")
    odile.get("/w/")
    assert 'href="/w/practise/"' in odile.html
    odile.get("/w/practise/")
    assert title in odile.html
    odile.send("/w/practise/", exercise="goodbye-film")
    return marked(odile)


def test_an_exercise_from_beginning_to_the_trainers_answer(house: House, hand: Callable[[], Hand]) -> None:
    odile = begun(house, hand)
    where = odile.path
    before = counts()
    marked(odile).send(f"{where}take/")
    assert "Practice: you have taken the report." in marked(odile).html
    odile.send(where, **{**GRAVE, "priority": "low"}, do="save-stay")
    assert "Danger to life is always high" in marked(odile).html
    odile.send(where, **GRAVE, do="save-next")
    assert "Quinquereme" in marked(odile).html
    odile.get(f"{where}ask/")
    odile.send(f"{where}ask/", text="Please go back and look who is there", do="preview")
    assert "Before you send this" in marked(odile).html
    odile.get(f"{where}ask/")
    odile.send(f"{where}ask/", text="Which way did he go?", do="preview")
    assert "Message preview" in marked(odile).html
    odile.send(f"{where}ask/", do="send", safe=["no-names", "no-task"])
    assert "Confirm each statement" in marked(odile).html
    odile.send(f"{where}ask/", do="send", safe=["no-names", "no-task", "no-case"])
    assert "The invented reporter has answered" in marked(odile).html
    assert "He took the black rucksack." in odile.html
    assert odile.get(f"{where}answer/").status_code == 409  # not before it is over
    odile.get(f"{where}close/")
    odile.send(f"{where}close/", outcome="new-lead", reason="Told on", tell="finished")
    assert odile.path == f"{where}answer/"
    html = marked(odile).html
    assert load_pack("uk").practice.scenarios["goodbye-film"].model.why in html.replace("&#x27;", "'")
    assert "Informed a live investigation" in html
    assert "<strong>No</strong>" in html  # another outcome than the trainer's
    assert "Quinquereme" in html
    for each in re.findall(r"<dl.*?</dl>", html, re.DOTALL):  # two reasons, two lists
        labels = re.findall(r"<dt[^>]*>(.*?)</dt>", each)
        assert len(labels) == len(set(labels))
    assert re.findall(r"<h3[^>]*>(.*?)</h3>", html) == ["Assessed", "Closed", "What you asked"]
    odile.get("/w/practise/")
    assert "2 of 3 answers matched the trainer’s" in odile.html
    after = counts()
    assert {name for name in after if after[name] != before[name]} == set()
    assert not Outbox.objects.exists()
    assert not Alarm.objects.exists()


def test_what_is_not_practised_says_so(house: House, hand: Callable[[], Hand]) -> None:
    odile = begun(house, hand)
    where = odile.path
    for page in re.findall(rf'href="({where}not/[a-z-]+/)', odile.html):
        odile.get(page)
        assert odile.heading == "This page is not available in an exercise"
        marked(odile)
    assert odile.get(f"{where}not/hand-over/").status_code == 200
    ref = where.split("/")[4]
    for real in ("", "take/", "hand-over/", "close/", "identity/", "history/"):
        assert odile.get(f"/w/r/{ref}/{real}").status_code in {404, 405}
    report, _ = stories.a_report(at=now(), where={"postcode": stories.NORTH_EAST})
    for page in ("", "ask/", "close/", "answer/", "not/history/"):
        assert odile.get(f"/w/practise/r/{report}/{page}").status_code == 404


def test_a_practice_call_in_danger_pages_nobody_and_keeps_no_draft(
    house: House, hand: Callable[[], Hand]
) -> None:
    odile = hand().at_work(house, "Odile")
    odile.get("/w/practise/")
    odile.send("/w/practise/call/", exercise="call-whisper")
    assert odile.path == "/w/practise/call/"
    assert "For whoever plays the caller" in marked(odile).html
    before = counts()
    odile.send("/w/practise/call/", do="finish")
    assert "there is no account yet" in marked(odile).html
    told = {"what.narrative": "Quinquereme: bags, today", "now.danger": "yes", "channel": "phone"}
    odile.send("/w/practise/call/", **told, do="save")
    assert "Quinquereme" in marked(odile).html
    saved = odile.client.post("/w/practise/call/save/", odile.form("/w/practise/call/"))
    assert saved.json()["said"] == "Practice: nothing is kept."
    odile.send("/w/practise/call/", **told, do="dropped")
    assert "what a trainer would decide" in odile.heading
    assert "Quinquereme" in marked(odile).html
    assert {name for name, number in counts().items() if number != before[name]} == set()
    assert not Report.objects.exists()
    assert Exercise.objects.get().danger is True
    odile.get("/w/call/")  # the real screen knows nothing of it
    assert "Quinquereme" not in odile.html
    assert MARK not in odile.html


def test_real_pages_are_not_marked_and_lead_to_real_ones(house: House, hand: Callable[[], Hand]) -> None:
    """The addresses of practice are for the page that is rendered, and for no other request of the process."""
    begun(house, hand)
    ref, _ = stories.a_report(at=now(), where={"postcode": stories.NORTH_EAST})
    olga = hand().at_work(house, "Olga")
    olga.get(f"/w/r/{ref}/")
    assert MARK not in olga.html
    assert f'action="/w/r/{ref}/take/"' in olga.html
    assert "/w/practise/r/" not in olga.html


def test_it_needs_no_unlocked_keys_and_another_session_has_no_words(
    house: House, hand: Callable[[], Hand]
) -> None:
    odile = hand()
    odile.sign_in("Odile")
    odile.get("/w/practise/")
    odile.send("/w/practise/", exercise="new-neighbours")
    where = marked(odile).path
    odile.send(f"{where}take/")
    low = {"danger": "no", "priority": "low", "done_what": "Quinquereme", "reason": "None"}
    odile.send(where, **low, close_as="background-only", do="save-next")
    assert "Quinquereme" in marked(odile).html
    again = hand()
    again.sign_in("Odile")
    again.get(f"{where}answer/")
    assert "3 of 3" in again.get("/w/practise/").content.decode()
    assert "Quinquereme" not in again.get(f"{where}answer/").content.decode()


def test_a_supervisor_sees_who_practised_and_records_by_hand(house: House, hand: Callable[[], Hand]) -> None:
    odile = begun(house, hand)
    where = odile.path
    odile.send(f"{where}take/")
    odile.send(where, **GRAVE, do="save-next")
    odile.get(f"{where}close/")
    odile.send(f"{where}close/", outcome="informed-investigation", reason="Quinquereme", tell="finished")
    assert odile.get("/w/practise/people/").status_code == 403
    with acting("office"):
        stewardship.appoint(
            house.officers["Olga"], Role.SUPERVISOR, house.desks["north-east"], hands=house.hands, at=now()
        )
    olga = hand().at_work(house, "Olga")
    olga.get("/w/practise/people/")
    assert "A goodbye on film" in olga.html
    assert "3 of 3" in olga.html
    assert "Quinquereme" not in olga.html
    olga.get("/w/training/call-taking/")
    assert "Practised 1 of 5, last on" in olga.html


def test_who_reads_no_reports_has_no_practice(house: House, hand: Callable[[], Hand]) -> None:
    stella = hand()
    stella.sign_in("Stella")
    assert 'href="/w/practise/"' not in stella.html
    assert stella.get("/w/practise/").status_code == 403
    assert stella.get("/w/practise/people/").status_code == 200
