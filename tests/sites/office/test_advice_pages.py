"""A request for advice on the office's pages: an ordinary service for somebody who gave their number."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from heedline.casework.report.opening import short_name
from heedline.dispatch.models import Outbox
from heedline.reports.models import DangerEpisode, Report
from tests.sites.office.desk_hand import Hand
from tests.support import advice_scene, stories
from tests.support.cast import House, now
from tests.support.scene_people import People, row

SAID = {
    "done_what": "A visit before the spring season",
    "priority": "low",
    "reason": "No near date",
    "coded_size": "standard",
    "coded_next": "visit",
    "coded_suspicious": "no",
}


@pytest.fixture
def people(house: House) -> People:
    return advice_scene.adviser_desk(People(house, now()))


def test_a_request_has_no_danger_no_risk_prompts_and_no_sealed_identity(
    people: People, hand: Callable[[], Hand]
) -> None:
    ref, _ = advice_scene.a_request(people)
    people.take(ref, "Otto")
    otto = hand().at_work(people.house, "Otto")
    otto.get(f"/w/r/{ref}/")
    assert "rosa@theatre.example" in otto.html
    for absent in ("Is there danger to anybody", "THRIVE", "Source identity", "only through their code"):
        assert absent not in otto.html
    otto.send(f"/w/r/{ref}/", do="save-stay", **SAID)
    assert "Assessed." in otto.html
    assert row(ref).danger_to_life is False
    otto.get(f"/w/r/{ref}/identity/")
    assert "The organisation gave its contact details" in otto.html
    assert "only through their code" not in otto.html


@pytest.mark.parametrize(
    ("words", "marked"),
    [
        ("We hold a winter fair on Saturday 12 December, with children of two schools.", False),
        ("Somebody has written to us that he will bring a knife.", True),
    ],
)
def test_a_date_or_children_do_not_mark_a_request_and_a_weapon_does(
    people: People, hand: Callable[[], Hand], words: str, marked: bool
) -> None:
    ref, _ = advice_scene.a_request(people, narrative=words)
    people.take(ref, "Otto")
    otto = hand().at_work(people.house, "Otto")
    otto.get(f"/w/r/{ref}/")
    assert ("Presets and quick closing aren’t offered" in otto.html) is marked
    otto.get(f"/w/q/{advice_scene.NATIONAL}/")
    assert ("Named date" in otto.html) is False


def test_a_report_still_has_all_of_them(people: People, hand: Callable[[], Hand]) -> None:
    ref, _ = people.taken()
    odile = hand().at_work(people.house, "Odile")
    odile.get(f"/w/r/{ref}/")
    for there in ("Is there danger to anybody", "THRIVE", "Source identity", "only through their code"):
        assert there in odile.html
    assert "Pass to the round-the-clock desk" not in odile.html
    version = row(ref).version
    odile.client.post(f"/w/r/{ref}/danger/pass/", {**odile.form(f"/w/r/{ref}/"), "version": str(version)})
    assert row(ref).version == version
    assert not DangerEpisode.objects.exists()


def test_one_button_passes_danger_to_the_desk_that_never_closes(
    people: People, hand: Callable[[], Hand]
) -> None:
    ref, _ = advice_scene.a_request(people)
    people.take(ref, "Otto")
    otto = hand().at_work(people.house, "Otto")
    otto.get(f"/w/r/{ref}/")
    otto.send(f"/w/r/{ref}/danger/pass/")
    assert otto.path.startswith(f"/w/r/{ref}/danger/")
    assert "Passed on." in otto.html
    assert row(ref).watch_id == people.house.desks["national"].id
    assert Outbox.objects.filter(letter="danger-opened", thing_id=ref).count() == 1
    assert people.read(ref, "Nadia").header.danger_to_life
    # until two people have discharged it, the request says so, and cannot be assessed as no danger
    otto.get(f"/w/r/{ref}/")
    assert "Pass to the round-the-clock desk" not in otto.html
    otto.send(f"/w/r/{ref}/", do="save-stay", **SAID)
    assert "A danger to life is open on this report." in otto.html
    assert row(ref).danger_to_life


def test_a_danger_is_passed_on_although_a_colleague_has_saved_something_since(
    people: People, hand: Callable[[], Hand]
) -> None:
    ref, _ = advice_scene.a_request(people)
    people.take(ref, "Otto")
    otto = hand().at_work(people.house, "Otto")
    otto.get(f"/w/r/{ref}/")
    otto.send(f"/w/r/{ref}/danger/pass/", version="0")
    assert "Passed on." in otto.html
    assert DangerEpisode.objects.filter(report=ref).count() == 1


def test_danger_is_passed_on_while_a_colleague_is_editing_the_request(
    people: People, hand: Callable[[], Hand]
) -> None:
    ref, _ = advice_scene.assessed(people)
    assert row(ref).lease_by_id == people.house.officers["Otto"].id
    oren = hand().at_work(people.house, "Oren")
    oren.get(f"/w/r/{ref}/")
    oren.send(f"/w/r/{ref}/danger/pass/")
    assert "Passed on." in oren.html
    assert DangerEpisode.objects.filter(report=ref).count() == 1


def test_danger_in_a_request_that_nobody_has_taken_is_passed_on(
    people: People, hand: Callable[[], Hand]
) -> None:
    ref, _ = advice_scene.a_request(people)
    otto = hand().at_work(people.house, "Otto")
    otto.get(f"/w/r/{ref}/")
    otto.send(f"/w/r/{ref}/danger/pass/")
    assert "Passed on." in otto.html
    assert row(ref).owner_id == people.house.officers["Otto"].id
    assert DangerEpisode.objects.filter(report=ref).count() == 1


def test_something_odd_is_on_every_page_until_it_is_settled(people: People, hand: Callable[[], Hand]) -> None:
    ref, _ = advice_scene.assessed(people, odd=True)
    otto = hand().at_work(people.house, "Otto")
    otto.get(f"/w/q/{advice_scene.NATIONAL}/?state=mine")
    assert "Something odd" in otto.html
    otto.get(f"/w/r/{ref}/close/")
    assert "The organisation says that something odd has happened." in otto.html
    closing = {"outcome": "advice-given", "reason": "Talked through the plan.", "tell": "finished"}
    otto.send(f"/w/r/{ref}/close/", **closing, do="save-stay")
    assert "Say first what became of it" in otto.html
    otto.get(f"/w/r/{ref}/tasks/")
    (task,) = re.findall(rf"/w/r/{ref}/tasks/([0-9a-f-]+)/", otto.html)
    assert "Complete or reassign" in otto.html
    path = f"/w/r/{ref}/tasks/{task}/"
    otto.get(path)
    assert "Cancel it" not in otto.html
    otto.send(path, what="cancel", text="Nothing to it, I think.")
    assert "This task cannot be cancelled." in otto.html
    otto.send(path, what="done", text="Filed it by phone")
    assert "Say what became of the odd thing." in otto.html
    otto.send(path, what="done", text="Filed it by phone", odd="reported")
    assert "Give the reference under which it was reported." in otto.html
    otto.send(path, what="done", text="Filed it by phone as ABCD-EFGH", odd="reported")
    assert "It has been reported" in otto.html
    otto.get(f"/w/r/{ref}/close/")
    otto.send(f"/w/r/{ref}/close/", **closing, do="save-stay")
    assert "Closed." in otto.html


def test_an_adviser_files_it_as_a_call_and_cannot_read_it_afterwards(
    people: People, hand: Callable[[], Hand]
) -> None:
    ref, _ = advice_scene.assessed(people, odd=True)
    otto = hand().at_work(people.house, "Otto")
    otto.get(f"/w/r/{ref}/")
    (sheet,) = set(re.findall(r'href="(/w/call/)"', otto.html.split("Something odd")[1].split("</p>")[0]))
    otto.get(sheet)
    seen = {
        "what.narrative": "A man filmed the side doors of the theatre.",
        "where.postcode": stories.NORTH_EAST,
    }
    otto.send(sheet, do="finish", **seen)
    otto.send("/w/call/check/", do="send")
    otto.send("/w/call/code/", do="declined")
    filed = Report.objects.get(kind="activity")
    assert filed.desk_id == people.house.desks["north-east"].id
    assert short_name(filed.id) in otto.html
    assert otto.get(f"/w/r/{filed.id}/").status_code == 404
    (task,) = people.read(ref, "Otto").history.tasks
    path = f"/w/r/{ref}/tasks/{task.id}/"
    otto.get(path)
    otto.send(path, what="done", text=f"Filed as {short_name(filed.id)}", odd="reported")
    advice_scene.close(people, ref)
    assert row(ref).stage == "closed"


def test_the_board_leads_to_the_task(people: People, hand: Callable[[], Hand]) -> None:
    ref, _ = advice_scene.a_request(people, odd=True)
    people.take(ref, "Otto")
    people.read(ref, "Otto")
    oren = hand().at_work(people.house, "Oren")
    oren.get(f"/w/board/{advice_scene.NATIONAL}/")
    lists = set(re.findall(r'href="(/w/board/[^"]*tasks/[^"]*)"', oren.html))
    assert lists
    for one in lists:
        oren.get(one.replace("&amp;", "&"))
        assert "something odd has happened" in oren.html


def test_an_adviser_logs_the_first_answer(people: People, hand: Callable[[], Hand]) -> None:
    ref, _ = advice_scene.a_request(people)
    people.take(ref, "Otto")
    otto = hand().at_work(people.house, "Otto")
    otto.get(f"/w/r/{ref}/")
    path = f"/w/r/{ref}/answer/"
    assert f'href="{path}' in otto.html
    otto.get("/w/calls/")
    assert "On the page First answer." in otto.html
    otto.get(f"/w/r/{ref}/call/")  # where the alarm about a late call leads
    assert otto.path.startswith(path)
    assert "The organisation was promised a call or an email by then." in otto.html
    otto.send(path, how="reached", said="A visit on Tuesday")
    assert otto.page.status_code == 422
    for missing in ("Say whom you reached", "Say whether anyone is in danger"):
        assert missing in otto.html
    otto.send(path, how="no-answer")
    otto.send(path, how="message-left")
    assert "2 attempts to contact the organisation have failed." in otto.html
    otto.send(path, how="reached", whom="Rosa, house manager", said="A visit on Tuesday", danger="no")
    assert "The organisation has its first answer" in otto.html
    assert "Rosa, house manager" in otto.html


def test_a_message_to_an_organisation_does_not_say_that_the_adviser_has_no_name(
    people: People, hand: Callable[[], Hand]
) -> None:
    ref, _ = advice_scene.a_request(people)
    people.take(ref, "Otto")
    other, _ = people.taken()
    for name, of, hidden in (("Otto", ref, False), ("Odile", other, True)):
        page = hand().at_work(people.house, name)
        page.get(f"/w/r/{of}/ask/")
        page.send(f"/w/r/{of}/ask/", text="Which days suit you?", do="preview")
        assert page.heading == "Message preview"
        assert ("Your name is not shown to the reporter." in page.html) is hidden


def test_a_confidential_report_has_no_such_page(people: People, hand: Callable[[], Hand]) -> None:
    ref, _ = people.taken()
    odile = hand().at_work(people.house, "Odile")
    odile.get(f"/w/r/{ref}/")
    assert f"/w/r/{ref}/answer/" not in odile.html
    assert odile.get(f"/w/r/{ref}/answer/").status_code == 404


def test_danger_told_in_the_first_call_pages_the_desk(people: People, hand: Callable[[], Hand]) -> None:
    ref, _ = advice_scene.a_request(people)
    people.take(ref, "Otto")
    otto = hand().at_work(people.house, "Otto")
    otto.get(f"/w/r/{ref}/answer/")
    otto.send(f"/w/r/{ref}/answer/", how="reached", whom="Rosa", said="A man is at the door", danger="yes")
    assert row(ref).danger_to_life
    assert DangerEpisode.objects.filter(report=ref).exists()
    assert row(ref).watch_id == people.house.desks["national"].id
