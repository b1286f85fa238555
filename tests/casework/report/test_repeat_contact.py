"""A reporter who comes back under a new code is not asked for ever: an officer says that they are one, and it counts."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from django.db import connection

from heedline.audit.models import Event
from heedline.casework.contact.source_guard import Despite
from heedline.casework.errors import NotHere
from heedline.casework.journey import transitions
from heedline.casework.report import repeat_contact
from heedline.casework.report.opening import short_name
from heedline.casework.report.repeat_contact import Contacts
from heedline.packs import load_pack
from heedline.permits.gate import Refused
from heedline.reports.lifecycle import NotNow
from heedline.reports.models import Report, SealedHeader
from tests.casework.contact.test_source_guard import WHY, ask
from tests.support.scene_people import SOUTH_WEST, People, logged, row

pytestmark = pytest.mark.django_db


def note(people: People, ref: UUID, other: UUID, *, same: bool = True, name: str = "Odile") -> None:
    with people.sitting(name) as here:
        repeat_contact.note(ref, short_name(other), same=same, by=here, at=people.at)


def contacts(people: People, ref: UUID, name: str = "Odile") -> Contacts:
    with people.sitting(name) as here:
        return repeat_contact.contacts(ref, by=here)


def test_what_was_asked_under_other_codes_is_weighed_together(people: People) -> None:
    enough = load_pack("uk").source_guard.contacts
    (first, _), (second, _), (third, _) = (people.taken() for _ in range(3))
    for _ in range(enough - 2):
        ask(people, first, "When was it?")
    for _ in range(2):
        ask(people, second, "When was it?")
    ask(people, third, "When was it?")
    assert contacts(people, third) == Contacts(1, 0, ())
    note(people, third, second)
    ask(people, third, "When was it?")
    note(people, first, second)
    found = contacts(people, third)
    assert (found.here, found.elsewhere) == (2, enough)
    assert {ref for ref, _ in found.others} == {first, second}
    for one in (first, second, third):
        with pytest.raises(NotNow, match="Read the warnings"):
            ask(people, one, "When was it?")
    ask(people, third, "When was it?", Despite(("repeated",), WHY))
    people.at += timedelta(seconds=1)
    note(people, third, second, same=False)
    assert contacts(people, third) == Contacts(3, 0, ())
    ask(people, third, "When was it?")


def test_of_many_notes_the_newest_are_opened(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    ref, _ = people.taken()
    old = [people.taken()[0] for _ in range(6)]
    new, _ = people.taken()
    for one in (*old, new):
        note(people, one, ref)
    Report.objects.filter(id__in=old).update(received_on=people.at.date() - timedelta(days=400))
    monkeypatch.setattr(repeat_contact, "_MOST", 1)
    assert contacts(people, ref).others == ((new, short_name(new)),)


def test_no_table_and_no_log_ties_two_reports_together(people: People) -> None:
    (first, _), (second, _) = people.taken(), people.taken()
    note(people, first, second)
    assert not SealedHeader.objects.filter(report_id=second, part="asked-before").exists()
    (event,) = logged("asked-before-noted")
    assert event.thing_id == first
    assert event.detail == {"same": True}
    assert str(second) not in repr(list(Event.objects.filter(thing_id=first).values()))
    with connection.cursor() as cursor:
        for table in ("reports_sealed_header", "reports_sealed_payload", "reports_step"):
            cursor.execute(f"SELECT t::text FROM {table} t WHERE report_id = %s", [first])
            for (text,) in cursor.fetchall():
                assert str(second) not in text
                assert str(second).encode().hex() not in text
    assert second not in {one.report_id for one in SealedHeader.objects.filter(part="asked-before")}


def test_only_who_holds_it_says_so_of_reports_that_they_see(people: People) -> None:
    (first, _), (second, _) = people.taken(), people.taken()
    theirs, _ = people.send(**SOUTH_WEST)
    with people.sitting("Olga") as olga, pytest.raises(Refused):
        repeat_contact.note(first, short_name(second), same=True, by=olga, at=people.at)
    with people.sitting("Otto") as otto, pytest.raises(NotHere):
        repeat_contact.note(first, short_name(second), same=True, by=otto, at=people.at)
    for other in (theirs, first):
        with pytest.raises(NotNow, match="No other report at your desks"):
            note(people, first, other)
    with people.sitting("Odile") as odile, pytest.raises(NotNow):
        repeat_contact.note(first, "nonsense", same=True, by=odile, at=people.at)
    assert contacts(people, first) == Contacts(0, 0, ())


def test_a_note_goes_with_its_report(people: People) -> None:
    """At the other desk it opens; what that desk does not see is not counted for it, and is not shown to it."""
    (first, _), (second, _) = people.taken(), people.taken()
    ask(people, second, "When was it?")
    note(people, first, second)
    with people.sitting("Odile") as here:
        transitions.hand_over(
            first, "south-west", "Theirs", version=row(first).version, by=here, at=people.at
        )
    found = contacts(people, first, "Otto")
    assert (found.here, found.elsewhere) == (0, 0)
    assert found.others == ()
