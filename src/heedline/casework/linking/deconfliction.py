"""Deconfliction: find the officers to contact before any action is taken on a report.

The result comes from the comparisons made in the linking desk's sessions. It is checked again before anything is
disseminated, and when a task that includes a visit or contact is set, given or finished. New values in a report are compared
later, so each result states the time of the last comparison.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from django.conf import settings
from django.db.models import Exists, OuterRef, Q

from heedline.audit.acts import Act
from heedline.casework.access.session import Attendance
from heedline.casework.errors import Locked
from heedline.casework.linking import desk_notices
from heedline.casework.linking.desk_notices import NoticeKind, ReceivedNotice
from heedline.casework.report.opening import short_name
from heedline.casework.report.restrictions import is_usable
from heedline.casework.report.verb import FoundReport, find, record, verb
from heedline.casework.search.sealed_values import compared_within
from heedline.desks.duty_hours import staffed_desks
from heedline.desks.models import Desk
from heedline.packs import load_pack
from heedline.permits.capabilities import Capability
from heedline.permits.scopes import reports_of
from heedline.reports.lifecycle import NotNow, Stage
from heedline.reports.models import Report, SealedValues, Task
from heedline.reports.models.tasks import TaskState


class Trace(StrEnum):
    """The result of a deconfliction check.

    CLEARED means that there are officers to contact, and that every one of them has cleared the desk to act. What the desk may
    do is in their words (`ContactPerson.released`). WAITING means that the linking desk has not yet compared the report as it
    is now. NOT_COMPARED means that it never does, because the pack does not compare reports of this kind, or because the
    report's processing is restricted.
    """

    NONE = "no-trace"
    CONTACT = "contact"
    CLEARED = "cleared"
    WAITING = "waiting"
    NOT_COMPARED = "not-compared"


@dataclass(frozen=True)
class ContactPerson:
    """An officer to contact before acting, and the message with which they cleared the desk to act.

    `released` is "" if nobody has cleared the desk, or if the clearance was withdrawn. `released_by` is the name of the
    officer who gave the clearance, which may be a new owner of the entry.
    """

    name: str
    desk_name: str
    phone: str
    released: str = field(repr=False, default="")
    released_by: str = ""
    released_at: datetime | None = None


@dataclass(frozen=True)
class Deconfliction:
    """The deconfliction result for one report, and the time of its last comparison."""

    trace: Trace
    at: datetime | None
    contacts: tuple[ContactPerson, ...]


@dataclass(frozen=True)
class ContactFirst:
    """A report on which the desk may not act yet, with the officers to contact first.

    `danger` means that life is at risk: what saves life does not wait for them.
    """

    ref: UUID
    short: str
    contacts: tuple[ContactPerson, ...]
    danger: bool


@dataclass(frozen=True)
class ComparingDesk:
    """The linking desk, whose officers compare reports and register entries while they work.

    `minutes` is how long something may wait there before the desk is paged.
    """

    name: str
    phone: str
    minutes: int


def comparing_desk(rank: int = 1) -> ComparingDesk:
    """Return the linking desk, with the time that a report of this rank, or a register entry, may wait there."""
    desk = load_pack(settings.PACK).desks[load_pack(settings.PACK).linking_desk]
    return ComparingDesk(desk.name, desk.phone, compared_within(rank) // timedelta(minutes=1))


def is_staffed(at: datetime) -> bool:
    """Return whether an officer is on duty at the linking desk now."""
    code = load_pack(settings.PACK).linking_desk
    return Desk.objects.filter(code=code, id__in=staffed_desks(at)).exists()


@verb(Act.DECONFLICTED)
def check(ref: UUID, *, by: Attendance, at: datetime) -> Deconfliction:
    """Deconflict a report, and log the check without its result.

    Raises NotHere, Refused and Locked.
    """
    found = find(ref, by=by, at=at)
    found.permit(Capability.READ_REPORT)
    if not by.unlocked:
        raise Locked
    answer = answer_for(found.report, desk_notices.about(ref, by=by))
    record(found, Act.DECONFLICTED)
    return answer


def refuse_without_contact(found: FoundReport, *, then: str = "it can be sent") -> None:
    """Deconflict a report before it is disclosed or acted on, and log the check.

    Call this in every function that discloses something about a report or sends somebody to see or call people:
    disclosures to partners, tasks that include a visit or contact, and notices to companies. Call it after the
    permission check and before anything is stored, once for each report concerned. An act that saves life does not wait
    for it. `found` is what `casework.report.verb.find` returns. `then` completes the sentence "Once they clear you to
    act, …".

    Must be called inside the caller's transaction. Raises Locked, and NotNow while an officer who must be contacted
    first has not cleared the desk to act. A report that has not been compared yet is not held back: the page says so,
    and an alarm calls the linking desk. Nor is one that is never compared: the page says whom to ask.
    """
    names = to_contact(found)
    if names:
        raise NotNow(f"Contact {names} first. Once they clear you to act, {then}.")


def to_contact(found: FoundReport) -> str:
    """Deconflict a report, log the check, and return the names of the officers who have not cleared the desk to act yet.

    Must be called inside the caller's transaction. Raises Locked.
    """
    by = found.by
    if not by.unlocked:
        raise Locked
    outstanding = _outstanding(desk_notices.about(found.report.id, by=by))
    record(found, Act.DECONFLICTED)
    return ", ".join(f"{one.name}, {one.desk_name}" for one in outstanding)


def is_held_back(found: FoundReport) -> bool:
    """Return whether an officer must be contacted first who has not cleared the desk to act yet.

    This is not logged, because the report's pages say it too. Raises Locked.
    """
    if not found.by.unlocked:
        raise Locked
    return bool(_outstanding(desk_notices.about(found.report.id, by=found.by)))


def answer_for(report: Report, notices: tuple[ReceivedNotice, ...]) -> Deconfliction:
    """Return a report's deconfliction result from the notices about it."""
    contacts = contacts_in(notices)
    at = SealedValues.objects.filter(report=report.id).values_list("matched_at", flat=True).first()
    if any(not one.released for one in contacts):
        return Deconfliction(Trace.CONTACT, at, contacts)
    if contacts:
        return Deconfliction(Trace.CLEARED, at, contacts)
    if at is not None:
        return Deconfliction(Trace.NONE, at, contacts)
    ever = is_compared(report.kind) and is_usable(report)
    return Deconfliction(Trace.WAITING if ever else Trace.NOT_COMPARED, at, contacts)


def is_compared(kind: str) -> bool:
    """Return whether the pack compares reports of this kind with those of other desks and with the interest register."""
    known = load_pack(settings.PACK).kinds.get(kind)
    return known is not None and known.across


def contact_first(*, by: Attendance) -> tuple[ContactFirst, ...]:
    """Return the officer's open reports, and reports of their open tasks, on which the desk may not act yet.

    Returns () in a locked session.
    """
    waiting = contacts_by_report(desk_notices.received(by=by))
    if not waiting:
        return ()
    tasks = Task.objects.filter(report=OuterRef("pk"), owner=by.officer_id, state=TaskState.OPEN)
    theirs = Q(owner=by.officer_id) & ~Q(stage=Stage.CLOSED) | Exists(tasks)
    found = reports_of(by.desk_ids).filter(theirs, id__in=waiting).order_by("rank", "due_at", "id")
    return tuple(
        ContactFirst(ref, short_name(ref), waiting[ref], rank == 0)
        for ref, rank in found.values_list("id", "rank")
    )


def contacts_by_report(notices: Iterable[ReceivedNotice]) -> dict[UUID, tuple[ContactPerson, ...]]:
    """Return the reports on which a desk may not act yet, with the officers to contact first, given all its notices."""
    by_about: dict[UUID, list[ReceivedNotice]] = {}
    abouts: dict[UUID, set[UUID]] = {}
    for one in notices:
        by_about.setdefault(one.about, []).append(one)
        if one.kind is NoticeKind.CONTACT and one.report is not None:
            abouts.setdefault(one.report, set()).add(one.about)
    return {
        ref: outstanding
        for ref, some in abouts.items()
        if (outstanding := _outstanding(one for about in some for one in by_about[about]))
    }


def _outstanding(notices: Iterable[ReceivedNotice]) -> tuple[ContactPerson, ...]:
    return tuple(one for one in contacts_in(tuple(notices)) if not one.released)


def contacts_in(notices: tuple[ReceivedNotice, ...]) -> tuple[ContactPerson, ...]:
    """Return the officers to contact who are named in these notices."""
    desks = load_pack(settings.PACK).desks
    cleared = desk_notices.clearances_in(notices)
    found: dict[UUID, ContactPerson] = {}
    for one in notices:
        if one.kind is NoticeKind.CONTACT:
            desk = desks.get(one.words["desk"])
            # only the desk of the owner lets somebody act
            given = cleared.get((one.about, one.words["desk"]))
            found[one.about] = ContactPerson(
                one.words["name"],
                desk.name if desk else "",
                desk.phone if desk else "",
                given.text if given else "",
                given.by if given else "",
                given.at if given else None,
            )
    return tuple(found.values())
