"""The rules of the gateway assessment: when it is due, what can be proposed, and with which proof a case ends."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.models import F

from heedline.casework.access.session import Attendance
from heedline.casework.dissemination.signed_answers import signed_answers
from heedline.casework.records import record
from heedline.casework.records.record import FoundRecord
from heedline.reports.lifecycle import NotNow
from heedline.reports.models import RecordStep
from heedline.specialist_desks.safeguarding import joined_reports, regimes
from heedline.specialist_desks.safeguarding.content import VIOLENT, SupportCase
from heedline.specialist_desks.safeguarding.kind import KIND, WITHIN

NO_PROOF: Final = (
    "A case of a child, of an age that is not known, about violence or of more than one report ends only when a service has"
    " accepted the person. Send the latest report of the case to a partner, and wait for their signed answer that they are"
    " dealing with it. Answers about earlier reports do not count."
)
ONLY_AT_GATEWAY: Final = "This can be changed only during the gateway assessment."


def has_move(case: SupportCase, move: str) -> bool:
    """Return whether a move exists in the regime of a case: section 36 is proposed only where there is a panel."""
    return move != "propose" or bool(case.regime.panel)


def first_due(case: SupportCase, at: datetime) -> datetime:
    """Return when the gateway assessment of a case that is opened now is due. Raises NotNow without public holidays."""
    return record.allowed_in(case.regime.within[KIND.first], case.regime.calendar, at)


def due(found: FoundRecord, move: str, case: SupportCase) -> datetime | None:
    """Return when a case is due after a move, or None if the move leaves its due time.

    A proposal that is taken back, or another regime, changes nothing about when the gateway assessment began.
    """
    before, to = found.row.state, KIND.moves.get((found.row.state, move), "")
    moved_home = move == "save" and case.regime != SupportCase.of_words(found.words).regime
    within = {**WITHIN, **case.regime.within}.get(to)
    if within is None or (to == before and not moved_home):
        return None
    start = _began(found.row.id) if moved_home or move == "take-back" else found.at
    return record.allowed_in(within, case.regime.calendar, start)


def _began(case: UUID) -> datetime:
    """Return when the gateway assessment of a case began, for the last time."""
    steps = RecordStep.objects.filter(record=case, to_state=KIND.first).exclude(from_state=F("to_state"))
    return steps.exclude(move="take-back").order_by("-number").values_list("at", flat=True)[0]


def refuse_without_proof(found: FoundRecord, case: SupportCase) -> None:
    """Raise NotNow if a case needs proof for its ending, and no service has accepted the person of its latest report."""
    reports = joined_reports.reports_of_case(found.row.id, case, by=found.by)
    if needs_proof(case, reports) and not accepted(reports, by=found.by):
        raise NotNow(NO_PROOF, about="reason")


def needs_proof(case: SupportCase, reports: Sequence[str]) -> bool:
    """Return whether a case ends only with proof: that of a child, of an unknown age, about violence, or of several reports."""
    return len(reports) > 1 or case.codes["age"] != "adult" or case.codes["category"] in VIOLENT


def accepted(reports: Sequence[str], *, by: Attendance) -> tuple[str, ...]:
    """Return which service accepted the person in a signed answer about the latest of these reports, by whom and when.

    Raises Locked.
    """
    return signed_answers(UUID(reports[-1]), regimes.rules().accepts, by=by) if reports else ()
