"""What two people decide: every matter, state and reply, and who is refused with which words."""

from __future__ import annotations

import ast
from dataclasses import replace
from datetime import date, timedelta
from itertools import product
from pathlib import Path
from uuid import UUID

import pytest

import heedline
from heedline.permits.gate import Refused
from heedline.permits.roles import GRANTS, Role
from heedline.permits.second_person import (
    PATH,
    RULES,
    DecisionRequest,
    Matter,
    Reply,
    RequestState,
    refuse_second_request,
)
from heedline.reports.lifecycle import NotNow

ASKER, OTHER = UUID(int=1), UUID(int=2)
TODAY = date(2026, 11, 26)
every_matter = pytest.mark.parametrize("matter", Matter)


def request(matter: Matter, **more: object) -> DecisionRequest:
    return replace(DecisionRequest(matter, ASKER, asked_on=TODAY), **more)


def test_every_matter_has_a_rule_that_somebody_can_meet() -> None:
    assert set(RULES) == set(Matter)
    for rule in RULES.values():
        assert any(rule.capability in GRANTS[role] for role in Role)
        assert Reply.AGREE in rule.replies
        assert rule.own_replies <= rule.replies


@every_matter
def test_nobody_agrees_to_their_own_request(matter: Matter) -> None:
    with pytest.raises(Refused) as refused:
        request(matter).check_person(Reply.AGREE, by=ASKER, today=TODAY)
    assert refused.value.reason == RULES[matter].own
    request(matter).check_person(Reply.AGREE, by=OTHER, today=TODAY)


def test_nobody_who_had_a_part_in_a_danger_confirms_its_discharge() -> None:
    asked = request(Matter.DISCHARGE, involved=frozenset({OTHER}))
    assert asked.why_not(Reply.AGREE, by=OTHER, today=TODAY) == RULES[Matter.DISCHARGE].involved
    assert not asked.why_not(Reply.REFUSE, by=OTHER, today=TODAY), "but may keep it open"


@pytest.mark.parametrize(("matter", "reply"), [(m, r) for m in Matter for r in sorted(RULES[m].replies)])
def test_the_replies_that_a_requester_may_give(matter: Matter, reply: Reply) -> None:
    allowed = {
        (Matter.DISPOSAL, Reply.REFUSE),
        (Matter.DISCHARGE, Reply.WITHDRAW),
        (Matter.DISSEMINATION, Reply.WITHDRAW),
        (Matter.PROPOSAL, Reply.WITHDRAW),
        (Matter.THREAT_LEVEL, Reply.WITHDRAW),
    }
    why_not = request(matter).why_not(reply, by=ASKER, today=TODAY)
    assert (why_not == "") == ((matter, reply) in allowed)


@every_matter
def test_people_who_open_reports_decide_nothing_about_a_reporter(matter: Matter) -> None:
    why_not = request(matter).why_not(Reply.REFUSE, by=OTHER, today=TODAY, reads_reports=True)
    assert (why_not != "") == (matter in {Matter.IDENTITY, Matter.TRACE})


@pytest.mark.parametrize(("matter", "state", "reply"), list(product(Matter, RequestState, Reply)))
def test_a_request_is_answered_once(matter: Matter, state: RequestState, reply: Reply) -> None:
    asked = request(matter, state=state)
    if state is RequestState.WAITING:
        assert asked.after(reply) is PATH[state, reply] is not RequestState.WAITING
    else:
        with pytest.raises(NotNow) as refused:
            asked.after(reply)
        assert refused.value.reason == RULES[matter].decided


@every_matter
def test_a_proposal_of_stewards_alone_lapses(matter: Matter) -> None:
    asked = request(matter)
    day = timedelta(days=1)
    assert asked.why_not(Reply.AGREE, by=OTHER, today=TODAY + 7 * day) == ""
    assert asked.late(TODAY + 8 * day) == (matter is Matter.PROPOSAL)
    assert asked.why_not(Reply.AGREE, by=OTHER, today=TODAY + 8 * day) == RULES[matter].late
    assert asked.why_not(Reply.WITHDRAW, by=OTHER, today=TODAY + 8 * day) == ""


def test_a_second_request_waits_for_the_first() -> None:
    refuse_second_request(Matter.IDENTITY, waits=False)
    for matter in (Matter.IDENTITY, Matter.TRACE, Matter.DISPOSAL, Matter.THREAT_LEVEL):
        with pytest.raises(NotNow) as refused:
            refuse_second_request(matter, waits=True)
        assert refused.value.reason == RULES[matter].waiting != ""


def test_each_matter_is_decided_by_these_rules() -> None:
    """Six verbs build a request from their own rows and ask whether this person may answer it."""
    casework = Path(heedline.__file__).parent / "casework"
    found: dict[str, set[str]] = {}
    for file in casework.rglob("*.py"):
        text = file.read_text(encoding="utf-8")
        if "DecisionRequest(" in text:
            for name in (n.attr for n in ast.walk(ast.parse(text)) if isinstance(n, ast.Attribute)):
                if name in Matter.__members__:
                    found.setdefault(name, set()).add(file.relative_to(casework).as_posix())
            assert ".check_person(" in text or ").late(" in text, "or only asks whether it has expired"
    assert found == {
        "IDENTITY": {"identity/requests.py"},
        "TRACE": {"identity/requests.py"},
        "DISPOSAL": {"retention/keeping.py"},
        "DISCHARGE": {"danger/discharge.py"},
        "DISSEMINATION": {"dissemination/outgoing.py"},
        "THREAT_LEVEL": {"setup/threat_levels.py"},
        "PROPOSAL": {"setup/proposals.py", "setup/waiting_proposals.py"},
    }
    assert "check_decider(asked" in (casework / "identity" / "trace_requests.py").read_text(encoding="utf-8")
