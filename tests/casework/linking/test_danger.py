"""Reports in danger to life: compared before their quarter hour is settled, first, and within the pack's clock of danger."""

from __future__ import annotations

from uuid import UUID

import pytest

from heedline.casework.duty import alarm_causes, paging
from heedline.casework.journey import transitions
from heedline.casework.linking import clock, deconfliction, matching, own_entries
from heedline.casework.linking.deconfliction import Trace
from heedline.casework.search import indexing
from heedline.dispatch.models import Alarm
from heedline.reports.models import InterestHit, SealedValues, SearchWaiting
from tests.support import danger_scene
from tests.support.acting import acting
from tests.support.linking_scene import BOY, compared, interest
from tests.support.scene_people import DANGER, People, row
from tests.support.search_scene import MINUTE, indexed

pytestmark = pytest.mark.django_db


def stepped(people: People, name: str) -> None:
    """Let an officer's session index and compare for a few minutes, while the quarter hour is not over."""
    with people.sitting(name) as here:
        for step in range(5):
            indexing.catch_up(by=here, at=people.at + step * MINUTE)
            matching.catch_up(by=here, at=people.at + step * MINUTE)


def trace(people: People, ref: UUID, name: str = "Odile") -> Trace:
    with people.sitting(name) as here:
        return deconfliction.check(ref, by=here, at=people.at).trace


def test_a_danger_pages_the_owner_of_an_entry_before_its_quarter_hour_is_over(people: People) -> None:
    interest(people)
    compared(people)
    ref, _ = people.send(narrative=BOY[0], **DANGER)
    calm, _ = people.taken(narrative=BOY[1])
    stepped(people, "Odile")
    assert not SearchWaiting.objects.filter(report=ref).exists(), (
        "nothing is written before somebody takes it"
    )
    people.take(ref)
    assert not row(ref).settled
    stepped(people, "Odile")
    stepped(people, "Nadia")
    assert trace(people, ref) is Trace.CONTACT
    assert not SealedValues.objects.filter(report=calm).exists(), "others wait, whoever has taken them"
    with acting("worker"):
        paging.drain(people.at)
    assert Alarm.objects.filter(kind="interest-matched").count() == 1
    with people.sitting("Otto") as here:
        [entry] = own_entries.mine(by=here, at=people.at)
        assert [one.danger for one in entry.hits] == [True], "the owner sees that life is at risk"
    indexed(people)
    compared(people, "Odile")
    assert InterestHit.objects.count() == 2, "the calm report, and nothing anew about the other"


def test_a_danger_that_an_officer_records_is_compared_without_settling(people: People) -> None:
    compared(people, "Odile")
    ref = danger_scene.opened(people, narrative=BOY[0])
    stepped(people, "Odile")
    assert not row(ref).settled
    assert SealedValues.objects.filter(report=ref).exists()


def test_a_danger_that_moves_before_it_is_settled_leaves_the_index_of_the_first_desk(people: People) -> None:
    compared(people, "Odile", "Otto")
    ref, _ = people.taken(narrative=BOY[0], **DANGER)
    stepped(people, "Odile")
    desk = people.house.desks["north-east"].id
    with people.sitting("Odile") as here:
        assert indexing.check(desk, by=here) == 1
        transitions.hand_over(ref, "south-west", "Theirs.", version=row(ref).version, by=here, at=people.at)
        assert indexing.check(desk, by=here) == 0
    waits = {one.desk.code: one.gone for one in SearchWaiting.objects.filter(report=ref)}
    assert waits["south-west"] is False


def test_the_alarm_for_a_danger_follows_its_own_clock(people: People) -> None:
    ref, _ = people.taken(narrative=BOY[0], **DANGER)
    with acting("worker"):
        clock.watch(people.at + 9 * MINUTE)
        assert not Alarm.objects.filter(kind="not-compared").exists()
        clock.watch(people.at + 12 * MINUTE)
    [alarm] = Alarm.objects.filter(kind="not-compared")
    assert alarm.desk.code == "north-east"
    stepped(people, "Odile")
    with people.sitting("Odile"):
        assert not alarm_causes.not_compared(alarm, people.at + 12 * MINUTE)
    sealed = SealedValues.objects.get(report=ref)
    assert sealed.due_at is not None
    for minutes, raised in ((-1, False), (1, True)):
        with acting("worker"):
            clock.watch(sealed.due_at + minutes * MINUTE)
        assert Alarm.objects.filter(kind="comparing-late").exists() is raised, minutes
    assert sealed.due_at <= people.at + 15 * MINUTE


def test_dangers_go_first_in_a_backlog(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(6):
        people.send(narrative=f"A van of the colour {number} stood there.")
    indexed(people)
    compared(people)
    SealedValues.objects.update(indexed=False, matched_at=None, due_at=people.at + 30 * MINUTE)
    desk = people.house.desks["north-east"].id
    SearchWaiting.objects.bulk_create(
        SearchWaiting(desk_id=desk, report=one)
        for one in SealedValues.objects.values_list("report", flat=True)
    )
    ref, _ = people.taken(narrative=BOY[0], **DANGER)
    monkeypatch.setattr(indexing, "MOST", 1)
    monkeypatch.setattr(matching, "MOST", 1)
    with people.sitting("Odile") as here:
        assert indexing.index_batch(desk, by=here, at=people.at) == 1
    assert SealedValues.objects.filter(report=ref, matched_at=None).exists()
    with people.sitting("Nadia") as here:
        assert matching.catch_up(by=here, at=people.at) == 1
    assert SealedValues.objects.filter(report=ref, matched_at=people.at).exists()
