"""The owner of a case's risk: never empty, moved only by a signature, and the coordinator's when there is nobody else."""

from __future__ import annotations

from uuid import UUID

import pytest
from django.db import DatabaseError, connection, transaction

from heedline.casework.duty import alarm_kinds, paging
from heedline.casework.errors import Changed, NotHere
from heedline.casework.records.shown_record import ShownRecord, shown
from heedline.casework.setup import leavers, stewardship
from heedline.dispatch.models import Alarm, Outbox
from heedline.jobs.doctor.people import CheckResult, coordinators
from heedline.permits.gate import Refused
from heedline.permits.roles import Role
from heedline.reports.lifecycle import NotNow
from heedline.reports.models import DeskRecord, RecordStep
from heedline.specialist_desks.safeguarding import cases
from heedline.specialist_desks.safeguarding.kind import KIND
from heedline.specialist_desks.safeguarding.vocabulary import SafeguardingCapability
from tests.support.acting import acting
from tests.support.safeguarding_scene import CODE, opened, support_desk, version_of
from tests.support.scene_people import People

pytestmark = pytest.mark.django_db
WHY = "I have no training for a case of this kind"


@pytest.fixture
def people(people: People) -> People:
    """Odile and Oren work at the safeguarding desk, and Olga leads it."""
    return support_desk(people, ("Odile", "Oren", "Olga"))


def owner_of(people: People, ref: UUID) -> str:
    case = DeskRecord.objects.get(id=ref)
    return next(name for name, one in people.house.officers.items() if one.id == case.owner_id)


def offered(people: People, ref: UUID, by: str, to: str) -> None:
    with people.sitting(by) as here:
        cases.offer(ref, people.house.officers[to].id, version=version_of(ref), by=here, at=people.at)


def moved(people: People, ref: UUID, name: str, how: str, reason: str = WHY) -> None:
    with people.sitting(name) as by:
        cases.move(ref, how, version=version_of(ref), reason=reason, by=by, at=people.at)


def seen(people: People, ref: UUID, name: str) -> ShownRecord:
    with people.sitting(name) as by:
        return shown(KIND, ref, capability=SafeguardingCapability.WORK, by=by, at=people.at)


def letters() -> int:
    return Outbox.objects.filter(letter="record-fell-back").count()


def test_the_receiver_signs_before_the_risk_is_theirs(people: People) -> None:
    ref, _ = opened(people)
    offered(people, ref, "Odile", "Oren")
    assert owner_of(people, ref) == "Odile"
    assert (seen(people, ref, "Oren").offered_to_me, seen(people, ref, "Olga").offered) == (True, "Oren O.")
    with people.sitting("Oren") as by:
        assert [one.ref for one in cases.waiting(by, people.at)] == [ref]
    for other in ("Odile", "Olga"):
        with pytest.raises(Refused):
            moved(people, ref, other, "sign")
    moved(people, ref, "Oren", "sign")
    assert owner_of(people, ref) == "Oren"
    assert DeskRecord.objects.get(id=ref).offered_id is None
    with pytest.raises(Refused):
        moved(people, ref, "Oren", "sign")


def test_whoever_declines_leaves_it_to_the_coordinator_who_is_called(people: People) -> None:
    ref, _ = opened(people)
    offered(people, ref, "Odile", "Oren")
    with pytest.raises(NotNow):
        moved(people, ref, "Oren", "decline", reason="no")
    moved(people, ref, "Oren", "decline")
    assert (owner_of(people, ref), letters()) == ("Olga", 1)


def test_an_offer_is_withdrawn_by_the_owner_or_a_supervisor_and_stays_beside_other_moves(
    people: People,
) -> None:
    ref, _ = opened(people)
    offered(people, ref, "Odile", "Oren")
    moved(people, ref, "Odile", "propose")
    assert seen(people, ref, "Oren").offered_to_me
    with pytest.raises(Refused):
        moved(people, ref, "Oren", "withdraw-offer")
    moved(people, ref, "Olga", "withdraw-offer")
    assert (seen(people, ref, "Oren").offered, owner_of(people, ref)) == ("", "Odile")
    moved(people, ref, "Olga", "agree")  # withdrawing an offer is no part in the case


def test_who_may_offer_it_and_to_whom(people: People) -> None:
    ref, _ = opened(people)
    with pytest.raises(Refused):
        offered(people, ref, "Oren", "Oren")
    with pytest.raises(Refused):
        offered(people, ref, "Odile", "Odile")
    with pytest.raises(NotHere):
        offered(people, ref, "Odile", "Otto")
    with people.sitting("Olga") as by, pytest.raises(Changed):
        cases.offer(ref, people.house.officers["Oren"].id, version=9, by=by, at=people.at)
    offered(people, ref, "Olga", "Oren")
    assert owner_of(people, ref) == "Odile"
    with people.sitting("Otto") as by, pytest.raises(NotHere):
        cases.receivers(ref, by=by)


@pytest.mark.parametrize("how", ["leaves the desk", "leaves", "is suspended"])
def test_the_coordinator_owns_what_a_leaver_owned(people: People, how: str) -> None:
    ref, _ = opened(people)
    other, _ = opened(people, "Oren")
    offered(people, other, "Oren", "Odile")
    odile, house = people.house.officers["Odile"], people.house
    with people.sitting("Stella", unlocked=False) as stella:
        if how == "leaves the desk":
            leavers.leave_desk(odile, house.desks[CODE], hands=house.hands, at=people.at)
        elif how == "leaves":
            leavers.leave(odile, hands=house.hands, at=people.at)
        else:
            leavers.suspend(odile.id, by=stella, at=people.at)
    assert (owner_of(people, ref), letters()) == ("Olga", 2), "the case and its child check"
    assert RecordStep.objects.filter(record=ref, move="fall-back").count() == 1
    case = DeskRecord.objects.get(id=other)
    assert (owner_of(people, other), case.offered_id, case.version) == ("Oren", None, 2)
    moved(people, ref, "Olga", "propose")


def test_a_role_that_ends_beside_another_changes_no_owner(people: People) -> None:
    ref, _ = opened(people, "Olga")
    house = people.house
    with people.sitting("Stella", unlocked=False):
        stewardship.appoint(
            house.officers["Oren"], Role.SUPERVISOR, house.desks[CODE], hands=house.hands, at=people.at
        )
        leavers.end_role(
            house.officers["Olga"], Role.SUPERVISOR, house.desks[CODE], hands=house.hands, at=people.at
        )
    assert (owner_of(people, ref), letters()) == ("Olga", 0)


def test_the_database_moves_no_risk_without_a_signature(people: People) -> None:
    ref, _ = opened(people)
    oren = people.house.officers["Oren"].id
    with people.sitting("Odile") as by:
        for move in ("propose", "sign", "offer", "decline", "fall-back"):
            with pytest.raises(DatabaseError), transaction.atomic():
                _given(ref, move, oren, by.officer_id, people)
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("UPDATE reports_record SET owner_id = NULL WHERE id = %s", [ref])
    assert owner_of(people, ref) == "Odile"


def _given(ref: UUID, move: str, to: UUID, by: UUID, people: People) -> None:
    """Give a case to somebody by SQL, with a step of this move."""
    state = "decision" if move == "propose" else "gateway"
    states = {"from_state": "gateway", "to_state": state}
    RecordStep.objects.create(record_id=ref, number=2, move=move, by_id=by, at=people.at, **states)
    DeskRecord.objects.filter(id=ref).update(owner=to, version=2, state=state)


def test_the_letter_raises_an_alarm_that_the_next_step_clears(people: People) -> None:
    ref, _ = opened(people)
    offered(people, ref, "Odile", "Oren")
    moved(people, ref, "Oren", "decline")
    with acting("worker"):
        paging.drain(people.at)
        [alarm] = Alarm.objects.filter(kind="record-fell-back")
        assert alarm_kinds.called(alarm, 0, people.at) == {people.house.officers["Olga"].email}
    assert alarm.about_id == ref
    moved(people, ref, "Olga", "propose")
    assert not Alarm.objects.filter(kind="record-fell-back", cleared_at=None).exists()


def test_the_doctor_names_a_desk_without_a_coordinator(people: People) -> None:
    def found() -> list[CheckResult]:
        connection.ensure_connection()
        return list(coordinators(connection.connection))

    assert [one.right for one in found()] == [True]
    leavers.leave(people.house.officers["Olga"], hands=people.house.hands, at=people.at)
    [without] = found()
    assert without.right is False
    assert "(1 have none)" in without.words
