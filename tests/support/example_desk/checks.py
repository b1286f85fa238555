"""Ask for a further check of a report, make it, and watch that it is made in time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from heedline.casework.access.session import Attendance
from heedline.casework.duty import alarms, on_call
from heedline.casework.duty.paging import raise_late
from heedline.casework.report import notes
from heedline.casework.report.verb import find, record, verb
from heedline.dispatch import postmen
from heedline.dispatch.models import Outbox
from heedline.dispatch.outbox import post
from heedline.dispatch.pages import PageWord
from heedline.reports.lifecycle import NotNow
from tests.support.example_desk.models import FurtherCheck
from tests.support.example_desk.vocabulary import (
    PART,
    RESOLVED,
    ExampleAct,
    ExampleAlarm,
    ExampleCapability,
    ExampleLetter,
)

WITHIN = timedelta(hours=4)
_LONGEST = 2_000


@verb(ExampleAct.ASKED)
def ask(ref: UUID, reason: str, *, by: Attendance, at: datetime) -> UUID:
    """Ask for a further check, with a reason that is sealed like the report. Raises NotHere, Refused and Locked."""
    found = find(ref, by=by, at=at)
    found.permit(ExampleCapability.ASK)
    words = notes.written(reason, longest=_LONGEST, missing="Say why.")
    container = notes.seal(found, {"reason": words}, part=PART)
    row = FurtherCheck.objects.create(report=found.report, container=container, due_at=at + WITHIN)
    record(found, ExampleAct.ASKED)
    post(ExampleLetter.ASKED, desk=found.report.desk_id, thing_id=ref, at=at)
    return row.id


@verb(ExampleAct.CHECKED)
def check(ref: UUID, *, by: Attendance, at: datetime) -> None:
    """Say that every further check of this report is made. Raises NotHere, Refused, and NotNow when none waits."""
    found = find(ref, by=by, at=at)
    found.permit(ExampleCapability.CHECK)
    if not FurtherCheck.objects.filter(report=found.report, done=False).update(done=True):
        raise NotNow("No further check is waiting.")
    record(found, ExampleAct.CHECKED)
    alarms.resolve(RESOLVED, ref, by=by, at=at)
    post(ExampleLetter.CHECKED, desk=found.report.desk_id, thing_id=ref, at=at)


def watch(at: datetime) -> None:
    """Raise an alarm for each report whose further check is late. Safe to repeat."""
    late = FurtherCheck.objects.filter(done=False, due_at__lt=at)
    rows = late.values_list("report__desk_id", "report_id").distinct()
    raise_late(ExampleAlarm.LATE, at, [(desk, report, WITHIN) for desk, report in rows])


def tell_supervisors(letters: Sequence[Outbox], at: datetime) -> None:
    """Mail the supervisors of each desk where a further check was made. The mail says only where to look."""
    desks = {one.desk for one in letters if one.desk is not None}
    people = frozenset[str]().union(*(on_call.supervisors(desk) for desk in desks))
    postmen.carry(people, PageWord.DUE, at=at)
