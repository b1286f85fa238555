"""Recording how a call back to a reporter went, and what they said about danger."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from heedline.audit.acts import Act
from heedline.casework.access.session import Attendance
from heedline.casework.contact import call_back
from heedline.casework.danger.opening import open_danger
from heedline.casework.report.verb import find, verb
from heedline.dispatch.letters import Letter
from heedline.dispatch.outbox import post
from heedline.packs.urgency import DANGER_ANSWERS, Priority, Urgency, rank_of
from heedline.permits.capabilities import Capability
from heedline.reports.models import Report


@verb(Act.CALL_TRIED)
def tried(
    ref: UUID,
    how: str,
    said: str,
    *,
    whom: str = "",
    danger: str = "",
    version: int,
    by: Attendance,
    at: datetime,
) -> None:
    """Record the outcome of an attempt to call.

    `whom` is the person of an organisation that was reached. `danger` is one of `DANGER_ANSWERS`, or "" if nobody spoke. All but "no" raise the report's priority and page the desk,
    whoever owns the report, and "yes" opens a danger to life. Raises NotHere, Changed, Refused, Locked and CannotOpen.
    """
    found = find(ref, by=by, at=at, version=version)
    found.permit(Capability.CALL_BACK)
    told = DANGER_ANSWERS[danger] if danger else Urgency.ROUTINE
    changes = _changes(found.report, told)
    raised = {name: str(value) for name, value in changes.items() if name == "priority"}
    codes = raised | ({} if told == Urgency.ROUTINE else {"told": str(told)})  # read when it is closed
    call_back.note_attempt(found, how, said, danger=danger, whom=whom, codes=codes, **changes)
    if told == Urgency.ROUTINE:
        return
    post(Letter.DANGER_TOLD, desk=found.report.desk_id, thing_id=ref, at=at)
    if told == Urgency.DANGER:
        open_danger(found)


def _changes(report: Report, told: Urgency) -> dict[str, Any]:
    """Return what an answer about danger changes in a report. A danger to life that is recorded already stays."""
    if told == Urgency.ROUTINE or report.danger_to_life:
        return {}
    life = True if told == Urgency.DANGER else report.danger_to_life
    return {
        "priority": Priority.HIGH,
        "danger_to_life": life,
        "rank": rank_of(report.urgency, Priority.HIGH, life),
    }
