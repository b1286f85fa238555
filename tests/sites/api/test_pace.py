"""The API under a flood: 429 with the seconds to wait, danger never, and nothing is refused for good."""

from __future__ import annotations

import secrets
from typing import Any

import pytest

from heedline.api import views
from heedline.casework.intake.rate_limit import CALLER, Pace
from heedline.reports.models import Report
from tests.rules.test_pace import Clock
from tests.sites.api.conftest import Program
from tests.sites.api.test_reports import REPORT


@pytest.fixture
def clock(program: Program, monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Two reports at once from the place where this program is."""
    clock = Clock()
    strict = Pace(burst=2, every=1_000.0, wait=10.0, clock=clock)
    monkeypatch.setattr(views, "PACE", strict)
    program.client.defaults[CALLER] = strict.caller("203.0.113.77")
    return clock


def flood(program: Program) -> Any:
    """The first answer that does not take a report."""
    answers = [program.post("reports", REPORT) for _ in range(3)]
    return next(answer for answer in answers if answer.status_code != 201)


def test_a_flood_is_told_how_long_to_wait_in_a_problem_document(program: Program, clock: Clock) -> None:
    answer = flood(program)
    assert answer.status_code == 429
    assert answer["Retry-After"] == "10"
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["type"] == "urn:heedline:problem:slower"
    assert REPORT["narrative"] not in answer.content.decode()
    assert Report.objects.count() == 2


def test_the_same_key_goes_through_after_the_wait(program: Program, clock: Clock) -> None:
    flood(program)
    key = secrets.token_urlsafe(32)
    assert program.post("reports", REPORT, key=key).status_code == 429
    clock.now += 10
    first = program.post("reports", REPORT, key=key)
    assert first.status_code == 201
    assert program.post("reports", REPORT, key=key).json() == first.json()


def test_a_retry_of_what_was_stored_has_the_same_answer_in_a_flood(program: Program, clock: Clock) -> None:
    """The first answer was lost on the way: it is not to be told that nothing was stored."""
    key = secrets.token_urlsafe(32)
    first = program.post("reports", REPORT, key=key)
    flood(program)
    again = program.post("reports", REPORT, key=key)
    assert (again.status_code, again.json()) == (201, first.json())
    assert program.post("reports", {**REPORT, "narrative": "Something else."}, key=key).status_code == 422


def test_danger_never_waits(program: Program, clock: Clock) -> None:
    flood(program)
    danger = {**REPORT, "now": {"danger": "yes"}}
    assert [program.post("reports", danger).status_code for _ in range(5)] == [201] * 5
    assert Report.objects.filter(urgency="danger").count() == 5


def test_a_code_is_never_asked_to_wait(program: Program, clock: Clock) -> None:
    code = program.post("reports", REPORT).json()["code"]
    flood(program)
    for _ in range(5):
        assert program.post("mailbox", {"code": code}).status_code == 200
        assert program.post("mailbox/messages", {"code": code, "text": "more"}).status_code == 201
