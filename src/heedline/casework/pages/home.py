"""View data for an officer's home page.

It shows their desks, the waiting reports, who is on duty and what to do next.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from heedline.casework.access import session
from heedline.casework.access.session import Attendance
from heedline.casework.pages.queues.figures import figures
from heedline.casework.pages.queues.listed_rows import in_order, opened_of, page_of_rows
from heedline.casework.pages.queues.queue_view import SIZES, QueueView
from heedline.casework.report.opening import unowned_danger
from heedline.desks import duty_hours
from heedline.dispatch.clocks import due_words
from heedline.permits.capabilities import Capability
from heedline.reports.lifecycle import Stage


@dataclass(frozen=True)
class DeskSummary:
    """A desk on the home page, with its figures for every stage (`figures.figures`)."""

    code: str
    name: str
    waiting: int
    overdue: int
    danger: int
    next_words: str
    messages: int
    overdue_elsewhere: int
    danger_elsewhere: int
    on_duty: tuple[str, ...]
    i_am_on_duty: bool


def my_desks(*, by: Attendance, at: datetime) -> tuple[DeskSummary, ...]:
    """Return the officer's desks with a summary of the work waiting at each.

    Counts stop at a thousand. Raises Refused.
    """
    known, found = figures(by=by, at=at), []
    present = duty_hours.present(at)
    for desk in by.desks:
        here = {one.officer: one for one in present if one.desk == desk.id}
        now = known[desk.id]
        found.append(
            DeskSummary(
                code=desk.code,
                name=desk.name,
                waiting=now.waiting,
                overdue=now.overdue,
                danger=now.danger,
                next_words=due_words(now.next_due, at, session.office_zone()) if now.next_due else "",
                messages=now.messages,
                overdue_elsewhere=now.overdue_elsewhere,
                danger_elsewhere=now.danger_elsewhere,
                on_duty=tuple(one.name for one in here.values()),
                i_am_on_duty=by.officer_id in here,
            )
        )
    return tuple(found)


def next_waiting(*, by: Attendance, at: datetime, view: QueueView, after: UUID) -> UUID | None:
    """Return the id of the first unclaimed report in this view other than `after`, or None.

    Used by "Save and open next", which follows the filters and the order that the officer came from. Dangers that nobody owns
    are opened, because their order is that of their arrival.
    """
    by.require(Capability.SEE_QUEUE)
    view = replace(view, state="open", outcome="", size=SIZES[-1], after=None)
    rows, _, _ = page_of_rows(by, view, at)
    dangers = [row for row in rows if view.usual_order and unowned_danger(row.report)]
    opened = opened_of(dangers, by.keyring)
    for row in in_order(rows, opened, view):
        if row.report.id != after and row.report.stage == Stage.WAITING:
            return row.report.id
    return None
