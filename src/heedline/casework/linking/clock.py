"""The worker's alarms for overdue indexing and comparison, and for register entries without an owner.

The worker reads which reports have been sent to the linking desk and which are waiting there. It opens nothing.
"""

from __future__ import annotations

from datetime import datetime

from heedline.casework.duty import alarm_causes, paging
from heedline.casework.duty.alarm_causes import missing_values
from heedline.dispatch.letters import AlarmKind
from heedline.reports.models import DeskQuestion, SearchWaiting


def watch(at: datetime) -> None:
    """Raise an alarm if reports or interest register entries have waited too long at the linking desk.

    Alarms are also raised for reports that were never sent there or could not be indexed, for register entries whose
    owner has left, and for questions of another desk that have not been answered in time.

    Safe to repeat.
    """
    late = alarm_causes.late_comparing(at)
    paging.raise_alarms(AlarmKind.COMPARING_LATE, at, [(desk, None) for desk in late])
    aside = SearchWaiting.objects.filter(aside=True)
    paging.raise_alarms(
        AlarmKind.NOT_SEARCHABLE, at, [(desk, None) for desk in set(aside.values_list("desk_id", flat=True))]
    )
    left = alarm_causes.left_behind(at)
    paging.raise_alarms(
        AlarmKind.INTEREST_LEFT, at, [(desk, None) for desk in set(left.values_list("home_id", flat=True))]
    )
    late_questions = DeskQuestion.objects.filter(due_at__lt=at)
    paging.raise_missing(AlarmKind.QUESTION_LATE, at, late_questions.values_list("to_desk_id", "id"))
    missing = {
        desk
        for rows in (missing_values(at), alarm_causes.unsent_dangers(at))
        for desk in rows.values_list("desk_id", flat=True)
    }
    paging.raise_alarms(AlarmKind.NOT_COMPARED, at, [(desk, None) for desk in missing])
