"""Owners: passing on what one owns, and the lease of somebody who is writing."""

from __future__ import annotations

from uuid import uuid4

import pytest

from heedline.casework.errors import NotHere
from heedline.casework.journey import owners, transitions
from heedline.casework.report import editing
from heedline.permits.gate import Refused
from heedline.reports.lifecycle import NotNow
from heedline.reports.models import Step
from tests.support.keeping_scene import with_leads
from tests.support.scene_people import DANGER, MINUTE, People, logged, row

pytestmark = pytest.mark.django_db


def test_a_supervisor_names_an_owner_and_the_owner_passes_the_report_on(people: People) -> None:
    with_leads(people)
    ref, _ = people.assessed()
    due, officers = row(ref).due_at, people.house.officers
    with people.sitting("Olga") as olga:
        transitions.assign(ref, officers["Olga"].id, because="I take it over", by=olga, at=people.at)
        assert (row(ref).owner, row(ref).stage, row(ref).due_at) == (officers["Olga"], "assessed", due)
        transitions.assign(ref, officers["Odile"].id, by=olga, at=people.at)
        assert row(ref).lease_by is None
        with pytest.raises(NotNow, match="works at this desk"):
            transitions.assign(ref, officers["Nadia"].id, by=olga, at=people.at)
    assert logged("report-assigned", thing=ref)[0].detail == {"to": str(officers["Olga"].id)}


def test_naming_the_owner_of_a_waiting_report_counts_as_the_first_take(people: People) -> None:
    with_leads(people)
    ref, _ = people.send()
    with people.sitting("Olga") as olga:
        transitions.assign(ref, people.house.officers["Odile"].id, by=olga, at=people.at)
    assert (row(ref).stage, row(ref).seen, row(ref).slot) == ("taken", True, None)
    assert row(ref).lease_by is None, "Odile is not writing in it"


def test_an_officer_makes_nobody_the_owner_of_a_colleagues_report(people: People) -> None:
    ref, _ = people.taken("Olga")
    with people.sitting("Odile") as odile, pytest.raises(Refused):
        transitions.assign(ref, people.house.officers["Odile"].id, by=odile, at=people.at)
    assert row(ref).owner == people.house.officers["Olga"]


def test_danger_that_is_open_is_passed_only_to_somebody_who_accepts(people: People) -> None:
    ref, _ = people.taken(**DANGER)
    with people.sitting("Odile") as odile, pytest.raises(NotNow, match="a colleague who accepts"):
        transitions.assign(ref, people.house.officers["Olga"].id, by=odile, at=people.at)


def test_going_off_duty_passes_everything_on_in_one_act_and_names_what_stays(people: People) -> None:
    calm, _ = people.taken()
    urgent, _ = people.taken(**DANGER)
    due = row(calm).due_at
    desk, olga = people.house.desks["north-east"].id, people.house.officers["Olga"]
    with people.sitting("Odile") as odile:
        mine = owners.owned_by_me(desk, by=odile, at=people.at)
        assert [one.ref for one in mine] == [urgent, calm]
        assert mine[0].danger
        assert owners.colleagues_on_duty(desk, by=odile, at=people.at) == ()
        left = owners.pass_on([one.ref for one in mine], olga.id, by=odile, at=people.at)
    assert list(left) == [urgent], "a danger to life goes to somebody who accepts it"
    assert (row(calm).owner, row(calm).due_at) == (olga, due)
    with people.sitting("Olga"):
        pass  # signed in and unlocked
    with people.sitting("Odile") as odile:
        assert [one.name for one in owners.colleagues_on_duty(desk, by=odile, at=people.at)] == ["Olga O."]
        assert [one.ref for one in owners.owned_by_me(desk, by=odile, at=people.at)] == [urgent]
    with people.sitting("Olga") as here:
        assert owners.pass_on([calm], None, by=here, at=people.at) == {}
    assert (row(calm).stage, row(calm).due_at) == ("waiting", due)


def test_nobody_passes_on_what_is_a_colleagues_or_at_another_desk(people: People) -> None:
    ref, _ = people.taken("Olga")
    with people.sitting("Odile") as odile:
        assert set(owners.pass_on([ref, uuid4()], None, by=odile, at=people.at)) == {ref}
    with people.sitting("Otto") as otto:
        assert owners.pass_on([ref], None, by=otto, at=people.at) == {}
        with pytest.raises(NotHere):
            owners.candidates(ref, by=otto, at=people.at)
    assert row(ref).owner == people.house.officers["Olga"]


def test_writing_extends_the_lease_and_changes_nothing_else(people: People) -> None:
    ref, _ = people.taken()
    before = row(ref)
    later = people.at + 15 * MINUTE
    with people.sitting("Odile") as odile:
        assert editing.keep_writing(ref, by=odile, at=later).until == later + 20 * MINUTE
    after = row(ref)
    assert (after.owner, after.due_at, after.version) == (before.owner, before.due_at, before.version)
    assert Step.objects.filter(report=ref).count() == 1
    with people.sitting("Olga") as olga:
        theirs = editing.keep_writing(ref, by=olga, at=later)
        assert (theirs.until, theirs.writer) == (later + 20 * MINUTE, "Odile O."), "one at a time"
        ended = later + 20 * MINUTE
        mine = editing.keep_writing(ref, by=olga, at=ended)
        assert (mine.until, mine.writer) == (ended + 20 * MINUTE, "")
    assert row(ref).owner == before.owner
    with people.sitting("Otto") as otto, pytest.raises(NotHere):
        editing.keep_writing(ref, by=otto, at=later)


def test_typing_in_a_report_that_waits_or_is_closed_keeps_nobody_out(people: People) -> None:
    """Otherwise a note on a waiting report would stop every colleague from taking it."""
    waiting, _ = people.send()
    closed, _ = people.closed()
    for ref in (waiting, closed):
        with people.sitting("Odile") as odile:
            assert editing.keep_writing(ref, by=odile, at=people.at).until is None
        assert row(ref).lease_by is None
    people.take(waiting, "Olga")


def test_typing_shows_who_else_has_the_report_open(people: People) -> None:
    ref, _ = people.taken()
    people.read(ref, "Olga")
    with people.sitting("Odile") as odile:
        writing = editing.keep_writing(ref, by=odile, at=people.at)
    assert [one.name for one in writing.also_open] == ["Olga O."]
    assert [one.name for one in people.read(ref, "Olga").header.writing.also_open] == ["Odile O."]
