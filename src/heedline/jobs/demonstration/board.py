"""The demonstration data for a supervisor's board.

It has tasks, a report with a new owner and a note from the previous shift.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from heedline.jobs.demonstration.scenario import BoardScene

if TYPE_CHECKING:
    from heedline.casework.access.session import Attendance

#: A session of this person with their keys unlocked.
type AtWork = Callable[[str], AbstractContextManager[Attendance]]


def load(
    scene: BoardScene, names: Sequence[str], reports: Sequence[UUID], at_work: AtWork, at: datetime
) -> None:
    """Add tasks to the desk's open reports, reassign the first and write a handover note.

    `names` are an officer who owns these reports, a colleague, and the supervisor of the desk.
    """
    from heedline.casework.journey import transitions
    from heedline.casework.tasks import shift_notes, tasks

    owner, colleague, supervisor = names
    with at_work(colleague) as by:
        other = by.officer_id
        shift_notes.write(scene.desk, scene.note, by=by, at=at)
    with at_work(owner) as by:
        for ref, (text, after) in zip(reports, scene.tasks, strict=False):
            tasks.set_task(ref, text, by.officer_id, at + after, by=by, at=at)
    with at_work(supervisor) as by:
        for ref in reports[:1]:
            transitions.assign(ref, other, because=scene.reason, by=by, at=at)
