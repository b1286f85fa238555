"""The worker's alarms about indexing, comparison between desks and ownerless register entries.

It reads which reports have been sent to the linking desk and which wait there, and opens nothing.
"""

from __future__ import annotations

from datetime import datetime

from heedline.casework.duty import alarm_causes, paging
from heedline.casework.duty.alarm_causes import COMPARED_WITHIN, missing_values
from heedline.dispatch.letters import AlarmKind
from heedline.reports.models import DeskQuestion, SealedValues, SearchWaiting


def watch(at: datetime) -> None:
    """Raise alarms about overdue comparisons, missing values and failed indexing.

    Also where entries of the interest register belong to somebody who has left, and where a question of another desk has not
    been answered in time.

    Safe to repeat.
    """
    late = SealedValues.objects.filter(matched_at=None, slot__lt=at - COMPARED_WITHIN)
    paging.raise_alarms(
        AlarmKind.COMPARING_LATE, at, [(desk, None) for desk in set(late.values_list("desk_id", flat=True))]
    )
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
    missing = set(missing_values(at).values_list("desk_id", flat=True))
    paging.raise_alarms(AlarmKind.NOT_COMPARED, at, [(desk, None) for desk in missing])
