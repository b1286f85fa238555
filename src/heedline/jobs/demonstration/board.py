"""The demonstration data for a supervisor's board.

It has tasks, a report with a new owner and a note from the previous shift.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

if TYPE_CHECKING:
    from heedline.casework.access.session import Attendance

#: A session of this person with their keys unlocked.
type AtWork = Callable[[str], AbstractContextManager[Attendance]]

_TASKS = (
    ("Ask the letting agent whether the recordings of last week are kept", timedelta(hours=4)),
    ("Ask the school on which day its fire alarm will be tested next", timedelta(days=1)),
)
_REASON = "Odile is in court this afternoon, and the reporter's answer has to be read today."
_NOTE = (
    "Quiet night. The council rings back about the early help referral before ten. Two reporters were asked "
    "questions: look at their answers first."
)


def load(desk: str, names: Sequence[str], reports: Sequence[UUID], at_work: AtWork, at: datetime) -> None:
    """Add tasks to the desk's open reports, reassign the first and write a handover note.

    `names` are an officer who owns these reports, a colleague, and the supervisor of the desk.
    """
    from heedline.casework.journey import transitions
    from heedline.casework.tasks import shift_notes, tasks

    owner, colleague, supervisor = names
    with at_work(colleague) as by:
        other = by.officer_id
        shift_notes.write(desk, _NOTE, by=by, at=at)
    with at_work(owner) as by:
        for ref, (text, after) in zip(reports, _TASKS, strict=False):
            tasks.set_task(ref, text, by.officer_id, at + after, by=by, at=at)
    with at_work(supervisor) as by:
        for ref in reports[:1]:
            transitions.assign(ref, other, because=_REASON, by=by, at=at)
