"""Assigning many reports and undoing it, and handing many over: each by the rules for one, nothing in between lost."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from heedline.casework.access import session
from heedline.casework.access.keyring import DeskLine
from heedline.casework.duty import rota
from heedline.casework.errors import Locked, NotHere
from heedline.casework.journey import bulk_assign, transitions
from heedline.casework.journey.bulk_close import desk_of
from heedline.casework.setup import leavers
from heedline.reports.lifecycle import NotNow, Stage
from tests.support import keeping_scene
from tests.support.scene_people import DANGER, MINUTE, People, logged, row

pytestmark = pytest.mark.django_db
HERE = "north-east"


def chosen(*refs: UUID) -> dict[UUID, int]:
    return {ref: row(ref).version for ref in refs}


def officer(people: People, name: str) -> UUID:
    return people.house.officers[name].id


@pytest.fixture(autouse=True)
def _olga_leads_the_desk(people: People) -> None:
    keeping_scene.with_leads(people)


def desk(here: object) -> DeskLine:
    return desk_of(here, HERE)  # type: ignore[arg-type]


def test_many_are_assigned_and_given_back_as_they_were(people: People) -> None:
    waiting, _ = people.send()
    odiles, _ = people.taken("Odile")
    due = row(odiles).due_at
    with people.sitting("Olga") as olga:
        made = bulk_assign.assign_all(
            desk(olga),
            chosen(waiting, odiles),
            officer(people, "Olga"),
            because="Odile is away",
            by=olga,
            at=people.at,
        )
        assert {item.ref for item in made.done} == {waiting, odiles}
        assert made.left == ()
        assert {row(ref).owner_id for ref in (waiting, odiles)} == {officer(people, "Olga")}
        assert row(odiles).due_at == due, "a new owner gets no later time"
        undone = bulk_assign.undo_assign_all(
            desk(olga), {item.ref: item.version for item in made.done}, by=olga, at=people.at + MINUTE
        )
    assert len(undone.done) == 2
    assert (row(waiting).stage, row(waiting).owner_id) == (Stage.WAITING, None)
    assert (row(odiles).stage, row(odiles).owner_id) == (Stage.TAKEN, officer(people, "Odile"))
    assert row(odiles).due_at == due
    assert len(logged("report-assigned")) == 3
    assert len(logged("report-released")) == 1


def test_what_was_touched_since_stays_with_its_new_owner(people: People) -> None:
    one, _ = people.send()
    other, _ = people.send()
    with people.sitting("Olga") as olga:
        made = bulk_assign.assign_all(
            desk(olga), chosen(one, other), officer(people, "Odile"), by=olga, at=people.at
        )
    with people.sitting("Odile") as odile:
        transitions.release(one, by=odile, at=people.at + MINUTE)
    with people.sitting("Olga") as olga:
        tokens = {item.ref: item.version for item in made.done}
        undone = bulk_assign.undo_assign_all(desk(olga), tokens, by=olga, at=people.at + 2 * MINUTE)
        again = bulk_assign.undo_assign_all(desk(olga), tokens, by=olga, at=people.at + 2 * MINUTE)
    assert [item.ref for item in undone.done] == [other]
    assert [item.because for item in undone.left] == ["It has changed since you opened the list."]
    assert again.done == ()


def test_undoing_ends_after_a_day(people: People) -> None:
    ref, _ = people.send()
    with people.sitting("Olga") as olga:
        made = bulk_assign.assign_all(
            desk(olga), chosen(ref), officer(people, "Odile"), by=olga, at=people.at
        )
    late = people.at + bulk_assign.UNDO_FOR + MINUTE
    del people.tokens["Olga"]
    with people.sitting("Olga", at=late) as olga:
        undone = bulk_assign.undo_assign_all(
            desk(olga), {item.ref: item.version for item in made.done}, by=olga, at=late
        )
    assert undone.done == ()
    assert "expired" in undone.left[0].because
    assert row(ref).owner_id == officer(people, "Odile")


def test_each_is_asked_for_by_itself(people: People) -> None:
    """An officer who leads nobody, a changed report, another desk's, danger with nobody on duty, somebody of elsewhere."""
    waiting, _ = people.send()
    urgent, _ = people.send(**DANGER)
    changed, _ = people.send()
    to = officer(people, "Olga")
    with people.sitting("Odile") as odile:
        made = bulk_assign.assign_all(desk(odile), chosen(waiting), to, by=odile, at=people.at)
        assert made.done == ()
        session.lock(odile)  # she is not on duty
    with people.sitting("Olga") as olga:
        what = {**chosen(waiting, urgent), changed: row(changed).version + 1, uuid4(): 1}
        made = bulk_assign.assign_all(desk(olga), what, officer(people, "Odile"), by=olga, at=people.at)
        assert [item.ref for item in made.done] == [waiting]
        because = {item.ref: item.because for item in made.left}
        assert "on duty" in because[urgent]
        assert because[changed] == "It has changed since you opened the list."
        made = bulk_assign.assign_all(
            desk(olga), chosen(waiting), officer(people, "Otto"), by=olga, at=people.at
        )
        assert made.left[0].because == "Choose an officer who works at this desk."
        for nothing in ({}, {uuid4(): 1 for _ in range(bulk_assign.MOST + 1)}):
            with pytest.raises(NotNow):
                bulk_assign.assign_all(desk(olga), nothing, to, by=olga, at=people.at)
    with people.sitting("Otto") as otto, pytest.raises(NotHere):
        desk(otto)


def test_undoing_gives_nothing_to_somebody_who_has_left(people: People) -> None:
    ref, _ = people.taken("Odile")
    house = people.house
    with people.sitting("Olga") as olga:
        made = bulk_assign.assign_all(
            desk(olga), chosen(ref), officer(people, "Olga"), because="She leaves", by=olga, at=people.at
        )
    leavers.leave_desk(house.officers["Odile"], house.desks[HERE], hands=house.hands, at=people.at + MINUTE)
    with people.sitting("Olga") as olga:
        bulk_assign.undo_assign_all(
            desk(olga), {item.ref: item.version for item in made.done}, by=olga, at=people.at + MINUTE
        )
    assert (row(ref).stage, row(ref).owner_id) == (Stage.WAITING, None), "it waits for somebody who is there"


def test_undoing_leaves_no_danger_without_its_owner(people: People) -> None:
    ref, _ = people.send(**DANGER)
    home = people.house.desks[HERE].id
    with people.sitting("Odile") as odile:
        rota.come_on(by=odile, desk=home, until=people.at + timedelta(hours=8), at=people.at)
    with people.sitting("Olga") as olga:
        made = bulk_assign.assign_all(
            desk(olga), chosen(ref), officer(people, "Odile"), by=olga, at=people.at
        )
        assert [item.ref for item in made.done] == [ref]
        undone = bulk_assign.undo_assign_all(
            desk(olga), {item.ref: item.version for item in made.done}, by=olga, at=people.at
        )
    assert "danger to life" in undone.left[0].because
    assert row(ref).owner_id == officer(people, "Odile")


def test_nobody_undoes_what_a_colleague_assigned_or_what_was_taken(people: People) -> None:
    taken, _ = people.taken("Olga")
    with people.sitting("Olga") as olga:
        undone = bulk_assign.undo_assign_all(desk(olga), chosen(taken), by=olga, at=people.at)
    assert "did not assign" in undone.left[0].because
    assert row(taken).owner_id == officer(people, "Olga")


def test_many_are_handed_over_and_this_desks_keys_are_gone(people: People) -> None:
    refs = [people.send()[0] for _ in range(2)]
    colleagues, _ = people.taken("Odile")
    with people.sitting("Olga") as olga:
        made = bulk_assign.hand_over_all(
            desk(olga), chosen(*refs, colleagues), "south-west", "It happened there", by=olga, at=people.at
        )
        assert {item.ref for item in made.done} == set(refs)
        assert [item.ref for item in made.left] == [colleagues], "a colleague owns it"
    for ref in refs:
        assert row(ref).desk.code == "south-west"
        with people.sitting("Odile"), pytest.raises(NotHere):
            people.read(ref)
        assert people.read(ref, "Otto").answers is not None
    with people.sitting("Odile", unlocked=False, at=people.at + timedelta(hours=5)) as locked:
        if not locked.unlocked:
            with pytest.raises(Locked):
                bulk_assign.hand_over_all(
                    desk(locked), chosen(colleagues), "south-west", "x", by=locked, at=people.at
                )
