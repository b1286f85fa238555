"""Who is told of a request to open who sent a report: authorisers until one decides, then both sides; and what stands first."""

from __future__ import annotations

import email
from datetime import timedelta
from pathlib import Path

import pytest
from pytest_django import Settings

from heedline.casework.duty import paging, rota
from heedline.casework.identity.requests import Decision
from heedline.casework.pages import identity_requests
from heedline.dispatch.chain import PagerMemory
from tests.support.acting import acting
from tests.support.identity_scene import ANONYMOUS, NECESSITY, NO, RISK, YES, ask, decide, open_it
from tests.support.scene_people import NAMED, People, logged

pytestmark = pytest.mark.django_db


def _paged(folder: Path) -> set[str]:
    """Who was paged since the last time, by name; a page says nothing of what it is about."""
    mails = [email.message_from_bytes(path.read_bytes()) for path in folder.glob("*.eml")]
    for path in folder.glob("*"):
        path.unlink()
    for mail in mails:
        for words in (NECESSITY, RISK, "Verhoeven"):
            assert words not in mail.as_string()
    return {str(mail["To"]).partition("@")[0] for mail in mails}


def test_ten_minutes_without_a_decision_alarm_the_duty_superintendent(
    people: People, settings: Settings, tmp_path: Path
) -> None:
    """Who is last on the authorisers' on-call list is at home and is paged at once, beside whoever is on duty."""
    settings.MAILERS = {"default": {"BACKEND": "heedline.dispatch.folder.FolderMail"}}
    settings.PAGES_DIR, settings.DEMO = tmp_path, False
    house, at = people.house, people.at
    desk = house.desks["identity"].id
    with people.sitting("Stella") as stella:
        rota.put_on_call(house.officers["Anton"].id, desk=desk, step=3, by=stella, at=at)
    with people.sitting("Ada") as ada:
        rota.come_on(by=ada, desk=desk, until=at + timedelta(hours=1), at=at)
    ref, _ = people.taken(**NAMED)
    request = ask(people, ref)
    memory = PagerMemory()
    with acting("worker"):
        paging.drain(at)
        paging.page_round(at, 0.0, memory)
    assert _paged(tmp_path) == {"ada"}
    with acting("worker"):
        paging.watch_requests(at + timedelta(minutes=9))
        paging.page_round(at + timedelta(minutes=1), 60.0, memory)
    assert "anton" not in _paged(tmp_path)
    with acting("worker"):
        paging.watch_requests(at + timedelta(minutes=10))
        paging.page_round(at + timedelta(minutes=10), 600.0, memory)
    assert _paged(tmp_path) == {"anton"}, "Ada has had her digest for this half hour"
    with acting("worker"):
        paging.page_round(at + timedelta(minutes=31), 1860.0, memory)
    assert "ada" in _paged(tmp_path)
    decide(people, request, NO, "Anton")
    with acting("worker"):
        paging.page_round(at + timedelta(minutes=30), 1800.0, memory)
    assert _paged(tmp_path) == set()


@pytest.mark.parametrize("decision", [YES, NO], ids=["approved", "refused"])
def test_both_are_told_what_became_of_it(people: People, decision: Decision) -> None:
    """The one who asked on their first page and at the request, with the reasons; who decided at the request, with what
    was done since; both in the log."""
    ref, _ = people.taken(**NAMED)
    request = ask(people, ref)
    with people.sitting("Odile") as odile:
        assert identity_requests.decided_lately(by=odile, at=people.at).decided == 0
    decide(people, request, decision)
    if decision.approve:
        open_it(people, request)
    state = "open" if decision.approve else "refused"
    with people.sitting("Odile") as odile:
        assert identity_requests.decided_lately(by=odile, at=people.at).decided == 1
        ((told,), _) = identity_requests.of_report(ref, by=odile, at=people.at)
        assert (told.line.state, told.reasons, told.line.decided_by) == (state, decision.reasons, "Ada A.")
    with people.sitting("Olga") as olga:
        assert identity_requests.decided_lately(by=olga, at=people.at).decided == 0, "it was not hers"
    with people.sitting("Ada") as ada:
        assert [one.state for one in identity_requests.requests(by=ada, at=people.at).decided] == [state]
        acts = [one.act for one in identity_requests.request(request, by=ada, at=people.at).history]
    assert ("identity-opened" in acts) is decision.approve
    (event,) = logged("identity-decided", thing=ref)
    assert event.detail["approved"] is decision.approve


def test_how_to_reach_them_safely_stands_first_and_nowhere_before(people: People) -> None:
    contact = {
        **NAMED["contact"],
        "ways": ["phone"],
        "times": "Tuesdays before noon",
        "message": "no",
        "language": "Dutch",
    }
    ref, _ = people.taken(**{**NAMED, "contact": contact})
    plain, _ = people.taken(**ANONYMOUS)
    file, other = people.read(ref), people.read(plain)
    for words in ("Tuesdays before noon", "Dutch", "07700"):
        assert words not in repr(file.answers.sections) + file.answers.narrative
    assert file.answers.sections == other.answers.sections
    request = ask(people, ref)
    decide(people, request)
    found = open_it(people, request)
    rules = {label: lines for part in found.safely for label, lines in part.rows}
    assert rules["Safe times"] == ("Tuesdays before noon",)
    assert rules["Leave a message"] == ("No",)
    assert rules["Language"] == ("Dutch",)
    assert "Verhoeven" not in repr(rules)
    assert "07700 900123" not in repr(rules)
    who = [lines for part in found.told for _, lines in part.rows]
    assert who == [("Rosa Verhoeven-Okonkwo",), ("07700 900123",)]
