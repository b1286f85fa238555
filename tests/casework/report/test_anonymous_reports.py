"""Where nobody is asked who they are: no exact time is kept, and nobody may act on an identity (ADR 190)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from uuid import uuid4

import pytest
from django.db.models import Q

from heedline.casework.contact import messages
from heedline.casework.journey import call_outcomes
from heedline.casework.pages import case_file
from heedline.casework.report.opening import due_of, object_in, open_stored
from heedline.packs import load_pack
from heedline.packs.slots import slot_end, slot_of
from heedline.permits import roles
from heedline.permits.gate import Refused
from heedline.permits.roles import Role
from heedline.reports.models import Message, Report
from heedline.reports.stored import parts_of
from tests.support.anonymous import asking_nobody
from tests.support.identity_scene import ask
from tests.support.scene_people import NAMED, People, row

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _anonymous() -> Iterator[None]:
    with asking_nobody():
        yield


def test_the_seal_holds_the_day_and_no_time(people: People) -> None:
    ref, code = people.send()
    messages.say(code, "It was the blue one.", message_id=uuid4(), at=people.at)
    assert row(ref).slot == slot_of(people.at), "the quarter hour, until it is read"
    people.take(ref)
    assert row(ref).slot is None
    assert Message.objects.get(report=ref).slot == slot_of(people.at)
    with people.sitting("Odile") as odile:
        assert odile.keyring is not None
        opened = [
            object_in(part, odile.keyring)
            for part in parts_of([Report.objects.get(pk=ref)], Q(part__in=("report", "message")))
        ]
        view = case_file.case_file(ref, by=odile, at=people.at)
    assert len(opened) == 2
    for body in opened:
        assert body["arrived_at"] == people.at.date().isoformat()
        assert not re.search(r"\d\d:\d\d", str(body))
    assert view.answers.arrived_words == f"{people.at:%-d %B %Y}"
    arrived, *_ = view.history.timeline
    assert arrived.when_words == f"{people.at:%-d %B %Y}"


def test_a_danger_is_due_from_the_end_of_its_quarter_hour(people: People) -> None:
    ref, _ = people.send(now={"danger": "yes"}, call={"called": "cannot"})
    with people.sitting("Odile") as odile:
        assert odile.keyring is not None
        (part,) = parts_of([Report.objects.get(pk=ref)], Q(part="report"))
        opened = open_stored(part, odile.keyring)
    allowed = load_pack("uk").priorities["danger"].seen_within
    assert due_of(row(ref), opened) == slot_end(slot_of(people.at)) + allowed


def test_no_role_may_act_on_an_identity(people: People) -> None:
    for role in Role:
        assert not roles.granted(role) & roles.OF_IDENTITIES
    ref, _ = people.taken()
    with pytest.raises(Refused, match="Your role on this desk does not include this"):
        ask(people, ref)
    with people.sitting("Odile") as odile, pytest.raises(Refused):
        call_outcomes.tried(ref, "reached", "", version=row(ref).version, by=odile, at=people.at)


def test_a_program_cannot_send_a_name_that_is_not_asked_for() -> None:
    from heedline.intake.api_payload import from_api
    from heedline.intake.question_files import load_question_set
    from heedline.intake.record import Record

    sets = {"activity": load_question_set(load_pack("charity"), "activity")}
    told = {"kind": "activity", "narrative": "A van stood there.", "now": {"danger": "no"}}
    assert isinstance(from_api(sets, told, identity_offered=True), Record)
    refused = from_api(sets, told | NAMED, identity_offered=True)
    assert not isinstance(refused, Record)
    assert {one.pointer.split("/")[1] for one in refused.problems} >= {"you", "contact"}
