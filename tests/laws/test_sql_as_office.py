"""Whoever speaks SQL as the office process, past every verb: what the database does not let them destroy.

What they can do all the same, because the office itself has to, stands in the threat model.
"""

from __future__ import annotations

from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from heedline.audit.models import Event
from heedline.casework.dissemination import outgoing
from heedline.casework.keys.directory import addressee
from heedline.permits import functions
from heedline.reports.models import Dissemination, SealedHeader
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
