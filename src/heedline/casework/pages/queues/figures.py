"""Workload figures for an officer's desks, shown on My work, the queues and the Alarms page.

A single query returns them all.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from heedline.casework.access.session import Attendance
from heedline.permits import functions
from heedline.permits.capabilities import Capability
from heedline.permits.functions import Figures


@dataclass(frozen=True)
class WorkTotals:
    """Workload totals across several desks.

    A report that one desk owns and another watches counts once.
    """

    waiting: int
    overdue: int
    danger: int
    overdue_elsewhere: int
    danger_elsewhere: int


def figures(*, by: Attendance, at: datetime) -> dict[UUID, Figures]:
    """Return the workload figures for each of the officer's desks.

    Raises Refused.
    """
    by.require(Capability.SEE_QUEUE)
    return functions.figures(by.desk_ids, at)


def totals(*, by: Attendance, at: datetime, desk: str | None = None) -> WorkTotals:
    """Return the figures for one of the officer's desks, or for all of them together.

    Raises Refused.
    """
    known = figures(by=by, at=at)
    chosen = [known[one.id] for one in by.desks if desk in {None, one.code}]
    return WorkTotals(
        waiting=sum(one.waiting for one in chosen),
        overdue=sum(one.overdue for one in chosen),
        danger=sum(one.danger for one in chosen),
        overdue_elsewhere=sum(one.overdue_elsewhere for one in chosen),
        danger_elsewhere=sum(one.danger_elsewhere for one in chosen),
    )
