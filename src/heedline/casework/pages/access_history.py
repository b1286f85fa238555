"""The history of who viewed or changed a report, read from the log."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from heedline.audit import journal
from heedline.audit.acts import Act
from heedline.audit.models import Event
from heedline.casework.access import session
from heedline.casework.access.session import Attendance
from heedline.casework.errors import NotHere
from heedline.casework.report.opening import short_name
from heedline.casework.report.verb import on_the_record
from heedline.desks.models import Officer
from heedline.dispatch.clocks import slot_end, slot_of
from heedline.permits.capabilities import Capability
from heedline.permits.scopes import reports_of


@dataclass(frozen=True)
class LookLine:
    """An entry in a report's access history."""

    act: str
    by: str
    when_words: str
    refused: bool


def when_logged(act: str, at: datetime) -> str:
    """Return the time of a log entry, formatted at the precision that officers may see.

    What a reporter sent shows the day only: the logged time is a quarter hour, or midnight when the report
    was taken before it had settled. Other events logged to the quarter hour are marked as such, because their time
    would otherwise read as the exact start of the quarter.
    """
    zone = session.office_zone()
    there = at.astimezone(zone)
    if act in {Act.REPORT_ARRIVED, Act.DANGER_TOLD}:
        return f"{there:%-d %B %Y}"
    if at == slot_of(at):
        return f"{there:%-d %B %Y, %H:%M} to {slot_end(at).astimezone(zone):%H:%M}"
    return f"{there:%-d %B %Y, %H:%M}"


def history(ref: UUID, *, by: Attendance, at: datetime) -> tuple[str, tuple[LookLine, ...]]:
    """Return the report's short reference and its access history, newest first.

    The history lists every view and change. Reading it is itself logged as a view. Raises NotHere.
    """
    with on_the_record(Act.HISTORY_READ, by=by, ref=ref):
        report = reports_of(by.desk_ids).filter(pk=ref).first()
        if report is None:
            raise NotHere
        by.require(Capability.SEE_HISTORY, report.desk_id, report.watch_id)
        journal.record(
            Act.HISTORY_READ, actor=by.officer_id, desk=report.desk_id, thing="report", thing_id=report.id
        )
    rows = list(Event.objects.filter(thing_id=ref).order_by("-id")[:500])
    names = dict(Officer.objects.filter(id__in={r.actor for r in rows if r.actor}).values_list("id", "name"))
    return short_name(ref), tuple(
        LookLine(
            act=row.act,
            by=names.get(row.actor, "The service") if row.actor is not None else "The service",
            when_words=when_logged(row.act, row.at),
            refused=row.outcome == "refused",
        )
        for row in rows
    )
