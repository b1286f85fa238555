"""Ownership of reports, including transfers to a colleague at the end of a shift."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from heedline.casework.access import session
from heedline.casework.access.session import Attendance
from heedline.casework.duty.rota import who_take_reports
from heedline.casework.errors import NotHere
from heedline.casework.journey import transitions
from heedline.casework.report.opening import short_name
from heedline.desks.duty_hours import on_duty
from heedline.dispatch.clocks import due_words, is_overdue
from heedline.permits.capabilities import Capability
from heedline.permits.gate import Refused
from heedline.permits.scopes import reports_of
from heedline.reports.lifecycle import NotNow, Stage


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


def _colleagues(desk: UUID, at: datetime) -> tuple[Colleague, ...]:
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
    return _colleagues(desk, at)


def colleagues_on_duty(desk: UUID, *, by: Attendance, at: datetime) -> tuple[Colleague, ...]:
    """Return colleagues on duty at a desk who may own its reports."""
    return tuple(one for one in _colleagues(desk, at) if one.on_duty and one.id != by.officer_id)


def owned_by_me(desk: UUID, *, by: Attendance, at: datetime) -> tuple[OwnedReport, ...]:
    """Return the open reports that this officer owns at a desk, ordered by urgency.

    Raises Refused.
    """
    by.require(Capability.SEE_QUEUE)
    rows = reports_of(by.desk_ids).filter(owner_id=by.officer_id, desk_id=desk).exclude(stage=Stage.CLOSED)
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


def pass_on(refs: Iterable[UUID], to: UUID | None, *, by: Attendance, at: datetime) -> dict[UUID, str]:
    """Transfer the officer's own reports to a colleague, or back to the desk if `to` is None.

    Each is an act of its own, so one that cannot be passed on does not keep the others. Returns the reason for each
    report that stays with the officer.
    """
    left: dict[UUID, str] = {}
    for ref in refs:
        try:
            if to is None:
                transitions.release(ref, by=by, at=at)
            else:
                transitions.assign(ref, to, by=by, at=at)
        except (NotNow, Refused) as no:
            left[ref] = no.reason
        except NotHere:  # it is no longer at any desk of theirs
            continue
    return left
