"""Coming back by the API: the same mailbox as on the pages."""

from __future__ import annotations

import secrets

import pytest

from heedline.casework.contact import messages
from heedline.casework.journey import transitions
from heedline.casework.journey.transitions import Assessment
from heedline.dispatch.models import Outbox
from heedline.reports.models import Message, Report
from heedline.vault.codes import new_code
from tests.sites.api.conftest import ON_DJANGOS_WAY, Program
from tests.sites.api.test_reports import REPORT
from tests.support.acting import acting
from tests.support.cast import House, now

pytestmark = ON_DJANGOS_WAY
QUESTION = "Which of the doors was it?"


@pytest.fixture
def code(program: Program, house: House) -> str:
    """The code of a report that Odile has asked something about."""
    code: str = program.post("reports", REPORT).json()["code"]
    report, at = Report.objects.get(), now()
    with acting("office"):
        odile = house.sign_in("Odile", at=at)
        transitions.take(report.id, by=odile, at=at)
        finding = Assessment(
            danger_to_life=False, done_what="Films doors", priority="medium", reason="An hour"
        )
        transitions.assess(report.id, finding, version=Report.objects.get().version, by=odile, at=at)
        messages.ask(report.id, QUESTION, version=Report.objects.get().version, by=odile, at=at)
    return code


def test_messages_stay_new_until_they_are_said_to_be_read(program: Program, code: str) -> None:
    for _ in range(2):
        box = program.post("mailbox", {"code": code}).json()
        (message,) = box["messages"]
        assert (message["text"], message["verified"]) == (QUESTION, True)
        assert box["status"] == "question"
    assert program.post("mailbox", {"code": code, "seen": [message["id"]]}).json()["messages"] == []


def test_a_message_is_stored_once_for_a_key(program: Program, code: str) -> None:
    key = secrets.token_urlsafe(32)
    first, again = (
        program.post("mailbox/messages", {"code": code, "text": "The left one."}, key=key) for _ in range(2)
    )
    assert (first.status_code, first.content) == (201, again.content)
    assert Message.objects.filter(from_us=False).count() == 1
    other = program.post("mailbox/messages", {"code": code, "text": "The right one."}, key=key)
    assert other.json()["type"] == "urn:heedline:problem:other-body"


def test_one_key_is_good_for_a_message_to_each_of_two_mailboxes(program: Program, code: str) -> None:
    other, key = program.post("reports", REPORT).json()["code"], secrets.token_urlsafe(32)
    sent = [
        program.post("mailbox/messages", {"code": each, "text": "The left one."}, key=key)
        for each in (code, other, code, other)
    ]
    assert [one.status_code for one in sent] == [201] * 4
    assert Message.objects.filter(from_us=False).count() == 2


def test_danger_that_a_message_tells_of_pages_the_desk(program: Program, code: str) -> None:
    """Without an answer to the question nothing is assumed. An answer that is none of the four stores nothing."""
    body = {"code": code, "text": "He has a gun."}
    assert program.post("mailbox/messages", body).status_code == 201
    assert (Report.objects.get().urgency, Outbox.objects.filter(letter="danger-told").count()) == (
        "routine",
        0,
    )
    for wrong in ("", "maybe", ["yes"], None, True):
        refused = program.post("mailbox/messages", {**body, "danger": wrong})
        assert refused.json()["errors"][0]["pointer"] == "/danger"
    assert program.post("mailbox/messages", {**body, "danger": "yes"}).status_code == 201
    assert (Report.objects.get().urgency, Report.objects.get().rank) == ("danger", 0)
    assert Outbox.objects.filter(letter="danger-told").count() == 1
    assert Message.objects.filter(from_us=False).count() == 2


def test_an_unknown_code_is_not_found_and_a_mistyped_one_is_a_problem(program: Program, code: str) -> None:
    for path, more in (("mailbox", {}), ("mailbox/messages", {"text": "x"})):
        assert program.post(path, {"code": new_code().grouped(), **more}).status_code == 404
        answer = program.post(path, {"code": "nonsense", **more})
        assert answer.status_code == 422
        assert "nonsense" not in answer.content.decode()


@pytest.mark.parametrize("text", ["", "  \n", "x" * 5001])
def test_a_message_has_bounds(program: Program, code: str, text: str) -> None:
    answer = program.post("mailbox/messages", {"code": code, "text": text})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/text"


@pytest.mark.parametrize("seen", ["x", ["x"], [1], [None], [secrets.token_hex(16)] * 3])
def test_seen_takes_a_list_of_ids_only(program: Program, code: str, seen: object) -> None:
    assert program.post("mailbox", {"code": code, "seen": seen}).status_code == 422


def test_ids_of_other_reports_change_nothing(program: Program, code: str) -> None:
    (message,) = program.post("mailbox", {"code": code}).json()["messages"]
    other = program.post("reports", {**REPORT, "narrative": "Another report."}).json()["code"]
    assert program.post("mailbox", {"code": other, "seen": [message["id"]]}).status_code == 200
    assert program.post("mailbox", {"code": code}).json()["messages"]
