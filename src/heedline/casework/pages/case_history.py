"""A report's moves, and the last requests about who sent it, as its pages show them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from heedline.casework.access.session import Attendance
from heedline.casework.identity.lines import IdentityRequestLine
from heedline.casework.pages.case_lines import Row, StepLine, Words, request_line, step_lines
from heedline.reports.lifecycle import Move


@dataclass(frozen=True)
class CaseHistory:
    """The moves made on a report, newest first, and the last requests to open and to trace who sent it."""

    steps: tuple[StepLine, ...] = field(repr=False)
    identity_request: IdentityRequestLine | None = None
    trace_request: IdentityRequestLine | None = None

    def last(self, move: Move) -> StepLine | None:
        """Return the newest step of this kind, or None if the move was never made."""
        return next((step for step in self.steps if step.move is move), None)


def history_of(
    made: Sequence[Row],
    requests: tuple[Sequence[Row], Sequence[Row]],
    words: Words,
    *,
    by: Attendance,
    at: datetime,
) -> CaseHistory:
    """Return a report's history. `requests` are the rows of the last request to open and to trace."""
    identity, trace = requests
    return CaseHistory(
        step_lines(made, words), request_line(identity, by=by, at=at), request_line(trace, by=by, at=at)
    )
