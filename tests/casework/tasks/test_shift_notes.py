"""Handover notes of shifts: sealed to the desk, acknowledged once and by somebody else, gone after two weeks."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.conf import settings
from django.db import DatabaseError, transaction

from heedline.casework.duty import alarms
from heedline.casework.errors import Locked, NoRoom, NotHere
from heedline.casework.intake import settle_arrivals
from heedline.casework.tasks import clock, shift_notes
from heedline.casework.tasks.shift_notes import ShiftNoteLine
from heedline.desks.models import ShiftNote
from heedline.dispatch.letters import AlarmKind
from heedline.dispatch.models import Alarm
from heedline.packs import load_pack
from heedline.permits.gate import Refused
from heedline.reports.lifecycle import NotNow
from tests.support.acting import acting
from tests.support.scene_people import MINUTE, People, logged

pytestmark = pytest.mark.django_db
WHAT = "Zinnober-note: the night desk rings back at six"


def left(people: People, name: str = "Odile", text: str = WHAT) -> UUID:
    with people.sitting(name) as here:
        return shift_notes.write("north-east", text, by=here, at=people.at)


def shown(people: People, name: str, *, unlocked: bool = True) -> tuple[ShiftNoteLine, ...]:
    with people.sitting(name, unlocked=unlocked) as here:
        desk = shift_notes.desk_of("north-east", by=here)
        return shift_notes.of_desk(desk, by=here, at=people.at)


def test_a_colleague_reads_it_and_acknowledges_it_by_name(people: People) -> None:
    note = left(people)
    with people.sitting("Olga") as olga:
        (waiting,) = shift_notes.waiting(by=olga, at=people.at)
        assert (waiting.text, waiting.by, waiting.can_acknowledge) == (WHAT, "Odile O.", True)
        shift_notes.acknowledge(note, by=olga, at=people.at + MINUTE)
        shift_notes.acknowledge(note, by=olga, at=people.at + 2 * MINUTE)  # pressed twice
        assert shift_notes.waiting(by=olga, at=people.at) == ()
    (line,) = shown(people, "Odile")
    assert line.acknowledged_words.startswith("Olga O., ")
    assert ShiftNote.objects.get().acknowledged_at == people.at + MINUTE
    assert len(logged("shift-note-acknowledged", thing=note)) == 1
    looks = [one.actor for one in logged("queue-read") if one.detail["state"] == "shift-notes"]
    assert looks == [people.house.officers["Odile"].id], (
        "the page that shows them, not the line that one waits"
    )


def test_a_note_that_nobody_acknowledges_pages_the_desk_until_somebody_has(people: People) -> None:
    note = left(people)
    waited = load_pack(settings.PACK).clock("shift_note")
    with acting("worker"):
        clock.watch_shift_notes(people.at + waited - MINUTE)
        assert not Alarm.objects.filter(kind=AlarmKind.SHIFT_NOTE_WAITING).exists(), "too early"
        clock.watch_shift_notes(people.at + waited)
        clock.watch_shift_notes(people.at + waited + MINUTE)
    (alarm,) = Alarm.objects.filter(kind=AlarmKind.SHIFT_NOTE_WAITING)
    assert (alarm.desk_id, alarm.about_id) == (people.house.desks["north-east"].id, None)
    late = people.at + waited + 2 * MINUTE
    with people.sitting("Olga") as olga:
        with pytest.raises(NotNow, match="Acknowledge the note"):
            alarms.clear(alarm.id, "put-right", by=olga, at=late)
        shift_notes.acknowledge(note, by=olga, at=late)
    alarm.refresh_from_db()
    assert (alarm.because, alarm.cleared_by) == ("shift-note-acknowledged", people.house.officers["Olga"].id)


def test_a_thief_of_the_database_does_not_read_it(people: People) -> None:
    left(people)
    row = ShiftNote.objects.get()
    assert WHAT.encode() not in bytes(row.payload) + bytes(row.header)


def test_nobody_acknowledges_their_own_note_or_one_that_they_cannot_read(people: People) -> None:
    note = left(people)
    with people.sitting("Odile") as odile:
        assert shift_notes.waiting(by=odile, at=people.at) == ()
        with pytest.raises(Refused, match="A colleague"):
            shift_notes.acknowledge(note, by=odile, at=people.at)
    assert shown(people, "Olga", unlocked=False)[0].text == "Unlock your keys to read this."
    with people.sitting("Olga", unlocked=False) as olga, pytest.raises(NotNow):
        shift_notes.acknowledge(note, by=olga, at=people.at)
    assert ShiftNote.objects.get().acknowledged_by is None


def test_nothing_is_left_without_words_too_long_or_with_locked_keys(people: People) -> None:
    with pytest.raises(NotNow):
        left(people, text=" \n ")
    with pytest.raises(NoRoom):
        left(people, text="x" * (shift_notes.LONGEST + 1))
    del people.tokens["Odile"]
    with people.sitting("Odile", unlocked=False) as odile, pytest.raises(Locked):
        shift_notes.write("north-east", WHAT, by=odile, at=people.at)


@pytest.mark.usefixtures("leads")
@pytest.mark.parametrize("name", ["Otto", "Ned", "Ada"])
def test_another_desk_an_overseer_and_an_authoriser_see_none(people: People, name: str) -> None:
    note = left(people)
    with people.sitting(name, unlocked=name != "Ned") as here:
        assert shift_notes.waiting(by=here, at=people.at) == ()
        assert not ShiftNote.objects.exists(), "not even a query that forgot its scope"
        for attempt in (
            lambda: shift_notes.desk_of("north-east", by=here),
            lambda: shift_notes.acknowledge(note, by=here, at=people.at),
            lambda: shift_notes.write("north-east", WHAT, by=here, at=people.at),
        ):
            with pytest.raises(NotHere):
                attempt()


def test_the_database_keeps_it_as_it_was_written(people: People) -> None:
    """A dishonest officer with the office's own role."""
    note = left(people)
    with people.sitting("Olga") as olga:
        for changed in ({"payload": b"x"}, {"by_id": olga.officer_id}, {"at": people.at}):
            with pytest.raises(DatabaseError), transaction.atomic():
                ShiftNote.objects.filter(pk=note).update(**changed)
        with pytest.raises(DatabaseError), transaction.atomic():
            ShiftNote.objects.filter(pk=note).update(
                acknowledged_by=people.house.officers["Odile"], acknowledged_at=people.at
            )
        with pytest.raises(DatabaseError), transaction.atomic():
            ShiftNote.objects.create(
                id=uuid4(), desk=people.house.desks["north-east"], by=people.house.officers["Odile"],
                at=people.at, header=b"h", payload=b"p",
            )  # fmt: skip
        shift_notes.acknowledge(note, by=olga, at=people.at)
        again = ShiftNote.objects.filter(pk=note).update(
            acknowledged_by=olga.officer_id, acknowledged_at=people.at
        )
        assert again == 0


def test_it_is_deleted_after_two_weeks(people: People) -> None:
    left(people)
    old = left(people)
    ShiftNote.objects.filter(pk=old).update(at=people.at - shift_notes.KEPT - timedelta(hours=1))
    assert len(shown(people, "Odile")) == 1
    with acting("worker"):
        settle_arrivals.sweep(people.at)
    assert ShiftNote.objects.count() == 1
