"""Bulk assignment of reports to one officer, with undo, and bulk handover to another desk.

Each report goes through the verb for one report (`transitions`), in a transaction of its own: what may not be done to it
alone may not be done to it with others. Reports that changed since they were looked at are left out and named.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from heedline.audit.acts import Act
from heedline.casework.access.keyring import DeskLine
from heedline.casework.access.session import Attendance
from heedline.casework.contact import first_answers
from heedline.casework.danger import opening as danger
from heedline.casework.duty.alarms import wake_again
from heedline.casework.duty.rota import who_take_reports
from heedline.casework.errors import Changed, Locked, NotHere
from heedline.casework.journey import transitions
from heedline.casework.report import editing
from heedline.casework.report.opening import short_name
from heedline.casework.report.verb import FoundReport, find, record, verb
from heedline.permits.capabilities import Capability
from heedline.permits.gate import Refused
from heedline.permits.scopes import reports_of
from heedline.reports.lifecycle import Move, NotNow
from heedline.reports.models import Report, Step

#: Reports in one act: no more than one page of a queue lists.
MOST = 100
#: How long an assignment can be undone.
UNDO_FOR = timedelta(hours=24)
_CHANGED = "It has changed since you opened the list."
_GONE = "It is not at this desk."


@dataclass(frozen=True, slots=True)
class BulkItem:
    """A report in a bulk action.

    Holds its current version, or the reason why it was left out.
    """

    ref: UUID
    short: str
    version: int
    because: str = ""


@dataclass(frozen=True, slots=True)
class BulkResult:
    """The reports that were changed and those that were left out, with reasons."""

    done: tuple[BulkItem, ...]
    left: tuple[BulkItem, ...]


def _each(
    chosen: Mapping[UUID, int], desk: DeskLine, act: Callable[[UUID, int], None], by: Attendance
) -> BulkResult:
    """Apply an action to each report in turn, and separate the reports changed from those left out."""
    if not 0 < len(chosen) <= MOST:
        raise NotNow(f"Choose between 1 and {MOST} reports.")
    here = dict(_versions(chosen, desk, by))
    done: list[tuple[UUID, str]] = []
    left: list[tuple[UUID, str]] = []
    for ref, version in sorted(chosen.items()):
        because = _GONE if ref not in here else _CHANGED if here[ref] != version else ""
        if not because:
            try:
                act(ref, version)
            except (NotNow, Refused) as no:
                because = no.reason
            except Changed:
                because = _CHANGED
            except NotHere:
                because = _GONE
        (left if because else done).append((ref, because))
    now = dict(_versions(chosen, desk, by))
    return BulkResult(
        *(
            tuple(BulkItem(ref, short_name(ref), now.get(ref, 0), because) for ref, because in rows)
            for rows in (done, left)
        )
    )


def _versions(chosen: Mapping[UUID, int], desk: DeskLine, by: Attendance) -> list[tuple[UUID, int]]:
    rows = reports_of(by.desk_ids).filter(desk_id=desk.id, id__in=chosen)
    return list(rows.values_list("id", "version"))


def assign_all(
    desk: DeskLine, chosen: Mapping[UUID, int], to: UUID, *, because: str = "", by: Attendance, at: datetime
) -> BulkResult:
    """Assign these reports to one of the desk's officers.

    `chosen` maps each report to the version that was looked at. `because` is sealed with each report that a colleague
    owns, and shown to that colleague. Raises NotNow for none or for more than `MOST`, and Locked.
    """
    if because and not by.unlocked:
        raise Locked
    return _each(chosen, desk, lambda ref, _: transitions.assign(ref, to, because=because, by=by, at=at), by)


def undo_assign_all(
    desk: DeskLine, chosen: Mapping[UUID, int], *, by: Attendance, at: datetime
) -> BulkResult:
    """Return these reports to their previous owners, or to the desk if they had none or the owner has left.

    `chosen` maps each report to the version that the assignment made. Raises NotNow for none or for more than `MOST`.
    """
    return _each(chosen, desk, lambda ref, version: _undo(ref, version, by=by, at=at), by)


@verb(Act.REPORT_ASSIGNED)
def _undo(ref: UUID, version: int, *, by: Attendance, at: datetime) -> None:
    found = find(ref, by=by, at=at, version=version)
    found.permit(Capability.ASSIGN)
    danger.refuse_assigning(found.report)
    last = Step.objects.filter(report_id=ref).order_by("-number").first()
    if last is None or last.move != Move.ASSIGN or last.by_id != by.officer_id:
        raise NotNow("You did not assign it, or it has been worked on since.")
    if last.at is None or at - last.at > UNDO_FOR:
        raise NotNow("The time for undoing this has expired. Assign the report again instead.")
    report, owner = found.report, owner_before(found.report, last)
    here = [desk for desk in (report.desk_id, report.watch_id) if desk is not None]
    if not any(owner in who_take_reports(desk) for desk in here):  # nobody, or somebody who has left since
        _release(found)
        record(found, Act.REPORT_RELEASED)
        wake_again([ref], by=by.officer_id, since=last.at)
        return
    report.apply(
        Move.ASSIGN, by=by.officer_id, at=at, codes={"to": str(owner)}, owner_id=owner, **editing.FREE
    )
    if owner is not None:
        first_answers.promise(found, owner, None)
    record(found, Act.REPORT_ASSIGNED, to=str(owner))


def _release(found: FoundReport) -> None:
    found.report.apply(Move.RELEASE, by=found.by.officer_id, at=found.at, owner_id=None, **editing.FREE)


def owner_before(report: Report, assigned: Step) -> UUID | None:
    """Return the officer who owned a report before this assignment, or None if nobody did."""
    if assigned.from_stage == assigned.to_stage:
        earlier = Step.objects.filter(
            report=report, number__lt=assigned.number, move__in=[Move.TAKE, Move.ASSIGN, Move.ACCEPT]
        )
        before = earlier.order_by("-number").first()
        if before is not None:
            return UUID(before.codes["to"]) if before.move == Move.ASSIGN else before.by_id
    return None


def hand_over_all(
    desk: DeskLine, chosen: Mapping[UUID, int], to_desk: str, because: str, *, by: Attendance, at: datetime
) -> BulkResult:
    """Hand these reports over to another desk.

    The single reason is sealed with each report. It cannot be undone: the reports are addressed to the other
    desk's keys and leave this desk's. Raises NotNow for none or for more than `MOST`, and Locked.
    """
    if not by.unlocked:
        raise Locked
    return _each(
        chosen,
        desk,
        lambda ref, version: transitions.hand_over(ref, to_desk, because, version=version, by=by, at=at),
        by,
    )
