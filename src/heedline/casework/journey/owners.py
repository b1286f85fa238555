"""Ownership of reports and records, including transfers to a colleague at the end of a shift and when somebody leaves."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from heedline.casework.access import session
from heedline.casework.access.keyring import DeskLine
from heedline.casework.access.session import Attendance
from heedline.casework.duty.rota import who_take_reports
from heedline.casework.errors import NotHere
from heedline.casework.journey import transitions
from heedline.casework.records import colleagues, open_records
from heedline.casework.records.open_records import OpenRecord
from heedline.casework.report import notes
from heedline.casework.report.opening import short_name
from heedline.casework.tasks import owner_notices
from heedline.desks.duty_hours import on_duty
from heedline.desks.models import Officer
from heedline.dispatch.clocks import due_words, is_overdue
from heedline.permits.capabilities import Capability
from heedline.permits.gate import Refused
from heedline.permits.scopes import reports_of
from heedline.reports.lifecycle import NotNow, Stage

#: Reports that are passed on in one act.
MOST = 100


@dataclass(frozen=True)
class Colleague:
    """A member of a desk who may own its reports."""

    id: UUID
    name: str
    on_duty: bool


@dataclass(frozen=True)
class OwnedReport:
    """A report that an officer owns, without its content."""

    ref: UUID
    short: str
    due_words: str
    overdue: bool
    danger: bool


@dataclass(frozen=True)
class OfficersWork:
    """The open reports and records of an officer at a desk, at most `MOST` and `open_records.SHOWN` of them."""

    name: str
    reports: tuple[OwnedReport, ...]
    records: tuple[OpenRecord, ...]


def members(desk: UUID, at: datetime) -> tuple[Colleague, ...]:
    """Return the members of a desk who may own its reports, those on duty first."""
    here = on_duty(at, desk)
    found = (Colleague(one, name, one in here) for one, name in who_take_reports(desk).items())
    return tuple(sorted(found, key=lambda one: not one.on_duty))


def candidates(ref: UUID, *, by: Attendance, at: datetime) -> tuple[Colleague, ...]:
    """Return the members of a report's desk who may own it, those on duty first.

    Raises NotHere.
    """
    desk = reports_of(by.desk_ids).filter(pk=ref).values_list("desk_id", flat=True).first()
    if desk is None:
        raise NotHere
    return members(desk, at)


def colleagues_on_duty(desk: UUID, *, by: Attendance, at: datetime) -> tuple[Colleague, ...]:
    """Return colleagues on duty at a desk who may own its reports."""
    return tuple(one for one in members(desk, at) if one.on_duty and one.id != by.officer_id)


def owned_by_me(desk: UUID, *, by: Attendance, at: datetime) -> tuple[OwnedReport, ...]:
    """Return the open reports that this officer owns at a desk, ordered by urgency.

    Raises Refused.
    """
    by.require(Capability.SEE_QUEUE)
    return _owned(by.officer_id, desk, by, at)


def _owned(officer: UUID, desk: UUID, by: Attendance, at: datetime) -> tuple[OwnedReport, ...]:
    rows = reports_of(by.desk_ids).filter(owner_id=officer, desk_id=desk).exclude(stage=Stage.CLOSED)
    zone = session.office_zone()
    return tuple(
        OwnedReport(
            ref=row.id,
            short=short_name(row.id),
            due_words=due_words(row.due_at, at, zone) if row.due_at is not None else "",
            overdue=row.due_at is not None and is_overdue(row.due_at, at),
            danger=row.rank == 0,
        )
        for row in rows.order_by("rank", "due_at", "id")
    )


def work_of(officer: UUID, desk: DeskLine, *, by: Attendance, at: datetime) -> OfficersWork:
    """Return the open reports and records that an officer owns at a desk, even if they have left. For its supervisors.

    Raises NotHere if they own none there, and Refused.
    """
    by.require(Capability.ASSIGN, desk.id)
    reports = _owned(officer, desk.id, by, at)[:MOST]
    records = open_records.to_pass_on(officer, desk, by=by, at=at)
    name = Officer.objects.filter(id=officer).values_list("name", flat=True).first()
    if name is None or not (reports or records):
        raise NotHere
    return OfficersWork(name, reports, records)


def pass_on_work(
    work: OfficersWork, to: UUID, because: str, *, by: Attendance, at: datetime
) -> dict[UUID, str]:
    """Give all of this work to one colleague, with a reason that is sealed with each report and record.

    Returns why each of those stays that could not be passed on. Raises NotNow without a reason, NoRoom and Locked.
    """
    notes.reason(because, longest=owner_notices.LONGEST, missing=owner_notices.MISSING)
    left = pass_on([one.ref for one in work.reports], to, because=because, by=by, at=at)
    for one in work.records:
        try:
            colleagues.pass_on(one.ref, to, because, by=by, at=at)
        except (NotNow, Refused) as no:
            left[one.ref] = no.reason
        except NotHere:
            continue
    return left


def pass_on(
    refs: Iterable[UUID], to: UUID | None, *, because: str = "", by: Attendance, at: datetime
) -> dict[UUID, str]:
    """Transfer reports to a colleague, or the officer's own back to the desk if `to` is None.

    Each is an act of its own, so one that cannot be passed on does not keep the others. Returns the reason for each
    report that stays with its owner.
    """
    left: dict[UUID, str] = {}
    for ref in refs:
        try:
            if to is None:
                transitions.release(ref, by=by, at=at)
            else:
                transitions.assign(ref, to, because=because, by=by, at=at)
        except (NotNow, Refused) as no:
            left[ref] = no.reason
        except NotHere:  # it is no longer at any desk of theirs
            continue
    return left
