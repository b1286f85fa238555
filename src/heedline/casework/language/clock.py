"""The worker's tasks for translations.

Officers with a translation to make are alerted, and alarms are raised for translations that are late or
that nobody can make.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from heedline.casework.duty.paging import raise_late
from heedline.casework.language.translating import clock
from heedline.dispatch.letters import AlarmKind
from heedline.reports.lifecycle import Stage
from heedline.reports.models import Translation
from heedline.reports.translation_states import TranslationState

_ONCE_A_DAY = timedelta(days=1)


def watch(at: datetime) -> None:
    """Raise alarms for translations that are assigned, unassigned or overdue.

    Safe to repeat.
    """
    waiting = Translation.objects.filter(state=TranslationState.WAITING).exclude(report__stage=Stage.CLOSED)
    rows = list(
        waiting.values_list(
            "report__desk_id", "report_id", "report__rank", "assigned_to_id", "due_at"
        ).order_by("due_at")
    )
    for kind, some in (
        (AlarmKind.NO_TRANSLATOR, [row for row in rows if row[3] is None]),
        (AlarmKind.TRANSLATION_WAITS, [row for row in rows if row[3] is not None]),
        (AlarmKind.TRANSLATION_LATE, [row for row in rows if row[4] < at]),
    ):
        again = {
            row[1]: _ONCE_A_DAY if kind == AlarmKind.TRANSLATION_WAITS else clock(row[2]) for row in some
        }
        desks = {row[1]: row[0] for row in some}
        raise_late(kind, at, [(desks[report], report, allowed) for report, allowed in again.items()])
