"""Who may do what: deny by default, one role table, and rules that give their reason."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heedline.permits import gate, rules
from heedline.permits.capabilities import Capability
from heedline.permits.capabilities import Capability as C
from heedline.permits.gate import Refused, allows, require
from heedline.permits.roles import DESCRIPTIONS, DESK_ROLES, GRANTS, Role
from heedline.permits.rules import RULES, Standing, why_not

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
DESK, ELSEWHERE, ME, COLLEAGUE = (uuid4() for _ in range(4))
READING = {C.SEE_QUEUE, C.READ_REPORT, C.SEE_HISTORY}
WORK = {C.TAKE, C.RELEASE, C.ASSESS, C.ASK, C.HAND_OVER, C.CLOSE, C.REOPEN}


def standing(
    owner: UUID | None = None, writer: UUID | None = None, lease: timedelta = timedelta(minutes=1)
) -> Standing:
    return Standing(DESK, None, owner, writer, NOON + lease if writer else None, NOON, ME)


def test_every_role_is_described_and_has_its_grants() -> None:
    assert set(GRANTS) == set(DESCRIPTIONS) == set(Role)
    assert DESK_ROLES | {Role.STEWARD, Role.OVERSEER, Role.WELFARE} == set(Role)


def test_every_capability_is_somebodys() -> None:
    assert frozenset().union(*GRANTS.values()) == set(Capability)


def test_who_sets_up_opens_nothing_and_who_decides_on_identities_reads_no_report() -> None:
    for role in (Role.STEWARD, Role.OVERSEER, Role.AUTHORISER):
        assert not GRANTS[role] & (READING | WORK | {C.ANSWER_ALARM}), role
    assert C.SET_UP not in GRANTS[Role.OFFICER] | GRANTS[Role.SUPERVISOR] | GRANTS[Role.AUTHORISER]
    assert GRANTS[Role.STEWARD] == {
        C.SET_UP,
        C.SEE_KEYS,
        C.SEE_FIGURES,
        C.CONFIRM_LANGUAGE,
        C.RECORD_TRAINING,
        C.PLAN_ROTA,
    }


@given(
    st.lists(st.tuples(st.sampled_from(Role), st.sampled_from([DESK, ELSEWHERE, None])), max_size=4),
    st.sampled_from(Capability),
    st.lists(st.sampled_from([DESK, ELSEWHERE, None]), max_size=2),
)
def test_a_role_counts_on_its_own_desk_only(
    held: list[tuple[Role, UUID | None]], capability: Capability, desks: list[UUID | None]
) -> None:
    wanted = any(capability in GRANTS[role] and desk in desks for role, desk in held)
    assert allows(held, capability, desks) is wanted
    if wanted:
        require(held, capability, desks=desks)
    else:
        with pytest.raises(Refused):
            require(held, capability, desks=desks)


@pytest.mark.parametrize("capability", Capability)
def test_nobody_without_an_appointment_may_do_anything(capability: Capability) -> None:
    assert not allows([], capability, [DESK, None])
    assert not allows([(Role.SUPERVISOR, DESK)], capability, [])
    assert not allows(
        [(Role.SUPERVISOR, DESK)], capability, [None]
    )  # a desk's role is not the installation's


def test_a_stored_role_that_is_none_grants_nothing() -> None:
    with pytest.raises(ValueError, match="not a valid Role"):
        allows([("superuser", DESK)], C.READ_REPORT, [DESK])


def test_ending_and_giving_away_are_the_owners() -> None:
    for capability in (C.RELEASE, C.CLOSE, C.CALL_BACK, C.DISSEMINATE, C.ASK_IDENTITY, C.ASK_TRACE):
        assert why_not(capability, standing(ME, ME)) is None
        assert why_not(capability, standing(ME)) is None, "a lapsed lease takes nothing from the owner"
        assert why_not(capability, standing(COLLEAGUE, COLLEAGUE)) is not None
        assert why_not(capability, standing(COLLEAGUE)) is not None, "a lapsed lease gives nobody the report"
        assert why_not(capability, standing()) is not None


def test_any_officer_of_the_desk_writes_in_an_owned_report_while_nobody_else_does() -> None:
    for capability in (C.ASSESS, C.ASK, C.SET_NEXT_ACTION):
        assert why_not(capability, standing(ME, ME)) is None
        assert why_not(capability, standing(COLLEAGUE)) is None
        assert why_not(capability, standing(COLLEAGUE, COLLEAGUE, timedelta(0))) is None
        assert why_not(capability, standing(COLLEAGUE, COLLEAGUE, timedelta(seconds=1))) is not None
        assert why_not(capability, standing(ME, COLLEAGUE)) is not None, "nor does the owner"
        assert why_not(capability, standing()) is not None


def test_what_a_colleague_owns_is_neither_taken_nor_handed_over_whatever_the_lease_says() -> None:
    for capability in (C.TAKE, C.HAND_OVER):
        assert why_not(capability, standing()) is None
        assert why_not(capability, standing(None, COLLEAGUE)) is not None
        for lease in (timedelta(seconds=1), timedelta(0), timedelta(days=-300)):
            assert why_not(capability, standing(COLLEAGUE, COLLEAGUE, lease)) is not None
        assert why_not(capability, standing(ME, ME)) is None


def test_a_supervisor_assigns_also_while_somebody_is_writing() -> None:
    assert why_not(C.ASSIGN, standing(COLLEAGUE, COLLEAGUE)) is None
    assert C.ASSIGN in GRANTS[Role.SUPERVISOR]
    assert C.ASSIGN not in GRANTS[Role.OFFICER]


def test_reading_is_never_withheld_by_a_colleagues_lease() -> None:
    for capability in READING:
        assert why_not(capability, standing(COLLEAGUE, COLLEAGUE, timedelta(hours=1))) is None


def test_every_changing_capability_has_a_rule_or_is_open_to_the_desk() -> None:
    """Reopening is for any member: a closed report is held by nobody."""
    assert WORK - set(RULES) == {C.REOPEN}


def test_a_rule_is_asked_after_the_role() -> None:
    held = [(Role.OFFICER, DESK)]
    require(held, C.TAKE, desks=[DESK], standing=standing())
    with pytest.raises(Refused) as caught:
        require(held, C.TAKE, desks=[DESK], standing=standing(COLLEAGUE, COLLEAGUE))
    assert "colleague" in caught.value.reason.lower()
    with pytest.raises(Refused) as caught:
        require(held, C.TAKE, desks=[ELSEWHERE], standing=standing())
    assert "role" in caught.value.reason


@given(
    st.sampled_from(Capability),
    st.sampled_from([None, ME, COLLEAGUE]),
    st.sampled_from([None, ME, COLLEAGUE]),
    st.integers(-60, 60),
)
def test_reasons_are_for_people_and_name_nobody(
    capability: Capability, owner: UUID | None, writer: UUID | None, seconds: int
) -> None:
    reason = why_not(capability, standing(owner, writer, timedelta(seconds=seconds)))
    if reason is not None:
        assert reason[0].isupper()
        assert reason.endswith(".")
        assert not any(str(one) in reason for one in (DESK, ME, COLLEAGUE))


def test_gate_and_rules_know_no_time_of_their_own() -> None:
    for module in (gate, rules):
        assert not {"now", "timezone"} & set(vars(module))
