"""Tasks on a report, which can be set, reassigned, finished and cancelled.

Their texts are sealed with the report. Anybody who may read a report may set a task on it. The task's
owner, the officer who set it and supervisors may end or reassign it, and so may anybody at the desk once its owner
has left. A report cannot be closed while a task on it is open. A report that goes to another desk takes its tasks
with it, and they have no owner there until they are assigned.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from heedline.audit import journal
from heedline.audit.acts import Act
from heedline.casework.access.keyring import DeskLine
from heedline.casework.access.session import Attendance, office_zone
from heedline.casework.duty.alarm_kinds import AlarmEvent
from heedline.casework.duty.alarms import resolve
from heedline.casework.duty.rota import who_take_reports
from heedline.casework.errors import NotHere
from heedline.casework.linking import deconfliction
from heedline.casework.report import notes
from heedline.casework.report.opening import CLOSED_WORDS, LOCKED_WORDS, short_name
from heedline.casework.report.verb import FoundReport, find, on_the_record, record, verb
from heedline.casework.tasks.odd_things import ODD, OddAnswer, ended_with
from heedline.desks.models import Appointment
from heedline.dispatch.clocks import due_words, is_overdue, minute_of
from heedline.packs import load_pack
from heedline.permits.capabilities import Capability
from heedline.permits.gate import Refused, allows
from heedline.permits.scopes import reports_of
from heedline.reports.lifecycle import NotNow, Stage
from heedline.reports.models import Task
from heedline.reports.models.tasks import TaskState
from heedline.reports.stored import parts_of
from heedline.vault import CannotOpen

#: The most characters in a task, and in the text that says what was done or why it is cancelled.
LONGEST = 1000
#: The furthest due time of a task.
FURTHEST = timedelta(days=28)
#: As many as one list shows, the most urgent first.
SHOWN = 100
MISSING = "Write what is to be done."
WHY_CANCELLED = "Say why the task is cancelled."
NOT_YOURS = "Only the task’s owner, the officer who set it or a supervisor can change it."
STILL_OPEN = "A task on this report is open. Finish it, or cancel it with a reason, on the page Tasks."
ENDED = "This task has already ended."
NOT_CANCELLED = "This task cannot be cancelled. Say what became of the odd thing: it was reported, or it is not suspicious."
WHETHER_CONTACT = "Say whether the task includes a visit or contact."
WHAT_THEY_SAID = "Write what they said, or why they were not contacted first."
CHECK: Final = "check"
"""The key that marks a task as a check that was asked for, in its sealed text. The value is the system."""
ENDS_WITH_A_RESULT = "This task is a check that was asked for. Record its result on the page Checks."
#: Whether the owner of a task still works at the desk of its report, as a column of a query for tasks.
OWNER_WORKS_HERE = Exists(
    Appointment.objects.filter(
        officer=OuterRef("owner"), desk=OuterRef("report__desk"), ended_on=None, officer__is_active=True
    )
)


@dataclass(frozen=True, slots=True)
class OpenTask:
    """An open task in a list.

    `text` says so if it cannot be opened now, and `owner` is "" if nobody owns it.
    """

    id: UUID
    ref: UUID
    short: str
    owner: str
    due_words: str
    overdue: bool
    text: str = field(repr=False)


class FirstContact(StrEnum):
    """Whether the officers who had to be contacted first were contacted before a task's visit or contact."""

    CLEARED = "cleared"
    TOO_LATE = "too-late"
    NOBODY = "nobody"


#: In words, as sealed with the task.
FIRST_CONTACT = {
    FirstContact.CLEARED: "They were contacted first, and cleared us to act",
    FirstContact.TOO_LATE: "The visit or contact was made before they were contacted",
    FirstContact.NOBODY: "Nobody was visited or contacted",
}


def _permit_owner(found: FoundReport, owner: UUID) -> None:
    if owner not in who_take_reports(found.report.desk_id):
        raise NotNow("Choose an officer who works at this desk.", about="to")


def _permit_time(due_at: datetime, at: datetime) -> datetime:
    if not at < due_at <= at + FURTHEST:
        raise NotNow("Choose a due time in the future and within 4 weeks.", about="later")
    return minute_of(due_at)


@verb(Act.TASK_SET)
def set_task(
    ref: UUID,
    text: str,
    owner: UUID | None,
    due_at: datetime,
    *,
    contact: bool | None = None,
    check: str = "",
    by: Attendance,
    at: datetime,
) -> UUID:
    """Set a task on a report for an officer of its desk, or for nobody yet, and return its id.

    `contact` says whether the task includes a visit to or contact with somebody other than the reporter. If it does, the
    report is deconflicted first, except where life is at risk. While somebody must be contacted first, it must be answered,
    and a no is sealed with the task. The log has a no for every task without a visit or contact, answered or not, because
    it must not say which reports match the interest register. `check` is the system of a check that is asked for.

    Raises NotHere, Refused, Locked and NoRoom. Raises NotNow without a text, for a due time that is past or more than
    `FURTHEST` away, for somebody who does not work at the desk, while the report is closed, while somebody must be
    contacted first, and without an answer that is needed.
    """
    text = notes.written(text, longest=LONGEST, missing=MISSING)
    found = find(ref, by=by, at=at)
    found.permit(Capability.SET_TASK)
    if found.report.stage == Stage.CLOSED:
        raise NotNow("This report is closed. Reopen it first.")
    if owner is not None:
        _permit_owner(found, owner)
    if contact and found.report.rank != 0:
        deconfliction.refuse_without_contact(found, then="the task can be set")
    if contact is None and deconfliction.is_held_back(found):
        raise NotNow(WHETHER_CONTACT, about="contact")
    told: dict[str, Any] = {"task": text} if contact is None else {"task": text, "contact": contact}
    told |= {CHECK: check} if check else {}
    row = Task.objects.create(
        report=found.report,
        owner_id=owner,
        set_by_id=by.officer_id,
        set_at=at,
        due_at=_permit_time(due_at, at),
        container=notes.seal(found, told),
    )
    record(found, Act.TASK_SET, task=str(row.id), to=str(owner or ""), contact="yes" if contact else "no")
    return row.id


def _open(found: FoundReport, task: UUID) -> Task:
    """Return an open task of the locked report that this officer may change.

    Raises NotHere, NotNow and Refused.
    """
    found.permit(Capability.SET_TASK)
    rows = Task.objects.filter(pk=task, report=found.report).annotate(works_here=OWNER_WORKS_HERE)
    row = rows.first()
    if row is None:
        raise NotHere
    if row.state != TaskState.OPEN:
        raise NotNow(ENDED)
    owner = row.owner_id if row.works_here else None
    if not may_change(owner, row.set_by_id, by=found.by, desks=(found.report.desk_id, found.report.watch_id)):
        raise Refused(NOT_YOURS)
    return row


def may_change(owner: UUID | None, set_by: UUID, *, by: Attendance, desks: Iterable[UUID | None]) -> bool:
    """Return whether this officer may end or reassign a task.

    Anybody at the desk may change a task without an owner. An owner who has left the desk counts as none, because
    nobody else might be left to end the task, and the report could never be closed.
    """
    return (
        owner is None or by.officer_id in {owner, set_by} or allows(by.appointments, Capability.ASSIGN, desks)
    )


@verb(Act.TASK_GIVEN)
def give(ref: UUID, task: UUID, to: UUID, due_at: datetime, *, by: Attendance, at: datetime) -> None:
    """Reassign an open task to an officer of the desk, with a new due time.

    A task that includes a visit or contact is deconflicted again. Raises what `set_task` raises, and Refused.
    """
    found = find(ref, by=by, at=at)
    row = _open(found, task)
    _permit_owner(found, to)
    if found.report.rank != 0 and _includes_contact(found, row):
        deconfliction.refuse_without_contact(found, then="the task can be given to somebody else")
    row.owner_id, row.due_at = to, _permit_time(due_at, at)
    row.save(update_fields=["owner", "due_at"])
    record(found, Act.TASK_GIVEN, task=str(task), to=str(to))
    _resolve(found)


@verb(Act.TASK_DONE)
def finish(
    ref: UUID,
    task: UUID,
    text: str,
    *,
    first: FirstContact | None = None,
    odd: OddAnswer | None = None,
    by: Attendance,
    at: datetime,
) -> None:
    """Mark a task as done.

    `text` says what was done, and may be empty, except for a task about something odd, which needs `odd` as well. A task that includes a visit or contact is deconflicted again. If somebody
    had to be contacted first and has not cleared the desk to act, `first` and `text` say what happened. A visit that was made
    too early can be recorded as well.

    Raises NotHere, Refused, Locked and NotNow, also if `first` is needed but missing.
    """
    found = find(ref, by=by, at=at)
    row = _open(found, task)
    stated = _told_of(found, row)
    _refuse_check(stated)
    told = ended_with(odd, text) if ODD in stated else {}
    told |= {"done": _short(text)} if text.strip() else {}
    if _includes_contact(found, row):
        told |= _first_contact(found, first, told=bool(told))
    note = notes.seal(found, told) if told else None
    _end(found, row, TaskState.DONE, note)
    record(found, Act.TASK_DONE, task=str(task))


def _first_contact(found: FoundReport, first: FirstContact | None, *, told: bool) -> dict[str, str]:
    """Return the sealed field that says whether the officers to contact were contacted first, or {} if there are none.

    Where life is at risk, the answer may be left out. Raises NotNow without an answer or a text. Raises Locked.
    """
    names = deconfliction.to_contact(found)
    if not names or (first is None and found.report.rank == 0):
        return {}
    if first is None:
        raise NotNow(f"Say whether {names} cleared you to act before the visit or contact.", about="first")
    if not told:
        raise NotNow(WHAT_THEY_SAID, about="text")
    return {"first": f"{names}. {FIRST_CONTACT[first]}."}


def _includes_contact(found: FoundReport, row: Task) -> bool:
    """Return whether a task includes a visit or contact. Raises Locked."""
    return bool(_told_of(found, row).get("contact"))


def _told_of(found: FoundReport, row: Task) -> Mapping[str, Any]:
    """Return the sealed text of a task. One that cannot be decrypted counts as one with a visit or contact. Raises Locked."""
    ring = found.by.keys()
    for part in parts_of([found.report.id], Q(container=row.container)):
        with suppress(CannotOpen):
            seeds = ring.for_any(part.epochs)
            return notes.open_words(part.container, part.header, part.payload, seeds, part.part)
    return {"contact": True}


@verb(Act.TASK_CANCELLED)
def cancel(ref: UUID, task: UUID, because: str, *, by: Attendance, at: datetime) -> None:
    """Cancel a task, with a reason.

    Raises NotHere, NotNow, Refused, Locked and NoRoom.
    """
    because = _short(because)
    found = find(ref, by=by, at=at)
    row = _open(found, task)
    stated = _told_of(found, row)
    _refuse_check(stated)
    if ODD in stated:
        raise NotNow(NOT_CANCELLED)
    _end(found, row, TaskState.CANCELLED, notes.seal(found, {"reason": because}))
    record(found, Act.TASK_CANCELLED, task=str(task))


def _refuse_check(stated: Mapping[str, Any]) -> None:
    """Raise NotNow for a check that was asked for, which ends with its result. One that the pack no longer has ends as a task."""
    if stated.get(CHECK) in load_pack(settings.PACK).checks:
        raise NotNow(ENDS_WITH_A_RESULT)


def end_check(found: FoundReport, task: UUID, first: FirstContact | None) -> str:
    """End the task of a check whose result is being recorded, and return what to seal with the result, or "".

    A check that includes contact is deconflicted again, as `finish` does. Must be called inside the caller's transaction.
    Raises NotHere, Refused, Locked, and NotNow if it has ended already or if `first` is needed but missing.
    """
    row = _open(found, task)
    told = _first_contact(found, first, told=True) if _includes_contact(found, row) else {}
    _end(found, row, TaskState.DONE, None)
    record(found, Act.TASK_DONE, task=str(task))
    return told.get("first", "")


def _short(text: str) -> str:
    return notes.reason(text, longest=LONGEST, missing=WHY_CANCELLED)


def _end(found: FoundReport, row: Task, state: TaskState, note: UUID | None) -> None:
    row.state, row.ended_by_id, row.ended_at, row.ended_note = state, found.by.officer_id, found.at, note
    row.save(update_fields=["state", "ended_by", "ended_at", "ended_note"])
    _resolve(found)


def _resolve(found: FoundReport) -> None:
    """Clear the alarm about overdue tasks on this report if none is overdue any more."""
    if not _open_tasks().filter(report=found.report, due_at__lt=found.at).exists():
        resolve(AlarmEvent.TASK_ENDED, found.report.id, by=found.by, at=found.at)


def _open_tasks() -> QuerySet[Task]:
    return Task.objects.filter(state=TaskState.OPEN)


def nothing_open(report_id: UUID) -> None:
    """Raise NotNow if this report has an open task.

    A report with an open task cannot be closed.
    """
    if _open_tasks().filter(report_id=report_id).exists():
        raise NotNow(STILL_OPEN)


def with_open(reports: Iterable[UUID]) -> set[UUID]:
    """Return which of these reports have an open task."""
    return set(_open_tasks().filter(report_id__in=list(reports)).values_list("report_id", flat=True))


def leave_owners(found: FoundReport) -> None:
    """Unassign a report's open tasks when it is handed over to another desk.

    Must be called inside the handover's transaction.
    """
    _open_tasks().filter(report=found.report).update(owner=None)
    resolve(AlarmEvent.TASK_ENDED, found.report.id, by=found.by, at=found.at)


def mine(*, by: Attendance, at: datetime) -> tuple[OpenTask, ...]:
    """Return this officer's open tasks on reports that they can see, ordered by due time.

    Opening their texts is logged.
    """
    return _listed(Q(owner_id=by.officer_id, report__in=reports_of(by.desk_ids)), by, at, desk=None)


def of_desk(
    desk: DeskLine, *, owner: UUID | None = None, late: bool = False, by: Attendance, at: datetime
) -> tuple[OpenTask, ...]:
    """Return the open tasks on reports at a desk that this officer supervises, ordered by due time.

    If asked for, return only those of one `owner` or only overdue ones. Opening their texts is logged. Raises Refused.
    """
    with on_the_record(Act.QUEUE_READ, by=by):
        by.require(Capability.SEE_BOARD, desk.id)
    which = Q(report__desk_id=desk.id)
    if owner is not None:
        which &= Q(owner_id=owner)
    if late:
        which &= Q(due_at__lt=at)
    return _listed(which, by, at, desk=desk.id)


def _listed(which: Q, by: Attendance, at: datetime, *, desk: UUID | None) -> tuple[OpenTask, ...]:
    rows = list(
        _open_tasks().filter(which).annotate(owner_name=F("owner__name")).order_by("due_at", "id")[:SHOWN]
    )
    texts: dict[UUID, str] = {}
    if rows and by.keyring is not None:
        containers = Q(container__in=[row.container for row in rows])
        for part in parts_of([row.report_id for row in rows], containers):
            with suppress(CannotOpen):
                seeds = by.keyring.for_any(part.epochs)
                words = notes.open_words(part.container, part.header, part.payload, seeds, part.part)
                texts[part.container] = str(words.get("task", ""))
    if texts:
        opened = dict.fromkeys(row.report_id for row in rows if row.container in texts)
        with transaction.atomic():
            journal.record_look(
                Act.QUEUE_READ, actor=by.officer_id, desk=desk, state="tasks", opened=opened, new=0
            )
    closed, zone = CLOSED_WORDS if by.unlocked else LOCKED_WORDS, office_zone()
    return tuple(
        OpenTask(
            row.id,
            row.report_id,
            short_name(row.report_id),
            row.owner_name or "",
            due_words(row.due_at, at, zone),
            is_overdue(row.due_at, at),
            texts.get(row.container, closed),
        )
        for row in rows
    )
