"""What has to be recorded before a report of the demonstration is closed."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from heedline.jobs.demonstration.scenario import ClosingScene

if TYPE_CHECKING:
    from heedline.casework.access.session import Attendance


def answer_first(ref: UUID, scene: ClosingScene, *, version: int, by: Attendance, at: datetime) -> int:
    """Log the call to an organisation whose request is closed so, and return how many versions that makes."""
    from heedline.casework.journey import call_outcomes

    if scene.spoken is None:
        return 0
    whom, said = scene.spoken
    call_outcomes.tried(ref, "reached", said, whom=whom, danger="no", version=version, by=by, at=at)
    return 1


def record_checks(ref: UUID, scene: ClosingScene, *, version: int, by: Attendance, at: datetime) -> int:
    """Record the checks that were made before this closure, and return how many there are: none or one."""
    from heedline.casework.checks import recording
    from heedline.casework.checks.register import CheckOutcome

    if scene.check is None:
        return 0
    system, text = scene.check
    trace = recording.NewResult(system, None, CheckOutcome.TRACE, text)
    recording.record_results(ref, [trace], who=by.name, version=version, by=by, at=at)
    return 1
