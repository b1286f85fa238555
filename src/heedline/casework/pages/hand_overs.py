"""Handovers awaiting acceptance by another desk, as seen by the desk that made them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from heedline.casework.access import session
from heedline.casework.access.session import Attendance
from heedline.casework.errors import NotHere
from heedline.casework.report.opening import short_name
from heedline.desks.duty_hours import staffed_desks
from heedline.desks.models import Desk
from heedline.dispatch.clocks import due_words, is_overdue, moment_words
from heedline.permits.capabilities import Capability
from heedline.permits.scopes import hand_overs_from, reports_of
from heedline.reports.models.hand_overs import HandOverState

#: As many as one page shows, the most urgent first.
SHOWN = 50


@dataclass(frozen=True)
class HandOverLine:
    """A report that is waiting to be accepted by another desk.

    It holds nothing of the report's content.
    """

    short: str
    from_name: str
    to_name: str
    since_words: str
    due_words: str
    overdue: bool


@dataclass(frozen=True)
class Readers:
    """The desks that can read a report after a handover.

    `still_ours` is True if the officer's own desk is one of them.
    """

    desks: tuple[str, ...]
    still_ours: bool


def unstaffed(at: datetime) -> frozenset[str]:
    """Return the codes of the desks where nobody is on duty now."""
    return frozenset(Desk.objects.exclude(id__in=staffed_desks(at)).values_list("code", flat=True))


def waiting_elsewhere(*, by: Attendance, at: datetime) -> tuple[HandOverLine, ...]:
    """Return the reports handed over by the officer's desks and not accepted yet, ordered by deadline.

    Raises Refused.
    """
    by.require(Capability.SEE_QUEUE)
    zone = session.office_zone()
    rows = hand_overs_from(by.desk_ids).filter(state=HandOverState.WAITING)
    rows = rows.select_related("from_desk", "to_desk").order_by("due_at", "id")[:SHOWN]
    return tuple(
        HandOverLine(
            short=short_name(row.report_id),
            from_name=row.from_desk.name,
            to_name=row.to_desk.name,
            since_words=moment_words(row.at, zone),
            due_words=due_words(row.due_at, at, zone),
            overdue=is_overdue(row.due_at, at),
        )
        for row in rows
    )


def readers_after(ref: UUID, to_desk: str, *, by: Attendance) -> Readers:
    """Return the desks that can read a report once it is handed over to the desk with this code.

    Raises NotHere. The round-the-clock desk goes on reading what it watches, and what it gives away itself.
    """
    report = reports_of(by.desk_ids).select_related("desk", "watch").filter(pk=ref).first()
    to = Desk.objects.filter(code=to_desk).first()
    if report is None or to is None:
        raise NotHere
    reading = {to.id: to.name}
    if report.watch is not None:
        reading[report.watch.id] = report.watch.name
    if report.desk.round_the_clock:
        reading[report.desk.id] = report.desk.name
    return Readers(tuple(reading.values()), any(desk in reading for desk in by.desk_ids))
