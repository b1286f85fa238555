"""Whoever speaks SQL as the office process, past every verb: what the database does not let them destroy.

What they can do all the same, because the office itself has to, stands in the threat model.
"""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction

from heedline.audit.models import Event
from heedline.casework.contact import messages
from heedline.casework.dissemination import outgoing
from heedline.casework.duty import paging
from heedline.casework.journey import call_outcomes, transitions
from heedline.casework.keys.directory import addressee
from heedline.dispatch.models import Alarm
from heedline.permits import functions
from heedline.reports.models import Dissemination, SealedHeader
from tests.support.acting import acting
from tests.support.call_scene import asks_for_a_call
from tests.support.cast import House, now
from tests.support.keeping_scene import proposed, with_leads
from tests.support.partner_scene import a_partner, sent_to_the_council
from tests.support.scene_people import DANGER, NORTH_EAST, People, row

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(house: House) -> People:
    return People(house, now())


def refused(statement: str, *values: Any, match: str) -> None:
    with connection.cursor() as cursor, pytest.raises(DatabaseError, match=match), transaction.atomic():
        cursor.execute(statement, values)


def headers() -> dict[Any, bytes]:
    return {one.container: bytes(one.header) for one in SealedHeader.objects.all()}


def test_no_header_is_overwritten(people: People) -> None:
    """A header that is overwritten makes its part unreadable for ever."""
    for _ in range(3):
        people.taken(**NORTH_EAST)
    before = headers()
    with people.sitting("Odile"):
        for change in ("header = 'gone'", "epochs = '{}'", "header = ''", "header = '', epochs = '{}'"):
            refused(f"UPDATE reports_sealed_header SET {change}", match="a header stays")
        refused("DELETE FROM reports_sealed_header", match="permission denied")
        refused("UPDATE reports_sealed_payload SET payload = ''", match="permission denied")
    assert headers() == before


def test_a_header_that_addresses_a_partner_is_only_emptied_or_given_another_key(people: People) -> None:
    a_partner(people)
    _, ident = sent_to_the_council(people)
    key = Dissemination.objects.get(id=ident).key
    assert key is not None
    with people.sitting("Odile") as odile:
        refused(
            "UPDATE reports_sealed_header SET header = 'x' WHERE container = %s", key, match="a header stays"
        )
        version = Dissemination.objects.get(id=ident).version
        outgoing.withdraw(ident, "sent in error", version=version, by=odile, at=people.at)
    assert headers()[key] == b""


def test_a_hand_over_takes_every_part_along_and_swaps_only_what_was_compared(people: People) -> None:
    ref, _ = people.taken(**NORTH_EAST)
    found, desks, before = row(ref), people.house.desks, headers()
    to = addressee("south-west", people.at.date())
    assert to is not None
    assert found.due_at is not None
    parts = SealedHeader.objects.filter(report_id=ref).exclude(part="identity")
    whole = [(one.container, bytes(one.header), bytes(one.header) + b"x") for one in parts]
    ids = (ref, desks["south-west"].id, found.due_at, found.version, desks["north-east"].id)
    with people.sitting("Odile"):
        for moved in (
            [],  # one is left behind
            [(part, b"another", new) for part, _, new in whole],  # it has changed since
            [(part, old, b"gone") for part, old, _ in whole],  # no header at all
        ):
            assert not functions.hand_over(*ids, to.epoch, b"share", moved)
        assert not functions.hand_over(*ids, ref, b"share", whole), "to no epoch of that desk"
    assert headers() == before
    assert row(ref).desk_id == desks["north-east"].id


def test_an_appointment_never_becomes_anothers(people: People) -> None:
    """A supervisor's appointment given to somebody else would let an invented person decide about disposals."""
    other = people.house.officers["Otto"].id
    with people.sitting("Odile"):
        for change in (
            f"officer_id = '{other}'",
            "role = 'supervisor'",
            "desk_id = NULL",
            "id = gen_random_uuid()",
        ):
            refused(f"UPDATE desks_appointment SET {change}", match="an appointment stays")
        refused("DELETE FROM desks_appointment", match="permission denied")


def test_nothing_is_disposed_of_without_a_mark(people: People) -> None:
    """The event is written by the function that removes the report, and not by whoever calls it."""
    with_leads(people)
    ref, disposal = proposed(people, "Odile")
    before = Event.objects.filter(act="disposal-decided").count()
    with people.sitting("Olga"):
        assert functions.decide_disposal(disposal, {"paper": "made up"}, people.at.date()) == "done"
    (event,) = Event.objects.filter(act="disposal-decided")[before:]
    assert (event.thing_id, event.detail["disposed"]) == (ref, True)
    refused("UPDATE reports_disposal SET done = false", match="a disposal stays")


def test_a_danger_that_nobody_has_taken_keeps_its_rank_and_its_time(people: People) -> None:
    """Nobody can see that it was put at the end of the queue, or of the century."""
    ref, _ = people.send(**NORTH_EAST | DANGER)
    with people.sitting("Odile"):
        for change in ("rank = 3", "rank = 3, danger_to_life = false", "rank = 2, urgency = 'routine'"):
            refused(f"UPDATE reports_report SET {change} WHERE id = %s", ref, match="rank|permission denied")
        for change in ("due_at = '2099-01-01'", "due_at = due_at + interval '1 minute'", "seen = true"):
            refused(f"UPDATE reports_report SET {change} WHERE id = %s", ref, match="nobody has taken")
        closed = "stage = 'closed', due_at = NULL, outcome = 'no-action'"
        refused(f"UPDATE reports_report SET {closed} WHERE id = %s", ref, match="nobody has taken")


def test_a_report_that_somebody_has_taken_changes_only_with_a_step_in_its_officers_name(
    people: People,
) -> None:
    """Priority, deadline, owner and stage: somebody with one session could change them, and no history said so."""
    ref, _ = people.send(**NORTH_EAST | DANGER)
    people.take(ref)
    other = people.house.officers["Olga"].id
    with people.sitting("Odile") as odile:
        changes = (
            "due_at = '2099-01-01'",
            "due_at = due_at + interval '1 minute'",
            f"owner_id = '{other}'",
            "stage = 'assessed', priority = 'high'",
            "version = version + 1, stage = 'assessed'",
        )
        for change in changes:
            refused(f"UPDATE reports_report SET {change} WHERE id = %s", ref, match="leaves a step")
        step = (
            'INSERT INTO reports_step (id, report_id, number, version, move, from_stage, to_stage, by_id, at, "on", from_desk,'
            " to_desk, codes) SELECT gen_random_uuid(), id, 90, {}, 'assign', stage, stage, %s, now(), current_date, desk_id,"
            " desk_id, '{{}}' FROM reports_report WHERE id = %s"
        )
        refused(step.format("version + 1"), other, ref, match="in the name of")
        refused(step.format("NULL"), odile.officer_id, ref, match="in the name of")
        with connection.cursor() as cursor:
            cursor.execute(step.format("version"), [odile.officer_id, ref])  # a version that is over
        refused(
            f"UPDATE reports_report SET owner_id = '{other}', version = version + 1 WHERE id = %s",
            ref,
            match="leaves a step",
        )


def test_an_alarm_is_answered_in_ones_own_name_and_in_the_log(people: People) -> None:
    ref, _ = people.send(**NORTH_EAST | DANGER)
    with acting("worker"):
        paging.drain(people.at)
    alarm, other = Alarm.objects.get(kind="danger", about_id=ref), people.house.officers["Olga"].id
    answers = "{0}_by = %s, {0}_at = now() WHERE id = %s"
    with people.sitting("Odile") as odile:
        for what in ("acknowledged", "cleared"):
            refused(
                f"UPDATE dispatch_alarm SET {answers.format(what)}",
                other,
                alarm.id,
                match="by whoever is signed in",
            )
            with connection.cursor() as cursor:
                cursor.execute(
                    f"UPDATE dispatch_alarm SET {answers.format(what)}", [odile.officer_id, alarm.id]
                )
        refused("UPDATE dispatch_alarm SET because = 'another'", match="by whoever is signed in")
        refused("UPDATE dispatch_alarm SET steps_sent = 9", match="permission denied")
    said = Event.objects.filter(thing_id=alarm.id, actor=odile.officer_id).order_by("id")
    assert list(said.values_list("act", flat=True)) == ["alarm-acknowledged", "alarm-cleared"]


def test_a_message_is_not_called_read_by_a_number(people: People) -> None:
    ref, code = people.taken()
    with acting("public"):
        messages.say(code, "A word more.", message_id=uuid4(), at=people.at, danger="yes")
    with people.sitting("Odile"):
        for unread in ("0", "9"):
            refused(f"UPDATE reports_report SET unread = {unread} WHERE id = %s", ref, match="counted")
        with connection.cursor() as cursor:
            cursor.execute("UPDATE reports_message SET seen = true WHERE report_id = %s", [ref])
        later = "UPDATE reports_report SET unread = 0, due_at = now() + interval '2 days' WHERE id = %s"
        refused(later, ref, match="leaves a step")


def test_a_call_back_is_done_and_put_off_by_calling(people: People) -> None:
    ref = asks_for_a_call(people.at)
    people.take(ref, "Nadia")
    people.read(ref, "Nadia")
    with people.sitting("Nadia") as nadia:
        for change in (
            "done = true",
            "due_at = '2099-01-01'",
            "missed = 0, due_at = due_at + interval '1 day'",
        ):
            refused(f"UPDATE reports_call_back SET {change}", match="done by calling")
        call_outcomes.tried(ref, "no-answer", "", version=row(ref).version, by=nadia, at=people.at)
        refused("UPDATE reports_call_back SET done = true", match="done by calling")


def test_a_review_of_a_danger_is_the_next_action_of_its_report(people: People) -> None:
    ref, _ = people.send(**NORTH_EAST | DANGER)
    people.take(ref)
    with people.sitting("Odile"):
        refused(
            "UPDATE reports_danger SET review_at = '2099-01-01' WHERE report_id = %s",
            ref,
            match="next action",
        )


def test_a_handover_is_accepted_by_taking_the_report_and_puts_nothing_off(people: People) -> None:
    ref, _ = people.taken(**NORTH_EAST)
    before = row(ref).due_at
    with people.sitting("Odile") as odile:
        transitions.hand_over(ref, "south-west", "theirs", version=row(ref).version, by=odile, at=people.at)
    assert (row(ref).due_at or before) <= before
    with people.sitting("Otto") as there:
        refused(
            "UPDATE reports_hand_over SET state = 'accepted', ended_by_id = %s, ended_at = now()",
            there.officer_id,
            match="row-level security",
        )
