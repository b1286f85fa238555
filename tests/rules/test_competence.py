"""What hangs on a training, until when one counts, and what never hangs on any."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from heedline.packs import load_pack
from heedline.packs.rules.training import MAY_HANG, read_trainings
from heedline.packs.tables import PackError
from heedline.permits.capabilities import Capability as C
from heedline.permits.competence import Competence, requirement
from heedline.permits.gate import Refused, require
from heedline.permits.roles import Role, desk_grants
from heedline.permits.rules import Standing

TODAY = date(2026, 11, 25)
DAY = timedelta(days=1)
MATERIAL, WATCH, IDENTITY, ME = (uuid4() for _ in range(4))
KINDS = {MATERIAL: "material", WATCH: "activity", IDENTITY: "authoriser"}
NEEDS = tuple(
    requirement(one.code, one.name, one.capabilities, one.desks)
    for one in load_pack("uk").trainings.by_code.values()
)


def trained(today: date = TODAY, **until: date) -> Competence:
    return Competence(today, NEEDS, {code.replace("_", "-"): day for code, day in until.items()}, KINDS)


def standing(*, danger: bool) -> Standing:
    noon = datetime(2026, 11, 25, 12, tzinfo=UTC)
    return Standing(MATERIAL, None, ME, ME, noon + DAY, noon, ME, danger)


def ask(capability: C, who: Competence, *, role: Role = Role.OFFICER, **more: object) -> str:
    desk = IDENTITY if role is Role.AUTHORISER else MATERIAL
    return require([(role, desk)], capability, desks=[desk], competence=who, **more)  # type: ignore[arg-type]


def test_reading_taking_and_answering_never_hang_on_a_training() -> None:
    """Law 2: a date that has passed leaves no report unread, untaken or unanswered for."""
    never = {C.SEE_QUEUE, C.READ_REPORT, C.TAKE, C.RELEASE, C.HAND_OVER, C.REOPEN, C.ANSWER_ALARM}
    never |= {C.BE_ON_DUTY, C.CALL_BACK, C.MAKE_EPOCH, C.READDRESS, C.PLACE_HOLD, C.RECORD_TRAINING}
    assert {C(name) for name in MAY_HANG} < set(C)
    assert not never & {C(name) for name in MAY_HANG}
    for capability in never - {C.RECORD_TRAINING}:
        assert ask(capability, trained()) == ""


@pytest.mark.parametrize(
    ("capability", "code", "role"),
    [
        (C.TAKE_DOWN, "call_taking", Role.OFFICER),
        (C.ASK_IDENTITY, "identity", Role.OFFICER),
        (C.OPEN_IDENTITY, "identity", Role.SUPERVISOR),
        (C.ASSESS, "material", Role.OFFICER),
        (C.CLOSE, "material", Role.OFFICER),
        (C.ASK, "material", Role.OFFICER),
        (C.SWEEP, "material", Role.OFFICER),
        (C.DECIDE_IDENTITY, "authorising", Role.AUTHORISER),
    ],
)
def test_it_counts_to_its_last_day_and_not_the_day_after(capability: C, code: str, role: Role) -> None:
    assert ask(capability, trained(**{code: TODAY}), role=role) == ""
    with pytest.raises(Refused, match=r"ran out on 24 November 2026\. Do it again; then a supervisor"):
        ask(capability, trained(**{code: TODAY - DAY}), role=role)
    with pytest.raises(Refused, match="no record that you have done it"):
        ask(capability, trained(), role=role)


def test_a_desks_act_needs_a_training_only_if_the_desk_says_that_it_can() -> None:
    grants = desk_grants()
    named = {one for each in load_pack("uk").trainings.by_code.values() for one in each.capabilities}
    assert {str(what) for what, grant in grants.items() if grant.can_need_training} == named - MAY_HANG
    need = requirement(
        "x", "X", frozenset({"intelligence-approve", "intelligence-write", "no-such-act"}), frozenset()
    )
    assert {str(one) for one in need.capabilities} == {"intelligence-approve"}


def test_what_was_begun_in_time_is_finished_and_said_to_be_so() -> None:
    assert ask(C.TAKE_DOWN, trained(call_taking=TODAY - DAY), begun=True) == "call-taking"
    with pytest.raises(Refused):
        ask(C.TAKE_DOWN, trained(call_taking=TODAY - 2 * DAY), begun=True)
    assert ask(C.TAKE_DOWN, trained(call_taking=TODAY), begun=True) == ""


def test_danger_waits_for_no_training_but_closing_does() -> None:
    assert ask(C.ASSESS, trained(), standing=standing(danger=True)) == "material"
    assert ask(C.ASK, trained(), standing=standing(danger=True)) == "material"
    with pytest.raises(Refused):
        ask(C.ASSESS, trained(), standing=standing(danger=False))
    with pytest.raises(Refused):
        ask(C.CLOSE, trained(), standing=standing(danger=True))


def test_an_emergency_gives_nobody_a_role_or_a_report_of_another() -> None:
    with pytest.raises(Refused, match="Your role"):
        require([], C.ASSESS, desks=[MATERIAL], competence=trained(), excused=True)
    others = Standing(MATERIAL, None, uuid4(), None, None, standing(danger=True).at, ME, True)
    with pytest.raises(Refused, match="A colleague owns this report"):
        ask(C.CALL_BACK, trained(), standing=others, excused=True)


def test_a_training_is_needed_where_the_pack_says_and_one_desk_is_enough() -> None:
    """Whoever sees to a report from the desk that never closes is not held up by the other desk's training."""
    at_both = [(Role.OFFICER, MATERIAL), (Role.OFFICER, WATCH)]
    assert require(at_both, C.ASSESS, desks=[MATERIAL, WATCH], competence=trained()) == ""
    with pytest.raises(Refused):
        require(at_both, C.ASSESS, desks=[MATERIAL], competence=trained())


def test_the_last_day_is_the_same_day_so_many_months_later() -> None:
    identity = load_pack("uk").trainings.by_code["identity"]
    assert identity.until(date(2026, 11, 25)) == date(2027, 11, 25)
    assert identity.until(date(2024, 2, 29)) == date(2025, 2, 28)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("months = 0", "above zero"),
        ('desks = ["kitchen"]', "no desk is of the sort"),
        ("capabilities = []", "must not be empty"),
        ('capabilities = ["assess", "take"]', "never hang on a training: take"),
        ('capabilities = ["read-report"]', "never hang on a training: read-report"),
        ("enough = true", "enough"),
    ],
)
def test_a_pack_with_a_wrong_training_is_refused(tmp_path: Path, line: str, said: str) -> None:
    lines = ['name = "A"', "months = 1", 'capabilities = ["assess"]', 'desks = ["material"]', "enough = 2"]
    key = line.split(" =")[0]
    changed = [line if one.startswith(f"{key} =") else one for one in lines]
    head = 'as_of = 2026-01-01\nsource = "s"\nremind_days = 30\n[trainings.a]\n'
    (tmp_path / "training.toml").write_text(head + "\n".join(changed), encoding="utf-8")
    with pytest.raises(PackError, match=said):
        read_trainings(tmp_path, {"material"})
