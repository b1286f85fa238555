"""View data for a report's actions, notes, timeline and latest identity requests."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from heedline.casework.access.session import Attendance
from heedline.casework.identity.lines import IdentityRequestLine
from heedline.casework.pages.case_lines import (
    NoteLine,
    StepLine,
    Words,
    note_lines,
    request_line,
    step_lines,
)
from heedline.casework.pages.task_lines import TaskLine, task_lines
from heedline.casework.pages.timeline import TimelineEntry, TimelineRows, timeline
from heedline.reports.lifecycle import Move


@dataclass(frozen=True)
class CaseHistory:
    """The history of a report and the latest requests to open or trace its reporter's identity.

    `steps` and `notes` are newest first, `timeline` is oldest first, and `tasks` by due time with the open ones first.
    """

    steps: tuple[StepLine, ...] = field(repr=False)
    identity_request: IdentityRequestLine | None = None
    trace_request: IdentityRequestLine | None = None
    notes: tuple[NoteLine, ...] = field(repr=False, default=())
    timeline: tuple[TimelineEntry, ...] = field(repr=False, default=())
    tasks: tuple[TaskLine, ...] = field(repr=False, default=())

    def last(self, move: Move) -> StepLine | None:
        """Return the newest step of this kind, or None if there is none."""
        return next((step for step in self.steps if step.move is move), None)


def history_of(report: Any, arrived: str, words: Words, *, by: Attendance, at: datetime) -> CaseHistory:
    """Return the history of a report.

    `report` must carry its `case_lines` rows.
    """
    rows = TimelineRows(
        arrived, report.channel, report.made, report.said, report.noted, report.disclosures, report.to_do
    )
    return CaseHistory(
        step_lines(report.made, words),
        request_line(report.last_request, by=by, at=at),
        request_line(report.last_trace, by=by, at=at),
        note_lines(report.noted, words, by),
        timeline(rows, words),
        task_lines(report.to_do, words, by=by, at=at, desks=(report.desk_id, report.watch_id)),
    )
