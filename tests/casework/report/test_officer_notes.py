"""Officers' notes: written by anybody who may read the report, corrected by their author alone, never lost."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError, connection, transaction

from heedline.casework.errors import Changed, Locked, NoRoom, NotHere
from heedline.casework.journey import transitions
from heedline.casework.report import officer_notes
from heedline.permits.gate import Refused
from heedline.reports.lifecycle import NotNow
from heedline.reports.models import NoteRevision
from tests.support.cast import House, now
from tests.support.scene_people import People, logged, row

pytestmark = pytest.mark.django_db
FIRST, BETTER = "Rang the estate office: gate 4 is alarmed.", "Rang the estate office: gate 5 is alarmed."


@pytest.fixture
def people(house: House) -> People:
    return People(house, now())


def write(people: People, ref: UUID, text: str = FIRST, name: str = "Odile") -> UUID:
    with people.sitting(name) as here:
        return officer_notes.write(ref, text, by=here, at=people.at)


def revise(
    people: People, ref: UUID, note: UUID, text: str = BETTER, *, number: int = 1, name: str = "Odile"
) -> None:
    with people.sitting(name) as here:
        officer_notes.revise(ref, note, text, number=number, by=here, at=people.at + timedelta(minutes=2))


def test_a_note_keeps_every_revision_with_who_and_when(people: People) -> None:
    ref, _ = people.taken()
    version = row(ref).version
    note = write(people, ref)
    revise(people, ref, note)
    [line] = people.read(ref).history.notes
    assert [(one.number, one.text, one.by) for one in line.revisions] == [
        (2, BETTER, "Odile O."),
        (1, FIRST, "Odile O."),
    ]
    assert line.now.when_words != line.revisions[1].when_words
    assert line.mine
    assert [event.detail["number"] for event in logged("note-written", thing=ref)] == [1, 2]
    assert row(ref).version == version, "a note makes nobody's open form out of date"


def test_a_colleague_reads_and_adds_but_does_not_correct(people: People) -> None:
    ref, _ = people.taken("Odile")
    note = write(people, ref, name="Olga")  # whoever owns the report
    assert not people.read(ref).history.notes[0].mine
    with pytest.raises(Refused, match="Only its author"):
        revise(people, ref, note)
    assert NoteRevision.objects.count() == 1
    assert len(logged("note-written", thing=ref, refused=True)) == 1


def test_notes_are_written_on_waiting_and_closed_reports_too(people: People) -> None:
    waiting, _ = people.send()
    closed, _ = people.closed()
    for ref in (waiting, closed):
        write(people, ref)
        assert len(people.read(ref).history.notes) == 1


def test_two_windows_do_not_overwrite_each_other(people: People) -> None:
    ref, _ = people.taken()
    note = write(people, ref)
    revise(people, ref, note)
    with pytest.raises(Changed):
        revise(people, ref, note, "From the other window", number=1)
    assert NoteRevision.objects.count() == 2


def test_what_is_no_note_is_refused(people: People) -> None:
    ref, _ = people.taken()
    other, _ = people.taken()
    note = write(people, ref)
    with pytest.raises(NotNow):
        write(people, ref, "  \n ")
    with pytest.raises(NoRoom):
        write(people, ref, "x" * (officer_notes.LONGEST + 1))
    for on, which in ((other, note), (ref, uuid4())):
        with pytest.raises(NotHere):
            revise(people, on, which)
    with people.sitting("Otto") as here, pytest.raises(NotHere):
        officer_notes.write(ref, FIRST, by=here, at=people.at)
    people.tokens.clear()
    with people.sitting("Odile", unlocked=False) as here, pytest.raises(Locked):
        officer_notes.write(ref, FIRST, by=here, at=people.at)


def test_the_database_keeps_revisions_whoever_asks(people: People, house: House) -> None:
    """A dishonest officer with the office's own rights on the database: no change, no removal, nobody else's name."""
    ref, _ = people.taken()
    note = write(people, ref)
    row_ = NoteRevision.objects.get()
    forged = {"report_id": ref, "container": row_.container, "at": people.at}
    odile, olga = house.officers["Odile"].id, house.officers["Olga"].id
    with people.sitting("Olga"):
        for do in (
            NoteRevision.objects.all().delete,
            lambda: NoteRevision.objects.update(container=uuid4()),
            lambda: NoteRevision.objects.create(note=note, number=2, by_id=odile, **forged),  # in her name
            lambda: NoteRevision.objects.create(note=note, number=2, by_id=olga, **forged),  # of her note
            lambda: NoteRevision.objects.create(note=note, number=3, by_id=olga, **forged),
            lambda: NoteRevision.objects.create(note=uuid4(), number=1, by_id=olga, **forged),
        ):
            with pytest.raises(DatabaseError), transaction.atomic():
                do()
    with connection.cursor() as cursor, pytest.raises(DatabaseError), transaction.atomic():
        cursor.execute("UPDATE reports_note_revision SET number = 7")
    assert NoteRevision.objects.count() == 1


def test_a_thief_of_the_database_reads_no_note(people: People) -> None:
    ref, _ = people.taken()
    write(people, ref)
    with connection.cursor() as cursor:
        for table in ("reports_note_revision", "reports_sealed_header", "audit_event"):
            cursor.execute(f"SELECT t::text FROM {table} t")
            assert not any("estate" in line for (line,) in cursor.fetchall()), table
        cursor.execute("SELECT payload FROM reports_sealed_payload")
        assert not any(b"estate" in bytes(payload) for (payload,) in cursor.fetchall())


def test_a_note_goes_along_when_the_report_is_handed_over(people: People) -> None:
    ref, _ = people.taken()
    write(people, ref)
    with people.sitting("Odile") as here:
        transitions.hand_over(
            ref, "south-west", "It happened there", version=row(ref).version, by=here, at=people.at
        )
    [line] = people.read(ref, "Otto").history.notes
    assert (line.now.text, line.now.by, line.mine) == (FIRST, "Odile O.", False)
