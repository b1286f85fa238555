"""Tests for re-addressing and disposing of notices, values and register entries."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest
from django.db import transaction

from heedline.casework.duty import alarm_board, alarm_causes, paging
from heedline.casework.errors import NotHere
from heedline.casework.linking import (
    clock,
    desk_notices,
    disposed_hits,
    interests,
    matching,
    own_entries,
)
from heedline.casework.linking.matching import ComparisonProgress
from heedline.casework.pages.queues import upkeep
from heedline.casework.retention import keeping
from heedline.casework.rota import planning, rota_clock
from heedline.casework.rota.planning import PlannedShift
from heedline.casework.search import indexing
from heedline.casework.setup import leavers, readdressing, stewardship
from heedline.desks.rota_weeks import RotaSpan
from heedline.dispatch.models import Alarm
from heedline.permits.gate import Refused
from heedline.permits.roles import Role
from heedline.reports.lifecycle import NotNow
from heedline.reports.models import DeskNotice, Interest, InterestHit, SealedValues
from tests.support.acting import acting
from tests.support.cast import now
from tests.support.keeping_scene import disposed, proposed, with_leads
from tests.support.leaving_scene import a_third_officer, leaves, present
from tests.support.linking_scene import BOY, compared, interest, investigator, matched, noticed
from tests.support.scene_people import SOUTH_WEST, People, logged
from tests.support.search_scene import MINUTE

pytestmark = pytest.mark.django_db


def test_notices_entries_and_hits_are_readdressed_like_reports(people: People) -> None:
    a_third_officer(people)
    interest(people, "Odile")
    ref, _ = people.send(narrative=BOY[0])
    people.send(narrative=BOY[1], **SOUTH_WEST)
    compared(people, "Odile", "Otto")
    assert InterestHit.objects.count() == 2
    desk = people.house.desks["north-east"].id
    leaves(people, "Olga")
    people.tokens.clear()
    with people.sitting("Odile") as here:
        assert readdressing.readdress(desk, by=here, at=people.at).left == 0
    now = present(people)
    assert {str(one) for row in DeskNotice.objects.filter(desk_id=desk) for one in row.epochs} == {now}
    for model in (Interest, InterestHit):
        assert all(now in map(str, row.epochs) for row in model.objects.all())  # type: ignore[attr-defined]
    assert [one.report for one in matched(people, "Odile")] == [ref]


def test_what_a_disposed_report_left_at_its_desk_goes_with_it(people: People) -> None:
    with_leads(people)
    interest(people)
    people.send(narrative=BOY[1], **SOUTH_WEST)
    compared(people, "Otto")
    before = SealedValues.objects.count()
    ref, _ = people.closed(by_two=True, narrative=BOY[0])
    compared(people, "Odile")
    assert {str(one.kind) for one in noticed(people, "Odile", ref)} == {"match", "contact"}
    with people.sitting("Olga") as here:
        desk_notices.forget(ref, by=here, at=people.at)
    assert not noticed(people, "Odile", ref)
    assert SealedValues.objects.count() == before + 1


def test_what_the_register_holds_of_a_disposed_report_goes_with_it(people: People) -> None:
    with_leads(people)
    interest(people)
    kept, _ = people.send(narrative=BOY[2])
    ref, ident = proposed(people, narrative=BOY[0])
    compared(people, "Odile")
    with acting("worker"):
        paging.drain(people.at)
    with people.sitting("Otto") as here:
        for hit in InterestHit.objects.all():
            interests.release(hit.id, f"About {hit.id}", by=here, at=people.at)
    with people.sitting("Olga") as here:
        assert keeping.decide(ident, dispose=True, by=here, at=people.at)
    with people.sitting("Otto") as here:
        assert disposed_hits.remove_step(by=here, at=people.at) == 0, "the linking desk does it"
    assert InterestHit.objects.count() == 2
    with people.sitting("Nadia") as here:
        assert disposed_hits.remove_step(by=here, at=people.at) == 1
        assert disposed_hits.remove_step(by=here, at=people.at) == 0
    [hit] = InterestHit.objects.all()
    for name in ("Odile", "Otto", "Nadia"):
        with people.sitting(name) as here:
            left = desk_notices.received(by=here)
            assert not [one for one in left if one.report == ref]
            assert {one.about for one in left if one.report == kept} <= {hit.id}
            with transaction.atomic():
                desk = here.desks[0]
                desk_notices.replace(desk.code, desk.id, lambda items: items, by=here, at=people.at)
            assert str(ref) not in repr([one.words for one in desk_notices.received(by=here)])
    [alarm] = Alarm.objects.filter(kind="interest-matched", because="report-disposed")
    assert alarm.cleared_at is not None
    assert Alarm.objects.filter(kind="interest-matched", about_id=hit.id, cleared_at=None).exists()


def test_a_leavers_entries_wait_for_a_supervisor_who_gives_them_to_somebody(people: People) -> None:
    with_leads(people)
    a_third_officer(people)
    investigator(people, "Orsolya")
    entry = interest(people, "Odile")
    other = interest(people, "Otto", names="Karl Emery")
    people.send(narrative=BOY[0])
    compared(people, "Odile")
    with acting("worker"):
        paging.drain(people.at)
        clock.watch(people.at)
        assert not Alarm.objects.filter(kind="interest-left").exists()
    with people.sitting("Olga") as here:
        assert own_entries.mine(by=here, at=people.at) == ()
    leaves(people, "Odile")
    people.tokens.clear()
    Interest.objects.filter(pk=entry).update(until=people.at.date() - timedelta(days=1))
    with acting("worker"):
        clock.watch(people.at)
        [alarm] = Alarm.objects.filter(kind="interest-left")
        assert paging.alarm_kinds.called(alarm, 0, people.at) == {people.house.officers["Olga"].email}
    to = people.house.officers["Orsolya"].id
    with people.sitting("Orsolya") as here, pytest.raises(NotHere):
        interests.hand_on(entry, to, by=here, at=people.at)
    with people.sitting("Olga") as here:
        [line] = own_entries.mine(by=here, at=people.at)
        assert (line.id, line.left) == (entry, "Odile O.")
        assert {one for one, _ in own_entries.successors([line])} == {to, here.officer_id}
        with pytest.raises(NotNow):
            interests.hand_on(entry, people.house.officers["Otto"].id, by=here, at=people.at)
        with pytest.raises(NotHere):
            interests.hand_on(other, here.officer_id, by=here, at=people.at)
        interests.hand_on(entry, to, by=here, at=people.at)
        assert own_entries.mine(by=here, at=people.at) == ()
        readdressing.readdress(people.house.desks["north-east"].id, by=here, at=people.at)
    with people.sitting("Orsolya") as here:
        [line] = own_entries.mine(by=here, at=people.at)
        assert (line.left, len(line.hits)) == ("", 1)
        interests.acknowledge(line.hits[0].id, by=here, at=people.at)
    assert Alarm.objects.get(pk=alarm.id).because == "interest-handed-on"
    [event] = logged("interest-handed-on")
    assert event.detail == {"to": str(to)}


def test_a_former_investigator_can_deal_with_matches_until_a_supervisor_takes_the_entry_over(
    people: People,
) -> None:
    with_leads(people)
    entry = interest(people, "Odile")
    compared(people)
    people.send(narrative=BOY[0])
    compared(people, "Odile")
    with acting("worker"):
        paging.drain(people.at)
    assert _pages(people, "Odile") == ["interest-hits"]
    odile, desk = people.house.officers["Odile"], people.house.desks["north-east"]
    with acting("office"):
        leavers.end_role(odile, Role.INVESTIGATOR, desk, hands=people.house.hands, at=people.at)
    people.tokens.clear()
    [alarm] = Alarm.objects.filter(kind="interest-matched")
    assert paging.alarm_kinds.called(alarm, 0, people.at) == {odile.email}
    assert _pages(people, "Odile") == ["interest-hits"], "whoever is paged reaches the page"
    assert _pages(people, "Olga") == [""]
    with acting("worker"):
        clock.watch(people.at)
    with people.sitting("Odile") as here, pytest.raises(NotNow):
        interests.hand_on(entry, odile.id, by=here, at=people.at)
    with people.sitting("Olga") as here:
        [line] = own_entries.mine(by=here, at=people.at)
        assert (line.id, line.left) == (entry, "Odile O.")
        interests.hand_on(entry, here.officer_id, by=here, at=people.at)
        [line] = own_entries.mine(by=here, at=people.at)
        assert (line.id, line.left) == (entry, "")
    assert not Alarm.objects.filter(kind="interest-left", cleared_at=None).exists()
    assert paging.alarm_kinds.called(alarm, 0, people.at) == {people.house.officers["Olga"].email}
    assert _pages(people, "Olga") == ["interest-hits"], "a supervisor who registers nothing owns it"
    assert _pages(people, "Odile") == [""]


def _pages(people: People, name: str) -> list[str]:
    """The pages to which the alarms about matches lead this officer."""
    with people.sitting(name) as here:
        lines = alarm_board.open_now(by=here, at=people.at)
    return [one.page for one in lines if one.kind == "interest-matched"]


def test_an_entry_that_nobody_compares_raises_an_alarm_until_somebody_does(people: People) -> None:
    """Otherwise, a report that arrived before the entry would never page the entry's owner."""
    interest(people)
    late = people.at + timedelta(hours=1)
    with acting("worker"):
        clock.watch(people.at + 29 * MINUTE)
        assert not Alarm.objects.filter(kind="comparing-late").exists()
        clock.watch(late)
    [alarm] = Alarm.objects.filter(kind="comparing-late")
    assert alarm.desk.code == "national"
    with acting("worker"):
        assert paging.alarm_kinds.called(alarm, 1, late) > {people.house.officers["Nadia"].email}, (
            "it escalates"
        )
    with people.sitting("Nadia") as here:
        assert alarm_causes.comparing_late(alarm, late)
        found = matching.progress(by=here, at=late)
        assert found is not None
        assert (found.reports, found.entries, found.since) == (0, 1, None)
    with people.sitting("Otto") as here:
        assert matching.progress(by=here, at=late) is None, "who does not compare is not told"
    compared(people)
    with people.sitting("Nadia") as here:
        assert not alarm_causes.comparing_late(alarm, late)
        assert matching.progress(by=here, at=late) == ComparisonProgress("National desk", 0, 0, None)


def test_a_rebuilt_index_has_its_time_to_compare_old_entries_again(people: People) -> None:
    interest(people)
    compared(people)
    Interest.objects.update(  # of last week
        registered_at=people.at - timedelta(days=7), unindexed_since=people.at - timedelta(days=7)
    )
    with people.sitting("Nadia") as here:
        indexing.rebuild(people.house.desks["national"].id, by=here, at=people.at)
    assert Interest.objects.filter(indexed=False).count() == 1
    for minutes, raised in ((25, False), (45, True)):
        with acting("worker"):
            clock.watch(now() + minutes * MINUTE)
        assert Alarm.objects.filter(kind="comparing-late").exists() is raised, minutes
    compared(people, at=people.at + 100 * MINUTE)
    assert not alarm_causes.late_comparing(now() + timedelta(days=1))


def test_hours_in_which_nobody_of_the_linking_desk_can_compare_raise_an_alarm(people: People) -> None:
    desk = people.house.desks["national"].id
    with acting("worker"):
        rota_clock.watch(people.at)
    [alarm] = Alarm.objects.filter(kind="rota-gap", desk=desk)
    with people.sitting("Nadia") as here:
        span = RotaSpan(people.at, people.at + timedelta(hours=12))
        planning.plan([PlannedShift(here.officer_id, span)], desk=desk, by=here, at=people.at)
    with acting("worker"):
        assert not alarm_causes.rota_uncovered(alarm, people.at)


def test_only_investigators_register_and_only_officers_become_investigators(people: People) -> None:
    until = (people.at + timedelta(days=3)).date()
    with people.sitting("Oren") as here:
        with pytest.raises(Refused):
            interests.register("Kevin Tierney", "", "Why", until, by=here, at=people.at)
        with pytest.raises(Refused):
            own_entries.mine(by=here, at=people.at)
    investigator(people, "Oren")
    with people.sitting("Oren") as here:
        interests.register("Kevin Tierney", "", "Why", until, by=here, at=people.at)
    house = people.house
    with acting("office"), pytest.raises(Refused):
        stewardship.appoint(
            house.officers["Ada"],
            Role.INVESTIGATOR,
            house.desks["north-east"],
            hands=house.hands,
            at=people.at,
        )


def test_disposal_removes_values_and_notices(people: People) -> None:
    with_leads(people)
    people.send(narrative=BOY[1], **SOUTH_WEST)
    ref, _ = people.assessed(narrative=BOY[0])
    people.passed_on(ref, "Odile", "Olga")
    compared(people, "Odile", "Otto")
    people.close(ref, "Olga")  # who knows of the match
    disposed(people, ref)
    assert not SealedValues.objects.filter(report=ref).exists()
    assert not noticed(people, "Odile", ref)


def test_a_queue_waits_for_one_kind_of_work_and_the_next_goes_on(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []
    monkeypatch.setattr(upkeep, "SECONDS", -1)
    monkeypatch.setattr(indexing, "_next_look", {})
    kinds = ("index", "match", "hits", "notices")
    monkeypatch.setattr(upkeep, "_WORK", tuple(partial(_noted, done, kind) for kind in kinds))
    with people.sitting("Nadia") as here:
        for _ in range(5):
            upkeep.keep_up(by=here, at=people.at)
    assert done == [*kinds, "index"]


def _noted(done: list[str], kind: str, **_: object) -> None:
    done.append(kind)
