"""A handover is accepted by the other desk, or returned with a reason. Until then the giving desk sees it waiting."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from django.db import DatabaseError, transaction

from heedline.casework.errors import NotHere
from heedline.casework.journey import bulk_close, transitions
from heedline.casework.journey.closing import Closing
from heedline.casework.pages import hand_overs
from heedline.dispatch.clocks import minute_of
from heedline.permits import functions
from heedline.permits.gate import Refused
from heedline.reports.lifecycle import Move, NotNow
from heedline.reports.models import HandOver, Step
from tests.casework.journey.test_hand_over import epochs_of, give, opens
from tests.support import stories
from tests.support.keeping_scene import with_leads
from tests.support.scene_people import DANGER, MINUTE, NAMED, People, add_step, logged, row

pytestmark = pytest.mark.django_db


def send_back(people: People, ref: UUID, name: str = "Otto") -> None:
    with people.sitting(name) as here:
        transitions.return_to(ref, "Not our area", version=row(ref).version, by=here, at=people.at)


def waiting(people: People, name: str = "Odile") -> list[hand_overs.HandOverLine]:
    with people.sitting(name) as here:
        return list(hand_overs.waiting_elsewhere(by=here, at=people.at))


def test_until_it_is_accepted_the_giving_desk_sees_it_waiting_with_its_clock(people: People) -> None:
    ref, _ = people.assessed()
    give(people, ref)
    (line,) = waiting(people)
    assert (line.from_name, line.to_name, line.overdue) == ("North East desk", "South West desk", False)
    assert line.due_words.startswith("Due")
    offer = HandOver.objects.get()
    assert offer.due_at == minute_of(people.at) + timedelta(minutes=1440), "low, as assessed"
    with people.sitting("Odile") as odile, pytest.raises(NotHere):
        transitions.take(ref, by=odile, at=people.at)
    people.take(ref, "Otto")
    assert waiting(people) == []
    offer.refresh_from_db()
    assert (offer.state, offer.ended_by) == ("accepted", people.house.officers["Otto"])
    report = row(ref)
    assert (report.stage, report.offered, report.owner) == ("taken", False, people.house.officers["Otto"])
    assert report.due_at == minute_of(people.at) + timedelta(minutes=2880), "accepting sets a new time"
    assert Step.objects.filter(report=ref, move="accept").count() == 1


def test_a_hand_over_puts_nothing_off_and_has_to_be_seen_in_time(people: People) -> None:
    calm, _ = people.taken()
    due = row(calm).due_at
    give(people, calm)
    assert due is not None
    assert row(calm).due_at == min(due, minute_of(people.at) + timedelta(minutes=240))
    urgent, _ = people.taken(**DANGER)
    give(people, urgent)
    assert row(urgent).due_at == minute_of(people.at) + MINUTE


def test_a_returned_report_is_readable_at_the_giving_desk_and_nowhere_else(people: People) -> None:
    ref, _ = people.assessed(**NAMED)
    give(people, ref)
    due = row(ref).due_at
    with people.sitting("Otto") as otto:
        assert "report" in opens(otto, ref)
    send_back(people, ref)
    report = row(ref)
    assert report.desk == people.house.desks["north-east"]
    assert (report.stage, report.offered, report.owner, report.due_at) == ("waiting", False, None, due)
    assert people.read(ref).answers.narrative == stories.NARRATIVE
    assert dict(people.read(ref).history.steps[0].words) == {"Reason": "Not our area"}
    with people.sitting("Otto") as otto:
        assert opens(otto, ref) == [], "their keys open nothing of it any more"
        with pytest.raises(NotHere):
            transitions.take(ref, by=otto, at=people.at)
    assert epochs_of(people, "south-west").isdisjoint(
        epoch for share in report.shares.filter(share=1) for epoch in [share.epoch]
    )
    assert HandOver.objects.get().state == "returned"
    assert waiting(people) == []
    assert logged("report-returned", thing=ref)[0].detail == {"to": "north-east"}
    people.take(ref, "Olga")


def test_only_what_was_not_accepted_is_returned_and_only_to_where_it_came_from(people: People) -> None:
    ref, _ = people.taken()
    with pytest.raises(NotNow):
        send_back(people, ref, "Odile")
    give(people, ref)
    with people.sitting("Otto") as otto:
        with pytest.raises(NotNow, match="Accept it first"):
            transitions.hand_over(ref, "national", "x", version=row(ref).version, by=otto, at=people.at)
        report = row(ref)
        assert report.due_at is not None
        add_step(ref, Move.RETURN, people.house.desks["national"].id, by=otto.officer_id, at=people.at)
        with pytest.raises(DatabaseError, match="another desk than"), transaction.atomic():
            functions.hand_over(
                ref,
                people.house.desks["national"].id,
                report.due_at,
                report.version,
                report.desk_id,
                next(iter(epochs_of(people, "national"))),
                b"share",
                [
                    (h.container, bytes(h.header), b"h" * 200)
                    for h in report.headers.exclude(part__in=("identity", "partner"))
                ],
                returns=True,
            )
    people.take(ref, "Otto")
    with pytest.raises(NotNow, match="already been accepted"):
        send_back(people, ref)


def test_a_curious_officer_and_another_desk_accept_and_return_nothing(people: People) -> None:
    ref, _ = people.taken()
    give(people, ref)
    version = row(ref).version
    for name in ("Odile", "Ada", "Stella"):
        with people.sitting(name, unlocked=True) as here:
            with pytest.raises((NotHere, Refused)):
                transitions.return_to(ref, "x", version=version, by=here, at=people.at)
            assert not HandOver.objects.filter(state="waiting").update(
                state="accepted", ended_by=people.house.officers[name], ended_at=people.at
            )
    assert HandOver.objects.get().state == "waiting"
    for name in ("Ada", "Stella"):
        with people.sitting(name):
            assert not HandOver.objects.exists()


def test_what_waits_to_be_accepted_is_not_closed_in_bulk(people: People) -> None:
    ref, _ = people.send()
    give(people, ref)
    spam = Closing(outcome="spam", reason="An advertisement", tell_reporter="finished")
    with people.sitting("Otto") as otto:
        bulk_close.sweep("south-west", {ref: row(ref).version}, spam, by=otto, at=people.at)
    assert (row(ref).stage, row(ref).offered) == ("waiting", True)


def test_naming_an_owner_there_accepts_it(people: People) -> None:
    with_leads(people)
    ref, _ = people.taken()
    give(people, ref, to="national")
    with people.sitting("Nadia") as nadia:
        transitions.assign(ref, people.house.officers["Nils"].id, by=nadia, at=people.at)
    assert HandOver.objects.get().state == "accepted"
    assert row(ref).offered is False


def test_the_page_says_truly_who_can_still_read(people: People) -> None:
    ref, _ = people.taken()
    with people.sitting("Odile") as odile:
        after = hand_overs.readers_after(ref, "south-west", by=odile)
        assert (set(after.desks), after.still_ours) == ({"South West desk", "National desk"}, False)
    with people.sitting("Nadia") as nadia:
        assert hand_overs.readers_after(ref, "south-west", by=nadia).still_ours
    give(people, ref)
    for name, reads in (("Odile", False), ("Otto", True), ("Nadia", True)):
        if reads:
            assert people.read(ref, name).answers.narrative == stories.NARRATIVE
        else:
            with pytest.raises(NotHere):
                people.read(ref, name)
