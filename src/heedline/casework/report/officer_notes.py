"""Notes that officers write on a report, stored with every revision.

A note is sealed to the same keys as the report. Its author can correct it. The earlier text is kept and shown.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID, uuid4

from django.db.models import Max

from heedline.audit.acts import Act
from heedline.casework.access.session import Attendance
from heedline.casework.errors import Changed, NotHere
from heedline.casework.report import notes
from heedline.casework.report.verb import FoundReport, find, record, verb
from heedline.permits.capabilities import Capability
from heedline.permits.gate import Refused
from heedline.reports.models import NoteRevision

#: Characters in one note; stated on the page.
LONGEST = 4000
EMPTY = "Write the note first."
NOT_YOURS = "Only its author can correct a note. Add a note of your own instead."


def _add(found: FoundReport, text: str, *, note: UUID | None, number: int) -> UUID:
    new = uuid4()
    NoteRevision.objects.create(
        id=new,
        report=found.report,
        note=note or new,
        number=number,
        container=notes.seal(found, {"text": text}),
        by_id=found.by.officer_id,
        at=found.at,
    )
    record(found, Act.NOTE_WRITTEN, note=str(note or new), number=number)
    return note or new


@verb(Act.NOTE_WRITTEN)
def write(ref: UUID, text: str, *, by: Attendance, at: datetime) -> UUID:
    """Write a note on a report and return its id.

    Anybody who may read the report may write a note, at any stage and regardless of the report's owner.
    Raises NotHere, Refused, Locked, NoRoom, and NotNow if nothing was written.
    """
    text = notes.written(text, longest=LONGEST, missing=EMPTY)
    found = find(ref, by=by, at=at)
    found.permit(Capability.WRITE_NOTE)
    return _add(found, text, note=None, number=1)


@verb(Act.NOTE_WRITTEN)
def revise(ref: UUID, note: UUID, text: str, *, number: int, by: Attendance, at: datetime) -> None:
    """Add a revision to a note that the officer wrote.

    Earlier revisions are kept. `number` is the revision that the officer had on screen. Raises Changed if
    there is a newer one, Refused for a colleague's note, NotHere for a note that is not on this report, and
    what `write` raises.
    """
    text = notes.written(text, longest=LONGEST, missing=EMPTY)
    found = find(ref, by=by, at=at)
    found.permit(Capability.WRITE_NOTE)
    rows = NoteRevision.objects.filter(report=found.report, note=note)
    last = rows.aggregate(number=Max("number"))["number"]
    if last is None:
        raise NotHere
    if rows.exclude(by_id=by.officer_id).exists():
        raise Refused(NOT_YOURS)
    if last != number:
        raise Changed("This note has since been corrected in another tab or window.")
    _add(found, text, note=note, number=last + 1)
