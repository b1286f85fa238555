"""The desk's state and the company's answer are two things; attempts to deliver; no state without an exit."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heedline.casework.delivery.attempts import (
    AttemptOutcome,
    DeliveryAttempt,
    DeliveryState,
    delivery_state,
    next_attempt,
)
from heedline.database import sql_files
from heedline.specialist_desks.material.delivery.answer_tokens import answer_token_hash, new_answer_token
from heedline.specialist_desks.material.liveness import LivenessVerdict
from heedline.specialist_desks.material.notice_rules.content import NoticeBasis
from heedline.specialist_desks.material.notice_rules.states import (
    ANSWERS,
    FINAL_ANSWERS,
    NOTICE_PATH,
    OPEN_NOTICES,
    CompanyAnswer,
    NoticeMove,
    NoticeState,
    NotThisMove,
    answered,
    is_contradicted,
    moved,
    why_not_close,
)

NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)
S, M, A, T, V = NoticeState, NoticeMove, CompanyAnswer, AttemptOutcome, LivenessVerdict
BASES = tuple(NoticeBasis)


@pytest.mark.parametrize("basis", BASES)
def test_every_open_state_has_an_exit_and_every_state_is_reached(basis: NoticeBasis) -> None:
    reached, waiting = set(), [S.DRAFT]
    while waiting:
        state = waiting.pop()
        if state in reached:
            continue
        reached.add(state)
        for move in M:
            try:
                waiting.append(moved(state, move, basis))
            except NotThisMove:
                continue
    assert reached == set(S)
    for state in OPEN_NOTICES:
        assert any(start is state for start, _ in NOTICE_PATH), state


def test_only_an_approved_notice_reaches_the_company() -> None:
    before = {start for (start, _), end in NOTICE_PATH.items() if end is S.SENT}
    assert before == {S.APPROVED, S.FAILED}
    assert {start for (start, _), end in NOTICE_PATH.items() if end is S.APPROVED} == {S.PROPOSED}
    assert {start for (start, _), end in NOTICE_PATH.items() if end is S.FAILED} == {S.APPROVED, S.SENT}


def test_a_section_3_notice_is_served_and_a_referral_is_sent() -> None:
    for state in S:
        with pytest.raises(NotThisMove):
            moved(state, M.SEND, NoticeBasis.SECTION_3)
        with pytest.raises(NotThisMove):
            moved(state, M.SERVE, NoticeBasis.VOLUNTARY)
    assert moved(S.APPROVED, M.SERVE, NoticeBasis.SECTION_3) is S.SENT
    assert moved(S.APPROVED, M.SEND, NoticeBasis.VOLUNTARY) is S.SENT


def test_what_a_company_was_told_is_withdrawn_and_not_dropped() -> None:
    for state in (S.SENT, S.CLOSED, S.LAPSED):
        assert moved(state, M.WITHDRAW, NoticeBasis.VOLUNTARY) is S.WITHDRAWN
        with pytest.raises(NotThisMove):
            moved(state, M.DROP, NoticeBasis.VOLUNTARY)
    with pytest.raises(NotThisMove):
        moved(S.DRAFT, M.WITHDRAW, NoticeBasis.VOLUNTARY)


def test_an_answer_needs_a_notice_that_was_sent() -> None:
    for state, before, answer in product(S, A, A):
        if state in {S.SENT, S.CLOSED, S.LAPSED} and answer in ANSWERS[before]:
            assert answered(state, before, answer) is answer
        else:
            with pytest.raises(NotThisMove):
                answered(state, before, answer)


def test_a_company_may_change_its_mind_but_has_received_the_notice_for_good() -> None:
    for one in A:
        assert A.NONE not in ANSWERS[one]
        assert (A.RECEIVED in ANSWERS[one]) is (one is A.NONE)
        assert ANSWERS[one]
    assert ANSWERS[A.ASKS] >= FINAL_ANSWERS


@pytest.mark.parametrize(
    ("answer", "found", "may"),
    [
        (A.NONE, V.REMOVED_404, True),
        (A.REMOVED, V.REMOVED_TOMBSTONE, True),
        (A.REMOVED, V.LIVE, False),
        (A.REMOVED, V.MOVED, False),
        (A.REMOVED, None, False),
        (A.REMOVED, V.LOGIN_WALL, False),
        (A.RECEIVED, V.LIVE, False),
        (A.REFUSED, V.LIVE, True),
        (A.RESTRICTED, V.GEO_BLOCKED, True),
        (A.ASKS, V.REMOVED_404, False),
        (A.OBJECTS, V.REMOVED_404, False),
        (A.NONE, V.BLOCKED_US, False),
        (A.NONE, V.UNREACHABLE, False),
    ],
)
def test_when_a_notice_may_be_closed(answer: CompanyAnswer, found: LivenessVerdict | None, may: bool) -> None:
    assert (why_not_close(answer, found) == "") is may


def test_a_company_that_says_removed_is_contradicted_only_by_seeing_the_material() -> None:
    assert {found for found in V if is_contradicted(A.REMOVED, found)} == {V.LIVE, V.MOVED}
    assert not any(is_contradicted(answer, V.LIVE) for answer in set(A) - {A.REMOVED})


def attempts(*outcomes: AttemptOutcome) -> list[DeliveryAttempt]:
    return [DeliveryAttempt(NOW + timedelta(days=n), one) for n, one in enumerate(outcomes)]


@pytest.mark.parametrize(
    ("outcomes", "state"),
    [
        ((), DeliveryState.WAITING),
        ((T.ACCEPTED,), DeliveryState.DELIVERED),
        ((T.LATER,), DeliveryState.WAITING),
        ((T.LATER,) * 5, DeliveryState.WAITING),
        ((T.LATER,) * 6, DeliveryState.FAILED),
        ((T.LATER, T.ACCEPTED), DeliveryState.DELIVERED),
        ((T.NEVER,), DeliveryState.FAILED),
        ((T.ACCEPTED, T.BOUNCED), DeliveryState.FAILED),
        ((T.ACCEPTED, T.BOUNCED, T.LATER), DeliveryState.WAITING),
    ],
)
def test_what_attempts_add_up_to(outcomes: tuple[AttemptOutcome, ...], state: DeliveryState) -> None:
    assert delivery_state(attempts(*outcomes)) is state


def test_attempts_are_made_ever_more_seldom() -> None:
    assert next_attempt([], NOW) == NOW
    due, made = [], []
    at = NOW
    while (found := next_attempt(made, NOW)) is not None:
        due.append(found - at)
        at = found
        made.append(DeliveryAttempt(at, T.LATER))
    assert [one // timedelta(minutes=1) for one in due] == [0, 5, 30, 120, 360, 1440]
    assert delivery_state(made) is DeliveryState.FAILED


@given(st.lists(st.sampled_from(list(T)), max_size=12))
def test_nothing_is_called_delivered_that_was_not_accepted_last(outcomes: list[AttemptOutcome]) -> None:
    made = attempts(*outcomes)
    delivered = delivery_state(made) is DeliveryState.DELIVERED
    assert delivered is (bool(outcomes) and outcomes[-1] is T.ACCEPTED)
    assert (next_attempt(made, NOW) is not None) is (delivery_state(made) is DeliveryState.WAITING)
    assert delivery_state(made[::-1]) is delivery_state(made)


def test_a_token_is_stored_only_as_its_hash() -> None:
    tokens = {new_answer_token() for _ in range(50)}
    assert len(tokens) == 50
    assert min(map(len, tokens)) >= 43
    assert len({answer_token_hash(one) for one in tokens}) == 50
    assert answer_token_hash("\ud800") != answer_token_hash("")


def test_the_database_has_the_same_moves_and_answers() -> None:
    sql = sql_files.read("database/notices.sql", "heedline.specialist_desks.material")
    listed = sql.split("(OLD.state || '>' || NEW.state) NOT IN (")[1].split(")")[0]
    assert set(re.findall(r"'([a-z]+>[a-z]+)'", listed)) == {
        f"{before}>{after}" for (before, _), after in NOTICE_PATH.items()
    }
    answers = sql.split("p_answer NOT IN (")[1].split(")")[0]
    assert set(re.findall(r"'([a-z]+)'", answers)) == set(CompanyAnswer) - {CompanyAnswer.NONE}
