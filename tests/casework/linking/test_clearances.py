"""Tests for clearances to act: what waits for one, who can give and withdraw one, and what forged notices do."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings

from heedline.casework.duty import paging
from heedline.casework.errors import NotHere
from heedline.casework.keys import directory
from heedline.casework.linking import desk_notices, interests, own_entries
from heedline.casework.linking.deconfliction import Trace
from heedline.casework.linking.desk_notices import NoticeKind
from heedline.casework.tasks import tasks
from heedline.desks.models import Appointment
from heedline.dispatch.models import Alarm
from heedline.permits.roles import Role
from heedline.reports.lifecycle import NotNow
from heedline.reports.models import DeskNotice, InterestHit
from heedline.vault.containers import envelope
from tests.support import partner_scene
from tests.support.acting import acting
from tests.support.linking_scene import BOY, cleared, compared, deconflicted, interest, own
from tests.support.scene_people import DANGER, People, logged

pytestmark = pytest.mark.django_db


@pytest.mark.usefixtures("council")
def test_nothing_is_sent_to_a_partner_before_the_owner_lets_the_desk_act(people: People) -> None:
    ref, _ = people.assessed(narrative=BOY[0])
    partner_scene.compared(people)
    waiting = partner_scene.written(people, ref)
    interest(people)
    compared(people, "Odile")
    with pytest.raises(NotNow, match="South West desk first"):
        partner_scene.checked(people, waiting)
    with pytest.raises(NotNow, match="South West desk first"):
        partner_scene.written(people, ref)
    with people.sitting("Otto") as here:
        interests.release(InterestHit.objects.get().id, "Go ahead.", by=here, at=people.at)
    partner_scene.checked(people, waiting)
    assert partner_scene.sent(waiting).state == "sent"


@pytest.mark.usefixtures("council")
def test_a_danger_to_life_is_disclosed_whoever_must_be_contacted(people: People) -> None:
    ref = partner_scene.in_danger(people)
    partner_scene.compared(people)
    told = desk_notices.words(NoticeKind.CONTACT, uuid4(), ref, name="Otto O.", desk="south-west")
    with people.sitting("Nadia") as here:
        desk_notices.send({"north-east": [told]}, code="national", by=here, at=people.at)
    assert deconflicted(people, ref).trace is Trace.CONTACT
    assert partner_scene.sent(partner_scene.written(people, ref, urgent=True)).state == "sent"


@pytest.mark.parametrize("forger", ["unsigned", "signed by another desk", "signed for another desk"])
def test_a_forged_release_lets_nobody_act_and_raises_an_alarm(people: People, forger: str) -> None:
    interest(people)
    ref, _ = people.send(narrative=BOY[0])
    compared(people, "Odile")
    hit = InterestHit.objects.get().id
    when = people.at.isoformat()
    told = desk_notices.words(NoticeKind.RELEASED, hit, ref, name="Otto O.", words="Go ahead.", at=when)
    with people.sitting("Olga") as here:
        if forger == "unsigned":
            desk_notices._store({"north-east": [{**told, "from": "south-west"}]}, at=people.at)
        else:
            code = "south-west" if forger == "signed by another desk" else "north-east"
            desk_notices.send({"north-east": [told]}, code=code, by=here, at=people.at)
    assert deconflicted(people, ref).trace is Trace.CONTACT
    assert [one.released for one in people.read(ref).contacts] == [""]
    with people.sitting("Odile") as here:
        for _ in range(2):
            desk_notices.tidy(by=here, at=people.at)
    with acting("worker"):
        paging.drain(people.at)
    forged = forger != "signed for another desk"
    assert DeskNotice.objects.filter(aside=True).count() == forged
    assert Alarm.objects.filter(kind="notice-forged", desk__code="north-east").count() == forged
    assert deconflicted(people, ref).trace is Trace.CONTACT


def test_no_visit_is_planned_before_the_owner_lets_the_desk_act(people: People) -> None:
    ref, _ = people.taken(narrative=BOY[0])
    interest(people)
    compared(people, "Odile")
    due = people.at + timedelta(hours=2)
    with people.sitting("Odile") as here:
        me = here.officer_id
        tasks.set_task(ref, "Look up the school's site.", me, due, contact=False, by=here, at=people.at)
        with pytest.raises(NotNow, match="South West desk first"):
            tasks.set_task(ref, "Visit the school.", me, due, contact=True, by=here, at=people.at)
    with people.sitting("Otto") as here:
        interests.release(InterestHit.objects.get().id, "Go ahead.", by=here, at=people.at)
    with people.sitting("Odile") as here:
        tasks.set_task(ref, "Visit the school.", me, due, contact=True, by=here, at=people.at)
    assert {one.text: one.contact for one in people.read(ref).history.tasks} == {
        "Look up the school's site.": False,
        "Visit the school.": True,
    }


def test_a_visit_that_saves_life_waits_for_nobody(people: People) -> None:
    ref, _ = people.taken(narrative=BOY[0], **DANGER)
    interest(people)
    compared(people, "Odile")
    with people.sitting("Odile") as here:
        due = people.at + timedelta(hours=2)
        tasks.set_task(ref, "Visit at once.", here.officer_id, due, contact=True, by=here, at=people.at)


@pytest.mark.parametrize("body", [b"[[[", b"[]", b"\xff", b"[" * 20_000])
def test_a_sealed_row_that_holds_no_notices_stops_no_queue(people: People, body: bytes) -> None:
    """Everybody can seal something to a desk."""
    ref, _ = people.send(narrative=BOY[0])
    with people.sitting("Odile") as here:
        to = directory.addressee("north-east", people.at.date())
        assert to is not None
        ident = uuid4()
        sealed = envelope.seal_part(
            body, [to.key], installation=settings.INSTALLATION, container_id=ident, part="desk-notice"
        )
        DeskNotice.objects.create(
            id=ident,
            desk_id=to.desk,
            on=people.at.date(),
            epochs=[to.epoch],
            header=sealed.header,
            payload=sealed.payload,
        )
        desk_notices.tidy(by=here, at=people.at)
    assert people.read(ref).contacts == ()


@pytest.mark.parametrize(
    "told",
    [
        desk_notices.words(NoticeKind.QUESTION, uuid4(), None),
        {**desk_notices.words(NoticeKind.RELEASED, uuid4(), None), "about": "none"},
        desk_notices.words(
            NoticeKind.ENDED, uuid4(), None, to=["north-east"], at="2026-01-01T00:00:00+00:00"
        ),
    ],
)
def test_a_signed_notice_without_its_fields_is_set_aside(people: People, told: dict[str, Any]) -> None:
    with people.sitting("Otto") as here:
        desk_notices.send({"north-east": [told]}, code="south-west", by=here, at=people.at)
    with people.sitting("Odile") as here:
        desk_notices.tidy(by=here, at=people.at)
        assert DeskNotice.objects.filter(aside=True).count() == 1
        assert desk_notices.received(by=here) == ()


def test_whoever_lost_the_role_still_sees_their_entries(people: People) -> None:
    entry = interest(people)
    with acting("owner"):
        Appointment.objects.filter(officer=people.house.officers["Otto"], role=Role.INVESTIGATOR).update(
            ended_on=people.at.date()
        )
    people.tokens.clear()
    assert [one.id for one in own(people)] == [entry]


def test_a_cleared_match_is_never_no_trace(people: People) -> None:
    interest(people)
    ref, _ = people.send(narrative=BOY[0])
    compared(people, "Odile")
    cleared(people, "You can write to the reporter. No visit.")
    answer = deconflicted(people, ref)
    assert answer.trace is Trace.CLEARED
    [contact] = answer.contacts
    assert (contact.released_by, contact.released_at) == ("Otto O.", people.at)


def test_an_owner_replaces_and_withdraws_a_clearance(people: People) -> None:
    interest(people)
    ref, _ = people.taken(narrative=BOY[0])
    compared(people, "Odile")
    hit = InterestHit.objects.get().id
    with people.sitting("Otto") as here, pytest.raises(NotNow, match="has not been cleared"):
        interests.withdraw(hit, by=here, at=people.at)
    # the clock of the server that takes the second clearance is behind
    for minutes, words in ((1, "Visit the school."), (0, "Write to the reporter. No visit.")):
        cleared(people, words, at=people.at + timedelta(minutes=minutes))
        assert [one.released for one in deconflicted(people, ref).contacts] == [words]
        assert [one.released for one in people.read(ref).contacts] == [words]
        given = own(people)[0].hits[0].clearance
        assert given is not None
        assert (given.text, given.by) == (words, "Otto O.")
    with people.sitting("Olga") as here, pytest.raises(NotHere):
        interests.withdraw(hit, by=here, at=people.at)
    with people.sitting("Otto") as here:
        interests.withdraw(hit, by=here, at=people.at)
    assert deconflicted(people, ref).trace is Trace.CONTACT
    assert not own(people)[0].hits[0].released
    with people.sitting("Odile") as here:
        desk_notices.replace("north-east", here.desks[0].id, lambda items: items, by=here, at=people.at)
        due = people.at + timedelta(hours=2)
        with pytest.raises(NotNow, match="South West desk first"):
            tasks.set_task(ref, "Visit.", here.officer_id, due, contact=True, by=here, at=people.at)
    assert len(logged("interest-released")) == 2
    assert len(logged("interest-withdrawn")) == 1
    cleared(people, "Go ahead.")
    assert deconflicted(people, ref).trace is Trace.CLEARED


def test_a_forged_withdrawal_does_not_count(people: People) -> None:
    interest(people)
    ref, _ = people.send(narrative=BOY[0])
    compared(people, "Odile")
    cleared(people, "Go ahead.")
    when = (people.at + timedelta(hours=1)).isoformat()
    told = desk_notices.words(
        NoticeKind.WITHDRAWN, InterestHit.objects.get().id, ref, name="Otto O.", at=when
    )
    with people.sitting("Olga") as here:
        desk_notices.send({"north-east": [told]}, code="north-east", by=here, at=people.at)
    assert deconflicted(people, ref).trace is Trace.CLEARED


def test_matches_that_are_not_cleared_come_first(people: People) -> None:
    interest(people, names="", identifiers="01632 960455")
    for note in range(3):
        people.send(narrative=f"Ring 01632 960455, note {note}.")
    compared(people, "Odile")
    first = own(people)[0].hits[0].id
    cleared(people, "Go ahead.", first)
    others = [one.id for one in own(people)[0].hits if one.id != first]
    with people.sitting("Otto") as here:
        for hit in others:
            interests.acknowledge(hit, by=here, at=people.at)
        found = own_entries.matching_reports(by=here, at=people.at)
    assert [(one.released, one.acknowledged) for _, one in found.lines] == [(False, True)] * 2 + [
        (True, False)
    ]
    assert own(people)[0].hits[-1].id == first
