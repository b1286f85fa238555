"""A report that names a person, concerns a child, is high or marked closes only when both desks have compared it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest

from heedline.casework.contact import messages
from heedline.casework.duty import alarm_kinds, paging
from heedline.casework.journey import bulk_close, closing, transitions
from heedline.casework.journey.closing import Closing
from heedline.casework.journey.transitions import Assessment
from heedline.dispatch.models import Alarm
from heedline.permits.gate import Refused
from heedline.reports.lifecycle import Move, NotNow, Stage
from heedline.reports.models import Step, Sweep
from tests.support import keeping_scene, linking_scene, stories
from tests.support.acting import acting
from tests.support.cast import House, now
from tests.support.scene_people import SOUTH_WEST, People, logged, row
from tests.support.search_scene import MINUTE, indexed

pytestmark = pytest.mark.django_db

NAMED = "Kevin Tierney rents the lock-up at night. His number is 07700 900456."
OTHER = "Ring 07700 900456 and ask for Mr Tierney, who stores many boxes there."
HIGH = Assessment(
    danger_to_life=False, done_what="Watched the doors", priority="high", reason="An hour of filming"
)
REASON = Closing("insufficient", "I rang the guards, who know of it", "finished")


@pytest.fixture
def people(house: House) -> People:
    return keeping_scene.with_leads(People(house, now()))


def close(people: People, ref: UUID, assessment: Assessment = stories.VAGUE, name: str = "Odile") -> bool:
    people.take(ref, name)
    with people.sitting(name) as here:
        return transitions.assess_and_close(
            ref, assessment, REASON, version=row(ref).version, by=here, at=people.at
        )


def kept(people: People, **told: Any) -> UUID:
    ref, _ = people.send(**{"narrative": NAMED, **told})
    assert not close(people, ref)
    return ref


def completed(people: People, name: str = "Odile") -> None:
    """Both desks compare everything, and an officer's session takes a step of the upkeep."""
    linking_scene.compared(people, "Odile", "Otto")
    with people.sitting(name) as here:
        closing.complete_step(by=here, at=people.at + 55 * MINUTE)


@pytest.mark.parametrize(
    ("told", "assessment"),
    [
        ({"narrative": NAMED}, stories.VAGUE),
        ({"narrative": "There is a machete behind the counter of the shop."}, stories.VAGUE),
        ({}, HIGH),
    ],
)
def test_such_a_closure_is_kept_until_both_desks_have_compared(
    people: People, told: dict[str, str], assessment: Assessment
) -> None:
    ref, _ = people.send(**told)
    assert not close(people, ref, assessment)
    found = row(ref)
    assert (found.stage, found.owner_id) == (Stage.CLOSING, people.house.officers["Odile"].id)
    assert found.due_at == people.at.replace(second=0, microsecond=0) + 60 * MINUTE
    indexed(people)  # its own desk alone
    with people.sitting("Odile") as here:
        closing.complete_step(by=here, at=people.at + 41 * MINUTE)
    assert row(ref).stage == Stage.CLOSING
    completed(people, "Olga")
    assert (row(ref).stage, row(ref).owner_id, row(ref).outcome) == (Stage.CLOSED, None, "insufficient")


def test_every_other_report_is_closed_at_once(people: People) -> None:
    ref, _ = people.send()
    assert close(people, ref)
    assert row(ref).stage == Stage.CLOSED


def test_a_report_that_was_compared_is_closed_at_once(people: People) -> None:
    ref, _ = people.send(narrative=NAMED)
    linking_scene.compared(people, "Odile")
    assert close(people, ref)


def test_the_log_and_the_history_say_who_decided_and_when(people: People) -> None:
    ref = kept(people)
    completed(people, "Olga")
    [entry] = logged("report-closed", thing=ref)
    decided = Step.objects.get(report=ref, move=Move.KEEP_CLOSING)
    odile, olga = people.house.officers["Odile"], people.house.officers["Olga"]
    assert entry.actor == olga.id
    assert decided.at is not None
    assert entry.detail == {
        "outcome": "insufficient",
        "decided_by": str(odile.id),
        "decided_at": decided.at.isoformat(timespec="minutes"),
    }
    step = people.read(ref).history.last(Move.CLOSE)
    assert step is not None
    assert step.by == odile.name
    assert REASON.reason in dict(step.words).values()
    assert any(olga.name in words and "took no action" in words for words in dict(step.words).values())


@pytest.mark.parametrize("where", ["the same desk", "another desk"])
def test_a_match_returns_the_report_to_its_owner(people: People, where: str) -> None:
    ref = kept(people)
    people.send(narrative=OTHER, **({} if where == "the same desk" else SOUTH_WEST))
    completed(people, "Olga")
    found = row(ref)
    assert (found.stage, found.owner_id) == (Stage.TAKEN, people.house.officers["Odile"].id)
    with acting("worker"):
        paging.drain(people.at)
        [alarm] = Alarm.objects.filter(kind="matched-after-closing")
        called = alarm_kinds.called(alarm, 0, people.at)
    assert called == {people.house.officers[name].email for name in ("Odile", "Olga")}
    assert not logged("report-closed", thing=ref)


def message(people: People, ref: UUID, code: Any, danger: str) -> None:
    with acting("public"):
        messages.say(code, "There is more", message_id=uuid4(), at=people.at, danger=danger)


def colleague_assesses(people: People, ref: UUID) -> None:
    with people.sitting("Olga") as here:
        transitions.assess(ref, HIGH, version=row(ref).version, by=here, at=people.at)


def danger_is_found(people: People, ref: UUID) -> None:
    with people.sitting("Olga") as here:
        found = Assessment(
            danger_to_life=True, done_what="Bought a gun", priority="high", reason="He said so"
        )
        transitions.assess(ref, found, version=row(ref).version, by=here, at=people.at)


@pytest.mark.parametrize("danger", ["no", "yes"])
def test_a_message_ends_the_kept_closure(people: People, danger: str) -> None:
    ref, code = people.send(narrative=NAMED)
    close(people, ref)
    message(people, ref, code, danger)
    assert (row(ref).stage, row(ref).owner_id) == (Stage.TAKEN, people.house.officers["Odile"].id)
    completed(people)
    assert row(ref).stage == Stage.TAKEN


@pytest.mark.parametrize("act", [colleague_assesses, danger_is_found])
def test_whatever_an_officer_does_ends_the_kept_closure(
    people: People, act: Callable[[People, UUID], None]
) -> None:
    ref = kept(people)
    act(people, ref)
    assert row(ref).stage == Stage.ASSESSED
    completed(people)
    assert row(ref).stage == Stage.ASSESSED


def test_its_owner_withdraws_it_and_nobody_else(people: People) -> None:
    ref = kept(people)
    with people.sitting("Olga") as olga, pytest.raises(Refused):
        closing.withdraw(ref, by=olga, at=people.at)
    with people.sitting("Odile") as odile:
        closing.withdraw(ref, by=odile, at=people.at)
        with pytest.raises(NotNow):
            closing.withdraw(ref, by=odile, at=people.at)
    assert row(ref).stage == Stage.TAKEN
    assert len(logged("closing-stopped", thing=ref)) == 1
    completed(people)
    assert row(ref).stage == Stage.TAKEN


def test_the_wait_has_an_alarm_that_ends_with_it(people: People) -> None:
    ref = kept(people)
    late = people.at + 61 * MINUTE
    with acting("worker"):
        paging.watch_clocks(late)
        [alarm] = Alarm.objects.filter(about_id=ref)
        assert alarm.kind == "closing-late"
        called = alarm_kinds.called(alarm, 0, late)
    assert called == {people.house.officers[name].email for name in ("Odile", "Olga")}
    completed(people)
    alarm.refresh_from_db()
    assert (row(ref).stage, alarm.because) == (Stage.CLOSED, "closing-ended")


def test_two_officers_still_have_to_close_it(people: People) -> None:
    """The session that completes a closure is nobody's second pair of eyes."""
    ref, _ = people.send(narrative="A schoolboy called Kevin Tierney stores boxes there.")
    people.take(ref)
    with people.sitting("Odile") as here:
        transitions.assess(ref, stories.VAGUE, version=row(ref).version, by=here, at=people.at)
        with pytest.raises(NotNow, match="Two officers"):
            transitions.close(ref, REASON, version=row(ref).version, by=here, at=people.at)
    people.passed_on(ref, "Odile", "Olga")
    with people.sitting("Olga") as here:
        assert not transitions.close(ref, REASON, version=row(ref).version, by=here, at=people.at)
    completed(people)  # in the session of Odile, who assessed it
    assert row(ref).stage == Stage.CLOSED


def test_a_locked_session_completes_nothing(people: People) -> None:
    ref = kept(people)
    linking_scene.compared(people, "Odile")
    people.tokens.pop("Odile")
    with people.sitting("Odile", unlocked=False) as here:
        closing.complete_step(by=here, at=people.at + 55 * MINUTE)
    assert row(ref).stage == Stage.CLOSING


def test_a_bulk_closure_leaves_out_what_names_a_person_and_was_not_compared(people: People) -> None:
    advert = "Buy cheap watches from Kevin Tierney and get two for the price of one, only this week"
    refs = [people.send(narrative=advert)[0] for _ in range(3)]

    def swept() -> set[str]:
        with people.sitting("Odile") as here:
            chosen = {ref: row(ref).version for ref in refs}
            made = bulk_close.sweep("north-east", chosen, REASON, by=here, at=people.at)
        return set(Sweep.objects.get(pk=made).left_out.values())

    assert swept() == {"compare"}
    linking_scene.compared(people, "Odile")
    assert swept() == set()
    assert {row(ref).stage for ref in refs} == {Stage.CLOSED}


def test_a_supervisor_who_decides_over_a_match_has_decided_for_both(people: People) -> None:
    first = kept(people)
    completed(people)
    ref, _ = people.send(narrative=OTHER.replace("Mr", "Kevin"))
    indexed(people)
    assert row(first).stage == Stage.WAITING, "the match has reopened it"
    assert not close(people, ref, name="Olga")
    close(people, first, name="Olga")
    completed(people)
    assert (row(first).stage, row(ref).stage) == (Stage.CLOSED, Stage.CLOSED)
