"""Partners' answers that count only with a valid signature."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from heedline.casework.access.session import Attendance
from heedline.casework.dissemination.lines import answer_holds, by_and_when, opened_texts, rows_of
from heedline.permits.capabilities import Capability
from heedline.reports.dissemination_states import DisseminationState


def signed_answers(ref: UUID, codes: Collection[str], *, by: Attendance) -> tuple[str, ...]:
    """Return which partner gave one of these answers about a report, by whom and when, oldest first.

    Answers without a valid signature and those to withdrawn disclosures are left out. No text is returned, and no view is
    logged. Raises Refused and Locked.
    """
    by.require(Capability.FOLLOW_DISSEMINATION)
    found = rows_of(by).filter(report=ref, answer_code__in=codes)
    told = []
    for row in found.exclude(state=DisseminationState.WITHDRAWN).order_by("answered_at", "id"):
        said = opened_texts(row.report, [row], by).get(row.answer, {})
        if answer_holds(row, row.answer_code, said, row.answer_voice, row.answered_by_id):
            told.append(
                f"{row.partner.organisation.name}: {row.partner.name}: {by_and_when(row.answered_by.name, row.answered_at)}"
            )
    return tuple(told)
