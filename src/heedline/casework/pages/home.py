"""An officer's home page: their desks, the reports waiting, who is on duty and what to do next."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from heedline.casework.access import session
from heedline.casework.access.session import Attendance
from heedline.casework.duty import rota
from heedline.casework.pages.queue import rows_of, waiting
from heedline.casework.pages.queue_view import SIZES, QueueView
from heedline.dispatch.clocks import due_words
from heedline.permits.capabilities import Capability
from heedline.permits.scopes import reports_of
from heedline.reports.lifecycle import Stage


@dataclass(frozen=True)
class DeskSummary:
    """A desk on the home page."""

    code: str
    name: str
    waiting: int
    overdue: int
    oldest_words: str
    messages: int
    on_duty: tuple[str, ...]
    i_am_on_duty: bool


def my_desks(*, by: Attendance, at: datetime) -> tuple[DeskSummary, ...]:
    """Return the officer's desks, each with a summary of the work waiting there.

    Counts stop at a thousand. Raises Refused.
    """
    by.require(Capability.SEE_QUEUE)
    found = []
    for desk in by.desks:
        rows = reports_of(by.desk_ids).filter(desk_id=desk.id).exclude(stage=Stage.CLOSED).order_by()
        oldest = rows.filter(stage=Stage.WAITING).order_by("due_at").only("id", "due_at").first()
        here = rota.on_duty(desk.id, at)
        found.append(
            DeskSummary(
                code=desk.code,
                name=desk.name,
                waiting=waiting(by=by, desks=[desk.id]),
                overdue=rows.filter(stage=Stage.WAITING, due_at__lt=at)[:1000].count(),
                oldest_words=due_words(oldest.due_at, at, session.office_zone())
                if oldest and oldest.due_at
                else "",
                messages=rows.filter(unread__gt=0)[:1000].count(),
                on_duty=tuple(one.name for one in here),
                i_am_on_duty=any(one.officer_id == by.officer_id for one in here),
            )
        )
    return tuple(found)


def next_waiting(*, by: Attendance, at: datetime, view: QueueView, after: UUID) -> UUID | None:
    """Return the next unclaimed report of this view, or None.

    Used by "Save and open next", which follows the filters and the order that the officer came from.
    """
    by.require(Capability.SEE_QUEUE)
    rows, _ = rows_of(by, replace(view, state="open", outcome="", size=SIZES[-1], after=None), at)
    for row in rows:
        if row.report.id != after and row.report.stage == Stage.WAITING:
            return row.report.id
    return None
